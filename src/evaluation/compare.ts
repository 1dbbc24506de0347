/** Two evaluations of the same problems, paired problem by problem. */
import type { Comparisons } from "../../schemas/comparison.ts"
import type { Evaluation, Scores } from "../../schemas/evaluation.ts"
import type { Reader } from "../dag/Stage.ts"
import type { Table } from "../store/Table.ts"
import type { TableReader } from "../store/TableReader.ts"
import { pairedBootstrap } from "./bootstrap.ts"
import { mcnemar } from "./mcnemar.ts"
import { passAtK } from "./pass-at-k.ts"

type Row = Table.Input<typeof Comparisons>

export const compareEvaluations = (
  before: Reader<typeof Evaluation>,
  after: Reader<typeof Evaluation>,
  seed: number
): Array<Row> => {
  const old = summaries(before)
  const now = summaries(after)
  const solvedBefore = solved(before.scores)
  const solvedAfter = solved(after.scores)
  const rows: Array<Row> = []
  for (const [key, { row, value }] of now) {
    const was = old.get(key)
    if (was === undefined) continue
    const paired = row.slice === "all" ? pair(row, solvedBefore, solvedAfter, seed) : null
    rows.push({
      suite: row.suite,
      metric: row.metric,
      k: row.k,
      decoding: row.decoding,
      slice: row.slice,
      before: was.value,
      after: value,
      difference: value - was.value,
      low: paired?.low ?? null,
      high: paired?.high ?? null,
      p: paired?.p ?? null,
      n: row.n
    })
  }
  return rows
}

const METRICS = new Set(["pass@1", "pass@k", "majority@k", "share", "accuracy"])

const summaries = ({ evaluations }: Reader<typeof Evaluation>) => {
  const found = new Map<
    string,
    { row: { suite: string; metric: string; k: number; decoding: string; slice: string; n: number }; value: number }
  >()
  for (let i = 0; i < evaluations.rows; i++) {
    const row = evaluations.row(i)
    if (row.profile === "corrected" && METRICS.has(row.metric))
      found.set([row.suite, row.metric, row.k, row.decoding, row.slice].join("\n"), { row, value: row.value })
  }
  return found
}

/** By decoding and problem: how many attempts, how many right. */
const solved = (scores: TableReader<typeof Scores>) => {
  const columns = { decoding: scores.column("decoding"), problem: scores.column("problem"), correct: scores.column("correct") }
  const found = new Map<string, Map<string, { n: number; c: number }>>()
  for (let i = 0; i < scores.rows; i++) {
    const decoding = columns.decoding.at(i)
    const problem = columns.problem.at(i)
    const byProblem = found.get(decoding) ?? new Map<string, { n: number; c: number }>()
    const count = byProblem.get(problem) ?? { n: 0, c: 0 }
    byProblem.set(problem, { n: count.n + 1, c: count.c + columns.correct[i]! })
    found.set(decoding, byProblem)
  }
  return found
}

type Solved = ReturnType<typeof solved>

const pair = (row: { metric: string; k: number; decoding: string }, before: Solved, after: Solved, seed: number) => {
  if (row.metric !== "pass@1" && row.metric !== "pass@k") return null
  const old = before.get(row.decoding)
  const now = after.get(row.decoding)
  if (old === undefined || now === undefined) return null
  const problems = [...now.keys()].filter((problem) => old.has(problem))
  if (problems.length === 0) return null
  const value = ({ n, c }: { n: number; c: number }) => (row.metric === "pass@1" ? c / n : passAtK(n, c, Math.min(row.k, n)))
  const was = problems.map((problem) => value(old.get(problem)!))
  const is = problems.map((problem) => value(now.get(problem)!))
  const { low, high, p } = pairedBootstrap(was, is, { seed, resamples: 1000 })
  return { low, high, p: row.metric === "pass@1" ? mcnemar(was, is).p : p }
}
