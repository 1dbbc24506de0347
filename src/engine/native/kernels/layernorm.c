/*
 * LayerNorm without parameters, as in OLMo 1 (Groeneveld et al. 2024, section 2.1).
 *
 *   forward    y = (x - mu) r,   mu = mean(x),   r = 1 / sqrt(mean((x - mu)^2) + eps)
 *   backward   dx = r (dy - mean(dy) - y mean(dy y))
 *
 * Rows are tokens: x, y, dx, dy are [rows, width] with row stride `stride` floats. Padding columns are left as they are, which is
 * 0. r is kept per row for the backward pass.
 */
#include "layernorm.h"

#include <math.h>

#include "../machine/vector.h"

static const float EPSILON = 1e-5f;

void layernorm_forward(const float *restrict x, float *restrict y, float *restrict rstd, size_t rows, size_t width,
                       size_t stride) {
  for (size_t row = 0; row < rows; row++) {
    const float *xr = x + row * stride;
    float *yr = y + row * stride;
    const float mu = sum(xr, width) / (float)width;
    const float r = 1.0f / sqrtf(sum_squared_difference(xr, mu, width) / (float)width + EPSILON);
    for (size_t i = 0; i < width; i++) yr[i] = (xr[i] - mu) * r;
    rstd[row] = r;
  }
}

/* Adds into dx: the residual stream's gradient is already there. */
void layernorm_backward(const float *restrict y, const float *restrict rstd, const float *restrict dy, float *restrict dx,
                        size_t rows, size_t width, size_t stride) {
  for (size_t row = 0; row < rows; row++) {
    const float *yr = y + row * stride, *dyr = dy + row * stride;
    float *dxr = dx + row * stride;
    const float mean_dy = sum(dyr, width) / (float)width;
    const float mean_dyy = dot(dyr, yr, width) / (float)width;
    const float r = rstd[row];
    for (size_t i = 0; i < width; i++) dxr[i] += r * (dyr[i] - mean_dy - yr[i] * mean_dyy);
  }
}
