// The life of a batch socket: adopted into the event loop, polled, closed by JavaScript or with its thread.
#include <errno.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <unistd.h>

#include "pirack_net.h"

namespace pirack {

namespace {

constexpr uint32_t kMaxRounds = 4;      // full batches per turn, so that one busy socket does not starve the loop
constexpr uint32_t kMaxRefusals = 100;  // socket errors in a row before it counts as broken

// Calls callback(received, errors); received = -1: the arena was detached, or the socket is broken, and it is closed.
void Emit(BatchSocket* socket, int received) {
  napi_env env = socket->owner->env;
  napi_value callback, global, arguments[2], result;
  if (napi_get_reference_value(env, socket->callback, &callback) != napi_ok) return;
  napi_get_global(env, &global);
  arguments[0] = Number(env, received);
  arguments[1] = Number(env, socket->errors);
  socket->errors = 0;
  if (received < 0) CloseSocket(socket);
  napi_async_context context = received < 0 ? nullptr : socket->context;
  if (napi_make_callback(env, context, global, callback, 2, arguments, &result) != napi_pending_exception) return;
  napi_value exception;
  if (napi_get_and_clear_last_exception(env, &exception) == napi_ok) napi_fatal_exception(env, exception);
}

// POLLERR: libuv has stopped polling. Reads the error off the socket and goes on.
bool ClearError(BatchSocket* socket, uint8_t* arena) {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) Report(socket, arena, socket->ifindex, error);
  if (++socket->refusals > kMaxRefusals) return false;
  Watch(socket);
  return true;
}

void OnPoll(uv_poll_t* poll, int status, int events) {
  auto* socket = static_cast<BatchSocket*>(poll->data);
  napi_env env = socket->owner->env;
  napi_handle_scope scope;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  uint8_t* arena = ArenaOf(socket);
  if (arena == nullptr || (status < 0 && !ClearError(socket, arena))) {
    Emit(socket, -1);
  } else {
    if (events & UV_WRITABLE) Drain(socket, arena);
    for (uint32_t round = 0; round < kMaxRounds; round++) {
      int received = status < 0 || events & UV_READABLE ? ReceiveBatch(socket, arena) : 0;
      if (received < 0) {
        Report(socket, arena, socket->ifindex, -received);
        received = 0;
      }
      if (received > 0 || socket->errors > 0) Emit(socket, received);
      if (socket->closed || received < static_cast<int>(socket->receive_slots)) break;
      arena = ArenaOf(socket);
      if (arena == nullptr) {
        Emit(socket, -1);
        break;
      }
    }
  }
  napi_close_handle_scope(env, scope);
}

void OnClosed(uv_handle_t* handle) {
  auto* socket = static_cast<BatchSocket*>(handle->data);
  Env* owner = socket->owner;
  delete socket;
  if (--owner->closing == 0 && owner->ending) napi_remove_async_cleanup_hook(owner->cleanup);
}

}  // namespace

uint8_t* ArenaOf(BatchSocket* socket) {
  napi_env env = socket->owner->env;
  napi_value arena = nullptr;
  void* data = nullptr;
  size_t length = 0;
  if (socket->closed || napi_get_reference_value(env, socket->arena, &arena) != napi_ok || arena == nullptr) return nullptr;
  if (napi_get_arraybuffer_info(env, arena, &data, &length) != napi_ok) return nullptr;
  return data != nullptr && length == socket->arena_bytes() ? static_cast<uint8_t*>(data) : nullptr;
}

void Report(BatchSocket* socket, uint8_t* arena, uint32_t ifindex, int error) {
  if (socket->errors >= kMaxErrors) return;  // the kSkipped count still tells how many there were
  auto* entry = reinterpret_cast<uint32_t*>(arena + kStateBytes) + size_t{2} * socket->errors++;
  entry[0] = ifindex;
  entry[1] = static_cast<uint32_t>(error);
}

void Watch(BatchSocket* socket) {
  uv_poll_start(&socket->poll, UV_READABLE | (socket->wants_writable ? UV_WRITABLE : 0), OnPoll);
}

