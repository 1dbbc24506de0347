/**
 * KL divergence from a reference policy, estimated on the sampled token (Schulman 2020, "Approximating KL divergence").
 *
 *   d = logp - logpRef           gradient with respect to logp
 *   k1 = d                       1                 unbiased as a value; as a loss its expected gradient is 0
 *   k2 = d^2 / 2                 d                 biased value, but its expected gradient is that of the KL
 *   k3 = exp(-d) - 1 + d         1 - exp(-d)       unbiased, never negative
 *
 * Where the estimate enters is a different question: inside the reward (PPO; no gradient), or inside the loss (GRPO). `gradient` says
 * what flows back from a loss: its own derivative, that of k2 (verl's "k3+"), or nothing. The last is what the paper's code computes
 * for GRPO: the KL loss is rebuilt from detached numbers, so it is reported but never felt. The tests prove that ours is felt.
 */
import * as Schema from "effect/Schema"

export const KlEstimator = Schema.Literals(["k1", "k2", "k3"])
export type KlEstimator = typeof KlEstimator.Type

const positive = Schema.Finite.check(Schema.isGreaterThan(0))

export const KlLossOptions = Schema.Struct({
  /** beta; 0 needs no reference policy. */
  coefficient: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  estimator: KlEstimator,
  gradient: Schema.Literals(["own", "k2", "none"]),
  /** |d| is cut at this before the estimate (verl: 20). Absent: never. */
  clampLogRatio: Schema.optionalKey(positive),
  /** |estimate| is cut at this (verl, NeMo-RL: 10). Absent: never. */
  clampEstimate: Schema.optionalKey(positive)
})
export type KlLossOptions = typeof KlLossOptions.Type

/** The estimate for one token; d = logp - logpRef. */
export const klEstimate = (d: number, estimator: KlEstimator): number => {
  switch (estimator) {
    case "k1":
      return d
    case "k2":
      return (d * d) / 2
    case "k3":
      return Math.exp(-d) - 1 + d
  }
}

/** Derivative of the estimate with respect to logp. */
export const klDerivative = (d: number, estimator: KlEstimator): number => {
  switch (estimator) {
    case "k1":
      return 1
    case "k2":
      return d
    case "k3":
      return 1 - Math.exp(-d)
  }
}

const clamp = (x: number, limit: number | undefined): number => (limit === undefined ? x : Math.min(Math.max(x, -limit), limit))

/** The KL term of a loss for one token, before the coefficient, with the clamps of the options. */
export const klLoss = (d: number, options: KlLossOptions): number =>
  clamp(klEstimate(clamp(d, options.clampLogRatio), options.estimator), options.clampEstimate)

/** What flows back to logp from `klLoss`, before the coefficient. A clamp that is active stops the gradient. */
export const klLossGradient = (d: number, options: KlLossOptions): number => {
  if (options.gradient === "none") return 0
  if (options.gradient === "k2") return d
  const cut = clamp(d, options.clampLogRatio)
  const estimate = klEstimate(cut, options.estimator)
  return cut === d && clamp(estimate, options.clampEstimate) === estimate ? klDerivative(d, options.estimator) : 0
}

export const KlController = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("fixed") }),
  /** Ziegler et al. 2019 (1909.08593): beta *= 1 + clip(kl / target - 1, -errorClip, errorClip) * samples / horizon. */
  Schema.Struct({ kind: Schema.Literal("adaptive"), target: positive, horizon: positive, errorClip: positive })
])
export type KlController = typeof KlController.Type

/** The coefficient for the next batch, after `samples` sequences with mean divergence `kl` per sequence. */
export const nextKlCoefficient = (coefficient: number, kl: number, samples: number, controller: KlController): number => {
  if (controller.kind === "fixed") return coefficient
  const error = clamp(kl / controller.target - 1, controller.errorClip)
  return coefficient * (1 + (error * samples) / controller.horizon)
}
