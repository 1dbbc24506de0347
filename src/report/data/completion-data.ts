/**
 * A few completions of the same problems before and after RL, greedy, to be read: the first that RL turned right, the first that
 * stayed as it was, and the first that RL turned wrong.
 */

import * as Effect from "effect/Effect"

import { Evaluation } from "../../../schemas/evaluation.ts"
import { openArtifactTable } from "../../dag/foresight/artifact-table.ts"

export interface ReadCompletion {
  readonly text: string
  readonly format: string
  readonly answer: string | null
  readonly error: string | null
  readonly correct: boolean
}

export interface SampleCompletion {
  readonly problem: string
  readonly question: string
  readonly gold: string
  readonly difficulty: number
  readonly before: ReadCompletion | null
  readonly after: ReadCompletion | null
}

/** At most three problems with what the policy before and the one after wrote; of an evaluation that is null, nothing. */
export const readCompletions = Effect.fnUntraced(function* (before: string | null, after: string | null) {
  const first = before === null ? new Map<string, Completion>() : yield* readGreedy(before)
  const second = after === null ? new Map<string, Completion>() : yield* readGreedy(after)
  const pairs = [...(second.size > 0 ? second : first).keys()].map((problem) => ({
    before: first.get(problem) ?? null,
    after: second.get(problem) ?? null
  }))
  const both = (was: boolean, is: boolean) => (pair: (typeof pairs)[number]) =>
    pair.before?.correct === was && pair.after?.correct === is
  const telling = [both(false, true), both(true, true), both(true, false), both(false, false)].flatMap(
    (test) => pairs.find(test) ?? []
  )
  return (telling.length > 0 ? telling.slice(0, 3) : pairs.slice(0, 2)).map((pair): SampleCompletion => {
    const { problem, question, gold, difficulty } = (pair.after ?? pair.before)!
    return { problem, question, gold, difficulty, before: pair.before, after: pair.after }
  })
})

type Completion = Effect.Success<ReturnType<typeof readGreedy>> extends Map<string, infer A> ? A : never

/** Greedy completions by problem, or the first samples where there are none. */
const readGreedy = Effect.fnUntraced(function* (artifact: string) {
  const table = yield* openArtifactTable(Evaluation, "scores", artifact)
  const decoding = table.column("decoding")
  const sample = table.column("sample")
  const rows = Array.from({ length: table.rows }, (_, i) => i).filter((i) => sample[i] === 0)
  const greedy = rows.filter((i) => decoding.at(i) === "greedy")
  return new Map(
    (greedy.length > 0 ? greedy : rows).map((i) => {
      const { problem, question, gold, difficulty, text, format, answer, error, correct } = table.row(i)
      return [problem, { problem, question, gold, difficulty, text, format, answer, error, correct }] as const
    })
  )
})
