/*
 * Softmax over the vocabulary, one row at a time: z = logits / temperature, s = sum_j exp(z_j - max).
 *
 *   log p_y      = z_y - max - log s
 *   H            = log s - sum_j e_j (z_j - max) / s
 *   dlogp/dz_j   = [j = y] - p_j
 *   dH/dz_j      = -p_j (log p_j + H)
 *
 * Along a direction: (log p_y)' = z'_y - sum_j p_j z'_j.
 */
#include "head.h"

#include "../machine/elementary.h"
#include "../machine/vector.h"

static const float PADDING_LOGIT = -1e30f; /* finite, so that 0 * PADDING_LOGIT is 0 */

RowScore head_score(float *logits, size_t vocabulary, size_t padded, int target, float inverse_temperature, bool want_entropy,
                    bool keep_scores, float *log_denominator) {
  for (size_t j = vocabulary; j < padded; j++) logits[j] = PADDING_LOGIT;
  const float chosen = target >= 0 ? logits[target] : 0;
  Sixteen most = load_sixteen(logits);
  for (size_t j = 16; j < padded; j += 16) most = maximum_sixteen(most, load_sixteen(logits + j));
  const float top = horizontal_maximum(most);
  Sixteen total = {0}, weighted = {0};
  for (size_t j = 0; j < padded; j += 16)
    for (int r = 0; r < SIXTEENTH; r++) {
      float *at = logits + j + r * LANES;
      const vector z = (load(at) - top) * inverse_temperature;
      const vector e = exponential(z);
      total.at[r] += e;
      if (want_entropy) weighted.at[r] = fused(e, z, weighted.at[r]);
      store(at, keep_scores ? z : e);
    }
  const float denominator = horizontal_sum(total);
  *log_denominator = (float)logarithm_of((double)denominator);
  return (RowScore){
      .log_prob = target >= 0 ? (chosen - top) * inverse_temperature - *log_denominator : 0,
      .entropy = want_entropy ? *log_denominator - horizontal_sum(weighted) / denominator : 0,
  };
}

void head_gradient(float *row, size_t padded, int target, float inverse_temperature, float log_denominator, RowScore score,
                   float d_log_prob, float d_entropy, bool kept_scores) {
  if (!kept_scores) {
    const float scale = -d_log_prob * inverse_temperature * exponential_one(-log_denominator);
    for (size_t j = 0; j < padded; j += LANES) store(row + j, load(row + j) * scale);
  } else {
    for (size_t j = 0; j < padded; j += LANES) {
      const vector log_p = load(row + j) - log_denominator;
      const vector p = exponential(log_p);
      store(row + j, p * fused(splat(-d_entropy), log_p + score.entropy, splat(-d_log_prob)) * inverse_temperature);
    }
  }
  if (target >= 0) row[target] += d_log_prob * inverse_temperature;
}

float head_tangent(const float *row, const float *logits_tangent, size_t padded, int target, float inverse_temperature,
                   float log_denominator) {
  if (target < 0) return 0;
  const float mean = dot(row, logits_tangent, padded) * exponential_one(-log_denominator);
  return (logits_tangent[target] - mean) * inverse_temperature;
}
