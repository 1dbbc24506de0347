/**
 * Whitening of advantages over a rollout batch: (x - mean) / sqrt(var, guarded by epsilon).
 *
 * Libraries differ in the divisor of the variance and in how epsilon guards it. The two are choices of their own here.
 */

import * as Param from "../../dag/Param.ts"
import { count, DIVISORS, mean, variance, type Mask } from "../packed/masked-statistics.ts"

/** The divisor of the variance, n - 1 or n; `none`: advantages stay as they are. */
export const WHITENINGS = { none: null, ...DIVISORS } as const

/** How epsilon keeps the variance away from 0: added (TRL, verl), or as its least value (OpenRLHF and the paper's fork). */
const GUARDS = {
  add: (variance: number, epsilon: number) => variance + epsilon,
  max: (variance: number, epsilon: number) => Math.max(variance, epsilon)
} as const

export const WhitenParams = {
  whiten: Param.variant(WHITENINGS, "none", "whitening of the advantages over the step, by divisor n - 1 or n"),
  whitenEpsilon: Param.number(1e-8, "epsilon that guards the variance in whitening", { min: 0 }),
  whitenGuard: Param.variant(GUARDS, "add", "how epsilon guards it: added to the variance, or its least value")
}
export type WhitenOptions = Param.Values<typeof WhitenParams>

/**
 * Whitened values, statistics over unmasked entries, the same map applied to every entry; under `none` the values themselves.
 * With fewer than two unmasked entries there is no spread to divide by: the variance counts as 0.
 */
export const whiten = (values: Float64Array, options: WhitenOptions, mask?: Mask): Float64Array => {
  const divisor = WHITENINGS[options.whiten]
  if (divisor === null || count(values.length, mask) === 0) return values
  const centre = mean(values, mask)
  const spread = variance(values, divisor, mask)
  const guarded = GUARDS[options.whitenGuard](Number.isNaN(spread) ? 0 : spread, options.whitenEpsilon)
  const scale = guarded === 0 ? 0 : 1 / Math.sqrt(guarded)
  return values.map((value) => (value - centre) * scale)
}
