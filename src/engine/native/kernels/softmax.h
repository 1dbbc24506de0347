/* Softmax of one row of attention scores, shared by training and sampling. */
#ifndef SOFTMAX_H
#define SOFTMAX_H

#include "../machine/elementary.h"
#include "../machine/vector.h"

/* A score whose probability is exactly 0 beside any real one. */
#define MASKED (-1e30f)

/* p <- softmax(p) over `columns`, a multiple of 16; returns the log of the denominator, maximum included. */
INLINE float softmax_row(float *p, size_t columns) {
  Sixteen most = load_sixteen(p);
  for (size_t j = 16; j < columns; j += 16) most = maximum_sixteen(most, load_sixteen(p + j));
  const float top = horizontal_maximum(most);
  Sixteen total = {0};
  for (size_t j = 0; j < columns; j += 16)
    for (int r = 0; r < SIXTEENTH; r++) {
      const vector e = exponential(load(p + j + r * LANES) - top);
      total.at[r] += e;
      store(p + j + r * LANES, e);
    }
  const float denominator = horizontal_sum(total);
  const float inverse = 1.0f / denominator;
  for (size_t j = 0; j < columns; j += LANES) store(p + j, load(p + j) * inverse);
  return top + (float)logarithm_of((double)denominator);
}

#endif
