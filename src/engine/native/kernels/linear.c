#include "linear.h"

#include <string.h>

#include "../machine/memory.h"
#include "gemm.h"
#include "tiled.h"

/* Floats that hold `count` bf16 numbers in each plane of a mode. */
static size_t plane_floats(Mode mode, size_t count) { return round_up((count * (size_t)planes_of(mode) + 1) / 2, 16); }

static TileRight tiled_weights(float *at, size_t depth, size_t n) { return (TileRight){(bf16 *)at, depth * n, depth * 32}; }

TileRight linear_forward_tiles(const Linear *linear) { return tiled_weights(linear->forward, linear->in, linear->out); }
TileRight linear_backward_tiles(const Linear *linear) { return tiled_weights(linear->backward, linear->out, linear->in); }

size_t linear_packed_size(Mode mode, size_t out, size_t in) {
  if (TILED(mode)) return plane_floats(mode, out * in);
  const size_t forward = gemm_packed_size(in, out), backward = gemm_packed_size(out, in);
  return forward > backward ? forward : backward;
}

void linear_pack(Mode mode, const Linear *linear, const float *parameters) {
  const float *w = parameters + linear->offset;
  const size_t out = linear->out, in = linear->in;
  if (TILED(mode)) {
    for (size_t block = 0; block < out / TILED_SPAN; block++) {
      const size_t from = linear->paired ? block / 2 + block % 2 * (out / TILED_SPAN / 2) : block;
      const float *rows = w + from * TILED_SPAN * in;
      tiled_right_transposed(planes_of(mode), rows, in, TILED_SPAN, in, strip_from(linear_forward_tiles(linear), block));
      tiled_right(planes_of(mode), rows, in, TILED_SPAN, in, depth_from(linear_backward_tiles(linear), block * TILED_SPAN));
    }
  } else {
    gemm_pack_transposed(w, in, out, in, linear->forward);
    gemm_pack(w, in, out, in, linear->backward);
  }
}

/* Elements of one plane of an operand. */
static size_t plane_of(const Operand *operand) {
  const size_t rows = round_up(operand->capacity, 32), width = operand->width;
  switch (operand->form) {
    case ROWS: return rows * tiled_left_stride(width);
    case COLUMNS: return width * tiled_left_stride(rows);
    default: return rows * width;
  }
}

TileLeft operand_left(const Operand *operand) {
  const size_t k = operand->form == ROWS ? operand->width : round_up(operand->capacity, 32);
  return (TileLeft){(bf16 *)operand->at, plane_of(operand), tiled_left_stride(k)};
}

TileRight operand_right(const Operand *operand) {
  return (TileRight){(bf16 *)operand->at, plane_of(operand), round_up(operand->capacity, 32) * 32};
}

size_t operand_size(const Operand *operand) {
  if (TILED(operand->mode)) return plane_floats(operand->mode, plane_of(operand));
  return round_up(operand->capacity, 32) * operand->stride;
}

void operand_put(const Operand *operand, size_t first, size_t rows, const float *x, size_t stride) {
  const size_t width = operand->width;
  if (TILED(operand->mode)) {
    const int planes = planes_of(operand->mode);
    TileLeft left = operand_left(operand);
    TileRight right = operand_right(operand);
    switch (operand->form) {
      case ROWS:
        left.at += first * left.stride;
        tiled_left(planes, x, stride, rows, width, left);
        return;
      case COLUMNS:
        left.at += first;
        tiled_left_transposed(planes, x, stride, rows, width, left);
        return;
      default:
        right.at += first * 32;
        tiled_right(planes, x, stride, rows, width, right);
        return;
    }
  }
  float *to = operand->at + first * operand->stride;
  if (to == x) return;
  for (size_t row = 0; row < rows; row++) memcpy(to + row * operand->stride, x + row * stride, width * sizeof(float));
}

