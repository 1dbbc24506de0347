/**
 * Rewards per response token, for algorithms that look inside a completion (PPO, REINFORCE).
 *
 *   R_t = -beta k_t + [t is the last token] score        k_t estimates KL(old || ref) on token t; a constant, no gradient
 *
 * The score of a completion is clipped first, when asked. A completion without tokens has no place for its score; it is left out.
 */
import * as Schema from "effect/Schema"

import { requireLength, RlInputError } from "../packed/RlInputError.ts"
import { klEstimate, KlEstimator } from "./kl.ts"

export const KlRewardOptions = Schema.Struct({
  /** beta; 0 needs no reference policy. */
  coefficient: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  estimator: KlEstimator,
  /** The score is cut to [-c, c] (the paper's fork: 10). Absent: never. */
  clipScore: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0)))
})
export type KlRewardOptions = typeof KlRewardOptions.Type

export interface TokenRewards {
  readonly rewards: Float64Array
  /** k_t, before the coefficient. All 0 without a reference. */
  readonly kl: Float64Array
}

/** `scores` `[sequences]`, log-probabilities `[response tokens]`. `refLogProbs` may be absent when the coefficient is 0. */
export const tokenRewards = (
  scores: ArrayLike<number>,
  oldLogProbs: ArrayLike<number>,
  refLogProbs: ArrayLike<number> | undefined,
  offsets: Int32Array,
  options: KlRewardOptions
): TokenRewards => {
  const tokens = offsets.at(-1) ?? 0
  requireLength("scores", scores, offsets.length - 1, "sequences")
  const kl = new Float64Array(tokens)
  if (refLogProbs !== undefined || options.coefficient > 0) {
    requireLength("oldLogProbs", oldLogProbs, tokens)
    requireLength("refLogProbs", refLogProbs ?? [], tokens)
    for (let t = 0; t < tokens; t++) kl[t] = klEstimate(oldLogProbs[t]! - refLogProbs![t]!, options.estimator)
  }
  const rewards = kl.map((k) => (options.coefficient === 0 ? 0 : -options.coefficient * k))
  const clipped = clippedScores(scores, options)
  for (let s = 0; s < clipped.length; s++) if (offsets[s + 1]! > offsets[s]!) rewards[offsets[s + 1]! - 1]! += clipped[s]!
  return { rewards, kl }
}

/** Scores cut to [-clipScore, clipScore]; a score that is not finite is an error. */
const clippedScores = (scores: ArrayLike<number>, options: KlRewardOptions): Float64Array => {
  const limit = options.clipScore ?? Number.POSITIVE_INFINITY
  return Float64Array.from(scores, (score, s) => {
    if (!Number.isFinite(score)) throw new RlInputError({ field: "scores", detail: `sequence ${s} has score ${score}` })
    return Math.min(Math.max(score, -limit), limit)
  })
}
