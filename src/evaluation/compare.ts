/**
 * Two evaluations of the same problems, paired problem by problem: what a problem's difficulty does to both cancels.
 *
 * Every number of a problem (its pass@k, its majority, the share of its completions in a format) is taken before and after, and
 * problems are resampled in pairs. Greedy pass@1 is one answer a problem, so McNemar's exact test gives its p.
 */

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { Comparisons, Coverages, Crossings } from "../../schemas/comparison.ts"
import type { Evaluation, Scores } from "../../schemas/evaluation.ts"
import type { Ending } from "../../schemas/grade.ts"
import type { Reader } from "../dag/Stage.ts"
import { append, minimumOf } from "../lists/large.ts"
import type { TableReader } from "../store/arrow/TableReader.ts"
import type { Table } from "../store/schema/Table.ts"
import { coverageOf, crossingOf } from "./metrics/coverage.ts"
import { totalVariation } from "./metrics/format-shares.ts"
import { majorityAtK } from "./metrics/majority.ts"
import { passAtK } from "./metrics/pass-at-k.ts"
import { votesOf } from "./metrics/votes.ts"
import { pairedBootstrap } from "./statistics/bootstrap.ts"
import { mcnemar } from "./statistics/mcnemar.ts"

type Row = Table.Input<typeof Comparisons>

/** What an evaluation asks: its suites, and its first problem as an example. */
const Questions = Schema.Struct({ suites: Schema.Array(Schema.String), problem: Schema.String, question: Schema.String })

/**
 * Two evaluations have no problem in common: there is nothing to compare.
 *
 * @public for authors of stages that compare evaluations of their own.
 */
export class NothingInCommon extends Schema.TaggedError<NothingInCommon>()("NothingInCommon", {
  before: Questions,
  after: Questions
}) {
  readonly badInput = true
  override get message() {
    const [before, after] = [this.before.suites.join(", "), this.after.suites.join(", ")]
    if (before !== after)
      return (
        `The two evaluations have no problem in common: one is of the suite ${before}, the other of ${after}. ` +
        "Compare evaluations of one suite of one corpus."
      )
    const [one, other] = [this.before, this.after].map(({ problem, question }) => `"${question}" (${problem})`)
    return (
      `The two evaluations have no problem in common: both are of the suite ${before}, but of corpora that hold other problems ` +
      `under that name. The one begins with ${one}, the other with ${other}. Compare evaluations of one corpus.`
    )
  }
}

/**
 * A problem of the one evaluation is another problem in the other.
 *
 * @public for authors of stages that compare evaluations of their own.
 */
export class ProblemsDiffer extends Schema.TaggedError<ProblemsDiffer>()("ProblemsDiffer", {
  problem: Schema.String,
  before: Schema.String,
  after: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return (
      `Problem ${this.problem} is "${this.before}" in the one evaluation and "${this.after}" in the other: ` +
      "they are of two corpora whose problems have the same names. Compare evaluations of one corpus."
    )
  }
}

export interface CompareResult {
  readonly rows: ReadonlyArray<Row>
  readonly crossings: ReadonlyArray<Table.Input<typeof Crossings>>
  readonly coverages: ReadonlyArray<Table.Input<typeof Coverages>>
  /** Problems of either evaluation, and those of both. */
  readonly problems: { readonly all: number; readonly paired: number }
}

/**
 * One row for every number that both evaluations have. Fails with `NothingInCommon` where no problem is in both, and with
 * `ProblemsDiffer` where one of a name is not the same in both.
 */
export const compareEvaluations = Effect.fnUntraced(function* (
  before: Reader<typeof Evaluation>,
  after: Reader<typeof Evaluation>,
  seed: number
) {
  const differing = differentProblem(before.scores, after.scores)
  if (differing !== null) return yield* differing
  const was = attemptsOf(before.scores)
  const is = attemptsOf(after.scores)
  const first = problemsOf(was)
  const second = problemsOf(is)
  const paired = [...second].filter((problem) => first.has(problem))
  const [asked, askedNow] = [questionsOf(before.scores), questionsOf(after.scores)]
  const sameSuite = askedNow.suites.length === 0 || askedNow.suites.some((suite) => asked.suites.includes(suite))
  if (paired.length === 0 || !sameSuite) return yield* new NothingInCommon({ before: asked, after: askedNow })
  const old = summaries(before)
  const rows: Array<Row> = []
  for (const [key, row] of summaries(after)) {
    const from = old.get(key)
    if (from === undefined) continue
    const pairing = pair(row, was, is, seed)
    const { suite, metric, k, decoding, slice } = row
    const difference = row.value - from.value
    rows.push({
      suite,
      metric,
      k,
      decoding,
      slice,
      before: from.value,
      after: row.value,
      difference,
      low: pairing?.low ?? null,
      high: pairing?.high ?? null,
      p: pairing?.p ?? null,
      n: row.n
    })
  }
  append(rows, formatDistances(rows))
  const result: CompareResult = {
    rows,
    ...solvable(was, is, paired, askedNow.suites[0] ?? "", seed),
    problems: { all: new Set([...first, ...second]).size, paired: paired.length }
  }
  return result
})

