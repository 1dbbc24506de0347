#include "linear.h"

#include <string.h>

#include "amx.h"
#include "gemm.h"
#include "memory.h"

/* A macro, so that variants without tiles drop the calls. */
#define TILED(mode) (HAVE_TILES && (mode) != MODE_F32)

/* bf16 planes that an operand is split into. */
static int planes_of(Mode mode) { return mode == MODE_BF16X3 ? 2 : 1; }

/* Floats that hold `count` bf16 numbers in each plane of a mode. */
static size_t plane_floats(Mode mode, size_t count) { return round_up((count * (size_t)planes_of(mode) + 1) / 2, 16); }

static TileRight tiled_weights(float *at, size_t depth, size_t n) { return (TileRight){(bf16 *)at, depth * n, depth * 32}; }

size_t linear_packed_size(Mode mode, size_t out, size_t in) {
  if (TILED(mode)) return plane_floats(mode, out * in);
  const size_t forward = gemm_packed_size(in, out), backward = gemm_packed_size(out, in);
  return forward > backward ? forward : backward;
}

void linear_pack(Mode mode, const Linear *linear, const float *parameters) {
  const float *w = parameters + linear->offset;
  const size_t out = linear->out, in = linear->in;
  if (TILED(mode)) {
    amx_right_transposed(planes_of(mode), w, in, out, in, tiled_weights(linear->forward, in, out));
    amx_right(planes_of(mode), w, in, out, in, tiled_weights(linear->backward, out, in));
  } else {
    gemm_pack_transposed(w, in, out, in, linear->forward);
    gemm_pack(w, in, out, in, linear->backward);
  }
}

/* Elements of one plane of an operand. */
static size_t plane_of(const Operand *operand) {
  const size_t rows = round_up(operand->capacity, 32), width = operand->width;
  switch (operand->form) {
    case ROWS: return rows * amx_left_stride(width);
    case COLUMNS: return width * amx_left_stride(rows);
    default: return rows * width;
  }
}

static TileLeft left_of(const Operand *operand) {
  const size_t k = operand->form == ROWS ? operand->width : round_up(operand->capacity, 32);
  return (TileLeft){(bf16 *)operand->at, plane_of(operand), amx_left_stride(k)};
}

static TileRight right_of(const Operand *operand) {
  return (TileRight){(bf16 *)operand->at, plane_of(operand), round_up(operand->capacity, 32) * 32};
}

size_t operand_size(const Operand *operand) {
  if (TILED(operand->mode)) return plane_floats(operand->mode, plane_of(operand));
  return round_up(operand->capacity, 32) * row_stride(operand->width);
}

void operand_put(const Operand *operand, size_t first, size_t rows, const float *x, size_t stride) {
  const size_t width = operand->width;
  if (TILED(operand->mode)) {
    const int planes = planes_of(operand->mode);
    TileLeft left = left_of(operand);
    TileRight right = right_of(operand);
    switch (operand->form) {
      case ROWS:
        left.at += first * left.stride;
        amx_left(planes, x, stride, rows, width, left);
        return;
      case COLUMNS:
        left.at += first;
        amx_left_transposed(planes, x, stride, rows, width, left);
        return;
      default:
        right.at += first * 32;
        amx_right(planes, x, stride, rows, width, right);
        return;
    }
  }
  float *to = operand->at + first * row_stride(width);
  for (size_t row = 0; row < rows; row++) memcpy(to + row * row_stride(width), x + row * stride, width * sizeof(float));
}

const float *operand_floats(const Operand *operand, size_t first, size_t rows, float *scratch) {
  const size_t width = operand->width;
  if (!TILED(operand->mode)) return operand->at + first * row_stride(width);
  TileLeft left = left_of(operand);
  left.at += first * left.stride;
  amx_left_floats(planes_of(operand->mode), left, rows, width, scratch, row_stride(width));
  return scratch;
}

void operand_pair(const Operand *from, size_t rows, const Operand *pairs) {
  if (TILED(from->mode)) amx_right_from_left(planes_of(from->mode), left_of(from), rows, from->width, right_of(pairs));
  else operand_put(pairs, 0, rows, from->at, row_stride(from->width));
}

void linear_forward(const Operand *x, size_t first, size_t rows, const Linear *linear, float *y, size_t y_stride, bool accumulate) {
  const size_t out = linear->out, in = linear->in;
  if (TILED(x->mode)) {
    TileLeft left = left_of(x);
    left.at += first * left.stride;
    amx_product(planes_of(x->mode), rows, out, in, left, tiled_weights(linear->forward, in, out), y, y_stride, accumulate);
  } else {
    const size_t stride = row_stride(x->width);
    gemm(rows, out, in, rows_of(x->at + first * stride, stride), packed(linear->forward, in), y, y_stride, accumulate);
  }
}

/* c (+)= x B for plain rows x [rows, depth]. */
static void product(Mode mode, size_t rows, size_t depth, size_t n, const float *x, size_t x_stride, float *weights, float *c,
                    size_t c_stride, bool accumulate, float *scratch) {
  if (TILED(mode)) {
    const TileLeft left = {(bf16 *)scratch, round_up(rows, 32) * amx_left_stride(depth), amx_left_stride(depth)};
    amx_left(planes_of(mode), x, x_stride, rows, depth, left);
    amx_product(planes_of(mode), rows, n, depth, left, tiled_weights(weights, depth, n), c, c_stride, accumulate);
  } else {
    gemm(rows, n, depth, rows_of(x, x_stride), packed(weights, depth), c, c_stride, accumulate);
  }
}

void linear_forward_rows(Mode mode, size_t rows, const float *x, size_t x_stride, const Linear *linear, float *y, size_t y_stride,
                         bool accumulate, float *scratch) {
  product(mode, rows, linear->in, linear->out, x, x_stride, linear->forward, y, y_stride, accumulate, scratch);
}

void linear_backward_input(Mode mode, size_t rows, const float *dy, size_t dy_stride, const Linear *linear, float *dx, size_t dx_stride,
                           float *scratch) {
  product(mode, rows, linear->out, linear->in, dy, dy_stride, linear->backward, dx, dx_stride, false, scratch);
}

size_t linear_scratch_size(Mode mode, size_t rows, size_t widest) {
  return TILED(mode) ? plane_floats(mode, round_up(rows, 32) * amx_left_stride(widest)) : 0;
}

void linear_backward_weight(const Operand *dy, const Operand *x, size_t rows, const Linear *linear, float *gradient) {
  const size_t out = linear->out, in = linear->in;
  float *dw = gradient + linear->offset;
  if (TILED(x->mode)) amx_product(planes_of(x->mode), out, in, round_up(rows, 32), left_of(dy), right_of(x), dw, in, true);
  else gemm(out, in, rows, columns_of(dy->at, row_stride(dy->width)), unpacked(x->at, row_stride(x->width)), dw, in, true);
}