Operand operand_of(const Operand *buffer, size_t rows, const float *x, size_t stride) {
  Operand operand = *buffer;
  if (TILED(buffer->mode)) {
    operand_put(buffer, 0, rows, x, stride);
  } else {
    operand.at = (float *)x;
    operand.stride = stride;
  }
  return operand;
}

float *operand_target(const Operand *operand, size_t first, float *scratch) {
  return TILED(operand->mode) ? scratch : operand->at + first * operand->stride;
}

const float *operand_floats(const Operand *operand, size_t first, size_t rows, float *scratch) {
  const size_t width = operand->width;
  if (!TILED(operand->mode)) return operand->at + first * operand->stride;
  TileLeft left = operand_left(operand);
  left.at += first * left.stride;
  tiled_left_floats(planes_of(operand->mode), left, rows, width, scratch, row_stride(width));
  return scratch;
}

Operand operand_pair(const Operand *from, size_t rows, const Operand *pairs) {
  if (!TILED(from->mode)) return *from;
  tiled_right_from_left(planes_of(from->mode), operand_left(from), rows, from->width, operand_right(pairs));
  return *pairs;
}

void linear_forward(const Operand *x, size_t first, size_t rows, const Linear *linear, float *y, size_t y_stride,
                    bool accumulate) {
  const size_t out = linear->out, in = linear->in;
  if (TILED(x->mode)) {
    TileLeft left = operand_left(x);
    left.at += first * left.stride;
    tiled_product(planes_of(x->mode), rows, out, in, left, tiled_weights(linear->forward, in, out), y, y_stride, accumulate);
  } else {
    gemm(rows, out, in, rows_of(x->at + first * x->stride, x->stride), packed(linear->forward, in), y, y_stride, accumulate);
  }
}

/* c (+)= x B for plain rows x [rows, depth]. */
static void product(Mode mode, size_t rows, size_t depth, size_t n, const float *x, size_t x_stride, float *weights, float *c,
                    size_t c_stride, bool accumulate, float *scratch) {
  if (TILED(mode)) {
    const TileLeft left = {(bf16 *)scratch, round_up(rows, 32) * tiled_left_stride(depth), tiled_left_stride(depth)};
    tiled_left(planes_of(mode), x, x_stride, rows, depth, left);
    tiled_product(planes_of(mode), rows, n, depth, left, tiled_weights(weights, depth, n), c, c_stride, accumulate);
  } else {
    gemm(rows, n, depth, rows_of(x, x_stride), packed(weights, depth), c, c_stride, accumulate);
  }
}

void linear_forward_rows(Mode mode, size_t rows, const float *x, size_t x_stride, const Linear *linear, float *y, size_t y_stride,
                         bool accumulate, float *scratch) {
  product(mode, rows, linear->in, linear->out, x, x_stride, linear->forward, y, y_stride, accumulate, scratch);
}

void linear_backward_input(Mode mode, size_t rows, const float *dy, size_t dy_stride, const Linear *linear, float *dx,
                           size_t dx_stride, float *scratch) {
  product(mode, rows, linear->out, linear->in, dy, dy_stride, linear->backward, dx, dx_stride, false, scratch);
}

size_t linear_scratch_size(Mode mode, size_t rows, size_t widest) {
  return TILED(mode) ? plane_floats(mode, round_up(rows, 32) * tiled_left_stride(widest)) : 0;
}

void linear_backward_weight(const Operand *dy, const Operand *x, size_t rows, const Linear *linear, Lane lane) {
  const size_t out = linear->out, in = linear->in;
  float *dw = lane.gradient + linear->offset;
  if (TILED(x->mode))
    tiled_product(planes_of(x->mode), out, in, round_up(rows, 32), operand_left(dy), operand_right(x), dw, in, !lane.fresh);
  else gemm(out, in, rows, columns_of(dy->at, dy->stride), unpacked(x->at, x->stride), dw, in, !lane.fresh);
}
