/*
 * Matrix products of bf16 operands with f32 sums.
 *
 *   C[M, N] (+)= A[M, K] B[K, N]
 *
 * With one plane an operand is rounded to bf16. With two it is written as the sum of two bf16 numbers, hi = bf16(x) and
 * lo = bf16(x - hi), and three of the four products are added, Ah Bh + Ah Bl + Al Bh: nearly single precision at a third of the
 * speed ("bf16x3"; Henry et al. 2019).
 *
 * Two units can multiply them: AMX tiles (unit_amx.h), or the registers of AVX512-BF16 (unit_pairs.h), one plane only. Both
 * multiply pairs, so that one layout serves them: A lies row by row, B in pairs of rows interleaved, cut into tiles of 16 pairs x
 * 16 columns. K and N are multiples of 32. Rows of C may come in blocks of 16: up to 15 rows past M are read from A and written
 * to C, so both need room for them. A row of C depends on its row of A alone. Where there is neither unit (mode.h) none of this
 * exists.
 *
 * Both units flush: a bf16 number or a sum below 2^-126 counts as 0, and so does a float below it that is to be rounded. They
 * add in another order, so that their bits differ.
 */
#ifndef TILED_H
#define TILED_H

#include <stdbool.h>
#include <stddef.h>

#include "mode.h"
#include "tile_operands.h"

void tiled_product(int planes, size_t m, size_t n, size_t k, TileLeft a, TileRight b, float *c, size_t stride, bool accumulate);

/* Row stride of A: off the powers of two. */
static inline size_t tiled_left_stride(size_t k) { return k + 32; }

/* A <- x, both row-major [m, k]. */
void tiled_left(int planes, const float *x, size_t stride, size_t m, size_t k, TileLeft to);
/* x <- A. */
void tiled_left_floats(int planes, TileLeft from, size_t m, size_t k, float *x, size_t stride);
/* A <- x^T from x [k, m]; k is rounded up to 32 with zeros. */
void tiled_left_transposed(int planes, const float *x, size_t stride, size_t k, size_t m, TileLeft to);
/* B <- x [k, n]; k is rounded up to 32 with zeros. */
void tiled_right(int planes, const float *x, size_t stride, size_t k, size_t n, TileRight to);
/* B <- A: a left operand [k, n] used as a right one; k is rounded up to 32 with zeros. */
void tiled_right_from_left(int planes, TileLeft from, size_t k, size_t n, TileRight to);
/* B <- w^T from w [n, k]; n is rounded up to 32 with zeros. */
void tiled_right_transposed(int planes, const float *w, size_t stride, size_t n, size_t k, TileRight to);

#endif
