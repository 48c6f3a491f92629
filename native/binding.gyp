# The one native add-on: generic batched socket I/O, and mounts without a child process (Node-API 9, C API only, Linux only).
# `node-gyp rebuild --asan=1` builds it with AddressSanitizer for test/net/asan.test.ts.
{
  'variables': { 'asan%': 0 },
  'targets': [
    {
      'target_name': 'pirack_net',
      'sources': ['module.cc', 'arguments.cc', 'buffers.cc', 'files.cc', 'open.cc', 'receive.cc', 'send.cc', 'socket.cc', 'system.cc'],
      'defines': ['NAPI_VERSION=9', '_GNU_SOURCE'],
      'cflags': ['-Wall', '-Wextra', '-Wshadow', '-fvisibility=hidden'],
      'conditions': [
        ['asan==1', {
          'cflags': ['-fsanitize=address', '-fno-omit-frame-pointer', '-g', '-O1'],
          'ldflags': ['-fsanitize=address']
        }]
      ]
    }
  ]
}
