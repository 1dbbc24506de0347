#include "linear.h"

#include "amx.h"
#include "gemm.h"
#include "memory.h"

/* Floats that hold `count` bf16 numbers in each plane of a mode. */
static size_t plane_floats(Mode mode, size_t count) { return (count * (size_t)planes_of(mode) + 1) / 2; }

size_t linear_packed_size(Mode mode, size_t out, size_t in) {
  if (mode != MODE_F32) return plane_floats(mode, out * in);
  const size_t forward = gemm_packed_size(in, out), backward = gemm_packed_size(out, in);
  return forward > backward ? forward : backward;
}

void linear_pack(Mode mode, const Linear *linear, const float *parameters) {
  const float *w = parameters + linear->offset;
  const size_t out = linear->out, in = linear->in;
  if (mode == MODE_F32) {
    gemm_pack_transposed(w, in, out, in, linear->forward);
    gemm_pack(w, in, out, in, linear->backward);
  } else {
    amx_right_transposed(planes_of(mode), w, in, out, in, amx_right((bf16 *)linear->forward, in, out));
    amx_right_pack(planes_of(mode), w, in, out, in, amx_right((bf16 *)linear->backward, out, in));
  }
}

/* c (+)= x B for x [rows, depth], B tiled. */
static void tiled(Mode mode, size_t rows, size_t depth, size_t n, const float *x, size_t x_stride, float *packed, float *c,
                  size_t c_stride, bool accumulate, float *scratch) {
  const TileLeft left = {(bf16 *)scratch, round_up(rows, 32) * amx_left_stride(depth), amx_left_stride(depth)};
  amx_left(planes_of(mode), x, x_stride, rows, depth, left);
  amx_product(planes_of(mode), rows, n, depth, left, amx_right((bf16 *)packed, depth, n), c, c_stride, accumulate);
}

void linear_forward(Mode mode, size_t rows, const float *x, size_t x_stride, const Linear *linear, float *y, size_t y_stride,
                    bool accumulate, float *scratch) {
  if (mode == MODE_F32)
    gemm(rows, linear->out, linear->in, rows_of(x, x_stride), packed(linear->forward, linear->in), y, y_stride, accumulate);
  else tiled(mode, rows, linear->in, linear->out, x, x_stride, linear->forward, y, y_stride, accumulate, scratch);
}

void linear_backward_input(Mode mode, size_t rows, const float *dy, size_t dy_stride, const Linear *linear, float *dx,
                           size_t dx_stride, float *scratch) {
  if (mode == MODE_F32)
    gemm(rows, linear->in, linear->out, rows_of(dy, dy_stride), packed(linear->backward, linear->out), dx, dx_stride, false);
  else tiled(mode, rows, linear->out, linear->in, dy, dy_stride, linear->backward, dx, dx_stride, false, scratch);
}

void linear_backward_weight(Mode mode, size_t rows, const float *dy, size_t dy_stride, const float *x, size_t x_stride,
                            const Linear *linear, float *gradient, float *scratch) {
  const size_t out = linear->out, in = linear->in;
  float *dw = gradient + linear->offset;
  if (mode == MODE_F32) {
    gemm(out, in, rows, columns_of(dy, dy_stride), unpacked(x, x_stride), dw, in, true);
    return;
  }
  const int planes = planes_of(mode);
  const size_t depth = round_up(rows, 32), stride = amx_left_stride(depth);
  const TileLeft left = {(bf16 *)scratch, out * stride, stride};
  const TileRight right = amx_right((bf16 *)(scratch + round_up(plane_floats(mode, out * stride), 16)), depth, in);
  amx_left_transposed(planes, dy, dy_stride, rows, out, left);
  amx_right_pack(planes, x, x_stride, rows, in, right);
  amx_product(planes, out, in, depth, left, right, dw, in, true);
}

size_t linear_scratch_size(Mode mode, size_t rows, size_t widest) {
  if (mode == MODE_F32) return 0;
  const size_t padded = round_up(rows, 32);
  const size_t left = plane_floats(mode, padded * amx_left_stride(widest));
  const size_t transposed = plane_floats(mode, widest * amx_left_stride(padded));
  return round_up(left > transposed ? left : transposed, 16) + plane_floats(mode, padded * widest);
}
