/**
 * The result table of a run: for each cell, how good the policy was and in what formats it wrote, before and after RL.
 *
 * Read straight from the evaluations' Arrow files: no SQL engine is loaded, so that a fully cached run ends at once. A cell whose
 * nodes failed or whose artifacts are damaged is a row too, and says so.
 */

import * as Effect from "effect/Effect"

import { Evaluation } from "../../../schemas/evaluation.ts"
import { openArtifactTable } from "../../dag/foresight/artifact-table.ts"
import { nodeKinds } from "./artifact-reader.ts"
import { type Cell, cellsOf, type Member } from "./compared-policies.ts"
import {
  type EvaluationRow,
  estimatesOf,
  meanOverSeeds,
  mostSaid,
  type PolicyEstimates,
  type Tally,
  tallyOf,
  winnerOf
} from "./policy-estimates.ts"
import { type DominanceOfCell, rlOutcomes } from "./rl-outcomes.ts"
import { artifactOf, type RunNode, type RunRecord } from "./RunRecord.ts"

/** One repetition of a cell, the member at the same place: its own numbers, not the mean over seeds. */
export interface RepetitionEstimates {
  readonly seed: number
  readonly before: PolicyEstimates | null
  readonly after: PolicyEstimates | null
}

export interface ResultRow extends Cell {
  readonly estimates: ReadonlyArray<RepetitionEstimates>
  readonly before: PolicyEstimates | null
  readonly after: PolicyEstimates | null
  /** Formats with the largest share after RL, by seed: never that of the mean, which may have won with no seed. */
  readonly wins: Tally
  /** The one that won with most seeds; null in a tie. */
  readonly winner: string | null
  /** When one format took over during RL; null without a finished RL run. */
  readonly dominance: DominanceOfCell | null
  /** Why numbers are missing: `rl s ppo failed`, one line a cause. */
  readonly problems: ReadonlyArray<string>
}

/** The cells of a run with their numbers, in the order of the study. */
export const resultsOf = Effect.fnUntraced(function* (record: RunRecord) {
  const is = yield* nodeKinds(record)
  const rows: Array<ResultRow> = []
  for (const cell of cellsOf(record, is)) {
    const problems = new Set<string>()
    const estimates: Array<RepetitionEstimates> = []
    for (const member of cell.members) {
      const [before, after] = [yield* readEstimates(member.before), yield* readEstimates(member.after)]
      for (const { problem } of [before, after]) if (problem !== null) problems.add(problem)
      estimates.push({ seed: member.seed, before: before.estimates, after: after.estimates })
    }
    for (const problem of missingEvaluations(cell.members)) problems.add(problem)
    const { dominance, divergences } = yield* rlOutcomes(cell.members.flatMap(({ rl }) => rl ?? [])).pipe(
      Effect.catch((error) => Effect.succeed({ dominance: null, divergences: [error.message] }))
    )
    for (const problem of divergences) problems.add(problem)
    const after = meanOverSeeds(estimates.flatMap(({ after }) => after ?? []))
    const before = meanOverSeeds(estimates.flatMap(({ before }) => before ?? []))
    const wins = tallyOf(estimates.map((each) => winnerOf(each.after)))
    rows.push({ ...cell, estimates, before, after, wins, winner: mostSaid(wins), dominance, problems: [...problems] })
  }
  return rows as ReadonlyArray<ResultRow>
})

const readEstimates = Effect.fnUntraced(function* (node: RunNode | null) {
  if (node === null) return { estimates: null, problem: null }
  const artifact = artifactOf(node)
  if (artifact === null) return { estimates: null, problem: whatBecameOf(node) }
  return yield* openArtifactTable(Evaluation, "evaluations", artifact).pipe(
    Effect.flatMap((table) => Effect.try(() => estimatesOf([...table] satisfies ReadonlyArray<EvaluationRow>))),
    Effect.match({
      onSuccess: (estimates) => ({ estimates, problem: null }),
      onFailure: (error) => ({ estimates: null, problem: `${node.label}: ${error.message}` })
    })
  )
})

const missingEvaluations = function* (members: ReadonlyArray<Member>): Iterable<string> {
  for (const { rl, before, after } of members) {
    if (rl === null) continue
    if (rl.outcome.state !== "finished") yield whatBecameOf(rl)
    else if (after === null) yield `${rl.label} is not evaluated in this study`
    else if (before === null) yield `the policy before ${rl.label} is not evaluated in the same way`
  }
}

/** `evaluate s ppo was skipped: it needs rl s ppo`. */
export const whatBecameOf = ({ label, outcome }: Pick<RunNode, "label" | "outcome">): string => {
  switch (outcome.state) {
    case "finished":
      return `${label} finished`
    case "failed":
      return `${label} failed: ${outcome.error.split("\n")[0]}`
    case "skipped":
      return `${label} was skipped: it needs ${outcome.because}`
    case "unfinished":
      return `${label} ${UNFINISHED}`
  }
}

const UNFINISHED = "was not finished"
/** So many that were not finished are told one by one. */
const FEW = 3

/** Each problem once; of a run that was interrupted, how many nodes it lacks instead of a line for each. */
export const gathered = (problems: Iterable<string>): ReadonlyArray<string> => {
  const all = [...new Set(problems)]
  const open = all.filter((problem) => problem.endsWith(` ${UNFINISHED}`))
  if (open.length <= FEW) return all
  const first = open[0]!.slice(0, -UNFINISHED.length - 1)
  return [
    `${open.length.toLocaleString("en-US")} nodes were not finished, the first of them ${first}: ` +
      "run the study again, and it goes on with them",
    ...all.filter((problem) => !open.includes(problem))
  ]
}
