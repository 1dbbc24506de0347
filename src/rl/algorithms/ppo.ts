/**
 * Proximal policy optimisation (Schulman et al. 2017, arXiv 1707.06347) for completions, with a critic and KL inside the reward
 * (Ziegler et al. 2019, Ouyang et al. 2022).
 *
 *   R_t      = -beta k_t + [t last] score                             KL of the sampling policy to the reference, a constant
 *   A, ret   = GAE(R, V),  A whitened over the rollout batch
 *   rho_t    = exp(logp_t - logpOld_t)
 *   L_policy = max(-rho_t A_t, -clip(rho_t, 1 - low, 1 + high) A_t)   per token
 *   L        = sum_t w_t L_policy - c_H sum_t u_t H_t                 w: the reduction; u: w or the token mean
 *   L_critic = c_V sum_t w_t 1/2 max((v_t - ret_t)^2, (V_t + clip(v_t - V_t, -c, c) - ret_t)^2)
 *
 * Targets (R, A, ret) are made once per rollout batch; the two losses are evaluated at every update: L is `policyObjective`. The
 * critic is a model of its own, initialised from the policy, with an optimizer of its own. `PpoParams` lists every choice,
 * `PPO_PRESETS` is the table of who makes which.
 */

import type * as Param from "../../dag/Param.ts"
import { EntropyParams } from "../objective/entropy.ts"
import { gae, GaeParams } from "../objective/gae.ts"
import { combine, type PolicyBatch, valueTerm } from "../objective/loss-terms.ts"
import { PolicyLossParams } from "../objective/policy-loss.ts"
import { ReductionParams } from "../objective/reduction.ts"
import { TokenRewardParams, tokenRewards } from "../objective/token-rewards.ts"
import { ValueParams } from "../objective/value-loss.ts"
import { whiten, WhitenParams } from "../objective/whitening.ts"
import type { Mask } from "../packed/masked-statistics.ts"
import { DynamicSamplingParams } from "../packed/masks.ts"

export const PpoParams = {
  ...TokenRewardParams,
  ...GaeParams,
  ...WhitenParams,
  ...PolicyLossParams,
  ...ValueParams,
  ...EntropyParams,
  ...ReductionParams,
  ...DynamicSamplingParams
}
export type PpoOptions = Param.Values<typeof PpoParams>

const paper = {
  kl: 1e-3,
  klEstimator: "k1",
  clipScore: 10,
  gamma: 1,
  lambda: 0.95,
  maskedTokens: "include",
  whiten: "population",
  whitenEpsilon: 1e-8,
  whitenGuard: "max",
  policyLoss: "clip",
  ratio: "token",
  ratioClamp: "none",
  clipLow: 0.2,
  clipHigh: 0.2,
  dualClip: "none",
  valueCoefficient: 1,
  valueClip: 0.2,
  entropyBonus: 0,
  entropyReduction: "same",
  reduction: "token_mean",
  maskedSequences: "drop",
  dynamicSampling: "off"
} as const satisfies PpoOptions

/** TRL's and verl's whitening: divisor n - 1, epsilon added. */
const maskedWhitening = { whiten: "sample", whitenGuard: "add" } as const

/**
 * Who computes PPO how; sources and what is taken on trust: docs/definitions.md.
 *
 *   standard  the definitions of `paper` with KL off: what runs when nothing is said
 *   paper     rosieyzh/openrlhf-pretrain, the code behind arXiv 2504.07912, quirks included
 *   trl       huggingface/trl, defaults of the experimental PPOTrainer
 *   verl      volcengine/verl, defaults of its PPO example
 */
export const PPO_PRESETS = {
  standard: { ...paper, kl: 0 },
  paper,
  trl: { ...paper, ...maskedWhitening, kl: 0.05, clipScore: "none", valueCoefficient: 0.1, maskedSequences: "count" },
  verl: {
    ...paper,
    ...maskedWhitening,
    kl: 0,
    clipScore: "none",
    lambda: 1,
    maskedTokens: "skip",
    dualClip: 3,
    ratioClamp: 20,
    valueClip: 0.5
  }
} as const satisfies Readonly<Record<string, PpoOptions>>

/** What a rollout batch knows when sampling is over, per response token (`scores` per sequence). */
export interface PpoRollout {
  readonly offsets: Int32Array
  readonly scores: ArrayLike<number>
  /** These two are needed when the KL coefficient is not 0. */
  readonly oldLogProbs?: ArrayLike<number> | undefined
  readonly refLogProbs?: ArrayLike<number> | undefined
  readonly oldValues: ArrayLike<number>
}

export interface PpoTargets {
  readonly rewards: Float64Array
  /** k_t of the sampling policy to the reference, before the coefficient. */
  readonly kl: Float64Array
  readonly advantages: Float64Array
  readonly returns: Float64Array
}

/** Token rewards, advantages and returns `[response tokens]`. Compute them over the whole rollout batch, before it is split. */
export const ppoTargets = (rollout: PpoRollout, options: PpoOptions, mask?: Mask): PpoTargets => {
  const { rewards, kl } = tokenRewards(rollout.scores, rollout.oldLogProbs, rollout.refLogProbs, rollout.offsets, options)
  const estimate = gae(rewards, rollout.oldValues, rollout.offsets, options, mask)
  return { rewards, kl, advantages: whiten(estimate.advantages, options, mask), returns: estimate.returns }
}

/** What an update knows beside the current policy and critic, per response token. */
export interface PpoBatch extends PolicyBatch {
  readonly returns: ArrayLike<number>
  readonly oldValues: ArrayLike<number>
}

/** The critic's loss, c_V L_value, and its derivative in the current values `[response tokens]`. */
export const criticObjective = (
  values: ArrayLike<number>,
  batch: Pick<PpoBatch, "oldValues" | "returns" | "weights">,
  { valueCoefficient, valueClip }: PpoOptions
): { readonly loss: number; readonly dValue: Float64Array } => {
  const { loss, gradient } = valueTerm(values, batch.oldValues, batch.returns, batch.weights, valueClip)
  return { loss: valueCoefficient * loss, dValue: combine(gradient.length, [valueCoefficient, gradient]) }
}
