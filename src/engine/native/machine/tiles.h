/*
 * The AMX tile unit: eight registers of 16 rows of 64 bytes. Linux lends them to a process that asks; a thread configures them
 * before its first product. Variants of the engine that are compiled without tiles have HAVE_TILES 0, and asking is refused.
 */
#ifndef TILES_H
#define TILES_H

#include <stdbool.h>

#if defined(__AMX_BF16__) && defined(__AVX512BF16__)
#define HAVE_TILES 1

#include <immintrin.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Asks the kernel for the tile registers, once per process. False where it refuses. */
static inline bool tiles_request(void) {
  enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
  return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}

/* All eight registers in their full size. The configuration belongs to the thread. */
static inline void tiles_configure(void) {
  static _Thread_local bool configured = false;
  if (configured) return;
  struct __attribute__((packed)) {
    uint8_t palette, start, reserved[14];
    uint16_t bytes[16];
    uint8_t rows[16];
  } configuration = {.palette = 1};
  for (int i = 0; i < 8; i++) {
    configuration.bytes[i] = 64;
    configuration.rows[i] = 16;
  }
  _tile_loadconfig(&configuration);
  configured = true;
}

#else
#define HAVE_TILES 0

static inline bool tiles_request(void) { return false; }

#endif

#endif