napi_value Adopt(Env* owner, BatchSocket* socket, napi_value callback) {
  napi_env env = owner->env;
  napi_value arena = nullptr, name = nullptr, result = nullptr;
  void* data = nullptr;
  if (napi_create_arraybuffer(env, socket->arena_bytes(), &data, &arena) != napi_ok || data == nullptr) {
    close(socket->fd);
    delete socket;
    napi_throw_error(env, "ERR_MEMORY_ALLOCATION_FAILED", "no memory for the socket's buffers");
    return nullptr;
  }
  if (int status = uv_poll_init(owner->loop, &socket->poll, socket->fd); status != 0) {
    close(socket->fd);
    delete socket;
    return ThrowErrno(env, -status, "epoll", "");
  }
  socket->owner = owner;
  socket->poll.data = socket;
  do owner->last_socket++;
  while (owner->last_socket == 0 || owner->sockets.count(owner->last_socket) != 0);
  socket->id = owner->last_socket;
  owner->sockets.emplace(socket->id, socket);
  napi_create_reference(env, arena, 1, &socket->arena);
  napi_create_reference(env, callback, 1, &socket->callback);
  napi_create_string_utf8(env, "pirack_net", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, nullptr, name, &socket->context);
  Watch(socket);
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "id", Number(env, socket->id));
  napi_set_named_property(env, result, "arena", arena);
  sockaddr_in6 bound{};  // sin_port and sin6_port are at the same place
  socklen_t length = sizeof bound;
  bool port = socket->kind == Kind::kUdp4 || socket->kind == Kind::kUdp6;
  if (port) getsockname(socket->fd, reinterpret_cast<sockaddr*>(&bound), &length);
  napi_set_named_property(env, result, "port", Number(env, port ? ntohs(bound.sin6_port) : 0));
  napi_set_named_property(env, result, "ifindex", Number(env, socket->ifindex));
  return result;
}

void CloseSocket(BatchSocket* socket) {
  if (socket->closed) return;
  socket->closed = true;
  Env* owner = socket->owner;
  owner->sockets.erase(socket->id);
  owner->closing++;
  uv_close(reinterpret_cast<uv_handle_t*>(&socket->poll), OnClosed);
  close(socket->fd);
  napi_delete_reference(owner->env, socket->arena);
  napi_delete_reference(owner->env, socket->callback);
  napi_async_destroy(owner->env, socket->context);
}

// flush(socket, added): sends the records added to the ring since the last flush; returns how many errors the table holds.
napi_value Flush(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  BatchSocket* socket = arguments.Socket(0);
  uint32_t room = socket == nullptr ? 0 : socket->send_slots - socket->pending;
  uint32_t added = arguments.Uint(1, "added", 0, room);
  if (!arguments.ok()) return nullptr;
  uint8_t* arena = ArenaOf(socket);
  if (arena == nullptr) {
    CloseSocket(socket);
    napi_throw_error(env, "ERR_INVALID_STATE", "the socket's buffer was detached: it is closed now");
    return nullptr;
  }
  bool blocked = socket->pending > 0;
  socket->pending += added;
  if (!blocked) Drain(socket, arena);
  uint32_t errors = socket->errors;
  socket->errors = 0;
  return Number(env, errors);
}

napi_value Close(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  BatchSocket* socket = arguments.Socket(0);
  if (arguments.ok()) CloseSocket(socket);
  return nullptr;
}

// setRef(socket, keepsProcessAlive)
napi_value SetRef(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  BatchSocket* socket = arguments.Socket(0);
  bool ref = arguments.Bool(1, "ref");
  if (!arguments.ok()) return nullptr;
  auto* handle = reinterpret_cast<uv_handle_t*>(&socket->poll);
  if (ref) {
    uv_ref(handle);
  } else {
    uv_unref(handle);
  }
  return nullptr;
}

// membership6(socket, ifindex, group: 16 bytes, join)
napi_value Membership6(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  BatchSocket* socket = arguments.Socket(0);
  uint32_t ifindex = arguments.Uint(1, "ifindex", 1, INT32_MAX);
  std::string group = arguments.Bytes(arguments.at(2), "group", 16, 16);
  bool join = arguments.Bool(3, "join");
  if (!arguments.ok()) return nullptr;
  ipv6_mreq request{};
  memcpy(&request.ipv6mr_multiaddr, group.data(), group.size());
  request.ipv6mr_interface = ifindex;
  int option = join ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP;
  if (setsockopt(socket->fd, IPPROTO_IPV6, option, &request, sizeof request) == 0) return nullptr;
  return ThrowErrno(env, errno, join ? "IPV6_ADD_MEMBERSHIP" : "IPV6_DROP_MEMBERSHIP", "ifindex " + std::to_string(ifindex));
}

// drops(socket): messages the kernel threw away because nobody fetched them in time.
napi_value Drops(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  BatchSocket* socket = arguments.Socket(0);
  if (!arguments.ok()) return nullptr;
  uint32_t memory[SK_MEMINFO_VARS] = {};
  socklen_t length = sizeof memory;
  if (getsockopt(socket->fd, SOL_SOCKET, SO_MEMINFO, memory, &length) != 0) return ThrowErrno(env, errno, "SO_MEMINFO", "");
  return Number(env, memory[SK_MEMINFO_DROPS]);
}

}  // namespace pirack
