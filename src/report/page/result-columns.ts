/** What the table of results has columns for, in the terminal and in the report alike. */

import { maximumOf } from "../../lists/large.ts"
import type { Estimate, PolicyEstimates } from "../data/policy-estimates.ts"
import type { ResultRow } from "../data/results.ts"
import { paramOf, paramText } from "../data/varying-params.ts"
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
  paramOf(row, name) === undefined ? (name === "algorithm" ? "none" : MISSING) : paramText(row, name)

/** The largest k that some policy has an estimate for; 0 where there is none. */
export const largestK = (
  rows: ReadonlyArray<ResultRow>,
  pick: (estimates: PolicyEstimates) => ReadonlyMap<number, Estimate>
): number =>
  maximumOf(
    sidesOf(rows).flatMap((estimates) => [...pick(estimates).keys()]),
    0
  )

/** Formats that hold at least half a percent somewhere, with the largest share that each has. */
export const shownFormats = (rows: ReadonlyArray<ResultRow>): ReadonlyMap<string, number> => {
  const largest = new Map<string, number>()
  for (const { shares } of sidesOf(rows))
    for (const [format, { value }] of shares) largest.set(format, Math.max(value, largest.get(format) ?? 0))
  return new Map([...largest].filter(([, share]) => share >= LEAST))
}
