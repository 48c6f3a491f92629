// Making the four kinds of batch socket.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pirack_net.h"

namespace pirack {

namespace {

// A socket being set up: after the first failing step the others do nothing, and finish() throws that step's error.
class Opening {
 public:
  Opening(Arguments& arguments, Kind kind) : env_(arguments.env()), kind_(kind) {
    netns_ = arguments.Text(0, "netns", 4095);
    receive_bytes_ = arguments.Uint(0, "receiveBufferBytes", 1, 1u << 30, 0);
    receive_slots_ = arguments.Uint(0, "receiveSlots", 1, 128, 128);
    send_slots_ = arguments.Uint(0, "sendSlots", 1, kMaxSlots, 256);
    slot_bytes_ = arguments.Uint(0, "slotBytes", kMaxHeadBytes, kMaxSlotBytes, 2048);
    slot_bytes_ = (slot_bytes_ + 63) / 64 * 64;
  }

  void Make(int family, int type, int protocol) {
    const char* step = "socket";
    fd_ = SocketIn(netns_, family, type, protocol, &step);
    if (fd_ < 0) Failed(step, -fd_, netns_);
    if (receive_bytes_ == 0 || failed_ != nullptr) return;
    int bytes = static_cast<int>(receive_bytes_);
    // FORCE goes past net.core.rmem_max and needs CAP_NET_ADMIN; without it the kernel's limit holds.
    if (setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0) Set("SO_RCVBUF", SOL_SOCKET, SO_RCVBUF, bytes);
  }

  template <typename T>
  void Set(const char* name, int level, int option, const T& value) {
    if (failed_ == nullptr && setsockopt(fd_, level, option, &value, sizeof value) != 0) Failed(name, errno, "");
  }

