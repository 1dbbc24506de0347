/** What a model in training can do: problems solved greedily, freely and with each format forced by its first token. */

import * as Effect from "effect/Effect"

import type { Model } from "../engine/Engine.ts"
import { complete, gradeAll } from "../evaluation/complete.ts"
import { byRoom } from "../evaluation/prompt-room.ts"
import type { Tokenizer } from "../tokenizer/Tokenizer.ts"
import type { CorpusSequences } from "./corpus.ts"

const PROBLEMS = 64
const MAX_NEW_TOKENS = 160

/** One row a format and one for free decoding, over the first problems of the corpus's first suite that is not for training. */
export const probe = Effect.fnUntraced(function* (model: Model, tokenizer: Tokenizer, corpus: CorpusSequences, seed: number) {
  const suite = corpus.problems.find((problem) => !problem.suite.startsWith("train"))?.suite
  const tried = corpus.problems.filter((problem) => problem.suite === suite).slice(0, PROBLEMS)
  // A problem that there is no room for is not solved; any format is forced by one token.
  const { fitting: problems } = byRoom(tried, tokenizer, model.spec.context, 1)
  const rows: Array<{ format: string; problems: number; accuracy: number; share: number }> = []
  if (problems.length === 0) return rows
  for (const [format, forced] of [
    ["free", []] as const,
    ...[...corpus.firstTokens].map(([name, token]) => [name, [token]] as const)
  ]) {
    const request = { problems, samples: 1, maxNewTokens: MAX_NEW_TOKENS, temperature: 0, topP: 1, seed, firstStream: 0, forced }
    const grades = gradeAll(problems, yield* complete(model, tokenizer, request), "corrected")
    rows.push({
      format,
      problems: tried.length,
      accuracy: grades.filter((grade) => grade.correct).length / tried.length,
      share: format === "free" ? 1 : grades.filter((grade) => grade.format === format).length / problems.length
    })
  }
  return rows
})
