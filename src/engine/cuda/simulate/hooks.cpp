/*
 * What -fsanitize=thread calls at every load and store of the kernels, with no runtime of its own: each is looked at by
 * checks.h. Compiled without that flag, as everything but the kernels is.
 */
#include <stddef.h>

#include "threads.h"

#define HOOK extern "C" __attribute__((visibility("hidden"))) void
#define ACCESS(bytes)                                                                  \
  HOOK __tsan_read##bytes(void *at) { simulate::touched(at, bytes, false); }           \
  HOOK __tsan_write##bytes(void *at) { simulate::touched(at, bytes, true); }           \
  HOOK __tsan_unaligned_read##bytes(void *at) { simulate::touched(at, bytes, false); } \
  HOOK __tsan_unaligned_write##bytes(void *at) { simulate::touched(at, bytes, true); } \
  HOOK __tsan_read_write##bytes(void *at) { simulate::touched(at, bytes, true); }      \
  HOOK __tsan_unaligned_read_write##bytes(void *at) { simulate::touched(at, bytes, true); }

ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

HOOK __tsan_read_range(void *at, size_t bytes) { simulate::touched(at, bytes, false); }
HOOK __tsan_write_range(void *at, size_t bytes) { simulate::touched(at, bytes, true); }
HOOK __tsan_init() {}
HOOK __tsan_func_entry(void *) {}
HOOK __tsan_func_exit() {}
HOOK __tsan_vptr_update(void **, void *) {}
HOOK __tsan_vptr_read(void **) {}

extern "C" __attribute__((visibility("hidden"))) void *__tsan_memcpy(void *to, const void *from, size_t bytes) {
  simulate::touched(from, bytes, false);
  simulate::touched(to, bytes, true);
  return __builtin_memcpy(to, from, bytes);
}
extern "C" __attribute__((visibility("hidden"))) void *__tsan_memset(void *to, int value, size_t bytes) {
  simulate::touched(to, bytes, true);
  return __builtin_memset(to, value, bytes);
}
