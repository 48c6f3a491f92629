// Batched datagram sockets for Node: what the files of this add-on share.
//
// Rules that keep it safe: JavaScript never holds a pointer, only numbers that are looked up; every count, offset and
// length is checked where it is used; memory that JavaScript can take away (ArrayBuffers) is asked for again on every
// turn; nothing is global, so main thread and workers each have their own Env.
#pragma once
#include <net/if.h>
#include <netinet/in.h>
#include <node_api.h>
#include <sys/socket.h>
#include <uv.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace pirack {

// The arena of a socket is one ArrayBuffer: state, errors, receive records, send records, receive slots, send slots.
// src/net/batch-socket.ts has the same numbers; a change here changes kLayout, which the loader compares.
constexpr uint32_t kLayout = 1;
constexpr uint32_t kRecordWords = 16;
constexpr uint32_t kRecordBytes = kRecordWords * 4;
constexpr uint32_t kStateBytes = 64;
constexpr uint32_t kMaxErrors = 64;
constexpr uint32_t kErrorBytes = kMaxErrors * 8;
// One cache line more than the slot, so that the first bytes of all slots do not fall into the same cache sets.
constexpr uint32_t kSlotPadding = 64;
constexpr uint32_t kMaxSlots = 4096;
constexpr uint32_t kMaxSlotBytes = 65536;
constexpr uint32_t kMaxHeadBytes = 256;
constexpr uint32_t kMaxSegments = 64;  // UDP_MAX_SEGMENTS of the kernels that first had UDP_SEGMENT

enum StateCounter : uint32_t { kConsumed, kSent, kSkipped };  // uint64_t each
enum ReceiveWord : uint32_t {
  kLength,
  kFlags,
  kIfindex,
  kPeerPort,
  kHopLimit,
  kVlanTci,
  kPeer = 8,    // IPv4: one host-order word; IPv6: 16 bytes
  kLocal = 12,  // IPv4: the address to answer from, then (word 13) the destination in the header; IPv6: 16 bytes
  kDestination = 13,
};
enum ReceiveFlag : uint32_t { kTruncated = 1, kOutgoing = 2, kVlan = 4, kChecksumPending = 8 };
enum SendWord : uint32_t {
  kHeadLength,
  kBodyId,
  kBodyOffset,
  kBodyLength,
  kSegment,  // body bytes per segment, 0 = one datagram
  kSendIfindex,
  kSendPort,
  kSendPeer = 8,
  kSendLocal = 12,
};

enum class Kind { kUdp4, kUdp6, kIcmp6, kPacket };

struct Body {
  napi_ref ref;
  uint64_t turn;  // the turn for which data and length hold
  const uint8_t* data;
  size_t length;
};

struct BatchSocket;

struct Env {
  napi_env env;
  uv_loop_t* loop;
  std::unordered_map<uint32_t, BatchSocket*> sockets;
  uint32_t last_socket = 0;
  std::unordered_map<uint32_t, Body> bodies;
  uint32_t last_body = 0;
  uint64_t turn = 0;
  napi_async_cleanup_hook_handle cleanup = nullptr;
  uint32_t closing = 0;  // sockets whose uv_close has not come back yet
  bool ending = false;
};

struct BatchSocket {
  Env* owner;
  uint32_t id;
  Kind kind;
  int fd;
  uint32_t ifindex;  // of a packet socket
  uint32_t receive_slots, send_slots, slot_bytes;
  uv_poll_t poll;
  napi_ref arena = nullptr, callback = nullptr;
  napi_async_context context = nullptr;
  uint32_t head = 0;     // ring index of the oldest record not sent
  uint32_t pending = 0;  // records not sent
  uint32_t errors = 0;   // entries in the arena's error table
  uint32_t refusals = 0;  // ENOBUFS, or an error on the socket itself, in a row
  bool wants_writable = false;
  bool closed = false;

