/**
 * Tests about a mean over a few seeds, and how many seeds a test would need.
 *
 * One-sided t tests against a margin (Student 1908), the two of them that make a test of equivalence (Schuirmann 1987), and their
 * power: with s^2 of n values, n - 1 degrees of freedom and q the t quantile, "above m" is concluded where mean - q s/sqrt(n) >
 * m, which for normal values of mean mu and standard deviation sigma has the probability
 *
 *   P = integral over u of  Phi((mu - m) sqrt(n)/sigma - q u)  f(u) du,   u = s/sigma,  (n - 1) u^2 ~ chi^2(n - 1)
 *
 * so no normal approximation is made, which at three seeds would promise too much.
 */

import { exp, log } from "../../elementary/elementary.ts"
import { logGamma, normalCdf, studentCdf, studentQuantile } from "./special-functions.ts"

/** A mean over `n` seeds with its standard error. */
export interface SeedMean {
  readonly n: number
  readonly mean: number
  readonly standardError: number
}

/** p-value of "the true mean is at most `margin`"; small: it lies above. 1 where fewer than two seeds tell. */
export const pAbove = ({ n, mean, standardError }: SeedMean, margin: number): number =>
  n < 2 || Number.isNaN(mean)
    ? 1
    : standardError === 0
      ? mean > margin
        ? 0
        : 1
      : 1 - studentCdf((mean - margin) / standardError, n - 1)

/** p-value of "the true mean is at least `margin`". */
export const pBelow = (of: SeedMean, margin: number): number => pAbove({ ...of, mean: -of.mean }, -margin)

/** What a test concludes from a mean: that it lies above `low`, below `high`, or both. Infinities where there is no bound. */
export interface Range {
  readonly low: number
  readonly high: number
}

/**
 * Probability that n seeds of the given mean and deviation show, each side at `alpha`, that the mean lies in the range.
 *
 * @internal Tests hold it against drawing.
 */
export const power = (mean: number, deviation: number, { low, high }: Range, n: number, alpha: number): number => {
  if (n < 2) return 0
  if (deviation === 0) return mean > low && mean < high ? 1 : 0
  const q = studentQuantile(1 - alpha, n - 1)
  const scale = Math.sqrt(n) / deviation
  return overDeviations(n - 1, (u) => {
    const upper = high === Infinity ? 1 : normalCdf((high - mean) * scale - q * u)
    const lower = low === -Infinity ? 0 : normalCdf((low - mean) * scale + q * u)
    return Math.max(0, upper - lower)
  })
}

/** Integral of a function of u = s/sigma over its density with so many degrees of freedom, by Simpson's rule. */
const overDeviations = (degrees: number, of: (u: number) => number): number => {
  const half = degrees / 2
  const constant = Math.LN2 + half * log(half) - logGamma(half)
  const density = (u: number) =>
    u === 0 ? (degrees === 1 ? exp(constant) : 0) : exp(constant + (degrees - 1) * log(u) - half * u * u)
  const end = 1 + 8 / Math.sqrt(degrees)
  const steps = 400
  let sum = 0
  for (let i = 0; i <= steps; i++) {
    const u = (end * i) / steps
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * density(u) * of(u)
  }
  return (sum * end) / steps / 3
}

/** Beyond that nobody repeats a study. */
const MOST_SEEDS = 1000

/**
 * Fewest seeds with which the range would be shown with a probability of `wanted`, if the true mean and deviation are those
 * given; null where a thousand are not enough, as when the mean lies outside.
 */
export const seedsNeeded = (mean: number, deviation: number, range: Range, alpha: number, wanted = 0.8): number | null => {
  if (!(mean > range.low && mean < range.high)) return null
  const enough = (n: number) => power(mean, deviation, range, n, alpha) >= wanted
  let to = 2
  while (!enough(to)) if ((to *= 2) > MOST_SEEDS) return null
  let from = to / 2
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2)
    if (enough(middle)) to = middle
    else from = middle
  }
  return to
}
