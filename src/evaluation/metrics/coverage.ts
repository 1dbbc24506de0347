/**
 * Does RL shrink what can be solved? Two measures of two policies on the same problems, from c of n right samples of each.
 *
 * Crossing (Yue et al. 2025, arXiv 2504.13837): the smallest k at which pass@k after RL is below pass@k before. Kept, lost and
 * found (Wu et al. 2025, arXiv 2507.14843): problems solved by at least one of so many samples of both policies, of the first
 * alone, of the second alone. A second sample of one and the same policy loses and finds some too, so that is what they are
 * read against.
 */

import { bootstrap, type BootstrapOptions } from "../statistics/bootstrap.ts"
import { passAtK } from "./pass-at-k.ts"

export interface Crossing {
  /** Null: the curves do not cross up to n. */
  readonly k: number | null
  /** 95 % interval by resampling problems; null: beyond n. */
  readonly low: number | null
  readonly high: number | null
}

/** Right samples of each problem before and after, of `n` each. */
export const crossingOf = (
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  n: number,
  options: BootstrapOptions
): Crossing => {
  // What RL changes of each problem's pass@k, [k][problem]; c takes n + 1 values, so the rest is looked up.
  const byCount = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n + 1 }, (_, c) => passAtK(n, c, i + 1)))
  const change = byCount.map((pass) =>
    Float64Array.from({ length: before.length }, (_, p) => pass[after[p]!]! - pass[before[p]!]!)
  )
  const smallest = (chosen: ArrayLike<number>): number => {
    for (let k = 1; k <= n; k++) {
      let sum = 0
      for (let i = 0; i < chosen.length; i++) sum += change[k - 1]![chosen[i]!]!
      if (sum < 0) return k
    }
    return n + 1
  }
  const within = (k: number) => (k > n ? null : k)
  const { low, high } = bootstrap(before.length, smallest, options)
  const all = Array.from({ length: before.length }, (_, i) => i)
  return { k: within(smallest(all)), low: within(Math.floor(low)), high: within(Math.ceil(high)) }
}

export interface Coverage {
  readonly kept: number
  readonly lost: number
  readonly found: number
  readonly neither: number
}

/** Problems by whether any of their samples is right, `[problems]` each: with the one policy, and with the other. */
export const coverageOf = (one: ReadonlyArray<boolean>, other: ReadonlyArray<boolean>): Coverage => {
  const count = (first: boolean, second: boolean) => one.filter((solved, i) => solved === first && other[i] === second).length
  return { kept: count(true, true), lost: count(true, false), found: count(false, true), neither: count(false, false) }
}
