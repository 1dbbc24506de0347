/**
 * Confidence intervals: for a share of successes (Wilson) and for a mean over a few seeds (Student's t).
 *
 * Wilson's is sensible at 0 and n, and close to its level on average. For a statistic of problems (pass@k, majority) use the
 * bootstrap over problems instead.
 */

import { EvaluationInputError, requireInteger, requireSome } from "../EvaluationInputError.ts"
import { normalQuantile, studentQuantile } from "./special-functions.ts"

export interface Interval {
  readonly low: number
  readonly high: number
}

const checkLevel = (level: number): void => {
  if (!(level > 0 && level < 1))
    throw new EvaluationInputError({ field: "level", detail: `it must be between 0 and 1; got ${level}` })
}

/** Wilson's score interval for `correct` of `n` (Wilson 1927). */
export const wilson = (correct: number, n: number, level = 0.95): Interval => {
  requireInteger("n", n, 1)
  requireInteger("correct", correct, 0, n)
  checkLevel(level)
  const z = normalQuantile((1 + level) / 2)
  const p = correct / n
  const centre = p + (z * z) / (2 * n)
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  const scale = 1 + (z * z) / n
  return { low: correct === 0 ? 0 : (centre - half) / scale, high: correct === n ? 1 : (centre + half) / scale }
}

export interface MeanEstimate extends Interval {
  readonly n: number
  readonly mean: number
  /** Sample standard deviation (n - 1) over sqrt(n); NaN for a single value. */
  readonly standardError: number
}

/**
 * Mean with a t interval: how numbers are aggregated over seeds. A single value has no spread to judge by: its interval is NaN,
 * not 0.
 */
export const meanInterval = (values: ArrayLike<number>, level = 0.95): MeanEstimate => {
  requireSome("values", values)
  checkLevel(level)
  const n = values.length
  const all = Array.from(values)
  const mean = all.reduce((sum, x) => sum + x, 0) / n
  if (n === 1) return { n, mean, standardError: Number.NaN, low: Number.NaN, high: Number.NaN }
  const squares = all.reduce((sum, x) => sum + (x - mean) ** 2, 0)
  const standardError = Math.sqrt(squares / (n - 1) / n)
  const half = studentQuantile((1 + level) / 2, n - 1) * standardError
  return { n, mean, standardError, low: mean - half, high: mean + half }
}
