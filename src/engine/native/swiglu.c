/*
 * SwiGLU (Shazeer 2020): y = silu(g) u with silu(g) = g s, s = 1 / (1 + e^-g).
 *
 *   du = dy silu(g)
 *   dg = dy u s (1 + g (1 - s))
 *
 * gate_up holds the gates in columns [0, hidden) and the ups in [hidden, 2 hidden); hidden is padded to whole registers.
 */
#include "swiglu.h"

#include "memory.h"
#include "vector.h"

void swiglu_forward(const float *restrict gate_up, float *restrict y, size_t rows, size_t hidden) {
  for (size_t row = 0; row < rows; row++) {
    const float *gate = gate_up + row * row_stride(2 * hidden), *up = gate + hidden;
    float *out = y + row * row_stride(hidden);
    for (size_t i = 0; i < hidden; i += LANES) {
      const vector g = load(gate + i);
      store(out + i, g * load(up + i) / (exponential(-g) + 1.0f));
    }
  }
}

/* Also writes y again, which the gradient of the layer after it needs. */
void swiglu_backward(const float *restrict gate_up, const float *restrict dy, float *restrict dgate_up, float *restrict y, size_t rows,
                     size_t hidden) {
  for (size_t row = 0; row < rows; row++) {
    const float *gate = gate_up + row * row_stride(2 * hidden), *up = gate + hidden;
    const float *gradient = dy + row * row_stride(hidden);
    float *dgate = dgate_up + row * row_stride(2 * hidden), *dup = dgate + hidden, *out = y + row * row_stride(hidden);
    for (size_t i = 0; i < hidden; i += LANES) {
      const vector g = load(gate + i), u = load(up + i), d = load(gradient + i);
      const vector s = 1.0f / (exponential(-g) + 1.0f);
      const vector silu = g * s;
      store(out + i, silu * u);
      store(dup + i, d * silu);
      store(dgate + i, d * u * (s + silu * (1.0f - s)));
    }
  }
}
