/** What the table of results has columns for, in the terminal and in the report alike. */

import { maximumOf } from "../../lists/large.ts"
import type { Estimate, PolicyEstimates } from "../data/policy-estimates.ts"
import type { ResultRow } from "../data/results.ts"
import { valueWords } from "../data/varying-params.ts"
import { MISSING } from "./numbers.ts"

/** Formats that never hold more are not shown. */
const LEAST = 0.005

const sidesOf = (rows: ReadonlyArray<ResultRow>): ReadonlyArray<PolicyEstimates> =>
  rows.flatMap(({ before, after }) => [before, after].flatMap((estimates) => estimates ?? []))

/** Names of the params that tell the rows apart, in the order of the study. */
export const paramNamesOf = (rows: ReadonlyArray<ResultRow>): ReadonlyArray<string> => [
  ...new Set(rows.flatMap((row) => row.varyingParams.map(({ name }) => name)))
]

/** A row's value of a param in words: without RL there is no algorithm. */
export const paramWords = (row: ResultRow, name: string): string =>
  row.varyingParams.filter((param) => param.name === name).map(valueWords)[0] ?? (name === "algorithm" ? "none" : MISSING)

/** Seeds that a row's numbers are of: those that were evaluated, or all where none was. */
export const seedsOf = ({ estimates, members }: ResultRow): number =>
  estimates.filter(({ before, after }) => (after ?? before) !== null).length || members.length

/** A number of right answers that has a column. */
export interface SolvingColumn {
  readonly title: string
  readonly pick: (estimates: PolicyEstimates) => Estimate | null | undefined
  /** From 0, which is what a row is about, on to what gives way first. */
  readonly rank: number
}

/**
 * Right answers: of samples first, for a greedy answer can turn over with the last bit of a logit. Where nothing was sampled, the
 * greedy ones alone.
 */
export const solvingColumns = (rows: ReadonlyArray<ResultRow>): ReadonlyArray<SolvingColumn> => {
  const passK = largestK(rows, ({ passAtK }) => passAtK)
  const majorityK = largestK(rows, ({ majorityAtK }) => majorityAtK)
  const greedy = ({ pass1 }: PolicyEstimates) => pass1
  if (passK === 0) return [{ title: "greedy pass@1", rank: 0, pick: greedy }]
  return [
    { title: "pass@1", rank: 0, pick: ({ passAtK }) => passAtK.get(1) },
    { title: "greedy", rank: 2, pick: greedy },
    ...(passK > 1 ? [{ title: `pass@${passK}`, rank: 2, pick: ({ passAtK }: PolicyEstimates) => passAtK.get(passK) }] : []),
    ...(majorityK > 1
      ? [{ title: `majority@${majorityK}`, rank: 3, pick: ({ majorityAtK }: PolicyEstimates) => majorityAtK.get(majorityK) }]
      : [])
  ]
}

/** The largest k that all policies have an estimate for, of those that were sampled: a column is of one k. 0 where none was. */
const largestK = (
  rows: ReadonlyArray<ResultRow>,
  pick: (estimates: PolicyEstimates) => ReadonlyMap<number, Estimate>
): number => {
  const ks = sidesOf(rows).flatMap((estimates) => (pick(estimates).size === 0 ? [] : [[...pick(estimates).keys()]]))
  return maximumOf(
    (ks[0] ?? []).filter((k) => ks.every((other) => other.includes(k))),
    0
  )
}

/** Formats that hold at least half a percent somewhere, with the largest share that each has. */
export const shownFormats = (rows: ReadonlyArray<ResultRow>): ReadonlyMap<string, number> => {
  const largest = new Map<string, number>()
  for (const { shares } of sidesOf(rows))
    for (const [format, { value }] of shares) largest.set(format, Math.max(value, largest.get(format) ?? 0))
  return new Map([...largest].filter(([, share]) => share >= LEAST))
}
