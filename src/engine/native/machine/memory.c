#define _GNU_SOURCE
#include "memory.h"

#include <stdlib.h>
#include <string.h>

enum { PADDING = 4096 };

#if defined(__linux__)

#include <stdio.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20, WORTH_ASKING = 64 << 20 };

/*
 * Whether the machine has this much memory left. Linux promises memory it does not have and kills the process when it is touched,
 * so large requests are held against what the kernel says is available.
 */
static int is_available(size_t bytes) {
  unsigned long long kibibytes = 0;
  char line[128];
  FILE *file = bytes < WORTH_ASKING ? NULL : fopen("/proc/meminfo", "r");
  if (!file) return 1;
  int known = 0;
  while (!known && fgets(line, sizeof line, file)) known = sscanf(line, "MemAvailable: %llu kB", &kibibytes) == 1;
  fclose(file);
  return !known || bytes / 1024 < kibibytes;
}

static void *take(size_t bytes) {
  const size_t alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : 64;
  void *memory = NULL;
  if (!is_available(bytes) || posix_memalign(&memory, alignment, round_up(bytes, alignment)) != 0) return NULL;
  if (alignment == HUGE_PAGE) madvise(memory, round_up(bytes, alignment), MADV_HUGEPAGE);
  return memory;
}

#else

static void *take(size_t bytes) {
  void *memory = NULL;
  return posix_memalign(&memory, 64, round_up(bytes, 64)) == 0 ? memory : NULL;
}

#endif

void *memory_take(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return NULL;
  void *memory = take(bytes + PADDING);
  return memory ? memset(memory, 0, bytes + PADDING) : NULL;
}

void memory_release(void *memory) { free(memory); }

float *arena_floats(Arena *arena, size_t count) {
  float *floats = arena->base ? (float *)(void *)(arena->base + arena->used) : NULL;
  const size_t bytes = round_up(count * sizeof(float) + 64, 64); /* 64 spare bytes: a register may be read past the end */
  arena->used = arena->used <= SIZE_MAX - bytes ? arena->used + bytes : SIZE_MAX;
  return floats;
}
