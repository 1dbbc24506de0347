/*
 * Memory of the engine. Every buffer is zeroed, aligned to 64 bytes and padded at its end, so that kernels may read a whole
 * register past the last element. Large ones ask for huge pages. The engine owns all long-lived memory; nothing here ever points
 * into memory of the caller.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* NULL when there is no memory. Free with `memory_release`. */
void *memory_take(size_t bytes);
void memory_release(void *memory);

/*
 * A region handed out from front to back. With base NULL it only counts, so that a layout function run twice first measures and
 * then assigns. More than memory can address counts as SIZE_MAX, which `memory_take` refuses.
 */
typedef struct {
  char *base;
  size_t used;
} Arena;

float *arena_floats(Arena *arena, size_t count);

/* Smallest multiple of `step` that is >= n. */
static inline size_t round_up(size_t n, size_t step) { return (n + step - 1) / step * step; }

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t larger(size_t a, size_t b) { return a > b ? a : b; }

/* Row stride of an activation with `width` columns: off the powers of two, so that rows do not fall into the same cache sets. */
static inline size_t row_stride(size_t width) { return width + 16; }

#endif
