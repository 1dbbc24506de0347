/**
 * Bootstrap over problems (Efron 1979): how much would the number move with other problems of the same kind?
 *
 * Problems are resampled, not samples: completions of one problem are not independent. Draws come from Philox, so an interval is
 * a pure function of (values, seed, resamples). Percentile intervals, quantiles with linear interpolation.
 */

import { draws } from "../../random/philox.ts"
import { EvaluationInputError, requireInteger, requireSome } from "../EvaluationInputError.ts"
import { type Interval, wilson } from "./intervals.ts"

export interface BootstrapOptions {
  readonly seed: number
  readonly resamples?: number
  readonly level?: number
  /** Problems in each resample. Default: as many as there are, which is what an interval for their mean needs. */
  readonly size?: number
}

/** Interval for the mean of one value per problem. */
export const bootstrapMean = (values: ArrayLike<number>, options: BootstrapOptions): Interval => {
  requireSome("values", values)
  return bootstrap(values.length, (chosen) => meanOf(values, chosen), options)
}

/**
 * Interval for the mean of one probability per problem (pass@k, majority@k). Where all are 0, or all 1, resampling sees no
 * spread: then Wilson's interval.
 */
export const bootstrapProbability = (
  values: ArrayLike<number>,
  options: BootstrapOptions
): Interval & { readonly interval: string } => {
  requireSome("values", values)
  const [first] = Array.from(values)
  const agreed = (first === 0 || first === 1) && Array.from(values).every((value) => value === first)
  if (!agreed) return { ...bootstrapMean(values, options), interval: "bootstrap over problems" }
  return { ...wilson(first * values.length, values.length, options.level), interval: "wilson over problems" }
}

/** Interval for any statistic of problems; `statistic` gets the indices of one resample, to read only. */
export const bootstrap = (problems: number, statistic: (chosen: Int32Array) => number, options: BootstrapOptions): Interval => {
  const { seed, resamples = 2000, level = 0.95, size = problems } = options
  requireInteger("problems", problems, 1)
  requireInteger("resamples", resamples, 1)
  requireInteger("size", size, 1)
  const replicates = new Float64Array(resamples)
  let i = 0
  for (const chosen of resampled(seed, problems, size, resamples)) replicates[i++] = statistic(chosen)
  const sorted = replicates.filter((value) => !Number.isNaN(value)).toSorted()
  return { low: sortedQuantile(sorted, (1 - level) / 2), high: sortedQuantile(sorted, (1 + level) / 2) }
}

/** The last resamples drawn, `[resamples][size]`: an evaluation asks for the same ones for each of its dozens of numbers. */
const kept = new Map<string, Int32Array>()
const KEPT = 8
const KEPT_SIZE = 2 ** 21

/** Indices of problems, one resample after another. */
function* resampled(seed: number, problems: number, size: number, resamples: number): Generator<Int32Array> {
  const key = `${seed} ${problems} ${size} ${resamples}`
  const known = kept.get(key)
  const keep = resamples * size <= KEPT_SIZE
  const all = known ?? new Int32Array(keep ? resamples * size : size)
  const random = draws(seed, "bootstrap")
  for (let i = 0; i < resamples; i++) {
    const chosen = keep ? all.subarray(i * size, (i + 1) * size) : all
    if (known === undefined) for (let j = 0; j < size; j++) chosen[j] = random.below(problems)
    yield chosen
  }
  if (known !== undefined || !keep) return
  if (kept.size === KEPT) kept.delete(kept.keys().next().value!)
  kept.set(key, all)
}

/**
 * Interval for a share of samples: `hits` of `of` samples of each problem, the estimate sum(hits) / sum(of). Samples of one
 * problem are not independent, so problems are resampled with all their samples (cluster bootstrap); a resample without any
 * sample does not count. Where every sample agrees, or one problem has them all, resampling sees no spread: then Wilson's
 * interval with problems as the observations.
 */
export const bootstrapShare = (
  hits: ArrayLike<number>,
  of: ArrayLike<number>,
  options: BootstrapOptions
): Interval & { readonly interval: string } => {
  requireSome("of", of)
  const problems = Array.from({ length: of.length }, (_, i) => i).filter((i) => of[i]! > 0)
  const sum = (values: ArrayLike<number>, chosen: ArrayLike<number>) => {
    let total = 0
    for (let i = 0; i < chosen.length; i++) total += values[chosen[i]!]!
    return total
  }
  const share = sum(hits, problems) / sum(of, problems)
  if (share === 0 || share === 1 || problems.length === 1) {
    const agreeing = Math.round(share * problems.length)
    return { ...wilson(agreeing, problems.length, options.level), interval: "wilson over problems" }
  }
  const interval = bootstrap(of.length, (chosen) => sum(hits, chosen) / sum(of, chosen), options)
  return { ...interval, interval: "bootstrap over problems" }
}

const meanOf = (values: ArrayLike<number>, chosen: Int32Array): number => {
  let sum = 0
  for (let i = 0; i < chosen.length; i++) sum += values[chosen[i]!]!
  return sum / chosen.length
}

const sortedQuantile = (sorted: Float64Array, q: number): number => {
  const at = q * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!)
}

export interface PairedDifference extends Interval {
  /** mean(after) - mean(before) */
  readonly difference: number
  /**
   * Two-sided bootstrap p-value of no difference: twice the smaller share of resamples on the other side of 0, counting itself.
   */
  readonly p: number
}

/** Difference of two means over the same problems: each resample takes both values of a problem, so its difficulty cancels. */
export const pairedBootstrap = (
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  options: BootstrapOptions
): PairedDifference => {
  requireSome("before", before)
  if (before.length !== after.length) {
    throw new EvaluationInputError({ field: "after", detail: `${after.length} problems, but ${before.length} before` })
  }
  const differences = Float64Array.from({ length: before.length }, (_, i) => after[i]! - before[i]!)
  let atMostZero = 0
  let atLeastZero = 0
  let resamples = 0
  const statistic = (chosen: Int32Array): number => {
    const value = meanOf(differences, chosen)
    resamples++
    if (value <= 0) atMostZero++
    if (value >= 0) atLeastZero++
    return value
  }
  const interval = bootstrap(differences.length, statistic, options)
  const p = Math.min(1, (2 * (Math.min(atMostZero, atLeastZero) + 1)) / (resamples + 1))
  return { difference: differences.reduce((sum, x) => sum + x, 0) / differences.length, ...interval, p }
}
