/** The completion that is traced: found among those of a node, with what is known of it. */

import * as Effect from "effect/Effect"

import { Evaluation } from "../../../schemas/evaluation.ts"
import { RlRun } from "../../../schemas/rl-run.ts"
import { openArtifactTable } from "../../dag/foresight/artifact-table.ts"
import type { BytesView } from "../../store/schema/ColumnView.ts"
import { countWords, plural } from "../../text/plural.ts"
import { NotFound, UsageError } from "../usage.ts"

/** Which completion of a node: a row, or the best one, of one RL step where that is said. */
export interface Wanted {
  readonly row: number | null
  readonly step: number | null
}

/** What both tables of completions tell; the names are those of their columns. */
interface Common {
  readonly row: number
  readonly problem: string
  readonly question: string
  readonly text: string
  /** How many. */
  readonly tokens: number
  readonly format: string
  readonly subStyle: string
  readonly answer: string | null
  readonly gold: string
  readonly correct: boolean
  readonly error: string | null
}

/** A completion that RL sampled. */
export interface Rollout extends Common {
  readonly step: number
  readonly reward: number
  readonly advantage: number
  readonly used: boolean
  readonly policyDigest: string
}

/** A completion of an evaluation. */
export interface Score extends Common {
  readonly suite: string
  readonly decoding: string
  readonly sample: number
  readonly logProb: number
}

/** Columns that tables of completions have in common. */
interface CommonColumns {
  readonly words: (name: "problem" | "question" | "text" | "format" | "subStyle" | "gold") => BytesView<string>
  readonly perhaps: (name: "answer" | "error") => { readonly at: (row: number) => string | null }
  readonly correct: Uint8Array
  readonly lengths: Int32Array
}

/** A rollout of RL. `attributed`: rows that an attribution has looked at, which go before others as good. */
export const rolloutOf = Effect.fnUntraced(function* (
  label: string,
  artifact: string,
  wanted: Wanted,
  attributed: ReadonlySet<number>
) {
  const table = yield* openArtifactTable(RlRun, "rollouts", artifact)
  const steps = table.column("step")
  const [reward, advantage] = [table.column("reward"), table.column("advantage")]
  const inScope = (row: number) => wanted.step === null || steps[row] === wanted.step
  const better = (a: number, b: number) =>
    reward[b]! - reward[a]! || Number(attributed.has(b)) - Number(attributed.has(a)) || advantage[b]! - advantage[a]!
  const row = yield* rowOf({ label, what: "rollout", rows: table.rows, row: wanted.row, inScope, better }).pipe(
    Effect.catchTag("NotFound", (missing) =>
      wanted.step === null || table.rows === 0
        ? Effect.fail(missing)
        : new NotFound({ problem: `${label} has no step ${wanted.step}: its rollouts are of ${stepsWords(steps)}.` })
    )
  )
  const columns: CommonColumns = {
    words: (name) => table.column(name),
    perhaps: (name) => table.column(name),
    correct: table.column("correct"),
    lengths: table.lists("tokens").lengths
  }
  const rollout: Rollout = {
    ...commonOf(columns, row),
    step: steps[row]!,
    reward: reward[row]!,
    advantage: advantage[row]!,
    used: table.column("used")[row] === 1,
    policyDigest: table.column("policyDigest").at(row)
  }
  return rollout
})

/** A completion of an evaluation, as `rolloutOf`. */
export const scoreOf = Effect.fnUntraced(function* (
  label: string,
  artifact: string,
  wanted: Wanted,
  attributed: ReadonlySet<number>
) {
  if (wanted.step !== null) {
    const problem = `${label} is an evaluation, which has no steps: leave --step out, or name the rl node.`
    return yield* new UsageError({ problem })
  }
  const table = yield* openArtifactTable(Evaluation, "scores", artifact)
  const [correct, logProb] = [table.column("correct"), table.column("logProb")]
  const better = (a: number, b: number) =>
    correct[b]! - correct[a]! || Number(attributed.has(b)) - Number(attributed.has(a)) || logProb[b]! - logProb[a]!
  const row = yield* rowOf({ label, what: "completion", rows: table.rows, row: wanted.row, inScope: () => true, better })
  const columns: CommonColumns = {
    words: (name) => table.column(name),
    perhaps: (name) => table.column(name),
    correct,
    lengths: table.lists("tokens").lengths
  }
  const score: Score = {
    ...commonOf(columns, row),
    suite: table.column("suite").at(row),
    decoding: table.column("decoding").at(row),
    sample: table.column("sample")[row]!,
    logProb: logProb[row]!
  }
  return score
})

interface Choice {
  readonly label: string
  readonly what: string
  readonly rows: number
  readonly row: number | null
  readonly inScope: (row: number) => boolean
  /** Negative where the first is better. */
  readonly better: (a: number, b: number) => number
}

/** The row that is named, or the best in scope, the first of several. Fails with `NotFound`. */
const rowOf = ({ label, what, rows, row, inScope, better }: Choice): Effect.Effect<number, NotFound> => {
  if (row !== null) {
    if (row < rows) return Effect.succeed(row)
    const there = rows === 0 ? "it has none" : `it has ${plural(rows, what)}, rows 0 to ${rows - 1}`
    return Effect.fail(new NotFound({ problem: `${label} has no ${what} in row ${row}: ${there}.` }))
  }
  let best: number | null = null
  for (let i = 0; i < rows; i++) if (inScope(i) && (best === null || better(i, best) < 0)) best = i
  return best === null ? Effect.fail(new NotFound({ problem: `${label} has no ${what}s.` })) : Effect.succeed(best)
}

const stepsWords = (steps: Int32Array): string => {
  const different = [...new Set(steps)]
  return `steps ${countWords(different[0]!)} to ${countWords(different.at(-1)!)}`
}

const commonOf = ({ words, perhaps, correct, lengths }: CommonColumns, row: number): Common => ({
  row,
  problem: words("problem").at(row),
  question: words("question").at(row),
  text: words("text").at(row),
  tokens: lengths[row]!,
  format: words("format").at(row),
  subStyle: words("subStyle").at(row),
  answer: perhaps("answer").at(row),
  gold: words("gold").at(row),
  correct: correct[row] === 1,
  error: perhaps("error").at(row)
})
