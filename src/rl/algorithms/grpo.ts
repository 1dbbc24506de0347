/**
 * Group-relative policy optimisation (Shao et al. 2024, arXiv 2402.03300).
 *
 *   A_i      = (r_i - mean(r_group)) / (std(r_group) + eps)           one advantage per completion, the same for its tokens
 *   rho_t    = exp(logp_t - logpOld_t)
 *   L_policy = max(-rho_t A, -clip(rho_t, 1 - low, 1 + high) A)       per token
 *   L_kl     = exp(d) - d - 1,  d = logpRef_t - logp_t                k3, in the loss
 *   L        = sum_t w_t (L_policy + beta L_kl) - c_H sum_t u_t H_t   w: the reduction; u: w or the token mean
 *
 * Libraries differ in each of these. `GrpoParams` lists every choice, `GRPO_PRESETS` is the table of who makes which. On the
 * first update after sampling L_policy is 0 up to the spread of lengths, and its gradient is not: that is no bug. See
 * docs/definitions.md.
 */

import type * as Param from "../../dag/Param.ts"
import {
  klFlows,
  klObstacle,
  policyObstacle,
  policySurrogate,
  type Surrogate,
  type SurrogateBatch
} from "../objective/engine-loss.ts"
import { EntropyParams } from "../objective/entropy.ts"
import { broadcast, GroupAdvantageParams, groupAdvantages } from "../objective/group-advantages.ts"
import { KlLossParams } from "../objective/kl.ts"
import { combine, klTerm, type Objective, type PolicyBatch, policyObjective, type TokenScores } from "../objective/loss-terms.ts"
import { PolicyLossParams } from "../objective/policy-loss.ts"
import { ReductionParams } from "../objective/reduction.ts"
import { whiten, WhitenParams } from "../objective/whitening.ts"
import type { Mask } from "../packed/masked-statistics.ts"
import { DynamicSamplingParams } from "../packed/masks.ts"
import { RlInputError } from "../packed/RlInputError.ts"
import { toPositions, type Rollouts } from "../packed/Rollouts.ts"

export const GrpoParams = {
  ...GroupAdvantageParams,
  ...WhitenParams,
  ...PolicyLossParams,
  ...KlLossParams,
  ...EntropyParams,
  ...ReductionParams,
  ...DynamicSamplingParams
}
export type GrpoOptions = Param.Values<typeof GrpoParams>

const paper = {
  baseline: "mean",
  std: "sample",
  stdOver: "group",
  advantageEpsilon: 1e-9,
  singleton: "zero",
  whiten: "none",
  whitenEpsilon: 1e-8,
  whitenGuard: "add",
  policyLoss: "clip",
  ratio: "token",
  ratioClamp: "none",
  clipLow: 0.2,
  clipHigh: 0.2,
  dualClip: "none",
  kl: 1e-3,
  klEstimator: "k3",
  klGradient: "none",
  klClamp: "none",
  klEstimateClamp: "none",
  entropyBonus: 0,
  entropyReduction: "same",
  reduction: "token_mean",
  maskedSequences: "drop",
  dynamicSampling: "off"
} as const satisfies GrpoOptions

const withoutKl = { kl: 0, klGradient: "own" } as const

/**
 * Who computes GRPO how; sources and what is taken on trust: docs/definitions.md.
 *
 *   standard       the definitions of `paper` with a live KL gradient and KL off: what runs when nothing is said
 *   paper          rosieyzh/openrlhf-pretrain, the code behind arXiv 2504.07912 (a fork of OpenRLHF 0.6.3), quirks included
 *   paper-live-kl  the same with the KL term felt
 *   trl            huggingface/trl, defaults of GRPOTrainer
 *   verl           volcengine/verl, defaults of its GRPO example
 *   dr-grpo        Liu et al. 2025, arXiv 2503.20783: no std, constant length
 *   dapo           Yu et al. 2025, arXiv 2503.14476: clip-higher, token mean, no KL, groups without signal sampled anew
 */
export const GRPO_PRESETS = {
  standard: { ...paper, ...withoutKl },
  paper,
  "paper-live-kl": { ...paper, klGradient: "own" },
  trl: { ...paper, ...withoutKl, advantageEpsilon: 1e-4, entropyReduction: "token_mean", maskedSequences: "count" },
  verl: {
    ...paper,
    advantageEpsilon: 1e-6,
    singleton: "raw",
    dualClip: 3,
    ratioClamp: 20,
    klGradient: "own",
    klClamp: 20,
    klEstimateClamp: 10
  },
  "dr-grpo": { ...paper, ...withoutKl, std: "none", reduction: "sum_over_B_Lmax", maskedSequences: "count" },
  dapo: { ...paper, ...withoutKl, advantageEpsilon: 1e-6, clipHigh: 0.28, dynamicSampling: "resample" }
} as const satisfies Readonly<Record<string, GrpoOptions>>

/** Advantages `[response tokens]` from rewards and group ids `[sequences]`. */
export const grpoAdvantages = (
  rewards: ArrayLike<number>,
  groups: ArrayLike<number>,
  responseOffsets: Int32Array,
  options: GrpoOptions,
  mask?: Mask
): Float64Array => whiten(broadcast(groupAdvantages(rewards, groups, options), responseOffsets), options, mask)

/** What an update knows beside the current policy, per response token. */
export interface GrpoBatch extends PolicyBatch {
  /** Needed when the KL coefficient is not 0. */
  readonly refLogProbs?: ArrayLike<number>
}

/** The objective and its gradient for the current policy's scores. */
export const grpoObjective = (scores: TokenScores, batch: GrpoBatch, options: GrpoOptions): Objective => {
  const policy = policyObjective(scores, batch, options)
  if (options.kl === 0) return policy
  const kl = klTerm(scores.logProbs, reference(batch), batch.weights, options)
  return {
    ...policy,
    loss: policy.loss + options.kl * kl.loss,
    terms: { ...policy.terms, kl: kl.loss },
    dLogProb: combine(batch.weights.length, [1, policy.dLogProb], [options.kl, kl.gradient])
  }
}

const reference = (batch: Pick<GrpoBatch, "refLogProbs">): ArrayLike<number> => {
  if (batch.refLogProbs === undefined) {
    throw new RlInputError({
      field: "refLogProbs",
      detail: "the KL coefficient is not 0, but the reference policy was not scored"
    })
  }
  return batch.refLogProbs
}

/** Why the engine cannot form this loss itself, or null. */
export const grpoObstacle = (options: GrpoOptions): string | null => policyObstacle(options) ?? klObstacle(options)

/**
 * The same objective as the engine's fused surrogate, where nothing is in its way. A KL term whose gradient is switched off is
 * left out: the gradient is the same, the reported loss lacks the term.
 */
export const grpoSurrogate = (
  rollouts: Rollouts,
  batch: SurrogateBatch & Pick<GrpoBatch, "refLogProbs">,
  options: GrpoOptions,
  temperature: number
): Surrogate => ({
  ...policySurrogate(rollouts, batch, options, temperature),
  ...(klFlows(options) ? { refLogProbs: toPositions(rollouts, reference(batch)), klCoefficient: options.kl } : {})
})