  uint32_t stride() const { return slot_bytes + kSlotPadding; }
  size_t receive_records() const { return kStateBytes + kErrorBytes; }
  size_t send_records() const { return receive_records() + size_t{receive_slots} * kRecordBytes; }
  size_t receive_data() const { return send_records() + size_t{send_slots} * kRecordBytes; }
  size_t send_data() const { return receive_data() + size_t{receive_slots} * stride(); }
  size_t arena_bytes() const { return send_data() + size_t{send_slots} * stride(); }
};

// arguments.cc. The first bad argument throws a JS error; later reads give zero, so that a function reads everything
// and asks ok() once.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info);
  bool ok() const { return ok_; }
  Env* env() const { return env_; }
  napi_value at(size_t index) const { return values_[index]; }
  uint32_t Uint(size_t index, const char* name, uint32_t min, uint32_t max);
  bool Bool(size_t index, const char* name);
  napi_value Function(size_t index, const char* name);
  BatchSocket* Socket(size_t index);
  void Uint8Array(napi_value value, const char* name);  // only checks that it is one
  // A copy, because reading a later member may run JavaScript that takes the memory away. Empty when `value` is nullptr.
  std::string Bytes(napi_value value, const char* name, size_t min, size_t max);
  // A member of the options object at `index`; nullptr, or the fallback, when it is undefined.
  napi_value Member(size_t index, const char* name);
  uint32_t Uint(size_t index, const char* name, uint32_t min, uint32_t max, uint32_t fallback);
  bool Flag(size_t index, const char* name);
  std::string Text(size_t index, const char* name, size_t max);

 private:
  uint32_t CheckedUint(napi_value value, const char* name, uint32_t min, uint32_t max);
  void Fail(bool range, const std::string& message);
  napi_env js_;
  Env* env_ = nullptr;
  napi_value values_[4] = {};
  bool ok_ = true;
};
napi_value ErrnoError(napi_env env, int error, const char* syscall, const std::string& detail);  // an Error, not thrown
napi_value ThrowErrno(napi_env env, int error, const char* syscall, const std::string& detail);
napi_value Number(napi_env env, double value);

// buffers.cc
napi_value RegisterBody(napi_env env, napi_callback_info info);
napi_value ReleaseBody(napi_env env, napi_callback_info info);
const Body* FindBody(Env* env, uint32_t id);

// open.cc
napi_value OpenUdp4(napi_env env, napi_callback_info info);
napi_value OpenUdp6(napi_env env, napi_callback_info info);
napi_value OpenIcmp6(napi_env env, napi_callback_info info);
napi_value OpenPacket(napi_env env, napi_callback_info info);

// socket.cc
napi_value Adopt(Env* env, BatchSocket* socket, napi_value callback);  // takes the socket over, also when it fails
uint8_t* ArenaOf(BatchSocket* socket);                                 // nullptr when JavaScript detached it
void Report(BatchSocket* socket, uint8_t* arena, uint32_t ifindex, int error);
void Watch(BatchSocket* socket);  // (re)starts polling
void CloseSocket(BatchSocket* socket);
napi_value Flush(napi_env env, napi_callback_info info);
napi_value Close(napi_env env, napi_callback_info info);
napi_value SetRef(napi_env env, napi_callback_info info);
napi_value Membership6(napi_env env, napi_callback_info info);
napi_value Drops(napi_env env, napi_callback_info info);

// receive.cc, send.cc
int ReceiveBatch(BatchSocket* socket, uint8_t* arena);  // messages, or -errno
void Drain(BatchSocket* socket, uint8_t* arena);

// system.cc
int SocketIn(const std::string& netns, int family, int type, int protocol, const char** step);  // fd, or -errno
napi_value OpenDescriptor(napi_env env, napi_callback_info info);
napi_value Interfaces(napi_env env, napi_callback_info info);
napi_value ArpSet(napi_env env, napi_callback_info info);
napi_value ArpGet(napi_env env, napi_callback_info info);
napi_value ArpDelete(napi_env env, napi_callback_info info);

// files.cc: promises, since a disk may keep the call waiting
napi_value Mount(napi_env env, napi_callback_info info);
napi_value Unmount(napi_env env, napi_callback_info info);
napi_value Snapshot(napi_env env, napi_callback_info info);
napi_value SubvolumeId(napi_env env, napi_callback_info info);

}  // namespace pirack
