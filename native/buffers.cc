// Buffers that are sent without being copied: registered once, then named by number.
#include "pirack_net.h"

namespace pirack {

// registerBody(bytes: Uint8Array): number. Holds a reference until releaseBody.
napi_value RegisterBody(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  arguments.Uint8Array(arguments.at(0), "bytes");
  if (!arguments.ok()) return nullptr;
  Env* own = arguments.env();
  Body body{};
  if (napi_create_reference(env, arguments.at(0), 1, &body.ref) != napi_ok) return nullptr;
  // Numbers are not given twice until 2^32 of them are used, so a stale one never names another buffer.
  do own->last_body++;
  while (own->last_body == 0 || own->bodies.count(own->last_body) != 0);
  own->bodies.emplace(own->last_body, body);
  return Number(env, own->last_body);
}

// releaseBody(id). Messages still queued with it are skipped and reported with EFAULT.
napi_value ReleaseBody(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  uint32_t id = arguments.Uint(0, "body", 1, UINT32_MAX);
  if (!arguments.ok()) return nullptr;
  auto found = arguments.env()->bodies.find(id);
  if (found == arguments.env()->bodies.end()) {
    napi_throw_range_error(env, "ERR_OUT_OF_RANGE", "body: released, or never registered in this thread");
    return nullptr;
  }
  napi_delete_reference(env, found->second.ref);
  arguments.env()->bodies.erase(found);
  return nullptr;
}

// Where the body is now: JavaScript may have detached or shrunk its ArrayBuffer since the last turn.
const Body* FindBody(Env* env, uint32_t id) {
  auto found = env->bodies.find(id);
  if (found == env->bodies.end()) return nullptr;
  Body& body = found->second;
  if (body.turn == env->turn) return &body;
  napi_value value = nullptr;
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_reference_value(env->env, body.ref, &value) != napi_ok || value == nullptr) return nullptr;
  if (napi_get_typedarray_info(env->env, value, nullptr, &length, &data, nullptr, nullptr) != napi_ok) return nullptr;
  body.data = static_cast<const uint8_t*>(data);
  body.length = data == nullptr ? 0 : length;
  body.turn = env->turn;
  return &body;
}

}  // namespace pirack
