#include "linear.h"

#include "gemm.h"

size_t linear_packed_size(Mode mode, size_t out, size_t in) {
  (void)mode;
  const size_t forward = gemm_packed_size(in, out), backward = gemm_packed_size(out, in);
  return forward > backward ? forward : backward;
}

void linear_pack(Mode mode, const Linear *linear, const float *parameters) {
  (void)mode;
  const float *w = parameters + linear->offset;
  gemm_pack_transposed(w, linear->in, linear->out, linear->in, linear->forward);
  gemm_pack(w, linear->in, linear->out, linear->in, linear->backward);
}

void linear_forward(Mode mode, size_t rows, const float *x, size_t x_stride, const Linear *linear, float *y, size_t y_stride,
                    bool accumulate, float *scratch) {
  (void)mode, (void)scratch;
  gemm(rows, linear->out, linear->in, rows_of(x, x_stride), packed(linear->forward, linear->in), y, y_stride, accumulate);
}

void linear_backward_input(Mode mode, size_t rows, const float *dy, size_t dy_stride, const Linear *linear, float *dx,
                           size_t dx_stride, float *scratch) {
  (void)mode, (void)scratch;
  gemm(rows, linear->in, linear->out, rows_of(dy, dy_stride), packed(linear->backward, linear->out), dx, dx_stride, false);
}

void linear_backward_weight(Mode mode, size_t rows, const float *dy, size_t dy_stride, const float *x, size_t x_stride,
                            const Linear *linear, float *gradient, float *scratch) {
  (void)mode, (void)scratch;
  gemm(linear->out, linear->in, rows, columns_of(dy, dy_stride), unpacked(x, x_stride), gradient + linear->offset, linear->in, true);
}

size_t linear_scratch_size(Mode mode, size_t rows, size_t widest) {
  (void)mode, (void)rows, (void)widest;
  return 0;
}
