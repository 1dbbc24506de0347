/*
 * What tiled.test.ts calls: the product of tiled.h for dense matrices of any depth and any number of rows, by each way in which
 * operands are laid out.
 */
#include <string.h>

#include "kernels/mode.h"
#include "machine/memory.h"

int kernel_supports(int mode) { return mode_request((Mode)mode); }

#if HAVE_BF16

#include "kernels/tiled.h"

/* [rows, width] with zeros around it. */
static float *padded(const float *x, size_t rows, size_t width, size_t stride) {
  float *to = memory_take((rows + 64) * stride * sizeof(float));
  for (size_t row = 0; row < rows; row++) memcpy(to + row * stride, x + row * width, width * sizeof(float));
  return to;
}

/* x^T of [rows, width]. */
static float *transposed(const float *x, size_t rows, size_t width) {
  float *to = memory_take(rows * width * sizeof(float));
  for (size_t row = 0; row < rows; row++)
    for (size_t column = 0; column < width; column++) to[column * rows + row] = x[row * width + column];
  return to;
}

/* c (+)= a b: a [m, k], b [k, n]; n a multiple of 32. `turned`: operands made from their transposes. */
void kernel_product(size_t m, size_t n, size_t k, const float *a, const float *b, int turned, float *c, int accumulate) {
  const size_t rows = round_up(m, 32), depth = round_up(k, 32), wide = row_stride(depth), broad = row_stride(rows);
  const TileLeft left = {memory_take((rows + 16) * tiled_left_stride(depth) * sizeof(bf16)), 0, tiled_left_stride(depth)};
  const TileRight right = {memory_take(depth * n * sizeof(bf16)), 0, depth * 32};
  float *a_turned = transposed(a, m, k), *b_turned = transposed(b, k, n);
  float *a_rows = padded(a, m, k, wide), *a_columns = padded(a_turned, k, m, broad);
  float *b_rows = padded(b, k, n, n), *b_columns = padded(b_turned, n, k, wide);
  if (turned) {
    tiled_left_transposed(1, a_columns, broad, k, m, left);
    tiled_right_transposed(1, b_columns, wide, n, depth, right);
  } else {
    tiled_left(1, a_rows, wide, m, depth, left);
    tiled_right(1, b_rows, n, k, n, right);
  }
  float *c_rows = padded(c, m, n, n);
  tiled_product(1, m, n, depth, left, right, c_rows, n, accumulate);
  memcpy(c, c_rows, m * n * sizeof(float));
  void *const taken[] = {left.at, right.at, a_turned, b_turned, a_rows, a_columns, b_rows, b_columns, c_rows};
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) memory_release(taken[i]);
}

#endif
