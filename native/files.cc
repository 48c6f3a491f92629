// Mounts and btrfs snapshots, as promises: the calls are made by a thread of the pool, because a disk may keep them
// waiting, and none of them needs a child process.
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <functional>

#include "pirack_net.h"

namespace pirack {

namespace {

constexpr size_t kMaxPath = 4095;
// mount(2) copies one page of options and cuts off the rest without a word.
constexpr size_t kMaxData = 4095;

// What a thread of the pool works on. `call` gives a result from 0 on, or -errno, and names its step; it touches no
// JavaScript.
struct Work {
  napi_async_work handle = nullptr;
  napi_deferred deferred = nullptr;
  std::function<int64_t(Work*)> call;
  const char* step = "";
  std::string detail;
  bool counts = false;  // resolves with the result; with nothing otherwise
  int64_t result = 0;
};

void Execute(napi_env, void* data) {
  auto* work = static_cast<Work*>(data);
  work->result = work->call(work);
}

void Complete(napi_env env, napi_status status, void* data) {
  auto* work = static_cast<Work*>(data);
  int64_t result = status == napi_ok ? work->result : -ECANCELED;
  napi_value value = nullptr;
  if (result < 0) {
    napi_reject_deferred(env, work->deferred, ErrnoError(env, static_cast<int>(-result), work->step, work->detail));
  } else {
    if (work->counts) value = Number(env, static_cast<double>(result));
    else napi_get_undefined(env, &value);
    napi_resolve_deferred(env, work->deferred, value);
  }
  napi_delete_async_work(env, work->handle);
  delete work;
}

// Takes `work` over and gives its promise.
napi_value Start(napi_env env, Work* work) {
  napi_value promise = nullptr, name = nullptr;
  napi_create_string_utf8(env, "pirack_net:files", NAPI_AUTO_LENGTH, &name);
  if (napi_create_promise(env, &work->deferred, &promise) != napi_ok ||
      napi_create_async_work(env, nullptr, name, Execute, Complete, work, &work->handle) != napi_ok) {
    delete work;
    napi_throw_error(env, nullptr, "pirack_net: no promise could be made");
    return nullptr;
  }
  if (napi_queue_async_work(env, work->handle) != napi_ok) {
    napi_delete_async_work(env, work->handle);
    delete work;
    napi_throw_error(env, nullptr, "pirack_net: nothing more can be begun");
    return nullptr;
  }
  return promise;
}

napi_value Missing(napi_env env, const char* expected) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", expected);
  return nullptr;
}

int OpenDirectory(Work* work, const std::string& path) {
  work->step = "open";
  work->detail = path;
  return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int64_t SnapshotInto(Work* work, const std::string& source, const std::string& directory, const std::string& name) {
  int from = OpenDirectory(work, source);
  if (from < 0) return -errno;
  int to = OpenDirectory(work, directory);
  int64_t result = to < 0 ? -errno : 0;
  if (to >= 0) {
    btrfs_ioctl_vol_args_v2 request{};
    request.fd = from;
    memcpy(request.name, name.c_str(), name.size() + 1);
    work->step = "BTRFS_IOC_SNAP_CREATE_V2";
    work->detail = source + " in " + directory;
    if (ioctl(to, BTRFS_IOC_SNAP_CREATE_V2, &request) != 0) result = -errno;
    close(to);
  }
  close(from);
  return result;
}

int64_t IdOf(Work* work, const std::string& path) {
  int fd = OpenDirectory(work, path);
  if (fd < 0) return -errno;
  btrfs_ioctl_ino_lookup_args request{};
  request.objectid = BTRFS_FIRST_FREE_OBJECTID;
  work->step = "BTRFS_IOC_INO_LOOKUP";
  int64_t result = ioctl(fd, BTRFS_IOC_INO_LOOKUP, &request) == 0 ? static_cast<int64_t>(request.treeid) : -errno;
  close(fd);
  return result;
}

}  // namespace

napi_value Mount(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  std::string source = arguments.Text(0, "source", kMaxPath), target = arguments.Text(0, "target", kMaxPath);
  std::string type = arguments.Text(0, "type", 64), data = arguments.Text(0, "data", kMaxData);
  uint32_t flags = arguments.Uint(0, "flags", 0, UINT32_MAX, 0);
  if (!arguments.ok()) return nullptr;
  if (source.empty() || target.empty() || type.empty()) return Missing(env, "expected source, target and type");
  auto* work = new Work{};
  work->call = [=](Work* own) -> int64_t {
    own->step = "mount";
    own->detail = "-t " + type + " " + source + " on " + target + (data.empty() ? "" : " with " + data);
    return mount(source.c_str(), target.c_str(), type.c_str(), flags, data.empty() ? nullptr : data.c_str()) == 0 ? 0 : -errno;
  };
  return Start(env, work);
}

napi_value Unmount(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  std::string target = arguments.Text(0, "target", kMaxPath);
  if (!arguments.ok()) return nullptr;
  if (target.empty()) return Missing(env, "expected target");
  auto* work = new Work{};
  work->call = [=](Work* own) -> int64_t {
    own->step = "umount";
    own->detail = target;
    return umount2(target.c_str(), UMOUNT_NOFOLLOW) == 0 ? 0 : -errno;
  };
  return Start(env, work);
}

napi_value Snapshot(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  std::string source = arguments.Text(0, "source", kMaxPath), directory = arguments.Text(0, "directory", kMaxPath);
  std::string name = arguments.Text(0, "name", BTRFS_VOL_NAME_MAX);
  if (!arguments.ok()) return nullptr;
  if (source.empty() || directory.empty() || name.empty()) return Missing(env, "expected source, directory and name");
  auto* work = new Work{};
  work->call = [=](Work* own) { return SnapshotInto(own, source, directory, name); };
  return Start(env, work);
}

napi_value SubvolumeId(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  std::string path = arguments.Text(0, "path", kMaxPath);
  if (!arguments.ok()) return nullptr;
  if (path.empty()) return Missing(env, "expected path");
  auto* work = new Work{};
  work->counts = true;
  work->call = [=](Work* own) { return IdOf(own, path); };
  return Start(env, work);
}

}  // namespace pirack
