/**
 * Group-relative policy optimisation (Shao et al. 2024, arXiv 2402.03300).
 *
 *   A_i      = (r_i - mean(r_group)) / (std(r_group) + eps)                     one advantage per completion, the same for its tokens
 *   rho_t    = exp(logp_t - logpOld_t)
 *   L_policy = max(-rho_t A, -clip(rho_t, 1 - low, 1 + high) A)                 per token
 *   L_kl     = exp(d) - d - 1,  d = logpRef_t - logp_t                          k3, in the loss
 *   L        = sum_t w_t (L_policy + beta L_kl) - c_H sum_t u_t H_t             w: the reduction; u: w or the token mean
 *
 * Libraries differ in the baseline, the standard deviation, epsilon, the place of KL and how tokens are averaged: each difference is an
 * option, and a preset (`paper`, `trl`, `verl`, `dr-grpo`, `dapo`) is a choice of all of them. On the first update after sampling
 * L_policy is 0 up to the spread of lengths, and its gradient is not: that is no bug. See docs/definitions.md.
 */
import * as Schema from "effect/Schema"

import {
  entropyObstacle,
  klFlows,
  klObstacle,
  notFused,
  policyObstacle,
  policySurrogate,
  type Fused
} from "../objective/engine-loss.ts"
import { whiten, WhitenOptions } from "../objective/gae.ts"
import { broadcast, groupAdvantages, GroupAdvantageOptions } from "../objective/group-advantages.ts"
import { KlLossOptions } from "../objective/kl.ts"
import {
  combine,
  EntropyOptions,
  entropyTerm,
  klTerm,
  policyTerm,
  type Objective,
  type TokenScores
} from "../objective/loss-terms.ts"
import { PolicyLossOptions } from "../objective/policy-loss.ts"
import { ReductionOptions } from "../objective/reduction.ts"
import type { Mask } from "../packed/masked-statistics.ts"
import { RlInputError } from "../packed/RlInputError.ts"
import { toPositions, type Rollouts } from "../packed/Rollouts.ts"

export const GrpoOptions = Schema.Struct({
  advantage: GroupAdvantageOptions,
  /** Whitening over the batch after the group normalisation. Absent: none, as in every preset here. */
  whiten: Schema.optionalKey(WhitenOptions),
  policy: PolicyLossOptions,
  kl: KlLossOptions,
  entropy: EntropyOptions,
  reduction: ReductionOptions
})
export type GrpoOptions = typeof GrpoOptions.Type

/** Advantages `[response tokens]` from rewards and group ids `[sequences]`. */
export const grpoAdvantages = (
  rewards: ArrayLike<number>,
  groups: ArrayLike<number>,
  responseOffsets: Int32Array,
  options: GrpoOptions,
  mask?: Mask
): Float64Array => {
  const perToken = broadcast(groupAdvantages(rewards, groups, options.advantage), responseOffsets)
  return options.whiten === undefined ? perToken : whiten(perToken, options.whiten, mask)
}

/** What the update knows beside the current policy, per response token. */
export interface GrpoBatch {
  readonly offsets: Int32Array
  readonly oldLogProbs: ArrayLike<number>
  /** Needed when the KL coefficient is not 0. */
  readonly refLogProbs?: ArrayLike<number>
  readonly advantages: ArrayLike<number>
  /** From `reductionWeights`; 0 masks a token. */
  readonly weights: Float64Array
}

/** The objective and its gradient for the current policy's scores. */
export const grpoObjective = (scores: TokenScores, batch: GrpoBatch, options: GrpoOptions): Objective => {
  const { weights } = batch
  const policy = policyTerm(scores.logProbs, batch.oldLogProbs, batch.advantages, batch.offsets, weights, options.policy)
  const kl = options.kl.coefficient === 0 ? undefined : klTerm(scores.logProbs, reference(batch), weights, options.kl)
  const entropy = entropyTerm(scores.entropies, weights, options.entropy)

  const beta = options.kl.coefficient
  const bonus = options.entropy.coefficient
  return {
    loss: policy.loss + beta * (kl?.loss ?? 0) - bonus * entropy.loss,
    terms: { policy: policy.loss, kl: kl?.loss ?? 0, entropy: entropy.loss, value: 0 },
    ratios: policy.ratios,
    dLogProb: kl === undefined ? policy.gradient : combine(weights.length, [1, policy.gradient], [beta, kl.gradient]),
    ...(bonus === 0 ? {} : { dEntropy: combine(weights.length, [-bonus, entropy.gradient]) })
  }
}

const reference = (batch: GrpoBatch): ArrayLike<number> => {
  if (batch.refLogProbs === undefined) {
    throw new RlInputError({
      field: "refLogProbs",
      detail: "the KL coefficient is not 0, but the reference policy was not scored"
    })
  }
  return batch.refLogProbs
}

/**
 * The same objective as the engine's fused surrogate, or why it is none. A KL term whose gradient is switched off is left out: the
 * gradient is the same, the reported loss lacks the term.
 */
export const grpoSurrogate = (rollouts: Rollouts, batch: GrpoBatch, options: GrpoOptions, temperature: number): Fused => {
  const obstacle = policyObstacle(options.policy) ?? klObstacle(options.kl) ?? entropyObstacle(options.entropy, batch.weights)
  if (obstacle !== undefined) return notFused(obstacle)
  return {
    loss: {
      ...policySurrogate(rollouts, batch.oldLogProbs, batch.advantages, batch.weights, options.policy, temperature),
      ...(klFlows(options.kl)
        ? { refLogProbs: toPositions(rollouts, reference(batch)), klCoefficient: options.kl.coefficient }
        : {}),
      ...(options.entropy.coefficient === 0 ? {} : { entropyCoefficient: options.entropy.coefficient })
    }
  }
}
