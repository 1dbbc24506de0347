#ifndef HEAD_H
#define HEAD_H

#include <stdbool.h>
#include <stddef.h>

/* What the softmax of one row of logits says. */
typedef struct {
  float log_prob; /* of the target; 0 without one */
  float entropy;  /* nats; only if asked for */
} RowScore;

/*
 * logits [vocabulary], padded to whole registers with anything: overwritten by e = exp(z - max), z = logits / temperature (or,
 * with `keep_scores`, by z - max). `target` < 0: none. *log_denominator gets log sum e.
 */
RowScore head_score(float *logits, size_t vocabulary, size_t padded, int target, float inverse_temperature, bool want_entropy,
                    bool keep_scores, float *log_denominator);

/*
 * After `head_score`, turns the row into dL/dlogits given dL/dlogp and dL/dH (with `keep_scores` if d_entropy is not 0).
 */
void head_gradient(float *row, size_t padded, int target, float inverse_temperature, float log_denominator, RowScore score,
                   float d_log_prob, float d_entropy, bool kept_scores);

/*
 * After `head_score` without `keep_scores`: the derivative of log p along a direction, given that of the logits, whose padding is
 * 0.
 */
float head_tangent(const float *row, const float *logits_tangent, size_t padded, int target, float inverse_temperature,
                   float log_denominator);

#endif
