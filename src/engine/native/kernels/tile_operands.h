/* Operands of the products in tiled.h: bf16 numbers, and where they lie. */
#ifndef TILE_OPERANDS_H
#define TILE_OPERANDS_H

#include <stddef.h>
#include <stdint.h>

typedef uint16_t bf16;

enum { TILE = 512 }; /* elements of a tile of B: 16 pairs of rows x 16 columns */

/* Row-major operand: element (i, k) of plane p at at[p * plane + i * stride + k]. */
typedef struct {
  bf16 *at;
  size_t plane, stride;
} TileLeft;

/* Tiled operand: columns in strips of 32; `strip` elements from one to the next. */
typedef struct {
  bf16 *at;
  size_t plane, strip;
} TileRight;

/* Views from a row, a depth, a strip of 32 columns on. */
static inline TileLeft rows_from(TileLeft a, size_t row) {
  a.at += row * a.stride;
  return a;
}
static inline TileRight depth_from(TileRight b, size_t k) {
  b.at += k * 32;
  return b;
}
static inline TileRight strip_from(TileRight b, size_t strip) {
  b.at += strip * b.strip;
  return b;
}

#endif
