/*
 * Softmax over the vocabulary, one row at a time: z = logits / temperature, s = sum_j exp(z_j - max).
 *
 *   log p_y      = z_y - max - log s
 *   H            = log s - sum_j e_j (z_j - max) / s
 *   dlogp/dz_j   = [j = y] - p_j
 *   dH/dz_j      = -p_j (log p_j + H)
 */
#include "head.h"

#include <math.h>

#include "../machine/vector.h"

static const float PADDING_LOGIT = -1e30f; /* finite, so that 0 * PADDING_LOGIT is 0 */

RowScore head_score(float *logits, size_t vocabulary, size_t padded, int target, float inverse_temperature, bool want_entropy,
                    bool keep_scores, float *log_denominator) {
  for (size_t j = vocabulary; j < padded; j++) logits[j] = PADDING_LOGIT;
  const float chosen = target >= 0 ? logits[target] : 0;
  vector most = load(logits);
  for (size_t j = LANES; j < padded; j += LANES) most = maximum(most, load(logits + j));
  const float top = horizontal_maximum(most);
  vector total = {0}, weighted = {0};
  for (size_t j = 0; j < padded; j += LANES) {
    const vector z = (load(logits + j) - top) * inverse_temperature;
    const vector e = exponential(z);
    total += e;
    if (want_entropy) weighted += e * z;
    if (keep_scores) store(logits + j, z);
    else store(logits + j, e);
  }
  const float denominator = horizontal_sum(total);
  *log_denominator = logf(denominator);
  return (RowScore){
      .log_prob = target >= 0 ? (chosen - top) * inverse_temperature - *log_denominator : 0,
      .entropy = want_entropy ? *log_denominator - horizontal_sum(weighted) / denominator : 0,
  };
}

void head_gradient(float *row, size_t padded, int target, float inverse_temperature, float log_denominator, RowScore score,
                   float d_log_prob, float d_entropy, bool kept_scores) {
  if (!kept_scores) {
    const float scale = -d_log_prob * inverse_temperature * expf(-log_denominator);
    for (size_t j = 0; j < padded; j += LANES) store(row + j, load(row + j) * scale);
  } else {
    for (size_t j = 0; j < padded; j += LANES) {
      const vector log_p = load(row + j) - log_denominator;
      const vector p = exponential(log_p);
      store(row + j, p * (-d_log_prob - d_entropy * (log_p + score.entropy)) * inverse_temperature);
    }
  }
  if (target >= 0) row[target] += d_log_prob * inverse_temperature;
}
