/**
 * The numbers of one policy on one suite, out of the rows of an `evaluations` table, and their mean over seeds.
 *
 * All under the corrected profile. An estimate keeps its 95 % interval: that of the evaluation for a single seed, Student's t
 * over seeds for several, as far as a share can be. Seeds that agree exactly show no spread, which is not certainty: then all
 * that the evaluations of single seeds leave open.
 */

import type { Evaluations } from "../../../schemas/evaluation.ts"
import { INVALID } from "../../evaluation/metrics/format-shares.ts"
import { meanInterval } from "../../evaluation/statistics/intervals.ts"
import { maximumOf, minimumOf } from "../../lists/large.ts"
import type { Row } from "../../store/schema/Table.ts"
import { compareTexts, largestFirst } from "./ordering.ts"

export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
  /** Seeds it is the mean of. */
  readonly seeds: number
}

export interface PolicyEstimates {
  /** Share of problems answered rightly by greedy decoding. */
  readonly pass1: Estimate | null
  /** By k, sampled, unbiased. */
  readonly passAtK: ReadonlyMap<number, Estimate>
  /** pass@k of the same samples against the references of other problems: what guessing gives. */
  readonly guessedAtK: ReadonlyMap<number, Estimate>
  readonly majorityAtK: ReadonlyMap<number, Estimate>
  /** By format, of the sampled completions, or of the greedy ones where none were sampled. */
  readonly shares: ReadonlyMap<string, Estimate>
  readonly accuracies: ReadonlyMap<string, Estimate>
  /** By sub-style, `omi1/comments`: its share among the completions of its format, and how many of its own are right. */
  readonly styleShares: ReadonlyMap<string, Estimate>
  readonly styleAccuracies: ReadonlyMap<string, Estimate>
  /** Greedy pass@1 by number of operations. */
  readonly byDifficulty: ReadonlyMap<number, Estimate>
}

export type EvaluationRow = Pick<
  Row<typeof Evaluations>,
  "metric" | "k" | "decoding" | "profile" | "slice" | "value" | "low" | "high"
>

/** The numbers of one evaluation from its rows, which may be of one suite only. */
export const estimatesOf = (rows: ReadonlyArray<EvaluationRow>): PolicyEstimates => {
  const corrected = rows.filter(({ profile }) => profile === "corrected")
  const estimate = ({ value, low, high }: EvaluationRow): Estimate => ({ value, low, high, seeds: 1 })
  const sliced = (metric: string, slice: RegExp, decodings: ReadonlyArray<string>) => {
    const found = new Map<string, Estimate>()
    for (const decoding of decodings) {
      for (const row of corrected) {
        const match = row.metric === metric && row.decoding === decoding ? slice.exec(row.slice) : null
        if (match !== null) found.set(match[1]!, estimate(row))
      }
      if (found.size > 0) break
    }
    return found
  }
  const byK = (metric: string) =>
    new Map(
      corrected
        .filter((row) => row.metric === metric && row.decoding === "sampled" && row.slice === "all")
        .map((row) => [row.k, estimate(row)] as const)
        .toSorted(([a], [b]) => a - b)
    )
  const pass1 = corrected.find((row) => row.metric === "pass@1" && row.decoding === "greedy" && row.slice === "all")
  return {
    pass1: pass1 === undefined ? null : estimate(pass1),
    passAtK: byK("pass@k"),
    guessedAtK: byK("guessed pass@k"),
    majorityAtK: byK("majority@k"),
    shares: sliced("share", /^format=(.+)$/, ["sampled", "greedy"]),
    accuracies: sliced("accuracy", /^format=(.+)$/, ["sampled", "greedy"]),
    styleShares: sliced("share", /^style=(.+)$/, ["sampled", "greedy"]),
    styleAccuracies: sliced("accuracy", /^style=(.+)$/, ["sampled", "greedy"]),
    byDifficulty: new Map(
      [...sliced("pass@1", /^steps=(\d+)$/, ["greedy"])]
        .map(([steps, value]) => [Number(steps), value] as const)
        .toSorted(([a], [b]) => a - b)
    )
  }
}

