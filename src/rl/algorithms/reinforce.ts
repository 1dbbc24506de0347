/**
 * REINFORCE with a group baseline (Williams 1992; RLOO: Ahmadian et al. 2024, arXiv 2402.14740), KL inside the reward, no critic.
 *
 *   s_i  = score_i - baseline(group),  optionally over the std              one number per completion, placed on its last token
 *   R_t  = -beta k_t + [t last] s_i                                         `klPlace: token`
 *   A_t  = sum_{u >= t} gamma^{u - t} R_u                                   optionally whitened over the batch (REINFORCE++-baseline)
 *   L    = sum_t w_t (-A_t logp_t)                                          or the clipped ratio, by `policy.kind`
 *
 * RLOO as published counts KL in the score instead (`klPlace: score`): score_i - beta sum_t k_t, and only then takes the baseline.
 *
 * The discounted return is GAE with V = 0 and lambda = 1, so it is computed by that function.
 */
import * as Schema from "effect/Schema"

import { entropyObstacle, notFused, policyObstacle, policySurrogate, type Fused } from "../objective/engine-loss.ts"
import { gae, whiten, WhitenOptions } from "../objective/gae.ts"
import { groupAdvantages, GroupAdvantageOptions } from "../objective/group-advantages.ts"
import { combine, EntropyOptions, entropyTerm, policyTerm, type Objective, type TokenScores } from "../objective/loss-terms.ts"
import { PolicyLossOptions } from "../objective/policy-loss.ts"
import { ReductionOptions } from "../objective/reduction.ts"
import { KlRewardOptions, tokenRewards, type TokenRewards } from "../objective/token-rewards.ts"
import type { Mask } from "../packed/masked-statistics.ts"
import type { Rollouts } from "../packed/Rollouts.ts"

export const ReinforceOptions = Schema.Struct({
  advantage: GroupAdvantageOptions,
  klReward: KlRewardOptions,
  klPlace: Schema.Literals(["token", "score"]),
  gamma: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
  whiten: Schema.optionalKey(WhitenOptions),
  policy: PolicyLossOptions,
  entropy: EntropyOptions,
  reduction: ReductionOptions
})
export type ReinforceOptions = typeof ReinforceOptions.Type

/** What a rollout batch knows when sampling is over: `scores` and `groups` per sequence, the rest per response token. */
export interface ReinforceRollout {
  readonly offsets: Int32Array
  readonly scores: ArrayLike<number>
  readonly groups: ArrayLike<number>
  readonly oldLogProbs: ArrayLike<number>
  readonly refLogProbs?: ArrayLike<number> | undefined
}

/** Token rewards and advantages `[response tokens]`. */
export const reinforceAdvantages = (
  rollout: ReinforceRollout,
  options: ReinforceOptions,
  mask?: Mask
): TokenRewards & { readonly advantages: Float64Array } => {
  const { offsets, oldLogProbs, refLogProbs } = rollout
  const raw = tokenRewards(rollout.scores, oldLogProbs, refLogProbs, offsets, options.klReward)
  const inScore = options.klPlace === "score"
  const centred = groupAdvantages(
    inScore ? sumBySequence(raw.rewards, offsets) : rollout.scores,
    rollout.groups,
    options.advantage
  )
  // Scores are clipped once: before the baseline when KL is part of them, after it (as OpenRLHF does) when it is not.
  const perToken: KlRewardOptions = inScore ? { coefficient: 0, estimator: options.klReward.estimator } : options.klReward
  const { rewards } = tokenRewards(centred, oldLogProbs, refLogProbs, offsets, perToken)
  const { kl } = raw
  const noValues = new Float64Array(rewards.length)
  const returns = gae(rewards, noValues, rollout.offsets, { gamma: options.gamma, lambda: 1, maskedTokens: "include" })
  const advantages = options.whiten === undefined ? returns.advantages : whiten(returns.advantages, options.whiten, mask)
  return { rewards, kl, advantages }
}

const sumBySequence = (perToken: Float64Array, offsets: Int32Array): Float64Array =>
  Float64Array.from({ length: offsets.length - 1 }, (_, s) =>
    perToken.subarray(offsets[s]!, offsets[s + 1]!).reduce((sum, x) => sum + x, 0)
  )

/** What the update knows beside the current policy, per response token. */
export interface ReinforceBatch {
  readonly offsets: Int32Array
  readonly oldLogProbs: ArrayLike<number>
  readonly advantages: ArrayLike<number>
  readonly weights: Float64Array
}

/** The objective and its gradient for the current policy's scores. */
export const reinforceObjective = (scores: TokenScores, batch: ReinforceBatch, options: ReinforceOptions): Objective => {
  const { weights } = batch
  const policy = policyTerm(scores.logProbs, batch.oldLogProbs, batch.advantages, batch.offsets, weights, options.policy)
  const entropy = entropyTerm(scores.entropies, weights, options.entropy)
  const bonus = options.entropy.coefficient
  return {
    loss: policy.loss - bonus * entropy.loss,
    terms: { policy: policy.loss, kl: 0, entropy: entropy.loss, value: 0 },
    ratios: policy.ratios,
    dLogProb: policy.gradient,
    ...(bonus === 0 ? {} : { dEntropy: combine(weights.length, [-bonus, entropy.gradient]) })
  }
}

/** The objective as the engine's fused surrogate, or why it is none. */
export const reinforceSurrogate = (
  rollouts: Rollouts,
  batch: ReinforceBatch,
  options: ReinforceOptions,
  temperature: number
): Fused => {
  const obstacle = policyObstacle(options.policy) ?? entropyObstacle(options.entropy, batch.weights)
  if (obstacle !== undefined) return notFused(obstacle)
  const policy = policySurrogate(rollouts, batch.oldLogProbs, batch.advantages, batch.weights, options.policy, temperature)
  const bonus = options.entropy.coefficient
  return { loss: bonus === 0 ? policy : { ...policy, entropyCoefficient: bonus } }
}
