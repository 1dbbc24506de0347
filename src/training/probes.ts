/** What a model in training can do: problems solved greedily, freely and with each format forced by its first token. */

import * as Effect from "effect/Effect"

import type { Model } from "../engine/Engine.ts"
import { complete, gradeAll } from "../evaluation/complete.ts"
import { byRoom } from "../evaluation/prompt-room.ts"
import type { Tokenizer } from "../tokenizer/Tokenizer.ts"
import type { CorpusSequences } from "./corpus.ts"

const PROBLEMS = 64
const MAX_NEW_TOKENS = 160

/** The first problems of the corpus's first suite that is not for training. */
const triedOf = (corpus: Pick<CorpusSequences, "problems">) => {
  const suite = corpus.problems.find((problem) => !problem.suite.startsWith("train"))?.suite
  return corpus.problems.filter((problem) => problem.suite === suite).slice(0, PROBLEMS)
}

/** What is to be said of problems that a probe cannot ask; nothing where all have room. */
export const probeWords = (
  tokenizer: Tokenizer,
  corpus: Pick<CorpusSequences, "problems">,
  context: number
): ReadonlyArray<string> => {
  const tried = triedOf(corpus)
  const { others } = byRoom(tried, tokenizer, context, 1)
  if (others.length === 0) return []
  return [
    `${others.length} of the ${tried.length} problems that are tried during training ("${tried[0]!.suite}") have no room ` +
      `for an answer in a context of ${context} tokens: they count as not solved`
  ]
}

/** One row a format and one for free decoding, over the first problems of the corpus's first suite that is not for training. */
export const probe = Effect.fnUntraced(function* (model: Model, tokenizer: Tokenizer, corpus: CorpusSequences, seed: number) {
  const tried = triedOf(corpus)
  // A problem that there is no room for is not solved; any format is forced by one token.
  const { fitting: problems, others } = byRoom(tried, tokenizer, model.spec.context, 1)
  // Without a suite there is nothing to try.
  if (tried.length === 0) return []
  const rows: Array<{ format: string; problems: number; withoutRoom: number; accuracy: number; share: number }> = []
  for (const [format, forced] of [
    ["free", []] as const,
    ...[...corpus.firstTokens].map(([name, token]) => [name, [token]] as const)
  ]) {
    const request = { problems, samples: 1, maxNewTokens: MAX_NEW_TOKENS, temperature: 0, topP: 1, seed, firstStream: 0, forced }
    const grades = problems.length === 0 ? [] : gradeAll(problems, yield* complete(model, tokenizer, request), "corrected")
    rows.push({
      format,
      problems: tried.length,
      withoutRoom: others.length,
      accuracy: grades.filter((grade) => grade.correct).length / tried.length,
      share: format === "free" ? 1 : grades.filter((grade) => grade.format === format).length / Math.max(1, problems.length)
    })
  }
  return rows
})
