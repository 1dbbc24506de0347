/**
 * Generalised advantage estimation (Schulman et al. 2016, arXiv 1506.02438), and whitening.
 *
 *   delta_t  = R_t + gamma V_{t+1} - V_t          V after the last token is 0
 *   A_t      = delta_t + gamma lambda A_{t+1}
 *   return_t = A_t + V_t
 *
 * Advantages never cross a sequence: packed and separate evaluation agree exactly. With V = 0 and lambda = 1 this is the discounted
 * return, so REINFORCE needs no recursion of its own.
 */
import * as Schema from "effect/Schema"

import { count, mean, variance, type Mask } from "../packed/masked-statistics.ts"
import { requireLength } from "../packed/RlInputError.ts"

const unitInterval = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

export const GaeOptions = Schema.Struct({
  gamma: unitInterval,
  lambda: unitInterval,
  /** A masked token inside a response: `skip` passes the running advantage and next value on unchanged (verl); `include` treats it as any token (SkyRL). */
  maskedTokens: Schema.Literals(["skip", "include"])
})
export type GaeOptions = typeof GaeOptions.Type

export interface AdvantageEstimate {
  readonly advantages: Float64Array
  readonly returns: Float64Array
}

/** Advantages and returns `[response tokens]` from token rewards and values; `offsets` is `[sequences + 1]`. */
export const gae = (
  rewards: ArrayLike<number>,
  values: ArrayLike<number>,
  offsets: Int32Array,
  options: GaeOptions,
  mask?: Mask
): AdvantageEstimate => {
  const tokens = offsets.at(-1) ?? 0
  requireLength("rewards", rewards, tokens)
  requireLength("values", values, tokens)
  if (mask !== undefined) requireLength("mask", mask, tokens)
  const { gamma, lambda } = options
  const advantages = new Float64Array(tokens)
  const returns = new Float64Array(tokens)
  for (let s = 0; s + 1 < offsets.length; s++) {
    let nextValue = 0
    let running = 0
    for (let t = offsets[s + 1]! - 1; t >= offsets[s]!; t--) {
      if (mask === undefined || mask[t] !== 0 || options.maskedTokens === "include") {
        const delta = rewards[t]! + gamma * nextValue - values[t]!
        running = delta + gamma * lambda * running
        nextValue = values[t]!
      }
      advantages[t] = running
      returns[t] = running + values[t]!
    }
  }
  return { advantages, returns }
}

export const WhitenOptions = Schema.Struct({
  divisor: Schema.Literals(["sample", "population"]),
  /** false keeps the mean: only the scale changes. */
  shiftMean: Schema.Boolean,
  epsilon: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  /** How epsilon guards the variance: sqrt(var + epsilon) (TRL, verl), or sqrt(max(var, epsilon)) (OpenRLHF and the paper's fork). */
  guard: Schema.Literals(["add", "max"])
})
export type WhitenOptions = typeof WhitenOptions.Type

/**
 * (x - mean) / sqrt(var guarded by epsilon), statistics over unmasked entries, the same map applied to every entry.
 * With fewer than two unmasked entries there is no spread to divide by: the variance counts as 0.
 */
export const whiten = (values: ArrayLike<number>, options: WhitenOptions, mask?: Mask): Float64Array => {
  if (count(values.length, mask) === 0) return Float64Array.from(values)
  const centre = mean(values, mask)
  const spread = variance(values, options.divisor, mask)
  const known = Number.isNaN(spread) ? 0 : spread
  const guarded = options.guard === "add" ? known + options.epsilon : Math.max(known, options.epsilon)
  const scale = guarded === 0 ? 0 : 1 / Math.sqrt(guarded)
  const whitened = new Float64Array(values.length)
  for (let i = 0; i < whitened.length; i++) whitened[i] = (values[i]! - centre) * scale + (options.shiftMean ? 0 : centre)
  return whitened
}
