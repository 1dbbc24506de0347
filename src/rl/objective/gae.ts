/**
 * Generalised advantage estimation (Schulman et al. 2016, arXiv 1506.02438).
 *
 *   delta_t  = R_t + gamma V_{t+1} - V_t          V after the last token is 0
 *   A_t      = delta_t + gamma lambda A_{t+1}
 *   return_t = A_t + V_t
 *
 * Advantages never cross a sequence: packed and separate evaluation agree exactly. With V = 0 and lambda = 1 this is the
 * discounted return, so REINFORCE needs no recursion of its own.
 */

import * as Param from "../../dag/Param.ts"
import type { Mask } from "../packed/masked-statistics.ts"
import { requireLength } from "../packed/RlInputError.ts"

/**
 * Whether a masked token inside a response takes part: as any token (SkyRL), or passed over, the running values unchanged (verl).
 */
const MASKED_TOKENS = { include: true, skip: false } as const satisfies Readonly<Record<string, boolean>>

export const DiscountParams = {
  gamma: Param.number(1, "discount", { min: 0, max: 1 })
}
export const GaeParams = {
  ...DiscountParams,
  lambda: Param.number(0.95, "lambda of GAE", { min: 0, max: 1 }),
  maskedTokens: Param.variant(MASKED_TOKENS, "include", "masked tokens inside GAE")
}
export type GaeOptions = Param.Values<typeof GaeParams>

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
  const includeMasked = MASKED_TOKENS[options.maskedTokens]
  const advantages = new Float64Array(tokens)
  const returns = new Float64Array(tokens)
  for (let s = 0; s + 1 < offsets.length; s++) {
    let nextValue = 0
    let running = 0
    for (let t = offsets[s + 1]! - 1; t >= offsets[s]!; t--) {
      if (mask === undefined || mask[t] !== 0 || includeMasked) {
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
