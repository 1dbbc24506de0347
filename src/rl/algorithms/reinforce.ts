/**
 * REINFORCE with a group baseline (Williams 1992; RLOO: Ahmadian et al. 2024, arXiv 2402.14740), KL inside the reward, no critic.
 *
 *   s_i  = score_i - baseline(group),  optionally over the std    one number per completion, placed on its last token
 *   R_t  = -beta k_t + [t last] s_i                               `klPlace: token`
 *   A_t  = sum_{u >= t} gamma^{u - t} R_u                         optionally whitened over the batch (REINFORCE++-baseline)
 *   L    = sum_t w_t (-A_t logp_t) - c_H sum_t u_t H_t            or the clipped ratio, by `policyLoss`
 *
 * RLOO as published counts KL in the score instead (`klPlace: score`): score_i - beta sum_t k_t, and only then takes the
 * baseline.
 *
 * The discounted return is GAE with V = 0 and lambda = 1, so it is computed by that function; L is `policyObjective`.
 * `ReinforceParams` lists every choice, `REINFORCE_PRESETS` is the table of who makes which.
 */

import * as Param from "../../dag/Param.ts"
import { EntropyParams } from "../objective/entropy.ts"
import { DiscountParams, gae } from "../objective/gae.ts"
import { GroupAdvantageParams, groupAdvantages } from "../objective/group-advantages.ts"
import { PolicyLossParams } from "../objective/policy-loss.ts"
import { ReductionParams } from "../objective/reduction.ts"
import { type TokenRewardOptions, TokenRewardParams, tokenRewards, type TokenRewards } from "../objective/token-rewards.ts"
import { whiten, WhitenParams } from "../objective/whitening.ts"
import type { Mask } from "../packed/masked-statistics.ts"
import { DynamicSamplingParams } from "../packed/masks.ts"

/** Where KL enters: into the score before the baseline, or, where not, on each token. */
const KL_PLACES = {
  token: { inScore: false },
  score: { inScore: true }
} as const satisfies Readonly<Record<string, { readonly inScore: boolean }>>

export const ReinforceParams = {
  ...TokenRewardParams,
  klPlace: Param.variant(KL_PLACES, "token", "KL on each token, or in the score before the baseline"),
  ...GroupAdvantageParams,
  ...DiscountParams,
  ...WhitenParams,
  ...PolicyLossParams,
  ...EntropyParams,
  ...ReductionParams,
  ...DynamicSamplingParams
}
export type ReinforceOptions = Param.Values<typeof ReinforceParams>

const rloo = {
  kl: 1e-3,
  klEstimator: "k1",
  clipScore: "none",
  klPlace: "score",
  baseline: "leave_one_out",
  std: "none",
  stdOver: "group",
  advantageEpsilon: 1e-9,
  singleton: "zero",
  gamma: 1,
  whiten: "none",
  whitenEpsilon: 1e-8,
  whitenGuard: "max",
  policyLoss: "reinforce",
  ratio: "token",
  ratioClamp: "none",
  clipLow: 0.2,
  clipHigh: 0.2,
  dualClip: "none",
  entropyBonus: 0,
  entropyReduction: "same",
  reduction: "seq_mean_token_sum",
  maskedSequences: "drop",
  dynamicSampling: "off"
} as const satisfies ReinforceOptions

const paper = {
  ...rloo,
  baseline: "mean",
  clipScore: 10,
  klPlace: "token",
  whiten: "population",
  policyLoss: "clip",
  reduction: "token_mean"
} as const satisfies ReinforceOptions

/**
 * Who computes REINFORCE how; sources and what is taken on trust: docs/definitions.md.
 *
 *   standard  the definitions of `paper` with KL off: what runs when nothing is said
 *   paper     the configured but unreported REINFORCE++-baseline arm of the code behind arXiv 2504.07912
 *   rloo      Ahmadian et al. 2024, arXiv 2402.14740
 */
export const REINFORCE_PRESETS = {
  standard: { ...paper, kl: 0 },
  paper,
  rloo
} as const satisfies Readonly<Record<string, ReinforceOptions>>

/** What a rollout batch knows when sampling is over: `scores` and `groups` per sequence, the rest per response token. */
export interface ReinforceRollout {
  readonly offsets: Int32Array
  readonly scores: ArrayLike<number>
  readonly groups: ArrayLike<number>
  /** These two are needed when the KL coefficient is not 0. */
  readonly oldLogProbs?: ArrayLike<number> | undefined
  readonly refLogProbs?: ArrayLike<number> | undefined
}

/** Token rewards and advantages `[response tokens]`. */
export const reinforceAdvantages = (
  rollout: ReinforceRollout,
  options: ReinforceOptions,
  mask?: Mask
): TokenRewards & { readonly advantages: Float64Array } => {
  const { offsets, oldLogProbs, refLogProbs } = rollout
  const raw = tokenRewards(rollout.scores, oldLogProbs, refLogProbs, offsets, options)
  const { inScore } = KL_PLACES[options.klPlace]
  const centred = groupAdvantages(inScore ? sumBySequence(raw.rewards, offsets) : rollout.scores, rollout.groups, options)
  // Scores are clipped once: before the baseline when KL is part of them, after it (as OpenRLHF does) when it is not.
  const perToken: TokenRewardOptions = inScore ? { ...options, kl: 0, clipScore: "none" } : options
  const { rewards } = tokenRewards(centred, oldLogProbs, refLogProbs, offsets, perToken)
  const { kl } = raw
  const noValues = new Float64Array(rewards.length)
  const returns = gae(rewards, noValues, rollout.offsets, { gamma: options.gamma, lambda: 1, maskedTokens: "include" })
  return { rewards, kl, advantages: whiten(returns.advantages, options, mask) }
}

const sumBySequence = (perToken: Float64Array, offsets: Int32Array): Float64Array =>
  Float64Array.from({ length: offsets.length - 1 }, (_, s) =>
    perToken.subarray(offsets[s]!, offsets[s + 1]!).reduce((sum, x) => sum + x, 0)
  )
