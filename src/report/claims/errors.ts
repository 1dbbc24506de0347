/**
 * Standard errors that a seed's own problems leave, of numbers that come without an interval. No number of one seed is exact:
 * with an error of 0, seeds that happen to agree would pass for certain.
 */

import { log } from "../../elementary/elementary.ts"
import type { Estimate } from "../data/policy-estimates.ts"
import type { RlSeries } from "../data/rl-outcomes.ts"

/** Half of a 95 % interval is so many standard errors. */
const HALF = 1.959963984540054

/** The standard error that an interval stands for; 0 where there is none. */
export const intervalError = ({ low, high }: { readonly low: number | null; readonly high: number | null }): number => {
  const width = (high ?? Number.NaN) - (low ?? Number.NaN)
  return Number.isNaN(width) ? 0 : width / 2 / HALF
}

/** Of a share among n. All or none are not certain either: as if there had been one more of each (Agresti and Coull 1998). */
export const shareError = (share: number, n: number): number => {
  const held = (share * n + 1) / (n + 2)
  return Math.sqrt((held * (1 - held)) / (n + 2))
}

/** Completions that an RL run has sampled over some steps; one a step where nobody counted. */
export const completionsIn = ({ updates }: Pick<RlSeries, "updates">, from: number, steps: number): number => {
  const completions = updates.get("completions")
  return completions === undefined || completions.length < from + steps
    ? steps
    : completions.slice(from, from + steps).reduce((sum, each) => sum + each, 0)
}

/**
 * Of the entropy of shares, by the delta method: (sum of p ln^2 p, less the square of the entropy) / n, where n are the
 * completions that the error of the largest share is worth. Where one format has all, what so small a share as its error would
 * add.
 */
export const entropyError = (shares: ReadonlyArray<Estimate>): number => {
  const total = shares.reduce((sum, { value }) => sum + value, 0)
  const largest = shares.reduce((most, each) => (each.value > most.value ? each : most))
  const error = intervalError(largest) / total
  if (error === 0) return 0
  const kept = shares.map(({ value }) => value / total).filter((p) => p > 0)
  const entropy = kept.reduce((sum, p) => sum - p * log(p), 0)
  const squares = kept.reduce((sum, p) => sum + p * log(p) ** 2, 0) - entropy ** 2
  const p = largest.value / total
  const worth = (p * (1 - p)) / error ** 2
  return Math.max(worth > 0 ? Math.sqrt(Math.max(0, squares) / worth) : 0, p === 1 ? error * (1 - log(error)) : 0)
}
