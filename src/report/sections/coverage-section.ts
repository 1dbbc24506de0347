/**
 * Whether RL shrinks what can be solved: from which k on pass@k after RL lies below that before, and which problems are kept,
 * lost and found, each beside its control: the guess curve, and a second sample of the policy before RL.
 */

import { seedNames } from "../data/compared-policies.ts"
import { compareNumbers } from "../data/ordering.ts"
import { type Estimate, meanOf } from "../data/policy-estimates.ts"
import type { CellData, CoverageRow, Repetition, StudyData } from "../data/study-data.ts"
import { type Html, html, nothing, table } from "../page/html.ts"
import { MISSING, percent, percentWithSpread } from "../page/numbers.ts"

const COLUMNS = [
  { title: "policy" },
  { title: "seed" },
  { title: "pass@k lower from" },
  { title: "guess curve lower from" },
  { title: "guessed at most", right: true },
  { title: "kept", right: true },
  { title: "lost", right: true },
  { title: "found", right: true },
  { title: "lost, same policy", right: true },
  { title: "found, same policy", right: true }
]

/** Nothing where no policy before RL was compared with one after it by samples. */
export const coverageSection = ({ cells }: StudyData): Html => {
  const rows = cells.flatMap(rowsOf)
  if (rows.length === 0) return nothing
  return html`<section id="coverage">
    <h3>Coverage</h3>
    <p class="note">
      The smallest k at which pass@k after RL is below pass@k before, with its 95 % interval by resampling problems; beside it the
      same of the guess curve, which is known at powers of two (its interval: from the first k at which it may be lower to the
      first at which it surely is, by the 95 % intervals over problems of both policies), and how many problems guessing solves
      with the most samples there are, before → after RL. A crossing where the guess curve crosses as well, or where guessing
      solves as much, says little. A policy that is worse at every k (“below from k = 1 on”) has no crossing. Then the problems
      that half of the samples solve before and after RL (kept), before alone (lost) and after alone (found), in percent; and what
      the other half of the samples of the policy before RL loses and finds against the same half: chance alone.
    </p>
    ${table(COLUMNS, rows)}
    <p class="note">
      Of several seeds, crossings are the median, with the least and the most of the seeds behind it where they differ, which is
      no interval; the rest are means with t intervals.
    </p>
  </section> `
}

const rowsOf = (cell: CellData): ReadonlyArray<ReadonlyArray<Html | string>> => {
  const compared = cell.repetitions.filter(({ crossing, coverages }) => crossing !== null || coverages.length > 0)
  const names = seedNames(cell.repetitions.map(({ seed }) => seed))
  const seeds = compared.map((repetition) => seedRow(repetition, names[cell.repetitions.indexOf(repetition)]!))
  if (seeds.length < 2) return seeds.map((row) => [cell.name, ...row])
  return [[cell.name, ...meanRow(compared)], ...seeds.map((row) => ["", ...row])]
}

const seedRow = (repetition: Repetition, name: string): ReadonlyArray<string> => {
  const { crossing, coverages } = repetition
  const [before, after] = guessedAtMost(repetition)
  return [
    name,
    crossing === null
      ? MISSING
      : `${fromWords(crossing.k, crossing.samples, aboveAgain(repetition))} ${ends(crossing.low, crossing.high)}`,
    guessWords(repetition),
    `${percent(before)} → ${percent(after)}`,
    ...sharesOf(coverages).map((share) => percent(share))
  ]
}

const meanRow = (compared: ReadonlyArray<Repetition>): ReadonlyArray<string> => {
  const crossing = compared.flatMap((each) => (each.crossing === null ? [] : [{ ...each.crossing, again: aboveAgain(each) }]))
  const guesses = compared.map(guessCrossing).filter(({ samples }) => samples > 0)
  const guessed = compared.map(guessedAtMost)
  const shares = compared.map(({ coverages }) => sharesOf(coverages))
  return [
    `all ${compared.length}`,
    overSeeds(crossing),
    overSeeds(guesses.map((each) => ({ ...each, again: 0 }))),
    [0, 1].map((side) => percent(over(guessed.map((each) => each[side]!)).value)).join(" → "),
    ...[0, 1, 2, 3, 4].map((i) => {
      const mean = over(shares.map((each) => each[i]!))
      // Seeds that agree exactly are not certain: they show no spread.
      return mean.low === mean.high ? percent(mean.value) : percentWithSpread(mean)
    })
  ]
}

