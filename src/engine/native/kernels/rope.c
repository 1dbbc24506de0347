/*
 * Rotary position embedding (Su et al. 2021), rotate-half as in Hugging Face: for i < h/2 the pair (x[i], x[i + h/2]) of a head
 * of width h turns by the angle pos * 10000^(-2i/h):
 *
 *   x'[i]       = x[i] cos - x[i + h/2] sin
 *   x'[i + h/2] = x[i + h/2] cos + x[i] sin
 *
 * A rotation's transpose is the rotation by the negative angle, so the backward pass is the same code with sign -1.
 */
#include "rope.h"

#include "../machine/elementary.h"

static const double LN_10000 = 9.210340371976184;

void rope_table(float *cosines, float *sines, size_t context, size_t head_width) {
  const size_t half = head_width / 2;
  for (size_t position = 0; position < context; position++)
    for (size_t i = 0; i < half; i++) {
      const double angle = (double)position * exponential_of(-2.0 * (double)i / (double)head_width * LN_10000);
      cosines[position * half + i] = (float)cosine_of(angle);
      sines[position * half + i] = (float)sine_of(angle);
    }
}

void rope_rotate(float *x, size_t rows, size_t stride, const int32_t *positions, size_t heads, size_t head_width,
                 const float *cosines, const float *sines, float sign, float scale) {
  const size_t half = head_width / 2;
  for (size_t row = 0; row < rows; row++) {
    const float *restrict c = cosines + (size_t)positions[row] * half;
    const float *restrict s = sines + (size_t)positions[row] * half;
    for (size_t head = 0; head < heads; head++) {
      float *restrict low = x + row * stride + head * head_width;
      float *restrict high = low + half;
      for (size_t i = 0; i < half; i++) {
        const float a = scale * low[i], b = scale * high[i], sine = sign * s[i];
        low[i] = a * c[i] - b * sine;
        high[i] = b * c[i] + a * sine;
      }
    }
  }
}
