/**
 * KL divergence from a reference policy, estimated on the sampled token (Schulman 2020, "Approximating KL divergence").
 *
 *   d = logp - logpRef           gradient with respect to logp
 *   k1 = d                       1                 unbiased as a value; as a loss its expected gradient is 0
 *   k2 = d^2 / 2                 d                 biased value, but its expected gradient is that of the KL
 *   k3 = exp(-d) - 1 + d         1 - exp(-d)       unbiased, never negative
 *
 * Where the estimate enters is a different question: inside the reward (PPO; no gradient), or inside the loss (GRPO). `gradient`
 * says what flows back from a loss: its own derivative, that of k2 (verl's "k3+"), or nothing. The last is what the paper's code
 * computes for GRPO: the KL loss is rebuilt from detached numbers, so it is reported but never felt. The tests prove that ours is
 * felt.
 *
 * A new estimator is a new entry of `KL_ESTIMATORS`: the parameter `klEstimator` of `rl` and all that is computed are read from
 * it.
 */

import * as Param from "../../dag/Param.ts"
import { exp } from "../../elementary/elementary.ts"

interface Estimator {
  readonly estimate: (d: number) => number
  /** d estimate / d logp. */
  readonly derivative: (d: number) => number
}

/** The estimates and their derivatives. */
export const KL_ESTIMATORS = {
  k1: { estimate: (d) => d, derivative: () => 1 },
  k2: { estimate: (d) => (d * d) / 2, derivative: (d) => d },
  k3: { estimate: (d) => exp(-d) - 1 + d, derivative: (d) => 1 - exp(-d) }
} as const satisfies Readonly<Record<string, Estimator>>
export type KlEstimator = keyof typeof KL_ESTIMATORS

/** What flows back from a KL term in the loss, given the gradient of its own estimate. */
const KL_GRADIENTS = {
  own: (_d: number, own: () => number) => own(),
  k2: (d: number) => KL_ESTIMATORS.k2.derivative(d),
  none: () => 0
} as const

/** Shared by a KL term in the reward and one in the loss. */
export const KlParams = {
  kl: Param.number(0, "KL coefficient: in the loss (GRPO) or in the reward (PPO, REINFORCE); 0 needs no reference", { min: 0 }),
  klEstimator: Param.variant(KL_ESTIMATORS, "k3", "estimate of KL to the reference on a token")
}

export const KlLossParams = {
  ...KlParams,
  klGradient: Param.variant(KL_GRADIENTS, "own", "what flows back from the KL term; none as in the paper's code"),
  klClamp: Param.orNone(Param.number(20, "|logp - logpRef| is cut at this before the estimate (verl: 20)", { above: 0 }), "none"),
  klEstimateClamp: Param.orNone(Param.number(10, "|estimate| is cut at this (verl, NeMo-RL: 10)", { above: 0 }), "none")
}
export type KlLossOptions = Param.Values<typeof KlLossParams>

/** Adaptive KL: not a definition in which presets differ, but a controller that any of them can have. */
export const AdaptiveKlParams = {
  klTarget: Param.nullable(
    Param.number(0, "adaptive KL: nats a completion to hold, by moving the coefficient; null keeps it", { above: 0 }),
    null
  ),
  klHorizon: Param.integer(10_000, "adaptive KL: samples over which the coefficient may change by its fifth", { min: 1 })
}

/** The estimate for one token; d = logp - logpRef. */
export const klEstimate = (d: number, estimator: KlEstimator): number => KL_ESTIMATORS[estimator].estimate(d)

const clamp = (x: number, limit: number | "none"): number => (limit === "none" ? x : Math.min(Math.max(x, -limit), limit))

/** The KL term of a loss for one token, before the coefficient, with the clamps of the options. */
export const klLoss = (d: number, options: KlLossOptions): number =>
  clamp(klEstimate(clamp(d, options.klClamp), options.klEstimator), options.klEstimateClamp)

/** What flows back to logp from `klLoss`, before the coefficient. A clamp that is active stops the gradient. */
export const klLossGradient = (d: number, options: KlLossOptions): number =>
  KL_GRADIENTS[options.klGradient](d, () => {
    const cut = clamp(d, options.klClamp)
    const { estimate, derivative } = KL_ESTIMATORS[options.klEstimator]
    return cut === d && clamp(estimate(cut), options.klEstimateClamp) === estimate(cut) ? derivative(d) : 0
  })

/** How the coefficient moves from step to step. */
export type KlController =
  | { readonly kind: "fixed" }
  /** Ziegler et al. 2019 (1909.08593): beta *= 1 + clip(kl / target - 1, -errorClip, errorClip) * samples / horizon. */
  | { readonly kind: "adaptive"; readonly target: number; readonly horizon: number; readonly errorClip: number }

/** The coefficient for the next batch, after `samples` sequences with mean divergence `kl` per sequence. */
export const nextKlCoefficient = (coefficient: number, kl: number, samples: number, controller: KlController): number => {
  if (controller.kind === "fixed") return coefficient
  const error = clamp(kl / controller.target - 1, controller.errorClip)
  return coefficient * (1 + (error * samples) / controller.horizon)
}
