// The send ring: records written by JavaScript, checked here, sent with sendmmsg.
#include <errno.h>
#include <linux/if_packet.h>
#include <netinet/udp.h>
#include <string.h>

#include <algorithm>

#include "pirack_net.h"

namespace pirack {

namespace {

constexpr uint32_t kBatch = 128;
constexpr uint32_t kVectors = kBatch * 4;
static_assert(kVectors >= 2 * kMaxSegments);

union Name {
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_ll link;
};

union Control {
  cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
};

struct Batch {
  mmsghdr messages[kBatch];
  iovec vectors[kVectors];
  Name names[kBatch];
  Control controls[kBatch];
  uint32_t count = 0, used = 0;  // messages, vectors
};

const uint32_t* Record(BatchSocket* socket, uint8_t* arena, uint32_t at) {
  uint32_t index = (socket->head + at) % socket->send_slots;
  return reinterpret_cast<uint32_t*>(arena + socket->send_records()) + size_t{kRecordWords} * index;
}

template <typename T>
cmsghdr* PutControl(msghdr& header, cmsghdr* control, int level, int type, const T& value) {
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof value);
  memcpy(CMSG_DATA(control), &value, sizeof value);
  header.msg_controllen += CMSG_SPACE(sizeof value);
  return reinterpret_cast<cmsghdr*>(reinterpret_cast<char*>(control) + CMSG_SPACE(sizeof value));
}

// Destination, outgoing interface and source address.
void Address(const BatchSocket* socket, const uint32_t* record, Name& name, Control& controls, msghdr& header, uint16_t segment) {
  header = {};
  Kind kind = socket->kind;
  if (kind == Kind::kPacket) {
    if (socket->ifindex != 0) return;  // bound to its interface; the frame says the rest
    name.link = {};
    name.link.sll_family = AF_PACKET;
    name.link.sll_ifindex = static_cast<int>(record[kSendIfindex]);
    header.msg_name = &name;
    header.msg_namelen = sizeof name.link;
    return;
  }
  cmsghdr* control = &controls.header;
  header.msg_name = &name;
  header.msg_control = control;
  if (kind == Kind::kUdp4) {
    name.v4 = {AF_INET, htons(static_cast<uint16_t>(record[kSendPort])), {htonl(record[kSendPeer])}, {}};
    header.msg_namelen = sizeof name.v4;
    in_pktinfo from{static_cast<int>(record[kSendIfindex]), {htonl(record[kSendLocal])}, {}};
    control = PutControl(header, control, IPPROTO_IP, IP_PKTINFO, from);
  } else {
    name.v6 = {};
    name.v6.sin6_family = AF_INET6;
    // A raw socket takes a port for a protocol number and refuses it.
    name.v6.sin6_port = kind == Kind::kUdp6 ? htons(static_cast<uint16_t>(record[kSendPort])) : 0;
    memcpy(&name.v6.sin6_addr, record + kSendPeer, 16);
    name.v6.sin6_scope_id = record[kSendIfindex];
    header.msg_namelen = sizeof name.v6;
    in6_pktinfo from{};
    memcpy(&from.ipi6_addr, record + kSendLocal, 16);
    from.ipi6_ifindex = record[kSendIfindex];
    control = PutControl(header, control, IPPROTO_IPV6, IPV6_PKTINFO, from);
  }
  if (segment > 0) PutControl(header, control, IPPROTO_UDP, UDP_SEGMENT, segment);
}

enum class Added { kYes, kFull, kInvalid };

// Adds one record to the batch. A segmented record (a window of equal datagrams, sent as one by UDP_SEGMENT) has as many
// heads as segments: head, body part, head, body part, …
Added Add(BatchSocket* socket, uint8_t* arena, uint32_t at, Batch& batch) {
  const uint32_t* record = Record(socket, arena, at);
  uint32_t heads = record[kHeadLength], body_length = record[kBodyLength], segment = record[kSegment];
  if (heads > socket->slot_bytes || record[kSendPort] > 65535 || record[kSendIfindex] > INT32_MAX) return Added::kInvalid;
  const uint8_t* body = nullptr;
  if (record[kBodyId] != 0) {
    const Body* found = FindBody(socket->owner, record[kBodyId]);
    if (found == nullptr || record[kBodyOffset] > found->length || body_length > found->length - record[kBodyOffset]) return Added::kInvalid;
    body = found->data + record[kBodyOffset];
  } else if (body_length > 0 || segment > 0) {
    return Added::kInvalid;
  }
  uint32_t segments = 1;
  if (segment > 0) {
    segments = body_length / segment + (body_length % segment > 0 ? 1 : 0);
    if (socket->kind == Kind::kPacket || socket->kind == Kind::kIcmp6 || body_length > 65535) return Added::kInvalid;
    if (segments == 0 || segments > kMaxSegments || heads % segments != 0) return Added::kInvalid;
  }
  if (batch.used + 2 * segments > kVectors) return Added::kFull;
  uint32_t head = heads / segments, part = segment > 0 ? segment : body_length;
  if (segments > 1 && head + part > 65535) return Added::kInvalid;
  msghdr& header = batch.messages[batch.count].msg_hdr;
  Address(socket, record, batch.names[batch.count], batch.controls[batch.count], header,
          segments > 1 ? static_cast<uint16_t>(head + part) : 0);
  header.msg_iov = &batch.vectors[batch.used];
  uint8_t* slot = arena + socket->send_data() + size_t{(socket->head + at) % socket->send_slots} * socket->stride();
  for (uint32_t i = 0; i < segments; i++) {
    uint32_t left = body_length - i * part;
    if (head > 0) batch.vectors[batch.used++] = {slot + size_t{i} * head, head};
    if (left > 0) batch.vectors[batch.used++] = {const_cast<uint8_t*>(body) + size_t{i} * part, std::min(part, left)};
  }
  header.msg_iovlen = static_cast<size_t>(&batch.vectors[batch.used] - header.msg_iov);
  batch.count++;
  return Added::kYes;
}

void Consume(BatchSocket* socket, uint8_t* arena, uint32_t count, StateCounter counter) {
  auto* state = reinterpret_cast<uint64_t*>(arena);
  socket->head = (socket->head + count) % socket->send_slots;
  socket->pending -= count;
  state[kConsumed] += count;
  state[counter] += count;
}

void Skip(BatchSocket* socket, uint8_t* arena, int error) {
  Report(socket, arena, socket->ifindex != 0 ? socket->ifindex : Record(socket, arena, 0)[kSendIfindex], error);
  Consume(socket, arena, 1, kSkipped);
}

// True when the socket cannot take more now and the rest must wait for it to become writable.
bool MustWait(BatchSocket* socket, int error) {
  if (error == EAGAIN || error == EWOULDBLOCK) return true;
  // ENOBUFS leaves the socket writable: each wait is one turn of the loop, and they end.
  return error == ENOBUFS && ++socket->refusals <= 100;
}

}  // namespace

void Drain(BatchSocket* socket, uint8_t* arena) {
  Batch batch;
  bool wait = false;
  socket->owner->turn++;
  while (socket->pending > 0 && !wait) {
    batch.count = batch.used = 0;
    uint32_t limit = std::min(socket->pending, kBatch);
    while (batch.count < limit && Add(socket, arena, batch.count, batch) == Added::kYes) continue;
    if (batch.count == 0) {
      Skip(socket, arena, EFAULT);  // a record that is none: its body was released or shrank
      continue;
    }
    int sent;
    do sent = sendmmsg(socket->fd, batch.messages, batch.count, MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent > 0) {
      socket->refusals = 0;
      Consume(socket, arena, static_cast<uint32_t>(sent), kSent);
    } else if (wait = MustWait(socket, errno); !wait) {
      Skip(socket, arena, errno);  // one message's own trouble: its interface went away, no route, too long
      socket->refusals = 0;
    }
  }
  if (socket->wants_writable != wait) {
    socket->wants_writable = wait;
    Watch(socket);
  }
}

}  // namespace pirack
