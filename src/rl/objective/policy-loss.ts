/**
 * The policy term for one token, and what flows back from it to the log-probability.
 *
 * With the importance ratio r = exp(logp - logpOld) and the advantage A:
 *
 *   clip         max(-A r, -A clip(r, 1 - low, 1 + high))           PPO (Schulman et al. 2017, 1707.06347); high > low: DAPO
 *                with dualClip c, for A < 0: min(that, -c A)        Ye et al. 2020 (1912.09729); the same as TRL's `delta`
 *   cispo        -stop(clip(r, 1 - low, 1 + high)) A logp           clipped weight, live gradient (MiniMax 2025, 2506.13585)
 *   unclipped    -A r
 *   reinforce    -A logp                                            no ratio at all
 *
 * d r / d logp = r, so every derivative below is the loss with the branch that is active. On the clipped side it is exactly 0, on the
 * other side it never is: clipping only removes the incentive to go further.
 */
import * as Schema from "effect/Schema"

import { requireLength } from "../packed/RlInputError.ts"

const nonNegative = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

export const PolicyLossOptions = Schema.Struct({
  kind: Schema.Literals(["clip", "cispo", "unclipped", "reinforce"]),
  /** The ratio may fall to 1 - clipLow ... */
  clipLow: nonNegative,
  /** ... and rise to 1 + clipHigh before the gradient stops. */
  clipHigh: nonNegative,
  dualClip: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(1))),
  /** `token`: a ratio for each token. `sequence`: exp of the sequence's mean log-ratio, shared by its tokens (GSPO, 2507.18071). */
  ratio: Schema.Literals(["token", "sequence"]),
  /** |logp - logpOld| is cut at this before exp (verl, OpenRLHF: 20). Absent: never. */
  clampLogRatio: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0)))
})
export type PolicyLossOptions = typeof PolicyLossOptions.Type

const clip = (r: number, o: PolicyLossOptions): number => Math.min(Math.max(r, 1 - o.clipLow), 1 + o.clipHigh)

/** The policy loss of one token. */
export const policyLoss = (logProb: number, ratio: number, advantage: number, o: PolicyLossOptions): number => {
  switch (o.kind) {
    case "clip": {
      const loss = Math.max(-advantage * ratio, -advantage * clip(ratio, o))
      return advantage < 0 && o.dualClip !== undefined ? Math.min(loss, -o.dualClip * advantage) : loss
    }
    case "cispo":
      return -clip(ratio, o) * advantage * logProb
    case "unclipped":
      return -advantage * ratio
    case "reinforce":
      return -advantage * logProb
  }
}

/** d policyLoss / d logp; for `ratio: "sequence"` the derivative with respect to the sequence's log-ratio. */
export const policyGradient = (ratio: number, advantage: number, o: PolicyLossOptions): number => {
  switch (o.kind) {
    case "clip":
      return clippedBranchActive(ratio, advantage, o) || dualClipActive(ratio, advantage, o) ? 0 : -advantage * ratio
    case "cispo":
      return -clip(ratio, o) * advantage
    case "unclipped":
      return -advantage * ratio
    case "reinforce":
      return -advantage
  }
}

/** Is the clipped branch strictly larger, so that the gradient is 0? One of the two quantities called "clip fraction". */
export const clippedBranchActive = (ratio: number, advantage: number, o: PolicyLossOptions): boolean =>
  o.kind === "clip" && (advantage > 0 ? ratio > 1 + o.clipHigh : advantage < 0 && ratio < 1 - o.clipLow)

const dualClipActive = (ratio: number, advantage: number, o: PolicyLossOptions): boolean =>
  o.dualClip !== undefined && advantage < 0 && ratio > o.dualClip

/** Is the ratio outside the clip range, whatever the advantage? The other "clip fraction". */
export const ratioOutside = (ratio: number, o: PolicyLossOptions): boolean => ratio < 1 - o.clipLow || ratio > 1 + o.clipHigh

export interface Ratios {
  /** r per response token. */
  readonly ratios: Float64Array
  /** 1, or 0 where the clamp of the log-ratio is active and nothing flows back. */
  readonly live: Uint8Array
}

/**
 * Importance ratios per response token. Tokens of weight 0 are masked: they get ratio 1 and do not enter a sequence's mean.
 */
export const importanceRatios = (
  logProbs: ArrayLike<number>,
  oldLogProbs: ArrayLike<number>,
  offsets: Int32Array,
  weights: ArrayLike<number>,
  o: PolicyLossOptions
): Ratios => {
  const tokens = offsets.at(-1) ?? 0
  requireLength("logProbs", logProbs, tokens)
  requireLength("oldLogProbs", oldLogProbs, tokens)
  requireLength("weights", weights, tokens)
  const ratios = new Float64Array(tokens).fill(1)
  const live = new Uint8Array(tokens).fill(1)
  for (let s = 0; s + 1 < offsets.length; s++) {
    const shared = o.ratio === "sequence" ? meanLogRatio(logProbs, oldLogProbs, offsets[s]!, offsets[s + 1]!, weights) : 0
    for (let t = offsets[s]!; t < offsets[s + 1]!; t++) {
      if (weights[t] === 0) continue
      const logRatio = o.ratio === "sequence" ? shared : logProbs[t]! - oldLogProbs[t]!
      const limit = o.clampLogRatio ?? Number.POSITIVE_INFINITY
      ratios[t] = Math.exp(Math.min(Math.max(logRatio, -limit), limit))
      live[t] = Math.abs(logRatio) <= limit ? 1 : 0
    }
  }
  return { ratios, live }
}

const meanLogRatio = (
  logProbs: ArrayLike<number>,
  oldLogProbs: ArrayLike<number>,
  start: number,
  end: number,
  weights: ArrayLike<number>
): number => {
  let sum = 0
  let n = 0
  for (let t = start; t < end; t++) {
    if (weights[t] === 0) continue
    sum += logProbs[t]! - oldLogProbs[t]!
    n++
  }
  return n === 0 ? 0 : sum / n
}

/** The mean log-ratio moves by 1 / n with each token: shares the gradient of a sequence's tokens evenly among them, in place. */
export const shareWithinSequences = (gradient: Float64Array, offsets: Int32Array, weights: ArrayLike<number>): void => {
  for (let s = 0; s + 1 < offsets.length; s++) {
    let sum = 0
    let n = 0
    for (let t = offsets[s]!; t < offsets[s + 1]!; t++) {
      if (weights[t] === 0) continue
      sum += gradient[t]!
      n++
    }
    for (let t = offsets[s]!; t < offsets[s + 1]!; t++) if (weights[t] !== 0) gradient[t] = sum / n
  }
}