  template <typename T>
  void Bind(const T& name, const std::string& detail) {
    if (failed_ == nullptr && bind(fd_, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) Failed("bind", errno, detail);
  }

  void FindInterface(const std::string& name) {
    ifreq request{};
    memcpy(request.ifr_name, name.data(), name.size());
    if (failed_ != nullptr) return;
    if (ioctl(fd_, SIOCGIFINDEX, &request) != 0) Failed("SIOCGIFINDEX", errno, name);
    ifindex_ = static_cast<uint32_t>(request.ifr_ifindex);
  }

  uint32_t ifindex() const { return ifindex_; }

  napi_value Finish(napi_value callback) {
    if (failed_ != nullptr) {
      if (fd_ >= 0) close(fd_);
      return ThrowErrno(env_->env, error_, failed_, detail_);
    }
    auto* made = new BatchSocket();
    made->kind = kind_;
    made->fd = fd_;
    made->ifindex = ifindex_;
    made->receive_slots = receive_slots_;
    made->send_slots = send_slots_;
    made->slot_bytes = slot_bytes_;
    return Adopt(env_, made, callback);
  }

 private:
  void Failed(const char* step, int error, const std::string& detail) {
    failed_ = step;
    error_ = error;
    detail_ = detail;
  }
  Env* env_;
  Kind kind_;
  std::string netns_, detail_;
  uint32_t receive_bytes_, receive_slots_, send_slots_, slot_bytes_, ifindex_ = 0;
  int fd_ = -1, error_ = 0;
  const char* failed_ = nullptr;
};

}  // namespace

// openUdp4({address?: 4 bytes, port, broadcast?, …sizes, netns?}, callback): {id, arena, port, ifindex: 0}
napi_value OpenUdp4(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Opening opening(arguments, Kind::kUdp4);
  uint32_t port = arguments.Uint(0, "port", 0, 65535, 0);
  sockaddr_in name{AF_INET, htons(static_cast<uint16_t>(port)), {}, {}};
  std::string address = arguments.Bytes(arguments.Member(0, "address"), "address", 4, 4);
  memcpy(&name.sin_addr, address.data(), address.size());
  int broadcast = arguments.Flag(0, "broadcast");
  napi_value callback = arguments.Function(1, "callback");
  if (!arguments.ok()) return nullptr;
  opening.Make(AF_INET, SOCK_DGRAM, 0);
  opening.Set("SO_BROADCAST", SOL_SOCKET, SO_BROADCAST, broadcast);
  opening.Set("IP_PKTINFO", IPPROTO_IP, IP_PKTINFO, 1);
  // No DF bit, and no belief in path MTUs that a tenant could forge.
  opening.Set("IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
  opening.Bind(name, "port " + std::to_string(port));
  return opening.Finish(callback);
}

// openUdp6({address?: 16 bytes, port, …sizes, netns?}, callback). IPv6 only: never sees mapped IPv4.
napi_value OpenUdp6(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Opening opening(arguments, Kind::kUdp6);
  uint32_t port = arguments.Uint(0, "port", 0, 65535, 0);
  sockaddr_in6 name{AF_INET6, htons(static_cast<uint16_t>(port)), 0, {}, 0};
  std::string address = arguments.Bytes(arguments.Member(0, "address"), "address", 16, 16);
  memcpy(&name.sin6_addr, address.data(), address.size());
  napi_value callback = arguments.Function(1, "callback");
  if (!arguments.ok()) return nullptr;
  opening.Make(AF_INET6, SOCK_DGRAM, 0);
  opening.Set("IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY, 1);
  opening.Set("IPV6_RECVPKTINFO", IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  opening.Set("IPV6_MULTICAST_LOOP", IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
  opening.Set("IPV6_MTU_DISCOVER", IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
  opening.Bind(name, "port " + std::to_string(port));
  return opening.Finish(callback);
}

// openIcmp6({types: Uint8Array of the ICMPv6 types let in, …sizes, netns?}, callback)
napi_value OpenIcmp6(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Opening opening(arguments, Kind::kIcmp6);
  std::string types = arguments.Bytes(arguments.Member(0, "types"), "types", 0, 256);
  napi_value callback = arguments.Function(1, "callback");
  if (!arguments.ok()) return nullptr;
  icmp6_filter filter;
  ICMP6_FILTER_SETBLOCKALL(&filter);
  for (char type : types) ICMP6_FILTER_SETPASS(static_cast<uint8_t>(type), &filter);
  opening.Make(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
  opening.Set("ICMP6_FILTER", IPPROTO_ICMPV6, ICMP6_FILTER, filter);
  opening.Set("IPV6_RECVPKTINFO", IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  opening.Set("IPV6_RECVHOPLIMIT", IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  // RFC 4861 §6.1, §7.1: neighbour discovery with any other hop limit is thrown away by its receiver.
  opening.Set("IPV6_UNICAST_HOPS", IPPROTO_IPV6, IPV6_UNICAST_HOPS, 255);
  opening.Set("IPV6_MULTICAST_HOPS", IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 255);
  opening.Set("IPV6_MULTICAST_LOOP", IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
  return opening.Finish(callback);
}

// openPacket({ifname?, promiscuous?, …sizes, netns?}, callback): whole Ethernet frames of one interface, or of all of them.
napi_value OpenPacket(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Opening opening(arguments, Kind::kPacket);
  std::string ifname = arguments.Text(0, "ifname", IFNAMSIZ - 1);
  bool promiscuous = arguments.Flag(0, "promiscuous"), outgoing = arguments.Flag(0, "outgoing");
  napi_value callback = arguments.Function(1, "callback");
  if (!arguments.ok()) return nullptr;
  opening.Make(AF_PACKET, SOCK_RAW, 0);  // protocol 0: nothing comes in before bind
  if (!ifname.empty()) opening.FindInterface(ifname);
  opening.Set("PACKET_AUXDATA", SOL_PACKET, PACKET_AUXDATA, 1);
  if (!outgoing) opening.Set("PACKET_IGNORE_OUTGOING", SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
  packet_mreq every{};
  every.mr_ifindex = static_cast<int>(opening.ifindex());
  every.mr_type = PACKET_MR_PROMISC;
  if (promiscuous) opening.Set("PACKET_MR_PROMISC", SOL_PACKET, PACKET_ADD_MEMBERSHIP, every);
  sockaddr_ll name{};
  name.sll_family = AF_PACKET;
  name.sll_protocol = htons(ETH_P_ALL);
  name.sll_ifindex = static_cast<int>(opening.ifindex());  // 0: of every interface
  opening.Bind(name, ifname);
  return opening.Finish(callback);
}

}  // namespace pirack
