/*
 * LayerNorm without parameters, as in OLMo 1 (Groeneveld et al. 2024, section 2.1); native/kernels/layernorm.c is the same.
 *
 *   forward    y = (x - mu) r,   mu = mean(x),   r = 1 / sqrt(mean((x - mu)^2) + eps)
 *   backward   dx += r (dy - mean(dy) - y mean(dy y))
 *
 * Rows are tokens: x, y, dx, dy are [rows, width] with `stride` numbers from row to row. r is kept per row for the backward pass.
 * x and dx are the residual stream and its gradient, in f32; y and dy are f32 or bf16. Padding columns are left as they are.
 *
 * Half a warp has a row, and two rows in a warp need no barrier. Lane l of the sixteen adds the numbers l, l + 16, l + 32, ...
 * in this order; then the upper half of the lanes is added onto the lower, four times. It is the order of the native engine
 * (machine/vector.h), so that the f32 kernels give its bits.
 */
#include "../device.cuh"

enum { LAYERNORM_THREADS = 128, LANES_OF_A_ROW = 16, LAYERNORM_ROWS = LAYERNORM_THREADS / LANES_OF_A_ROW /* of a block */ };

/* The sum over sixteen lanes, to all of them. */
DEVICE float sum_of_sixteen(float x) {
  for (int half = LANES_OF_A_ROW / 2; half > 0; half /= 2) x += lane_xor(x, half);
  return x;
}

/* The row of this half warp. Behind the last one lanes go along with that, since all of a warp must, and write nothing. */
struct Row {
  size_t at, row;
  bool own;
  int lane;
};
DEVICE Row own_row(int rows, int stride) {
  const int row = block_x() * LAYERNORM_ROWS + thread_of_block() / LANES_OF_A_ROW;
  const size_t there = row < rows ? row : rows - 1;
  return Row{there * stride, there, row < rows, thread_of_block() % LANES_OF_A_ROW};
}

template <class Activation>
DEVICE void layernorm_forward(const float *x, Activation *y, float *rstd, int rows, int width, int stride) {
  const Row row = own_row(rows, stride);
  const float *xr = x + row.at;
  float total = 0;
  for (int i = row.lane; i < width; i += LANES_OF_A_ROW) total += xr[i];
  const float mu = sum_of_sixteen(total) / (float)width;
  float squares = 0;
  for (int i = row.lane; i < width; i += LANES_OF_A_ROW) {
    const float difference = xr[i] - mu;
    squares = fused(difference, difference, squares);
  }
  const float r = 1.0f / square_root(sum_of_sixteen(squares) / (float)width + 1e-5f);
  if (!row.own) return;
  for (int i = row.lane; i < width; i += LANES_OF_A_ROW) keep(y + row.at + i, (xr[i] - mu) * r);
  if (row.lane == 0) rstd[row.row] = r;
}

template <class Activation>
DEVICE void layernorm_backward(const Activation *y, const float *rstd, const Activation *dy, float *dx, int rows, int width,
                               int stride) {
  const Row row = own_row(rows, stride);
  const Activation *yr = y + row.at, *dyr = dy + row.at;
  float *dxr = dx + row.at;
  float total = 0, product = 0;
  for (int i = row.lane; i < width; i += LANES_OF_A_ROW) {
    const float g = number(dyr[i]);
    total += g;
    product = fused(g, number(yr[i]), product);
  }
  const float mean_dy = sum_of_sixteen(total) / (float)width;
  const float mean_dyy = sum_of_sixteen(product) / (float)width;
  const float r = rstd[row.row];
  if (!row.own) return;
  for (int i = row.lane; i < width; i += LANES_OF_A_ROW) dxr[i] += r * (number(dyr[i]) - mean_dy - number(yr[i]) * mean_dyy);
}

KERNEL(layernorm_forward_f32, LAYERNORM_THREADS, const float *x, float *y, float *rstd, int rows, int width, int stride) {
  layernorm_forward(x, y, rstd, rows, width, stride);
}
KERNEL(layernorm_forward_bf16, LAYERNORM_THREADS, const float *x, bf16 *y, float *rstd, int rows, int width, int stride) {
  layernorm_forward(x, y, rstd, rows, width, stride);
}
KERNEL(layernorm_backward_f32, LAYERNORM_THREADS, const float *y, const float *rstd, const float *dy, float *dx, int rows,
       int width, int stride) {
  layernorm_backward(y, rstd, dy, dx, rows, width, stride);
}
KERNEL(layernorm_backward_bf16, LAYERNORM_THREADS, const bf16 *y, const float *rstd, const bf16 *dy, float *dx, int rows,
       int width, int stride) {
  layernorm_backward(y, rstd, dy, dx, rows, width, stride);
}
