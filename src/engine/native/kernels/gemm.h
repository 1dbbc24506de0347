/*
 * Single-precision matrix product for small, cache-resident operands.
 *
 *   C[M, N] (+)= A[M, K] B[K, N]
 *
 * A is read where it lies: element (i, k) is a[i * row + k * step], one of the two strides being 1, so that a transposed operand
 * needs no copy. B comes in panels of PANEL columns, either packed (`gemm_pack_*`) or straight from a row-major matrix. N is a
 * multiple of 16.
 *
 * Invariant: an element of C depends on its row of A and its column of B alone, never on M or on the place of the row: every row
 * goes through the same sequence of multiply-adds. Sampling relies on it.
 */
#ifndef GEMM_H
#define GEMM_H

#include <stdbool.h>
#include <stddef.h>

#include "../machine/vector.h"

/* Register block: ROWS x (REGISTERS * LANES) accumulators. */
#if defined(__AVX512F__)
enum { REGISTERS = 4 };
#elif defined(__AVX2__) || defined(__SSE2__) || defined(__wasm__)
enum { REGISTERS = 2 };
#else
enum { REGISTERS = 4 };
#endif
enum { PANEL = REGISTERS * LANES };

typedef struct {
  const float *at;
  size_t row, step;
} Left;

typedef struct {
  const float *at;
  size_t panel; /* floats from one panel of PANEL columns to the next */
  size_t row;   /* floats from one row of a panel to the next */
} Right;

static inline Left rows_of(const float *a, size_t stride) { return (Left){a, stride, 1}; }
static inline Left columns_of(const float *a, size_t stride) { return (Left){a, 1, stride}; }
static inline Right packed(const float *b, size_t depth) { return (Right){b, depth * PANEL, PANEL}; }
static inline Right unpacked(const float *b, size_t stride) { return (Right){b, PANEL, stride}; }

void gemm(size_t m, size_t n, size_t k, Left a, Right b, float *c, size_t stride, bool accumulate);

/* Floats that a packed [depth, n] operand takes. */
size_t gemm_packed_size(size_t depth, size_t n);

/* B[k][n] = w[n][k]: the operand of y = x W^T, from W [n, depth] with row stride `stride`. Columns past n in the last panel are
 * 0. */
void gemm_pack_transposed(const float *w, size_t stride, size_t n, size_t depth, float *packed);

/* The same for n columns of which only the first `rows` exist; the others are 0. */
void gemm_pack_transposed_rows(const float *w, size_t stride, size_t rows, size_t n, size_t depth, float *packed);

/* B = w: the operand of dx = dy W, from W [depth, n]. */
void gemm_pack(const float *w, size_t stride, size_t depth, size_t n, float *packed);

#endif
