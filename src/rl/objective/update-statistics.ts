/**
 * What is worth logging about one update, from the scores it saw. None of it feeds back into the update.
 *
 * Two quantities are called "clip fraction": the share of tokens whose ratio is outside the range, and the share whose gradient
 * the clipping has switched off. The second is smaller, since half of the first moves in the harmless direction. Both are given.
 */

import { exp } from "../../elementary/elementary.ts"
import type { Mask } from "../packed/masked-statistics.ts"
import { clippedBranchActive, ratioOutside, type PolicyLossOptions } from "./policy-loss.ts"
import { explainedVariance, valueClipActive, type ValueOptions } from "./value-loss.ts"

export interface PolicyStatistics {
  readonly clipFractionOutside: number
  readonly clipFractionAbove: number
  readonly clipFractionBelow: number
  readonly clipFractionActive: number
  /** mean(logpOld - logp) */
  readonly approxKl1: number
  /** mean(r - 1 - log r), never negative */
  readonly approxKl3: number
  readonly ratioMean: number
  readonly ratioMin: number
  readonly ratioMax: number
}

/** Over unmasked response tokens; ratios per token from the log-probabilities, whatever the loss used. NaN without tokens. */
export const policyStatistics = (
  logProbs: ArrayLike<number>,
  oldLogProbs: ArrayLike<number>,
  advantages: ArrayLike<number>,
  options: PolicyLossOptions,
  mask?: Mask
): PolicyStatistics => {
  let n = 0
  let above = 0
  let below = 0
  let active = 0
  let kl1 = 0
  let kl3 = 0
  let sum = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let t = 0; t < logProbs.length; t++) {
    if (mask !== undefined && mask[t] === 0) continue
    const logRatio = logProbs[t]! - oldLogProbs[t]!
    const ratio = exp(logRatio)
    n++
    if (ratioOutside(ratio, options)) {
      if (ratio > 1) above++
      else below++
    }
    if (clippedBranchActive(ratio, advantages[t]!, options)) active++
    kl1 -= logRatio
    kl3 += ratio - 1 - logRatio
    sum += ratio
    min = Math.min(min, ratio)
    max = Math.max(max, ratio)
  }
  return {
    clipFractionOutside: (above + below) / n,
    clipFractionAbove: above / n,
    clipFractionBelow: below / n,
    clipFractionActive: active / n,
    approxKl1: kl1 / n,
    approxKl3: kl3 / n,
    ratioMean: sum / n,
    ratioMin: n === 0 ? Number.NaN : min,
    ratioMax: n === 0 ? Number.NaN : max
  }
}

export interface ValueStatistics {
  readonly valueClipFraction: number
  /** Of the values at sampling time, which the advantages rest on. */
  readonly explainedVariance: number
}

/** Over unmasked response tokens. */
export const valueStatistics = (
  values: ArrayLike<number>,
  oldValues: ArrayLike<number>,
  returns: ArrayLike<number>,
  clip: ValueOptions["valueClip"],
  mask?: Mask
): ValueStatistics => {
  let n = 0
  let active = 0
  for (let t = 0; t < values.length; t++) {
    if (mask !== undefined && mask[t] === 0) continue
    n++
    if (valueClipActive(values[t]!, oldValues[t]!, returns[t]!, clip)) active++
  }
  return { valueClipFraction: active / n, explainedVariance: explainedVariance(oldValues, returns, mask) }
}
