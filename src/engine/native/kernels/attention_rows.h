/* What happens to one row of attention scores between the products; shared by both forms of attention. */
#ifndef ATTENTION_ROWS_H
#define ATTENTION_ROWS_H

#include "softmax.h"

/* Query `row` sees columns 0..row. */
INLINE void mask_future(float *scores, size_t row, size_t columns) {
  for (size_t j = row + 1; j < columns; j++) scores[j] = MASKED;
}

/* p: scores to probabilities; dp: to ds = p (dp - sum_j p_j dp_j). */
INLINE void gradient_row(float *p, float *dp, size_t columns, float log_sum) {
  Sixteen total = {0};
  for (size_t j = 0; j < columns; j += 16)
    for (int r = 0; r < SIXTEENTH; r++) {
      const size_t at = j + (size_t)(r * LANES);
      const vector probability = exponential(load(p + at) - log_sum);
      total.at[r] = fused(probability, load(dp + at), total.at[r]);
      store(p + at, probability);
    }
  const float product = horizontal_sum(total);
  for (size_t j = 0; j < columns; j += LANES) store(dp + j, load(p + j) * (load(dp + j) - product));
}

/* p' = p (s' - sum_j p_j s'_j), where s' was. */
INLINE void tangent_row(const float *p, float *ds, size_t columns) {
  const float product = dot(p, ds, columns);
  for (size_t j = 0; j < columns; j += LANES) store(ds + j, load(p + j) * (load(ds + j) - product));
}

#endif
