// One recvmmsg into the arena, and the control messages that tell where each message came in.
#include <errno.h>
#include <linux/if_packet.h>
#include <string.h>

#include "pirack_net.h"

namespace pirack {

namespace {

constexpr uint32_t kMaxBatch = 128;

union Name {
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_ll link;
};

// Room for one packet-info and one hop limit, or one PACKET_AUXDATA.
union Control {
  cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(tpacket_auxdata))];
};

void ReadControl(const cmsghdr* control, uint32_t* record) {
  const unsigned char* data = CMSG_DATA(control);
  if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
    in_pktinfo where;
    memcpy(&where, data, sizeof where);
    record[kIfindex] = static_cast<uint32_t>(where.ipi_ifindex);
    record[kLocal] = ntohl(where.ipi_spec_dst.s_addr);
    record[kDestination] = ntohl(where.ipi_addr.s_addr);
  } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
    in6_pktinfo where;
    memcpy(&where, data, sizeof where);
    record[kIfindex] = where.ipi6_ifindex;
    memcpy(record + kLocal, &where.ipi6_addr, 16);
  } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_HOPLIMIT) {
    int hops;
    memcpy(&hops, data, sizeof hops);
    record[kHopLimit] = static_cast<uint32_t>(hops);
  } else if (control->cmsg_level == SOL_PACKET && control->cmsg_type == PACKET_AUXDATA) {
    tpacket_auxdata aux;
    memcpy(&aux, data, sizeof aux);
    if (aux.tp_status & TP_STATUS_VLAN_VALID) record[kFlags] |= kVlan;
    if (aux.tp_status & TP_STATUS_CSUMNOTREADY) record[kFlags] |= kChecksumPending;
    record[kVlanTci] = aux.tp_vlan_tci;
  }
}

void ReadName(Kind kind, const Name& name, uint32_t* record) {
  if (kind == Kind::kUdp4) {
    record[kPeer] = ntohl(name.v4.sin_addr.s_addr);
    record[kPeerPort] = ntohs(name.v4.sin_port);
  } else if (kind == Kind::kPacket) {
    record[kIfindex] = static_cast<uint32_t>(name.link.sll_ifindex);
    if (name.link.sll_pkttype == PACKET_OUTGOING) record[kFlags] |= kOutgoing;
  } else {
    memcpy(record + kPeer, &name.v6.sin6_addr, 16);
    record[kPeerPort] = ntohs(name.v6.sin6_port);
  }
}

}  // namespace

int ReceiveBatch(BatchSocket* socket, uint8_t* arena) {
  mmsghdr messages[kMaxBatch];
  iovec vectors[kMaxBatch];
  Name names[kMaxBatch];
  Control controls[kMaxBatch];
  uint8_t* data = arena + socket->receive_data();
  uint32_t batch = socket->receive_slots;
  for (uint32_t i = 0; i < batch; i++) {
    vectors[i] = {data + size_t{i} * socket->stride(), socket->slot_bytes};
    messages[i].msg_hdr = {&names[i], sizeof names[i], &vectors[i], 1, &controls[i], sizeof controls[i], 0};
  }
  int count;
  do count = recvmmsg(socket->fd, messages, batch, MSG_DONTWAIT, nullptr);
  while (count < 0 && errno == EINTR);
  if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
  if (count > 0) socket->refusals = 0;
  for (int i = 0; i < count; i++) {
    auto* record = reinterpret_cast<uint32_t*>(arena + socket->receive_records()) + size_t{kRecordWords} * static_cast<size_t>(i);
    msghdr& header = messages[i].msg_hdr;
    memset(record, 0, kRecordBytes);
    record[kLength] = messages[i].msg_len;
    if (header.msg_flags & MSG_TRUNC) record[kFlags] |= kTruncated;
    ReadName(socket->kind, names[i], record);
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
      ReadControl(control, record);
    }
  }
  return count;
}

}  // namespace pirack
