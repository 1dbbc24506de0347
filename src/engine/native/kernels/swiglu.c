/*
 * SwiGLU (Shazeer 2020): y = silu(g) u with silu(g) = g s, s = 1 / (1 + e^-g).
 *
 *   du = dy silu(g)
 *   dg = dy u s (1 + g (1 - s))
 *
 * Along a direction: y' = silu(g) u' + s (1 + g (1 - s)) g' u.
 */
#include "swiglu.h"

#include "../machine/vector.h"

INLINE vector sigmoid(vector x) { return 1.0f / (exponential(-x) + 1.0f); }

void swiglu_forward(const float *restrict gate_up, size_t gate_up_stride, float *restrict y, size_t stride, size_t rows,
                    size_t hidden, size_t span) {
  for (size_t row = 0; row < rows; row++)
    for (size_t start = 0; start < hidden; start += span) {
      const float *gate = gate_up + row * gate_up_stride + 2 * start, *up = gate + span;
      float *out = y + row * stride + start;
      for (size_t i = 0; i < span; i += LANES) {
        const vector g = load(gate + i);
        store(out + i, g * sigmoid(g) * load(up + i));
      }
    }
}

void swiglu_backward(const float *gate_up, float *dgate_up, size_t gate_up_stride, float *dy, size_t stride, size_t rows,
                     size_t hidden, size_t span) {
  for (size_t row = 0; row < rows; row++)
    for (size_t start = 0; start < hidden; start += span) {
      const size_t at = row * gate_up_stride + 2 * start;
      const float *gate = gate_up + at, *up = gate + span;
      float *dgate = dgate_up + at, *dup = dgate + span, *gradient = dy + row * stride + start;
      for (size_t i = 0; i < span; i += LANES) {
        const vector g = load(gate + i), u = load(up + i), d = load(gradient + i);
        const vector s = sigmoid(g), silu = g * s;
        store(gradient + i, silu * u);
        store(dup + i, d * silu);
        store(dgate + i, d * u * fused(silu, 1.0f - s, s));
      }
    }
}

void swiglu_tangent(const float *restrict gate_up, const float *restrict gate_up_tangent, size_t gate_up_stride,
                    float *restrict y_tangent, size_t stride, size_t rows, size_t hidden, size_t span) {
  for (size_t row = 0; row < rows; row++)
    for (size_t start = 0; start < hidden; start += span) {
      const size_t at = row * gate_up_stride + 2 * start;
      const float *gate = gate_up + at, *up = gate + span;
      const float *dgate = gate_up_tangent + at, *dup = dgate + span;
      float *out = y_tangent + row * stride + start;
      for (size_t i = 0; i < span; i += LANES) {
        const vector g = load(gate + i), s = sigmoid(g), silu = g * s;
        const vector slope = fused(silu, 1.0f - s, s);
        store(out + i, fused(silu, load(dup + i), slope * load(dgate + i) * load(up + i)));
      }
    }
}
