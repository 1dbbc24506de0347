/** From graded completions to the rows of an evaluation: every completion, and every summary number with its 95 % interval. */
import type { Evaluations, Scores } from "../../schemas/evaluation.ts"
import { grade } from "../formats/grade.ts"
import { formatNames, invalid } from "../formats/registry.ts"
import type { Table } from "../store/Table.ts"
import type { SuiteProblem } from "../training/corpus.ts"
import { bootstrapMean } from "./bootstrap.ts"
import type { Completions } from "./complete.ts"
import { diversity } from "./diversity.ts"
import { shareEntropy } from "./format-shares.ts"
import { wilson } from "./intervals.ts"
import { majorityAtK } from "./majority.ts"
import { passAtKByProblem } from "./pass-at-k.ts"

export type Attempt = Table.Input<typeof Scores>
type Summary = Table.Input<typeof Evaluations>

/** One row a completion, graded under both profiles. */
export const scoreRows = (
  problems: ReadonlyArray<SuiteProblem>,
  completions: Completions,
  suite: string,
  decoding: "greedy" | "sampled"
): Array<Attempt> =>
  completions.texts.map((text, row) => {
    const problem = problems[Math.floor(row / completions.samples)]!
    const corrected = grade(text, problem.answer, "corrected")
    const paper = grade(text, problem.answer, "paper")
    return {
      suite,
      decoding,
      problem: problem.problem,
      difficulty: problem.steps,
      sample: row % completions.samples,
      question: problem.question,
      text,
      tokens: completions.tokens[row]!,
      logProb: completions.logProbs[row]!.reduce((sum, logProb) => sum + logProb, 0),
      format: corrected.format,
      subStyle: corrected.subStyle,
      attempted: corrected.attempted,
      answered: corrected.answered,
      answer: corrected.answer,
      error: corrected.error,
      gold: problem.answer,
      correct: corrected.correct,
      paperBranch: paper.attempted,
      paperAnswer: paper.answer,
      paperCorrect: paper.correct,
      truncated: completions.truncated[row]!
    }
  })

/** Powers of two up to n, and n: the k of pass@k and majority@k. */
const ksUpTo = (n: number): Array<number> => [...new Set([...[1, 2, 4, 8, 16, 32, 64, 128, 256].filter((k) => k <= n), n])]

export const summarise = (attempts: ReadonlyArray<Attempt>, suite: string, seed: number): Array<Summary> => {
  const rows: Array<Summary> = []
  for (const profile of ["corrected", "paper"] as const) {
    const right = (attempt: Attempt) => (profile === "corrected" ? attempt.correct : attempt.paperCorrect)
    const answerOf = (attempt: Attempt) => (profile === "corrected" ? attempt.answer : attempt.paperAnswer)
    const labelOf = (attempt: Attempt) => (profile === "corrected" ? attempt.format : attempt.paperBranch)
    const labels = profile === "corrected" ? [...formatNames, invalid] : [...new Set(attempts.map(labelOf))].toSorted()

    for (const decoding of ["greedy", "sampled"] as const) {
      const some = attempts.filter((attempt) => attempt.decoding === decoding)
      if (some.length === 0) continue
      const add = (
        metric: string,
        k: number,
        slice: string,
        value: number,
        interval: { low: number; high: number },
        kind: string,
        n: number
      ) =>
        rows.push({
          suite,
          metric,
          k,
          decoding,
          profile,
          slice,
          value,
          low: interval.low,
          high: interval.high,
          interval: kind,
          n
        })
      const proportion = (metric: string, slice: string, of: ReadonlyArray<Attempt>, hit: (attempt: Attempt) => boolean) => {
        if (of.length === 0) return
        const hits = of.filter(hit).length
        add(metric, metric === "pass@1" ? 1 : 0, slice, hits / of.length, wilson(hits, of.length), "wilson", of.length)
      }
      const perProblem = (metric: string, k: number, slice: string, values: ArrayLike<number>) => {
        let sum = 0
        for (let i = 0; i < values.length; i++) sum += values[i]!
        add(
          metric,
          k,
          slice,
          sum / values.length,
          bootstrapMean(values, { seed, resamples: 1000 }),
          "bootstrap over problems",
          values.length
        )
      }

      const byProblem = [...Map.groupBy(some, (attempt) => attempt.problem).values()]
      const difficulties = [...new Set(some.map((attempt) => attempt.difficulty))].toSorted((a, b) => a - b)
      const slices: Array<readonly [string, ReadonlyArray<ReadonlyArray<Attempt>>]> = [
        ["all", byProblem],
        ...difficulties.map((steps) => [`steps=${steps}`, byProblem.filter((group) => group[0]!.difficulty === steps)] as const)
      ]
      for (const [slice, groups] of slices) {
        if (decoding === "greedy") {
          proportion("pass@1", slice, groups.flat(), right)
          continue
        }
        const samples = Math.min(...groups.map((group) => group.length))
        const n = groups.map((group) => group.length)
        const c = groups.map((group) => group.filter(right).length)
        for (const k of ksUpTo(samples)) {
          perProblem("pass@k", k, slice, passAtKByProblem(n, c, k))
          perProblem(
            "majority@k",
            k,
            slice,
            groups.map((group) => majorityAtK(votesOf(group, right, answerOf), group[0]!.gold, k))
          )
        }
      }
      for (const label of labels) {
        const of = some.filter((attempt) => labelOf(attempt) === label)
        if (of.length === 0 && profile === "paper") continue
        proportion("share", `format=${label}`, some, (attempt) => labelOf(attempt) === label)
        proportion("accuracy", `format=${label}`, of, right)
      }
      proportion("truncated", "all", some, (attempt) => attempt.truncated)
      const counts = [...Map.groupBy(some, labelOf).values()].map((of) => of.length)
      const entropy = shareEntropy(counts).nats
      add("format entropy", 0, "all", entropy, { low: entropy, high: entropy }, "none", some.length)
      if (decoding === "sampled" && profile === "corrected")
        perProblem(
          "distinct",
          0,
          "all",
          byProblem.map(
            (group) =>
              diversity(
                group.map((attempt) => attempt.text),
                new Uint8Array(group.length)
              ).distinctShare
          )
        )
    }
  }
  return rows
}

/**
 * What each completion of a problem votes for. Votes are compared as text, and one right answer can be written in several ways (12, 12.0):
 * all right ones vote for the gold text, or they would split the vote.
 */
const votesOf = (
  group: ReadonlyArray<Attempt>,
  right: (attempt: Attempt) => boolean,
  answerOf: (attempt: Attempt) => string | null
): ReadonlyArray<string | null> => group.map((attempt) => (right(attempt) ? attempt.gold : answerOf(attempt)))
