#define _GNU_SOURCE
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

enum { PADDING = 4096, HUGE_PAGE = 2 << 20, WORTH_ASKING = 64 << 20 };

/*
 * Whether the machine has this much memory left. Linux promises memory it does not have and kills the process when it is touched, so
 * large requests are held against what the kernel says is available.
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

void *memory_take(size_t bytes) {
  if (bytes > SIZE_MAX / 2 || !is_available(bytes)) return NULL;
  const size_t alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : 64;
  const size_t size = round_up(bytes + PADDING, alignment);
  void *memory = NULL;
  if (posix_memalign(&memory, alignment, size) != 0) return NULL;
#if defined(__linux__)
  if (alignment == HUGE_PAGE) madvise(memory, size, MADV_HUGEPAGE);
#endif
  memset(memory, 0, size);
  return memory;
}

void memory_release(void *memory) { free(memory); }

float *arena_floats(Arena *arena, size_t count) {
  float *floats = arena->base ? (float *)(void *)(arena->base + arena->used) : NULL;
  arena->used += round_up(count * sizeof(float) + 64, 64); /* 64 spare bytes: a register may be read past the end */
  return floats;
}
