/* Products and sums of this file are fused: each is one instruction where there is one. */
#if defined(__clang__)
#pragma clang fp contract(fast)
#else
#pragma GCC optimize("fp-contract=fast")
#endif

#include "gemm.h"

#include "../machine/memory.h"

/* Rows of C kept in registers: 6 x 4 accumulators of 32 registers, or 6 x 2 of 16; 4 x 2 where WebAssembly leaves fewer. */
#if defined(__wasm__)
enum { ROWS = 4 };
#else
enum { ROWS = 6 };
#endif

enum {
  DEPTH = 128,       /* steps of k between two visits of C: a panel of B stays in the first-level cache */
  STRIPE = 43 * ROWS /* rows of A and C that stay in the second-level cache while all of B passes by */
};

/* `rows` and `registers` are compile-time constants at every call below. */
INLINE void kernel(const int rows, const int registers, size_t depth, const float *a, size_t row, size_t step, const float *b,
                   size_t b_row, float *c, size_t stride, bool accumulate) {
  vector total[ROWS][REGISTERS];
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < registers; j++) total[i][j] = (vector){0};
  if (accumulate) /* C is read at the end; by then it has come */
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < registers; j++) __builtin_prefetch(c + i * stride + j * LANES, 1);
  for (size_t k = 0; k < depth; k++) {
    vector right[REGISTERS];
    for (int j = 0; j < registers; j++) right[j] = load(b + j * LANES);
    if (row == 1) __builtin_prefetch(a + 16); /* a column of A jumps from row to row, which no hardware foresees */
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < registers; j++) ADD_FUSED(total[i][j], a[i * row], right[j]);
    a += step;
    b += b_row;
  }
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < registers; j++) {
      float *at = c + i * stride + j * LANES;
      if (accumulate) total[i][j] += load(at);
      store(at, total[i][j]);
    }
}

#define CASE(ROWS_, REGISTERS_)                                                                       \
  case ROWS_ * 8 + REGISTERS_:                                                                        \
    if (a.step == 1) kernel(ROWS_, REGISTERS_, depth, at, a.row, 1, b, b_row, c, stride, accumulate); \
    else kernel(ROWS_, REGISTERS_, depth, at, 1, a.step, b, b_row, c, stride, accumulate);            \
    break;
#if defined(__wasm__)
#define CASES(REGISTERS_) CASE(1, REGISTERS_) CASE(2, REGISTERS_) CASE(3, REGISTERS_) CASE(4, REGISTERS_)
#else
#define CASES(REGISTERS_) \
  CASE(1, REGISTERS_) CASE(2, REGISTERS_) CASE(3, REGISTERS_) CASE(4, REGISTERS_) CASE(5, REGISTERS_) CASE(6, REGISTERS_)
#endif

static void block(int rows, int registers, size_t depth, Left a, const float *at, const float *b, size_t b_row, float *c,
                  size_t stride, bool accumulate) {
  switch (rows * 8 + registers) {
    CASES(1)
    CASES(2)
#if defined(__AVX512F__) || !(defined(__SSE2__) || defined(__wasm__))
    CASES(3)
    CASES(4)
#endif
    default: break;
  }
}

/*
 * The panel of B that comes next. Weights mostly wait in the third-level cache. Each block of rows asks for a share of them, so
 * that they are in the second when their turn comes.
 */
typedef struct {
  const float *at;
  size_t row, rows; /* floats from row to row; rows not asked for yet */
  int registers;
} Ahead;

static inline void fetch(Ahead *ahead, size_t rows) {
  rows = smaller(rows, ahead->rows);
  for (size_t i = 0; i < rows; i++)
    for (int j = 0; j < ahead->registers; j++) __builtin_prefetch(ahead->at + i * ahead->row + j * LANES, 0, 2);
  ahead->at += rows * ahead->row;
  ahead->rows -= rows;
}

/* Registers that the columns of the panel at column j fill. */
static inline int registers_at(size_t n, size_t j) { return n - j < PANEL ? (int)((n - j) / LANES) : REGISTERS; }

void gemm(size_t m, size_t n, size_t k, Left a, Right b, float *c, size_t stride, bool accumulate) {
  for (size_t i0 = 0; i0 < m; i0 += STRIPE) {
    const size_t end = smaller(m, i0 + STRIPE), blocks = (end - i0 + ROWS - 1) / ROWS;
    /* All columns before the next steps of k: these columns of A stay in the second-level cache while B passes by. */
    for (size_t k0 = 0; k0 < k; k0 += DEPTH) {
      const size_t depth = smaller(k - k0, DEPTH), next = k0 + DEPTH;
      for (size_t j = 0; j < n; j += PANEL) {
        const float *right = b.at + j / PANEL * b.panel + k0 * b.row;
        const int registers = registers_at(n, j);
        Ahead ahead = {0};
        if (j + PANEL < n) ahead = (Ahead){right + b.panel, b.row, depth, registers_at(n, j + PANEL)};
        else if (next < k) ahead = (Ahead){b.at + next * b.row, b.row, smaller(k - next, DEPTH), registers_at(n, 0)};
        const size_t share = (ahead.rows + blocks - 1) / blocks;
        for (size_t i = i0; i < end; i += ROWS) {
          const int rows = end - i < ROWS ? (int)(end - i) : ROWS;
          fetch(&ahead, share);
          block(rows, registers, depth, a, a.at + i * a.row + k0 * a.step, right, b.row, c + i * stride + j, stride,
                accumulate || k0 > 0);
        }
      }
    }
  }
}

size_t gemm_packed_size(size_t depth, size_t n) { return depth * round_up(n, PANEL); }

void gemm_pack_transposed_rows(const float *w, size_t stride, size_t rows, size_t n, size_t depth, float *packed) {
  enum { STRIP = PANEL < 16 ? PANEL : 16 }; /* rows of w read together, so that writes fill cache lines */
  for (size_t j = 0; j < n; j += STRIP) {
    float *to = packed + j / PANEL * (depth * PANEL) + j % PANEL;
    if (j + STRIP <= rows) {
      for (size_t k = 0; k < depth; k++)
        for (size_t i = 0; i < STRIP; i++) to[k * PANEL + i] = w[(j + i) * stride + k];
    } else {
      for (size_t k = 0; k < depth; k++)
        for (size_t i = 0; i < STRIP; i++) to[k * PANEL + i] = j + i < rows ? w[(j + i) * stride + k] : 0;
    }
  }
}

void gemm_pack_transposed(const float *w, size_t stride, size_t n, size_t depth, float *packed) {
  gemm_pack_transposed_rows(w, stride, n, n, depth, packed);
}

void gemm_pack(const float *w, size_t stride, size_t depth, size_t n, float *packed) {
  for (size_t j = 0; j < n; j += PANEL) {
    float *to = packed + j * depth;
    const size_t width = smaller(n - j, PANEL);
    for (size_t k = 0; k < depth; k++)
      for (size_t i = 0; i < width; i++) to[k * PANEL + i] = w[k * stride + j + i];
  }
}
