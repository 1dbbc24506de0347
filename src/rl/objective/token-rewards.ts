/**
 * Rewards per response token, for algorithms that look inside a completion (PPO, REINFORCE).
 *
 *   R_t = -beta k_t + [t is the last token] score        k_t estimates KL(old || ref) on token t; a constant, no gradient
 *
 * The score of a completion is clipped first, when asked. A completion without tokens has no place for its score; it is left out.
 */

import * as Param from "../../dag/Param.ts"
import { requireLength, RlInputError } from "../packed/RlInputError.ts"
import { klEstimate, KlParams } from "./kl.ts"

export const TokenRewardParams = {
  ...KlParams,
  clipScore: Param.orNone(Param.number(10, "the reward is cut to this in size (the paper's fork: 10)", { above: 0 }), "none")
}
export type TokenRewardOptions = Param.Values<typeof TokenRewardParams>

export interface TokenRewards {
  readonly rewards: Float64Array
  /** k_t, before the coefficient. All 0 without log-probabilities of both policies. */
  readonly kl: Float64Array
}

/** `scores` `[sequences]`, log-probabilities `[response tokens]`. Both may be absent when the coefficient is 0. */
export const tokenRewards = (
  scores: ArrayLike<number>,
  oldLogProbs: ArrayLike<number> | undefined,
  refLogProbs: ArrayLike<number> | undefined,
  offsets: Int32Array,
  options: TokenRewardOptions
): TokenRewards => {
  const tokens = offsets.at(-1) ?? 0
  requireLength("scores", scores, offsets.length - 1, "sequences")
  const kl = new Float64Array(tokens)
  if ((oldLogProbs !== undefined && refLogProbs !== undefined) || options.kl > 0) {
    requireLength("oldLogProbs", oldLogProbs ?? [], tokens)
    requireLength("refLogProbs", refLogProbs ?? [], tokens)
    for (let t = 0; t < tokens; t++) kl[t] = klEstimate(oldLogProbs![t]! - refLogProbs![t]!, options.klEstimator)
  }
  const rewards = kl.map((k) => (options.kl === 0 ? 0 : -options.kl * k))
  const clipped = clippedScores(scores, options)
  for (let s = 0; s < clipped.length; s++) if (offsets[s + 1]! > offsets[s]!) rewards[offsets[s + 1]! - 1]! += clipped[s]!
  return { rewards, kl }
}

/** Scores cut to [-clipScore, clipScore]; a score that is not finite is an error. */
const clippedScores = (scores: ArrayLike<number>, options: TokenRewardOptions): Float64Array => {
  const limit = options.clipScore === "none" ? Number.POSITIVE_INFINITY : options.clipScore
  return Float64Array.from(scores, (score, s) => {
    if (!Number.isFinite(score)) throw new RlInputError({ field: "scores", detail: `sequence ${s} has score ${score}` })
    return Math.min(Math.max(score, -limit), limit)
  })
}
