/* Products of tiled.c on AMX: a block of C of two by two tiles, or one by two, stays in the tile registers. */
#ifndef UNIT_AMX_H
#define UNIT_AMX_H

#include <stdbool.h>

#include "../machine/tiles.h"
#include "../machine/vector.h"
#include "tile_operands.h"

enum {
  TOGETHER = 32, /* rows of a block of C */
  DEPTH = 512    /* steps of k between two visits of C */
};

INLINE void unit_begin(void) { tiles_configure(); }

/* Tiles: C 0 1 / 2 3, A 4 / 5 (rows 0-15 / 16-31), B 6 7 (columns 0-15, 16-31). Products of one step of 32 k. */
INLINE void step_two(const bf16 *a0, const bf16 *a1, size_t a_bytes, const bf16 *b) {
  _tile_loadd(4, a0, a_bytes);
  _tile_loadd(6, b, 64);
  _tile_dpbf16ps(0, 4, 6);
  _tile_loadd(7, b + TILE, 64);
  _tile_dpbf16ps(1, 4, 7);
  _tile_loadd(5, a1, a_bytes);
  _tile_dpbf16ps(2, 5, 6);
  _tile_dpbf16ps(3, 5, 7);
}

INLINE void step_one(const bf16 *a, size_t a_bytes, const bf16 *b) {
  _tile_loadd(4, a, a_bytes);
  _tile_loadd(6, b, 64);
  _tile_dpbf16ps(0, 4, 6);
  _tile_loadd(7, b + TILE, 64);
  _tile_dpbf16ps(1, 4, 7);
}

/* The three products of split operands, small ones first: Ah Bl, Ah Bh, Al Bh. Every tile is loaded once. */
INLINE void step_two_split(const bf16 *a0, const bf16 *a1, size_t a_plane, size_t a_bytes, const bf16 *b, size_t b_plane) {
  step_two(a0, a1, a_bytes, b + b_plane);
  _tile_loadd(6, b, 64);
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(2, 5, 6);
  _tile_loadd(7, b + TILE, 64);
  _tile_dpbf16ps(1, 4, 7);
  _tile_dpbf16ps(3, 5, 7);
  _tile_loadd(4, a0 + a_plane, a_bytes);
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(1, 4, 7);
  _tile_loadd(5, a1 + a_plane, a_bytes);
  _tile_dpbf16ps(2, 5, 6);
  _tile_dpbf16ps(3, 5, 7);
}

INLINE void step_one_split(const bf16 *a, size_t a_plane, size_t a_bytes, const bf16 *b, size_t b_plane) {
  step_one(a, a_bytes, b + b_plane);
  _tile_loadd(6, b, 64);
  _tile_dpbf16ps(0, 4, 6);
  _tile_loadd(7, b + TILE, 64);
  _tile_dpbf16ps(1, 4, 7);
  _tile_loadd(4, a + a_plane, a_bytes);
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(1, 4, 7);
}

/* 32 x 32 of C. */
INLINE void block_two(int planes, size_t depth, TileLeft a, const bf16 *at, TileRight b, const bf16 *right, float *c,
                      size_t stride, bool accumulate) {
  const size_t c_bytes = stride * sizeof(float), a_bytes = a.stride * sizeof(bf16);
  if (accumulate) {
    _tile_loadd(0, c, c_bytes);
    _tile_loadd(1, c + 16, c_bytes);
    _tile_loadd(2, c + 16 * stride, c_bytes);
    _tile_loadd(3, c + 16 * stride + 16, c_bytes);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  const bf16 *below = at + 16 * a.stride;
  for (size_t k = 0; k < depth; k += 32, at += 32, below += 32, right += 2 * TILE) {
    if (planes == 1) step_two(at, below, a_bytes, right);
    else step_two_split(at, below, a.plane, a_bytes, right, b.plane);
  }
  _tile_stored(0, c, c_bytes);
  _tile_stored(1, c + 16, c_bytes);
  _tile_stored(2, c + 16 * stride, c_bytes);
  _tile_stored(3, c + 16 * stride + 16, c_bytes);
}

/* 16 x 32 of C. */
INLINE void block_one(int planes, size_t depth, TileLeft a, const bf16 *at, TileRight b, const bf16 *right, float *c,
                      size_t stride, bool accumulate) {
  const size_t c_bytes = stride * sizeof(float), a_bytes = a.stride * sizeof(bf16);
  if (accumulate) {
    _tile_loadd(0, c, c_bytes);
    _tile_loadd(1, c + 16, c_bytes);
  } else {
    _tile_zero(0);
    _tile_zero(1);
  }
  for (size_t k = 0; k < depth; k += 32, at += 32, right += 2 * TILE) {
    if (planes == 1) step_one(at, a_bytes, right);
    else step_one_split(at, a.plane, a_bytes, right, b.plane);
  }
  _tile_stored(0, c, c_bytes);
  _tile_stored(1, c + 16, c_bytes);
}

/* Up to TOGETHER rows x 32 columns of C. */
INLINE void block(int planes, size_t rows, size_t depth, TileLeft a, const bf16 *at, TileRight b, const bf16 *right, float *c,
                  size_t stride, bool accumulate) {
  if (rows > 16) block_two(planes, depth, a, at, b, right, c, stride, accumulate);
  else block_one(planes, depth, a, at, b, right, c, stride, accumulate);
}

#endif
