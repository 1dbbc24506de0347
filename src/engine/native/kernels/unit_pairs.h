/*
 * Products of tiled.c with AVX512-BF16: a block of C stays in registers, and VDPBF16PS adds to sixteen of its numbers the two
 * products of a pair each, the odd element's first, each sum rounded once.
 */
#ifndef UNIT_PAIRS_H
#define UNIT_PAIRS_H

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "../machine/vector.h"
#include "tile_operands.h"

enum {
  TOGETHER = 8, /* rows of a block of C: 8 x 2 registers */
  DEPTH = 256   /* steps of k between two visits of C: a strip of B stays in the first-level cache */
};

INLINE void unit_begin(void) {}

INLINE __m512bh pairs(const bf16 *at) { return (__m512bh)_mm512_loadu_si512(at); }
INLINE __m512bh same_pair(const bf16 *at) {
  int32_t pair;
  memcpy(&pair, at, sizeof pair);
  return (__m512bh)_mm512_set1_epi32(pair);
}

/* `rows` is a compile-time constant at every call below. */
INLINE void block_rows(const int rows, size_t depth, const bf16 *at, size_t row, const bf16 *right, float *c, size_t stride,
                       bool accumulate) {
  const __mmask16 present = accumulate ? 0xffff : 0; /* what of C there is already; the rest is read as 0 */
  __m512 total[TOGETHER][2];
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < 2; j++) total[i][j] = _mm512_maskz_loadu_ps(present, c + (size_t)i * stride + j * 16);
  for (size_t k = 0; k < depth; k += 32, at += 32, right += 2 * TILE)
    for (size_t pair = 0; pair < 16; pair++) {
      const __m512bh b[2] = {pairs(right + pair * 32), pairs(right + pair * 32 + TILE)};
      for (int i = 0; i < rows; i++) {
        const __m512bh a = same_pair(at + (size_t)i * row + pair * 2);
        for (int j = 0; j < 2; j++) total[i][j] = _mm512_dpbf16_ps(total[i][j], a, b[j]);
      }
    }
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < 2; j++) _mm512_storeu_ps(c + (size_t)i * stride + j * 16, total[i][j]);
}

#define CASE(ROWS) \
  case ROWS: block_rows(ROWS, depth, at, a.stride, right, c, stride, accumulate); break;

/* Up to TOGETHER rows x 32 columns of C. */
static void block(int planes, size_t rows, size_t depth, TileLeft a, const bf16 *at, TileRight b, const bf16 *right, float *c,
                  size_t stride, bool accumulate) {
  (void)planes; /* one, and so nothing of a or b lies elsewhere */
  (void)b;
  switch (rows) {
    CASE(1)
    CASE(2)
    CASE(3)
    CASE(4)
    CASE(5)
    CASE(6)
    CASE(7)
    default: block_rows(8, depth, at, a.stride, right, c, stride, accumulate); break;
  }
}

#undef CASE

#endif
