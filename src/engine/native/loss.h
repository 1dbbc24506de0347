/*
 * Losses that depend on the forward pass token by token (see TokenLoss in Engine.ts). Given log p of the target, entropy and value of one
 * position, `loss_at` forms the loss and its derivatives. Arrays span the whole batch and may be NULL where a term is absent.
 */
#ifndef LOSS_H
#define LOSS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { LOSS_CROSS_ENTROPY = 0, LOSS_SURROGATE = 1, LOSS_COEFFICIENTS = 2 } LossKind;

typedef struct {
  LossKind kind;
  float inverse_temperature;
  const float *weights;
  double uniform_weight; /* cross-entropy without weights */
  /* Surrogate. */
  const float *advantages, *old_log_probs, *ref_log_probs, *returns, *old_values;
  double clip_low, clip_high, dual_clip, kl_coefficient, entropy_coefficient, value_clip, value_coefficient; /* dual_clip, value_clip: 0 = absent */
  /* Coefficients, given from outside. */
  const float *d_log_prob, *d_entropy, *d_value;
} Loss;

typedef struct {
  double loss;
  double d_log_prob, d_entropy, d_value;
} TokenGradient;

bool loss_needs_scores(const Loss *loss); /* anything but values */
bool loss_needs_entropy(const Loss *loss);
bool loss_needs_value(const Loss *loss);
TokenGradient loss_at(const Loss *loss, size_t position, bool has_target, double log_prob, double entropy, double value);

#endif