/** What was asked and what is right, by problem. */
const askedIn = (scores: TableReader<typeof Scores>): ReadonlyMap<string, string> => {
  const [problem, question, gold] = [scores.column("problem"), scores.column("question"), scores.column("gold")]
  return new Map(Array.from({ length: scores.rows }, (_, i) => [problem.at(i), `${question.at(i)} (${gold.at(i)})`]))
}

const differentProblem = (before: TableReader<typeof Scores>, after: TableReader<typeof Scores>): ProblemsDiffer | null => {
  const old = askedIn(before)
  for (const [problem, asked] of askedIn(after)) {
    const was = old.get(problem)
    if (was !== undefined && was !== asked) return new ProblemsDiffer({ problem, before: was, after: asked })
  }
  return null
}

const METRICS = new Set(["pass@1", "pass@k", "guessed pass@k", "majority@k", "share", "accuracy"])

interface SummaryNumber {
  readonly suite: string
  readonly metric: string
  readonly k: number
  readonly decoding: string
  readonly slice: string
  readonly value: number
  readonly n: number
}

const summaries = ({ evaluations }: Reader<typeof Evaluation>) => {
  const found = new Map<string, SummaryNumber>()
  for (let i = 0; i < evaluations.rows; i++) {
    const row = evaluations.row(i)
    if (row.profile === "corrected" && METRICS.has(row.metric))
      found.set([row.suite, row.metric, row.k, row.decoding, row.slice].join("\n"), row)
  }
  return found
}

interface Attempt {
  readonly correct: boolean
  readonly answer: string | null
  readonly gold: string
  readonly format: string
  readonly difficulty: number
  /** Whether there is a completion: the prompt had room. */
  readonly asked: boolean
}
/** Completions by decoding and problem. */
type Attempts = ReadonlyMap<string, ReadonlyMap<string, ReadonlyArray<Attempt>>>

const attemptsOf = (scores: TableReader<typeof Scores>): Attempts => {
  const columns = {
    decoding: scores.column("decoding"),
    problem: scores.column("problem"),
    correct: scores.column("correct"),
    answer: scores.column("answer"),
    gold: scores.column("gold"),
    format: scores.column("format"),
    difficulty: scores.column("difficulty"),
    ending: scores.column("ending")
  }
  const found = new Map<string, Map<string, Array<Attempt>>>()
  for (let i = 0; i < scores.rows; i++) {
    const decoding = columns.decoding.at(i)
    const problem = columns.problem.at(i)
    const byProblem = found.get(decoding) ?? new Map<string, Array<Attempt>>()
    const attempts = byProblem.get(problem) ?? []
    attempts.push({
      correct: columns.correct[i] === 1,
      answer: columns.answer.at(i),
      gold: columns.gold.at(i),
      format: columns.format.at(i),
      difficulty: columns.difficulty[i]!,
      asked: columns.ending.at(i) !== ("no room" satisfies Ending)
    })
    byProblem.set(problem, attempts)
    found.set(decoding, byProblem)
  }
  return found
}

const problemsOf = (attempts: Attempts): Set<string> =>
  new Set([...attempts.values()].flatMap((byProblem) => [...byProblem.keys()]))

const questionsOf = (scores: TableReader<typeof Scores>): typeof Questions.Type => {
  const suite = scores.column("suite")
  const suites = [...new Set(Array.from({ length: scores.rows }, (_, i) => suite.at(i)))]
  const first = (column: "problem" | "question") => (scores.rows === 0 ? "" : scores.column(column).at(0))
  return { suites, problem: first("problem"), question: first("question") }
}

