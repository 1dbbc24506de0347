/**
 * Proximal policy optimisation (Schulman et al. 2017, arXiv 1707.06347) for completions, with a critic and KL inside the reward
 * (Ziegler et al. 2019, Ouyang et al. 2022).
 *
 *   R_t      = -beta k_t + [t last] score                                       KL of the sampling policy to the reference, a constant
 *   A, ret   = GAE(R, V),  A whitened over the rollout batch
 *   rho_t    = exp(logp_t - logpOld_t)
 *   L_policy = max(-rho_t A_t, -clip(rho_t, 1 - low, 1 + high) A_t)             per token
 *   L_value  = 1/2 max((v_t - ret_t)^2, (V_t + clip(v_t - V_t, -c, c) - ret_t)^2)
 *   L        = sum_t w_t (L_policy + c_V L_value) - c_H sum_t u_t H_t           w: the reduction; u: w or the token mean
 *
 * Targets (R, A, ret) are made once per rollout batch; the objective is evaluated at every update. The critic may share the policy's
 * trunk (one fused loss) or be a model of its own (a policy loss and a value loss, each with its optimizer).
 */
import * as Schema from "effect/Schema"

import { entropyObstacle, notFused, policyObstacle, policySurrogate, type Fused } from "../objective/engine-loss.ts"
import { gae, GaeOptions, whiten, WhitenOptions } from "../objective/gae.ts"
import {
  combine,
  EntropyOptions,
  entropyTerm,
  policyTerm,
  valueTerm,
  type Objective,
  type TokenScores
} from "../objective/loss-terms.ts"
import { PolicyLossOptions } from "../objective/policy-loss.ts"
import { ReductionOptions } from "../objective/reduction.ts"
import { KlRewardOptions, tokenRewards } from "../objective/token-rewards.ts"
import type { Mask } from "../packed/masked-statistics.ts"
import { RlInputError } from "../packed/RlInputError.ts"
import { toPositions, type Rollouts } from "../packed/Rollouts.ts"

export const PpoOptions = Schema.Struct({
  klReward: KlRewardOptions,
  gae: GaeOptions,
  /** Whitening of the advantages over the rollout batch. Absent: none. Returns are never whitened. */
  whiten: Schema.optionalKey(WhitenOptions),
  policy: PolicyLossOptions,
  value: Schema.Struct({
    coefficient: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
    clip: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0))),
    /** `shared`: a value head on the policy. `separate`: a second model, initialised from the policy. */
    critic: Schema.Literals(["shared", "separate"])
  }),
  entropy: EntropyOptions,
  reduction: ReductionOptions
})
export type PpoOptions = typeof PpoOptions.Type

/** What a rollout batch knows when sampling is over, per response token (`scores` per sequence). */
export interface PpoRollout {
  readonly offsets: Int32Array
  readonly scores: ArrayLike<number>
  readonly oldLogProbs: ArrayLike<number>
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
  const { rewards, kl } = tokenRewards(
    rollout.scores,
    rollout.oldLogProbs,
    rollout.refLogProbs,
    rollout.offsets,
    options.klReward
  )
  const estimate = gae(rewards, rollout.oldValues, rollout.offsets, options.gae, mask)
  const advantages = options.whiten === undefined ? estimate.advantages : whiten(estimate.advantages, options.whiten, mask)
  return { rewards, kl, advantages, returns: estimate.returns }
}

/** What the update knows beside the current policy and critic, per response token. */
export interface PpoBatch {
  readonly offsets: Int32Array
  readonly oldLogProbs: ArrayLike<number>
  readonly advantages: ArrayLike<number>
  readonly returns: ArrayLike<number>
  readonly oldValues: ArrayLike<number>
  /** From `reductionWeights`; 0 masks a token. */
  readonly weights: Float64Array
}

/** The objective and its gradient for the current scores; `scores.values` come from the critic, shared or separate. */
export const ppoObjective = (scores: TokenScores, batch: PpoBatch, options: PpoOptions): Objective => {
  const { weights } = batch
  if (scores.values === undefined) {
    throw new RlInputError({ field: "values", detail: "PPO needs the critic's value of every response token" })
  }
  const policy = policyTerm(scores.logProbs, batch.oldLogProbs, batch.advantages, batch.offsets, weights, options.policy)
  const value = valueTerm(scores.values, batch.oldValues, batch.returns, weights, options.value.clip)
  const entropy = entropyTerm(scores.entropies, weights, options.entropy)

  const bonus = options.entropy.coefficient
  return {
    loss: policy.loss + options.value.coefficient * value.loss - bonus * entropy.loss,
    terms: { policy: policy.loss, kl: 0, entropy: entropy.loss, value: value.loss },
    ratios: policy.ratios,
    dLogProb: policy.gradient,
    ...(bonus === 0 ? {} : { dEntropy: combine(weights.length, [-bonus, entropy.gradient]) }),
    dValue: combine(weights.length, [options.value.coefficient, value.gradient])
  }
}

/**
 * The objective as the engine's fused surrogate, or why it is none. With a separate critic this is the policy's part;
 * `criticTerm` is the other.
 */
export const ppoSurrogate = (rollouts: Rollouts, batch: PpoBatch, options: PpoOptions, temperature: number): Fused => {
  const obstacle = policyObstacle(options.policy) ?? entropyObstacle(options.entropy, batch.weights)
  if (obstacle !== undefined) return notFused(obstacle)
  const policy = policySurrogate(rollouts, batch.oldLogProbs, batch.advantages, batch.weights, options.policy, temperature)
  return {
    loss: {
      ...policy,
      ...(options.entropy.coefficient === 0 ? {} : { entropyCoefficient: options.entropy.coefficient }),
      ...(options.value.critic === "shared" ? valueFields(rollouts, batch, options) : {})
    }
  }
}

/** The loss of a critic that is a model of its own, c_V L_value, and its derivative in the values `[response tokens]`. */
export const criticTerm = (
  values: ArrayLike<number>,
  batch: Pick<PpoBatch, "oldValues" | "returns" | "weights">,
  options: PpoOptions
): { readonly loss: number; readonly dValue: Float64Array } => {
  const { coefficient, clip } = options.value
  const { loss, gradient } = valueTerm(values, batch.oldValues, batch.returns, batch.weights, clip)
  return { loss: coefficient * loss, dValue: combine(gradient.length, [coefficient, gradient]) }
}

const valueFields = (rollouts: Rollouts, batch: PpoBatch, options: PpoOptions) => ({
  returns: toPositions(rollouts, batch.returns),
  oldValues: toPositions(rollouts, batch.oldValues),
  valueCoefficient: options.value.coefficient,
  ...(options.value.clip === undefined ? {} : { valueClip: options.value.clip })
})
