// Single system calls that Node has no way to make: sockets in another network namespace, interface numbers, ARP entries.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if_arp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pirack_net.h"

namespace pirack {

namespace {

// Runs `body` (which gives a result, or -errno) with this thread inside the namespace `path`; here when path is empty.
template <typename F>
int Within(const std::string& path, const char** step, F body) {
  if (path.empty()) return body();
  int result, home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  if (home < 0) return *step = "open /proc/thread-self/ns/net", -errno;
  int target = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (target < 0) {
    result = -errno;
    *step = "open";
  } else if (setns(target, CLONE_NEWNET) != 0) {
    result = -errno;
    *step = "setns";
  } else {
    result = body();
    if (setns(home, CLONE_NEWNET) != 0) {
      // Going on would open the controller's sockets inside a board's namespace.
      fprintf(stderr, "pirack_net: cannot return from network namespace %s: %s\n", path.c_str(), strerror(errno));
      abort();
    }
  }
  if (target >= 0) close(target);
  close(home);
  return result;
}

bool ReadArp(Arguments& arguments, bool with_mac, std::string* netns, arpreq* request) {
  *netns = arguments.Text(0, "netns", 4095);
  std::string ifname = arguments.Text(0, "ifname", IFNAMSIZ - 1);
  uint32_t address = arguments.Uint(0, "address", 0, UINT32_MAX, 0);
  std::string mac = with_mac ? arguments.Bytes(arguments.Member(0, "mac"), "mac", 6, 6) : std::string();
  memcpy(request->arp_ha.sa_data, mac.data(), mac.size());
  if (!arguments.ok()) return false;
  memcpy(request->arp_dev, ifname.c_str(), ifname.size() + 1);
  auto* target = reinterpret_cast<sockaddr_in*>(&request->arp_pa);
  target->sin_family = AF_INET;
  target->sin_addr.s_addr = htonl(address);
  request->arp_ha.sa_family = ARPHRD_ETHER;
  request->arp_flags = ATF_COM | ATF_PERM;
  return mac.empty() != with_mac && !ifname.empty();
}

napi_value Arp(napi_env env, napi_callback_info info, unsigned long call, const char* name) {
  Arguments arguments(env, info);
  arpreq request{};
  std::string netns;
  bool complete = ReadArp(arguments, call == SIOCSARP, &netns, &request);
  if (!arguments.ok()) return nullptr;
  if (!complete) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "expected ifname, address and (to set) mac");
    return nullptr;
  }
  const char* step = name;
  int fd = SocketIn(netns, AF_INET, SOCK_DGRAM, 0, &step);
  if (fd < 0) return ThrowErrno(env, -fd, step, netns);
  int error = ioctl(fd, call, &request) == 0 ? 0 : errno;
  close(fd);
  if (call == SIOCGARP && error == ENXIO) return nullptr;  // no such entry
  if (error != 0) return ThrowErrno(env, error, name, request.arp_dev);
  if (call != SIOCGARP) return nullptr;
  napi_value result, mac;
  void* data = nullptr;
  napi_create_object(env, &result);
  napi_create_buffer_copy(env, 6, request.arp_ha.sa_data, &data, &mac);
  napi_set_named_property(env, result, "mac", mac);
  napi_set_named_property(env, result, "flags", Number(env, request.arp_flags));
  return result;
}

}  // namespace

int SocketIn(const std::string& netns, int family, int type, int protocol, const char** step) {
  return Within(netns, step, [&] {
    int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    if (fd < 0) *step = "socket";
    return fd < 0 ? -errno : fd;
  });
}

// openDescriptor({netns?, family: 4|6, datagram?, address?: bytes, port?, bind?, v6only?}): fd. A non-blocking socket that
// net.Server.listen({fd}), new net.Socket({fd}) or dgram.bind({fd}) takes over.
napi_value OpenDescriptor(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  std::string netns = arguments.Text(0, "netns", 4095);
  bool v6 = arguments.Uint(0, "family", 4, 6, 4) != 4;
  bool datagram = arguments.Flag(0, "datagram"), wants_bind = arguments.Flag(0, "bind");
  int v6only = arguments.Flag(0, "v6only");
  uint32_t port = arguments.Uint(0, "port", 0, 65535, 0);
  uint32_t scope = arguments.Uint(0, "scope", 0, INT32_MAX, 0);
  sockaddr_in v4{AF_INET, htons(static_cast<uint16_t>(port)), {}, {}};
  sockaddr_in6 v6_name{AF_INET6, htons(static_cast<uint16_t>(port)), 0, {}, scope};
  void* address = v6 ? static_cast<void*>(&v6_name.sin6_addr) : &v4.sin_addr;
  std::string bytes = arguments.Bytes(arguments.Member(0, "address"), "address", v6 ? 16 : 4, v6 ? 16 : 4);
  memcpy(address, bytes.data(), bytes.size());
  if (!arguments.ok()) return nullptr;
  const char* step = "socket";
  int fd = SocketIn(netns, v6 ? AF_INET6 : AF_INET, datagram ? SOCK_DGRAM : SOCK_STREAM, 0, &step);
  if (fd < 0) return ThrowErrno(env, -fd, step, netns);
  int on = 1, error = 0;
  auto* name = v6 ? reinterpret_cast<sockaddr*>(&v6_name) : reinterpret_cast<sockaddr*>(&v4);
  if (v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only) != 0) error = errno;
  if (!datagram && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) error = errno;
  if (error == 0 && wants_bind && bind(fd, name, v6 ? sizeof v6_name : sizeof v4) != 0) error = errno;
  if (error == 0) return Number(env, fd);
  close(fd);
  return ThrowErrno(env, error, "bind", "port " + std::to_string(port));
}

// interfaces({netns?}): [{index, name}, …] of all interfaces, up or down.
napi_value Interfaces(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  std::string netns = arguments.Text(0, "netns", 4095);
  if (!arguments.ok()) return nullptr;
  const char* step = "if_nameindex";
  struct if_nameindex* list = nullptr;
  int error = Within(netns, &step, [&] { return (list = if_nameindex()) == nullptr ? -errno : 0; });
  if (list == nullptr) return ThrowErrno(env, -error, step, netns);
  napi_value result, entry, name;
  napi_create_array(env, &result);
  uint32_t count = 0;
  for (auto* at = list; at->if_index != 0; at++) {
    napi_create_object(env, &entry);
    napi_create_string_utf8(env, at->if_name, NAPI_AUTO_LENGTH, &name);
    napi_set_named_property(env, entry, "index", Number(env, at->if_index));
    napi_set_named_property(env, entry, "name", name);
    napi_set_element(env, result, count++, entry);
  }
  if_freenameindex(list);
  return result;
}

// arpSet({netns?, ifname, address, mac}): a permanent entry, in place of any other for this address.
napi_value ArpSet(napi_env env, napi_callback_info info) { return Arp(env, info, SIOCSARP, "SIOCSARP"); }
// arpGet({netns?, ifname, address}): {mac, flags}, or undefined.
napi_value ArpGet(napi_env env, napi_callback_info info) { return Arp(env, info, SIOCGARP, "SIOCGARP"); }
// arpDelete({netns?, ifname, address})
napi_value ArpDelete(napi_env env, napi_callback_info info) { return Arp(env, info, SIOCDARP, "SIOCDARP"); }

}  // namespace pirack