/** The number of one problem that a summary is the mean of; null for a summary that is no mean over problems. */
const ofProblem = ({ metric, k, slice }: SummaryNumber): ((attempts: ReadonlyArray<Attempt>) => number) | null => {
  const own = /^format=(.+)$/.exec(slice)?.[1]
  const right = (attempts: ReadonlyArray<Attempt>) =>
    attempts.filter(({ correct, format }) => correct && (own === undefined || own === format)).length
  switch (metric) {
    case "pass@1":
      return (attempts) => right(attempts) / attempts.length
    case "pass@k":
      return (attempts) => passAtK(attempts.length, right(attempts), Math.min(k, attempts.length))
    case "majority@k":
      return (attempts) => {
        const { gold } = attempts[0]!
        return majorityAtK(votesOf(attempts, gold), gold, Math.min(k, attempts.length))
      }
    case "share":
      return (attempts) => attempts.filter(({ format }) => format === own).length / attempts.length
    default:
      return null
  }
}

const pair = (row: SummaryNumber, before: Attempts, after: Attempts, seed: number) => {
  const number = ofProblem(row)
  const old = before.get(row.decoding)
  const now = after.get(row.decoding)
  if (number === null || old === undefined || now === undefined) return null
  const steps = /^steps=(\d+)$/.exec(row.slice)
  // A problem that was not asked is in no format, as in the summary.
  const counts = (attempts: ReadonlyArray<Attempt>) => row.metric !== "share" || attempts[0]!.asked
  const problems = [...now.keys()].filter(
    (problem) =>
      old.has(problem) &&
      counts(old.get(problem)!) &&
      counts(now.get(problem)!) &&
      (steps === null || now.get(problem)![0]!.difficulty === Number(steps[1]))
  )
  if (problems.length === 0) return null
  const was = problems.map((problem) => number(old.get(problem)!))
  const is = problems.map((problem) => number(now.get(problem)!))
  const { low, high, p } = pairedBootstrap(was, is, { seed, resamples: 1000 })
  return { low, high, p: row.metric === "pass@1" && row.decoding === "greedy" ? mcnemar(was, is).p : p }
}

/**
 * What can be solved at all, of the problems sampled in both: where the curves of pass@k cross, and which problems are kept, lost
 * and found by half of the samples, beside what the other half of the same policy keeps, loses and finds.
 */
const solvable = (before: Attempts, after: Attempts, paired: ReadonlyArray<string>, suite: string, seed: number) => {
  const [old, now] = [before.get("sampled"), after.get("sampled")]
  const problems = paired.filter((problem) => old?.has(problem) === true && now?.has(problem) === true)
  if (old === undefined || now === undefined || problems.length === 0) return { crossings: [], coverages: [] }
  const [was, is] = [old, now].map((of) => problems.map((problem) => of.get(problem)!.map(({ correct }) => correct)))
  const samples = minimumOf([...was!, ...is!].map(({ length }) => length))
  const right = (of: ReadonlyArray<ReadonlyArray<boolean>>) => of.map((each) => each.slice(0, samples).filter(Boolean).length)
  const crossing = crossingOf(right(was!), right(is!), samples, { seed, resamples: 1000 })
  const half = Math.floor(samples / 2)
  const solved = (of: ReadonlyArray<ReadonlyArray<boolean>>, from: number) =>
    of.map((each) => each.slice(from, from + half).includes(true))
  const against = (versus: string, other: ReadonlyArray<boolean>) =>
    half === 0 ? [] : [{ suite, versus, samples: half, ...coverageOf(solved(was!, 0), other) }]
  return {
    crossings: [{ suite, ...crossing, samples, n: problems.length }],
    coverages: [...against("after RL", solved(is!, 0)), ...against("the same policy", solved(was!, half))]
  }
}

/** How far the formats have moved, for each decoding: the total variation between their shares before and after. */
const formatDistances = (rows: ReadonlyArray<Row>): Array<Row> =>
  [
    ...Map.groupBy(
      rows.filter(({ metric }) => metric === "share"),
      ({ decoding }) => decoding
    )
  ].map(([decoding, shares]) => {
    const distance = totalVariation(
      shares.map((row) => row.before),
      shares.map((row) => row.after)
    )
    const { suite, n } = shares[0]!
    const about = { suite, metric: "format distance", k: 0, decoding, slice: "all", n }
    return { ...about, before: 0, after: distance, difference: distance, low: null, high: null, p: null }
  })
