/** Comparisons of two numbers that may be too close to tell: true, false, or null for neither. */

import { maximumOf } from "../../lists/large.ts"
import type { Estimate, PolicyEstimates } from "../data/policy-estimates.ts"
import type { Trained } from "./cell-groups.ts"

export interface Change {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** The difference of two estimates with a 95 % interval, as if they were independent. */
export const difference = (of: Estimate, from: Estimate): Change => {
  const value = of.value - from.value
  const half = Math.hypot(of.high - of.low, from.high - from.low) / 2
  return { value, low: value - half, high: value + half }
}

/**
 * Whether the change is above a margin: true or false where its interval says so, null where it holds the margin or is unknown.
 *
 * @public for the claims of studies.
 */
export const exceeds = ({ low, high }: Change, margin: number): boolean | null =>
  low > margin ? true : high < margin ? false : null

/** Whether the change is above 0. */
export const isPositive = (change: Change): boolean | null => exceeds(change, 0)

/** Whether a number is above another; null where one of them is unknown (NaN). */
export const isAbove = (value: number, other: number): boolean | null =>
  Number.isNaN(value) || Number.isNaN(other) ? null : value > other

/** All of them: false as soon as one is, null where none is false but some cannot be told. */
export const all = (...tests: ReadonlyArray<boolean | null>): boolean | null =>
  tests.includes(false) ? false : tests.includes(null) ? null : true

/** Metrics of whole problems, by their names in the tables `evaluations` and `comparisons`. */
export type SolvingMetric = "pass@1" | "pass@k" | "majority@k"

const estimateOf = (estimates: PolicyEstimates, metric: SolvingMetric, k: number): Estimate | null | undefined => {
  switch (metric) {
    case "pass@1":
      return estimates.pass1
    case "pass@k":
      return estimates.passAtK.get(k)
    case "majority@k":
      return estimates.majorityAtK.get(k)
  }
}

/**
 * After minus before with a 95 % interval: paired by problem where the study compared the two, else from the two intervals as if
 * they were independent, which is wider. Null where a side has no such number or no interval.
 */
export const changeOf = (cell: Trained, metric: SolvingMetric, k: number): Change | null => {
  const [before, after] = [estimateOf(cell.before, metric, k), estimateOf(cell.after, metric, k)]
  if (before == null || after == null) return null
  const decoding = metric === "pass@1" ? "greedy" : "sampled"
  const paired = cell.differences.find(
    (row) => row.metric === metric && row.k === k && row.decoding === decoding && row.slice === "all"
  )
  if (cell.members.length === 1 && paired?.low != null && paired.high != null)
    return { value: paired.difference, low: paired.low, high: paired.high }
  const change = difference(after, before)
  return Number.isNaN(change.low) ? null : change
}

/** The largest k with an estimate on both sides. */
export const largestK = (cell: Trained): number =>
  maximumOf(
    [...cell.after.passAtK.keys()].filter((k) => cell.before.passAtK.has(k)),
    0
  )

/** `+12.3 points [+8.1, +16.4]`. */
export const points = ({ value, low, high }: Change): string => {
  const signed = (share: number) => `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)}`
  return `${signed(value)} points [${signed(low)}, ${signed(high)}]`
}
