/* Softmax of one row of attention scores, shared by training and sampling. */
#ifndef SOFTMAX_H
#define SOFTMAX_H

#include <math.h>

#include "../machine/vector.h"

/* A score whose probability is exactly 0 beside any real one. */
#define MASKED (-1e30f)

/* p <- softmax(p) over `columns`, whole registers; returns the log of the denominator, maximum included. */
INLINE float softmax_row(float *p, size_t columns) {
  vector most = load(p);
  for (size_t j = LANES; j < columns; j += LANES) most = maximum(most, load(p + j));
  const float top = horizontal_maximum(most);
  vector total = {0};
  for (size_t j = 0; j < columns; j += LANES) {
    const vector e = exponential(load(p + j) - top);
    total += e;
    store(p + j, e);
  }
  const float denominator = horizontal_sum(total);
  const float inverse = 1.0f / denominator;
  for (size_t j = 0; j < columns; j += LANES) store(p + j, load(p + j) * inverse);
  return top + logf(denominator);
}

#endif
