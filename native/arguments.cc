// Reading arguments, and the JS errors for bad ones.
#include <cmath>
#include <cstring>

#include "pirack_net.h"

namespace pirack {

Arguments::Arguments(napi_env env, napi_callback_info info) : js_(env) {
  size_t count = 4;
  napi_get_cb_info(env, info, &count, values_, nullptr, nullptr);
  void* data = nullptr;
  if (napi_get_instance_data(env, &data) != napi_ok || data == nullptr || static_cast<Env*>(data)->ending) {
    Fail(false, "this thread is ending");
  }
  env_ = static_cast<Env*>(data);
}

void Arguments::Fail(bool range, const std::string& message) {
  if (!ok_) return;
  ok_ = false;
  bool pending = false;
  napi_is_exception_pending(js_, &pending);
  if (pending) return;  // a getter of the options object threw: that error is the better one
  if (range) {
    napi_throw_range_error(js_, "ERR_OUT_OF_RANGE", message.c_str());
  } else {
    napi_throw_type_error(js_, "ERR_INVALID_ARG_TYPE", message.c_str());
  }
}

uint32_t Arguments::CheckedUint(napi_value value, const char* name, uint32_t min, uint32_t max) {
  double number = 0;
  if (!ok_) return 0;
  if (napi_get_value_double(js_, value, &number) != napi_ok) {
    Fail(false, std::string(name) + ": expected a number");
    return 0;
  }
  if (!(number >= min && number <= max) || number != std::floor(number)) {  // also refuses NaN
    Fail(true, std::string(name) + ": expected an integer from " + std::to_string(min) + " to " + std::to_string(max));
    return 0;
  }
  return static_cast<uint32_t>(number);
}

uint32_t Arguments::Uint(size_t index, const char* name, uint32_t min, uint32_t max) {
  return CheckedUint(values_[index], name, min, max);
}

bool Arguments::Bool(size_t index, const char* name) {
  bool value = false;
  if (ok_ && napi_get_value_bool(js_, values_[index], &value) != napi_ok) Fail(false, std::string(name) + ": expected a boolean");
  return value;
}

void Arguments::Uint8Array(napi_value value, const char* name) {
  bool typed = false;
  napi_typedarray_type type = napi_int8_array;
  if (!ok_) return;
  napi_is_typedarray(js_, value, &typed);
  if (typed) napi_get_typedarray_info(js_, value, &type, nullptr, nullptr, nullptr, nullptr);
  if (type != napi_uint8_array) Fail(false, std::string(name) + ": expected a Uint8Array");
}

std::string Arguments::Bytes(napi_value value, const char* name, size_t min, size_t max) {
  void* data = nullptr;
  size_t length = 0;
  if (value == nullptr) return {};
  Uint8Array(value, name);
  if (!ok_) return {};
  napi_get_typedarray_info(js_, value, nullptr, &length, &data, nullptr, nullptr);
  if (length < min || length > max) {
    Fail(true, std::string(name) + ": expected " + std::to_string(min) + " to " + std::to_string(max) + " bytes");
    return {};
  }
  return length == 0 ? std::string() : std::string(static_cast<const char*>(data), length);
}

napi_value Arguments::Function(size_t index, const char* name) {
  napi_valuetype type = napi_undefined;
  if (ok_) napi_typeof(js_, values_[index], &type);
  if (type != napi_function) Fail(false, std::string(name) + ": expected a function");
  return values_[index];
}

BatchSocket* Arguments::Socket(size_t index) {
  uint32_t id = CheckedUint(values_[index], "socket", 1, UINT32_MAX);
  if (!ok_) return nullptr;
  auto found = env_->sockets.find(id);
  if (found != env_->sockets.end()) return found->second;
  Fail(true, "socket: closed, or never opened in this thread");
  return nullptr;
}

napi_value Arguments::Member(size_t index, const char* name) {
  napi_value value = nullptr;
  napi_valuetype type = napi_undefined;
  if (!ok_) return nullptr;
  napi_typeof(js_, values_[index], &type);
  if (type != napi_object) {
    Fail(false, "expected an options object");
    return nullptr;
  }
  if (napi_get_named_property(js_, values_[index], name, &value) != napi_ok) {
    Fail(false, std::string(name) + ": cannot be read");
    return nullptr;
  }
  napi_typeof(js_, value, &type);
  return type == napi_undefined ? nullptr : value;
}

uint32_t Arguments::Uint(size_t index, const char* name, uint32_t min, uint32_t max, uint32_t fallback) {
  napi_value value = Member(index, name);
  return value == nullptr ? fallback : CheckedUint(value, name, min, max);
}

bool Arguments::Flag(size_t index, const char* name) {
  napi_value value = Member(index, name);
  bool flag = false;
  if (value != nullptr && napi_get_value_bool(js_, value, &flag) != napi_ok) Fail(false, std::string(name) + ": expected a boolean");
  return flag;
}

std::string Arguments::Text(size_t index, const char* name, size_t max) {
  napi_value value = Member(index, name);
  size_t length = 0;
  if (value == nullptr) return {};
  if (napi_get_value_string_utf8(js_, value, nullptr, 0, &length) != napi_ok) {
    Fail(false, std::string(name) + ": expected a string");
    return {};
  }
  if (length == 0 || length > max) {
    Fail(true, std::string(name) + ": expected 1 to " + std::to_string(max) + " bytes of text");
    return {};
  }
  std::string text(length, '\0');
  napi_get_value_string_utf8(js_, value, text.data(), length + 1, nullptr);
  if (text.find('\0') != std::string::npos) Fail(true, std::string(name) + ": contains a NUL");
  return text;
}

napi_value Number(napi_env env, double value) {
  napi_value number = nullptr;
  napi_create_double(env, value, &number);
  return number;
}

napi_value ErrnoError(napi_env env, int error, const char* syscall, const std::string& detail) {
  char code[64], reason[128];
  uv_err_name_r(-error, code, sizeof code);
  uv_strerror_r(-error, reason, sizeof reason);
  std::string message = std::string(syscall) + (detail.empty() ? "" : " " + detail) + ": " + code + ", " + reason;
  napi_value code_value, text, name, exception;
  napi_create_string_utf8(env, code, NAPI_AUTO_LENGTH, &code_value);
  napi_create_string_utf8(env, message.c_str(), NAPI_AUTO_LENGTH, &text);
  napi_create_string_utf8(env, syscall, NAPI_AUTO_LENGTH, &name);
  napi_create_error(env, code_value, text, &exception);
  napi_set_named_property(env, exception, "syscall", name);
  napi_set_named_property(env, exception, "errno", Number(env, -error));
  return exception;
}

napi_value ThrowErrno(napi_env env, int error, const char* syscall, const std::string& detail) {
  napi_throw(env, ErrnoError(env, error, syscall, detail));
  return nullptr;
}

}  // namespace pirack