/** The mean over repetitions, each number over the seeds that have it; null of none. */
export const meanOverSeeds = (all: ReadonlyArray<PolicyEstimates>): PolicyEstimates | null => {
  const [only] = all
  if (only === undefined) return null
  if (all.length === 1) return only
  const byKey = <K>(
    pick: (estimates: PolicyEstimates) => ReadonlyMap<K, Estimate>,
    missing: number | null
  ): ReadonlyMap<K, Estimate> => {
    const keys = [...new Set(all.flatMap((estimates) => [...pick(estimates).keys()]))]
    const absent = missing === null ? [] : [{ value: missing, low: missing, high: missing, seeds: 1 }]
    return new Map(keys.map((key) => [key, meanShare(all.flatMap((estimates) => pick(estimates).get(key) ?? absent))] as const))
  }
  const pass1 = all.flatMap(({ pass1 }) => pass1 ?? [])
  return {
    pass1: pass1.length === 0 ? null : meanShare(pass1),
    passAtK: byKey(({ passAtK }) => passAtK, null),
    guessedAtK: byKey(({ guessedAtK }) => guessedAtK, null),
    majorityAtK: byKey(({ majorityAtK }) => majorityAtK, null),
    // A format that no completion of a seed is in has share 0 there; its accuracy is unknown.
    shares: byKey(({ shares }) => shares, 0),
    accuracies: byKey(({ accuracies }) => accuracies, null),
    styleShares: byKey(({ styleShares }) => styleShares, 0),
    styleAccuracies: byKey(({ styleAccuracies }) => styleAccuracies, null),
    byDifficulty: byKey(({ byDifficulty }) => byDifficulty, null)
  }
}

/** The mean of a share over seeds. */
const meanShare = (all: ReadonlyArray<Estimate>): Estimate => {
  const mean = meanOf(all.map(({ value }) => value))
  const known = all.filter(({ low, high }) => !Number.isNaN(low) && !Number.isNaN(high))
  const agree = all.every(({ value }) => value === all[0]!.value)
  return agree && known.length > 0
    ? { ...mean, low: minimumOf(known.map(({ low }) => low)), high: maximumOf(known.map(({ high }) => high)) }
    : { ...mean, low: Math.max(0, mean.low), high: Math.min(1, mean.high) }
}

/** Mean and t interval over seeds. */
export const meanOf = (values: ReadonlyArray<number>): Estimate => {
  const { mean, low, high, n } = meanInterval(values)
  return { value: mean, low, high, seeds: n }
}

/** The format with the largest share, of those that are one; null when there is none. Ties go to the name that comes first. */
export const winnerOf = (estimates: PolicyEstimates | null): string | null => {
  const [first] = [...(estimates?.shares ?? [])]
    .filter(([format, { value }]) => format !== INVALID && value > 0)
    .map(([format, { value }]) => [format, value] as const)
    .toSorted(largestFirst)
  return first?.[0] ?? null
}

/** What most seeds say: one name, several in a tie, none where no seed says anything. */
export interface Tally {
  readonly names: ReadonlyArray<string>
  /** Seeds that say it (each of it, in a tie), and all that say anything. */
  readonly count: number
  readonly of: number
}

/** From what each seed says; null of a seed that says nothing. */
export const tallyOf = (said: ReadonlyArray<string | null>): Tally => {
  const names = said.filter((name) => name !== null)
  const counts = [...Map.groupBy(names, (name) => name)].map(([name, same]) => [name, same.length] as const)
  const count = maximumOf(
    counts.map(([, each]) => each),
    0
  )
  const most = counts.filter(([, each]) => each === count).map(([name]) => name)
  return { names: most.toSorted(compareTexts), count, of: names.length }
}

/** The one name that most seeds say; null where there is none, or a tie. */
export const mostSaid = ({ names }: Tally): string | null => (names.length === 1 ? names[0]! : null)
