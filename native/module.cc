// Registration: one Env per thread that loads the add-on, closed with that thread.
#include <initializer_list>
#include <utility>

#include "pirack_net.h"

namespace {

using pirack::Env;

// The thread (or process) ends: close every socket, and let it wait until libuv has let go of them.
void Ending(napi_async_cleanup_hook_handle handle, void* data) {
  auto* own = static_cast<Env*>(data);
  own->ending = true;
  own->cleanup = handle;
  while (!own->sockets.empty()) pirack::CloseSocket(own->sockets.begin()->second);
  for (auto& [id, body] : own->bodies) napi_delete_reference(own->env, body.ref);
  own->bodies.clear();
  if (own->closing == 0) napi_remove_async_cleanup_hook(handle);
}

void Free(napi_env, void* data, void*) { delete static_cast<Env*>(data); }

}  // namespace

NAPI_MODULE_INIT() {
  auto* own = new Env();
  own->env = env;
  if (napi_get_uv_event_loop(env, &own->loop) != napi_ok || napi_set_instance_data(env, own, Free, nullptr) != napi_ok) {
    delete own;
    napi_throw_error(env, nullptr, "pirack_net: no event loop");
    return nullptr;
  }
  napi_add_async_cleanup_hook(env, Ending, own, nullptr);
  for (auto [name, function] : std::initializer_list<std::pair<const char*, napi_callback>>{
           {"openUdp4", pirack::OpenUdp4},
           {"openUdp6", pirack::OpenUdp6},
           {"openIcmp6", pirack::OpenIcmp6},
           {"openPacket", pirack::OpenPacket},
           {"flush", pirack::Flush},
           {"close", pirack::Close},
           {"setRef", pirack::SetRef},
           {"membership6", pirack::Membership6},
           {"drops", pirack::Drops},
           {"registerBody", pirack::RegisterBody},
           {"releaseBody", pirack::ReleaseBody},
           {"openDescriptor", pirack::OpenDescriptor},
           {"interfaces", pirack::Interfaces},
           {"arpSet", pirack::ArpSet},
           {"arpGet", pirack::ArpGet},
           {"arpDelete", pirack::ArpDelete},
           {"mount", pirack::Mount},
           {"unmount", pirack::Unmount},
           {"snapshot", pirack::Snapshot},
           {"subvolumeId", pirack::SubvolumeId},
       }) {
    napi_value value;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
    napi_set_named_property(env, exports, name, value);
  }
  napi_set_named_property(env, exports, "layout", pirack::Number(env, pirack::kLayout));
  return exports;
}
