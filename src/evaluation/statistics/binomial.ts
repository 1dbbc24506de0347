/**
 * Counts of successes: exact tails of the binomial distribution and the exact interval for a share (Clopper and Pearson 1934).
 *
 * For k of n seeds, where n is 3 to 20: approximations by the normal distribution are wrong there.
 */

import { requireInteger } from "../EvaluationInputError.ts"
import type { Interval } from "./intervals.ts"
import { betaCdf, bisect } from "./special-functions.ts"

/** P(X >= k) for X ~ Binomial(n, p), by the incomplete beta function: I_p(k, n - k + 1). */
export const upperTail = (k: number, n: number, p: number): number => (k <= 0 ? 1 : k > n ? 0 : betaCdf(p, k, n - k + 1))

/** P(X <= k), as I_(1-p)(n - k, k + 1): one minus the other tail would lose the digits of small ones. */
export const lowerTail = (k: number, n: number, p: number): number => (k < 0 ? 0 : k >= n ? 1 : betaCdf(1 - p, n - k, k + 1))

/** Clopper and Pearson's interval for `k` of `n`: at least its level whatever the share. */
export const exactShare = (k: number, n: number, level = 0.95): Interval => {
  requireInteger("n", n, 1)
  requireInteger("k", k, 0, n)
  const tail = (1 - level) / 2
  return {
    low: k === 0 ? 0 : bisect((p) => upperTail(k, n, p), tail, 0, 1),
    high: k === n ? 1 : bisect((p) => -lowerTail(k, n, p), -tail, 0, 1)
  }
}
