/*
 *   policy = max(-A r, -A clip(r, 1 - low, 1 + high)),  r = exp(logp - old)          (Schulman et al. 2017)
 *            for A < 0 with dual clip c: min(policy, -c A)                            (Ye et al. 2020)
 *   kl     = exp(ref - logp) - 1 - (ref - logp)                                       (k3, Schulman 2020)
 *   value  = 1/2 (v - ret)^2, or 1/2 max((v - ret)^2, (old + clip(v - old) - ret)^2)
 *
 * A clipped branch is flat, so its derivative is 0.
 */
#include "loss.h"

#include "../machine/elementary.h"

bool loss_needs_scores(const Loss *loss) { return loss->kind != LOSS_COEFFICIENTS || loss->d_log_prob || loss->d_entropy; }

bool loss_needs_entropy(const Loss *loss) {
  return loss->kind == LOSS_SURROGATE ? loss->entropy_coefficient != 0 : loss->kind == LOSS_COEFFICIENTS && loss->d_entropy;
}

bool loss_needs_value(const Loss *loss) {
  return loss->kind == LOSS_SURROGATE ? loss->value_coefficient != 0 && loss->returns
                                      : loss->kind == LOSS_COEFFICIENTS && loss->d_value;
}

static double clip(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

/* Returns the policy term and its derivative in logp. */
static double policy_term(const Loss *loss, double advantage, double ratio, double *derivative) {
  const double free = -advantage * ratio;
  const double clipped = -advantage * clip(ratio, 1 - loss->clip_low, 1 + loss->clip_high);
  double term = free;
  *derivative = free; /* d(-A r)/dlogp = -A r */
  if (clipped > free) {
    term = clipped;
    *derivative = 0;
  }
  if (loss->dual_clip > 0 && advantage < 0 && term > -loss->dual_clip * advantage) {
    term = -loss->dual_clip * advantage;
    *derivative = 0;
  }
  return term;
}

/* Returns the value term and its derivative in v. */
static double value_term(const Loss *loss, size_t t, double value, double *derivative) {
  const double error = value - (double)loss->returns[t];
  *derivative = error;
  if (loss->value_clip > 0) {
    const double old = loss->old_values[t], moved = value - old;
    const double clipped = old + clip(moved, -loss->value_clip, loss->value_clip) - (double)loss->returns[t];
    if (clipped * clipped > error * error) {
      *derivative = 0;
      return 0.5 * clipped * clipped;
    }
  }
  return 0.5 * error * error;
}

static TokenGradient surrogate(const Loss *loss, size_t t, double log_prob, double entropy, double value) {
  const double weight = loss->weights[t];
  if (weight == 0) return (TokenGradient){0};
  double d_log_prob, d_value = 0;
  /* Without old log-probabilities the policy is still the one that sampled: r is the 1 that equal ones give. */
  const double old = loss->old_log_probs ? (double)loss->old_log_probs[t] : log_prob;
  double total = policy_term(loss, loss->advantages[t], exponential_of(log_prob - old), &d_log_prob);
  if (loss->kl_coefficient != 0) {
    const double log_ratio = (double)loss->ref_log_probs[t] - log_prob;
    total += loss->kl_coefficient * (exponential_minus_one_of(log_ratio) - log_ratio);
    d_log_prob += loss->kl_coefficient * -exponential_minus_one_of(log_ratio);
  }
  if (loss_needs_value(loss)) {
    total += loss->value_coefficient * value_term(loss, t, value, &d_value);
    d_value *= loss->value_coefficient;
  }
  total -= loss->entropy_coefficient * entropy;
  return (TokenGradient){weight * total, weight * d_log_prob, -weight * loss->entropy_coefficient, weight * d_value};
}

TokenGradient loss_at(const Loss *loss, size_t t, bool has_target, double log_prob, double entropy, double value) {
  switch (loss->kind) {
    case LOSS_CROSS_ENTROPY: {
      if (!has_target) return (TokenGradient){0};
      const double weight = loss->weights ? (double)loss->weights[t] : loss->uniform_weight;
      return (TokenGradient){.loss = -weight * log_prob, .d_log_prob = -weight};
    }
    case LOSS_SURROGATE: return has_target ? surrogate(loss, t, log_prob, entropy, value) : (TokenGradient){0};
    default:
      return (TokenGradient){
          .d_log_prob = has_target && loss->d_log_prob ? (double)loss->d_log_prob[t] : 0,
          .d_entropy = loss->d_entropy ? (double)loss->d_entropy[t] : 0,
          .d_value = loss->d_value ? (double)loss->d_value[t] : 0,
      };
  }
}
