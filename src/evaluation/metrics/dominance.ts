/**
 * When does one format take over? The time to dominance is the first step from which on, averaged over a few steps, one format
 * holds at least nine tenths of the completions: single steps of a hundred completions are too noisy to say. (Echo Chamber
 * reports it in epochs.)
 */

import { requireInteger } from "../EvaluationInputError.ts"
import { INVALID } from "./format-shares.ts"

export interface Dominance {
  readonly format: string
  /** First step of the window. */
  readonly step: number
}

/** Share from which on a format is said to dominate. */
const DOMINANT = 0.9
/** Steps over which shares are averaged. */
const DOMINANCE_WINDOW = 5

/**
 * The first step t at which some format's mean share over the steps t .. t + window - 1 is at least `threshold`; null when there
 * is none. `shares` gives each format's share of the completions of every step in order; `invalid` completions are no format.
 */
export const timeToDominance = (
  shares: ReadonlyMap<string, ArrayLike<number>>,
  { threshold = DOMINANT, window = DOMINANCE_WINDOW }: { readonly threshold?: number; readonly window?: number } = {}
): Dominance | null => {
  requireInteger("window", window, 1)
  let earliest: Dominance | null = null
  for (const [format, share] of shares) {
    if (format === INVALID) continue
    for (let step = 0; step + window <= share.length && (earliest === null || step < earliest.step); step++) {
      let sum = 0
      for (let i = step; i < step + window; i++) sum += share[i]!
      if (sum / window >= threshold) earliest = { format, step }
    }
  }
  return earliest
}