/** The mean of what is known. */
const over = (values: ReadonlyArray<number>): Estimate => meanOf(values.filter((value) => !Number.isNaN(value)))

/** `k = 4`, `below from k = 1 on`, `none up to 64`; `again`: where the curve lies above again, if it does. */
const fromWords = (k: number | null, samples: number, again: number | null): string => {
  if (k === null) return `none up to ${samples}`
  if (again === null && k === 1) return "below from k = 1 on"
  return again === null || again === 0 ? `k = ${k}` : `k = ${k}, above again at ${again}`
}

const ends = (low: number | null, high: number | null): string =>
  low === null && high === null ? "" : `[${low ?? "none"}, ${high ?? "none"}]`

interface SeedCrossing {
  readonly k: number | null
  readonly samples: number
  readonly again: number | null
}

/** The median over seeds, none being beyond all; between two it is the lower. */
const overSeeds = (crossings: ReadonlyArray<SeedCrossing>): string => {
  const sorted = crossings.toSorted((a, b) => compareNumbers(a.k ?? Infinity, b.k ?? Infinity))
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]
  if (middle === undefined) return MISSING
  const same = sorted.filter(({ k }) => k === middle.k)
  const [least, most] = [sorted[0]!.k, sorted.at(-1)!.k]
  // Where any of them lies above again, the median says only where they fall below.
  const words = fromWords(middle.k, middle.samples, same.every(({ again }) => again === null) ? null : 0)
  return least === most ? words : `${words} (seeds: ${least ?? "none"} to ${most ?? "none"})`
}

/** Of the k that pass@k was evaluated at, the first beyond the crossing where the curve after RL lies above that before. */
const aboveAgain = ({ before, after, crossing }: Repetition): number | null => {
  const from = crossing?.k ?? Infinity
  const above = [...(before?.passAtK ?? [])].find(
    ([k, { value }]) => k > from && (after?.passAtK.get(k)?.value ?? Number.NaN) > value
  )
  return above?.[0] ?? null
}

/**
 * The smallest k evaluated at which guessing solves less after RL than before; and the first at which it may, and at which it
 * surely does. Both policies guess at the same problems, so that their errors, taken as independent, are too wide if anything.
 */
const guessCrossing = ({ before, after }: Repetition) => {
  const both = [...(before?.guessedAtK ?? [])].flatMap(([k, was]) => {
    const is = after?.guessedAtK.get(k)
    if (is === undefined) return []
    const half = Math.hypot(was.high - was.low, is.high - is.low) / 2
    return [{ k, difference: is.value - was.value, half: Number.isNaN(half) ? 0 : half }]
  })
  const first = (is: (at: (typeof both)[number]) => boolean) => both.find(is)?.k ?? null
  return {
    k: first(({ difference }) => difference < 0),
    low: first(({ difference, half }) => difference - half < 0),
    high: first(({ difference, half }) => difference + half < 0),
    samples: both.at(-1)?.k ?? 0
  }
}

const guessWords = (repetition: Repetition): string => {
  const { k, low, high, samples } = guessCrossing(repetition)
  return samples === 0 ? MISSING : `${fromWords(k, samples, 0)} ${ends(low, high)}`.trimEnd()
}

const guessedAtMost = ({ before, after }: Repetition): readonly [number, number] => {
  const last = (side: Repetition["before"]) => [...(side?.guessedAtK.values() ?? [])].at(-1)?.value ?? Number.NaN
  return [last(before), last(after)]
}

/** Kept, lost, found; lost and found by the same policy: shares of the problems, NaN where they were not counted. */
const sharesOf = (coverages: ReadonlyArray<CoverageRow>): ReadonlyArray<number> => {
  const of = (versus: string) => coverages.find((row) => row.versus === versus)
  const shares = (row: CoverageRow | undefined, columns: ReadonlyArray<"kept" | "lost" | "found">) =>
    columns.map((column) => (row === undefined ? Number.NaN : row[column] / (row.kept + row.lost + row.found + row.neither)))
  return [...shares(of("after RL"), ["kept", "lost", "found"]), ...shares(of("the same policy"), ["lost", "found"])]
}
