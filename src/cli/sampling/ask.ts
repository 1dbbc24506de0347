/** One question to a model: what is wrong with it, or graded completions with the documents that they repeat. */

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { Ending } from "../../../schemas/grade.ts"
import { canonicalAnswer } from "../../datasets/answers.ts"
import type { Model } from "../../engine/Engine.ts"
import { complete } from "../../evaluation/complete.ts"
import { gradable, grade } from "../../formats/grade.ts"
import { subSeed } from "../../random/philox.ts"
import { encodePrompt, hasRoom } from "../../tokenizer/document.ts"
import type { Tokenizer } from "../../tokenizer/Tokenizer.ts"
import { unknownWords } from "../../tokenizer/unknown-words.ts"
import { listed } from "../printing/text-table.ts"
import type { Document } from "./nearest.ts"
import { completionsOf, type Settings } from "./settings.ts"

/** A question that the model cannot be asked. */
export class QuestionUnfit extends Schema.TaggedError<QuestionUnfit>()("QuestionUnfit", { problem: Schema.String }) {
  readonly badInput = true
  override get message() {
    return this.problem
  }
}

/** A completion as it is shown. */
export interface Completion {
  /** From 0. */
  readonly sample: number
  readonly format: string
  readonly answer: string | null
  /** Null where the right answer is not known. */
  readonly correct: boolean | null
  /** Why it is not right, or gives no answer. */
  readonly reason: string | null
  /** Sum over its tokens, at the temperature of sampling; of a greedy completion at 1. What is forced is certain. */
  readonly logProb: number
  readonly tokens: number
  readonly ending: Ending
  readonly completion: string
  /** Null where no attribution says how to find them. */
  readonly documents: ReadonlyArray<Document> | null
}

/** What is asked of what. */
export interface Ask {
  readonly model: Model
  readonly tokenizer: Tokenizer
  readonly question: string
  /** The right answer; null where it is not known. */
  readonly gold: string | null
  /** Tokens that force a format. */
  readonly forced: ReadonlyArray<number>
  readonly settings: Settings
  readonly documentsOf: ((completion: Int32Array) => ReadonlyArray<Document>) | null
}

/** Words that are named of those that a vocabulary does not have. */
const WORDS_NAMED = 8

/** Milliseconds of grading and matching in one go: signals and keys are heard between two of them. */
const SLICE_MS = 20

/** Why a question cannot be asked, as a sentence; null: it can be. `example`: one that can, if one is known. */
export const questionProblem = (
  question: string,
  tokenizer: Tokenizer,
  context: number,
  forced: number,
  example: string | null
): string | null => {
  if (question.trim() === "") return "The question is empty."
  if (!question.isWellFormed()) return "The question holds half of a character, which no text has."
  const unknown = unknownWords(tokenizer, question)
  if (unknown.length > 0) {
    const words = unknown.map((word) => JSON.stringify(word.slice(0, 40)))
    const such = example === null ? "" : ` A question that it can read: ${example}`
    const parted = tokenizer.kind === "word" ? " It is one of whole words, parted by blanks, as signs are." : ""
    return `The model's vocabulary does not have ${listed(words, WORDS_NAMED)}.${parted}${such}`
  }
  const tokens = encodePrompt(tokenizer, question).length
  if (hasRoom(tokens, context, forced)) return null
  let most = tokens
  while (most > 0 && !hasRoom(most, context, forced)) most--
  return (
    `The question is ${tokens} tokens long, and the model's context of ${context} has room for ${most} ` +
    `with an answer behind them${forced === 0 ? "" : " and the format that is forced"}. Ask a shorter one.`
  )
}

/** Why nothing can be graded against an answer, as a sentence; null: it can be. */
export const goldProblem = (gold: string): string | null => {
  const why = gradable(gold)
  return why === null ? null : `--gold "${gold.slice(0, 80)}" ${why}: no answer can be compared with it.`
}

/**
 * Samples and grades. A completion depends on the model, the question, what is forced, the temperature, the seed and its number
 * alone. The question must be one without a `questionProblem`.
 */
export const ask = Effect.fnUntraced(function* (request: Ask) {
  const { model, tokenizer, question, gold, forced, settings, documentsOf } = request
  const { context } = model.spec
  const said = yield* complete(model, tokenizer, {
    problems: [{ question, answer: gold ?? "" }],
    samples: completionsOf(settings),
    maxNewTokens: Math.min(settings.maxTokens ?? context, context),
    temperature: settings.temperature,
    topP: 1,
    // A stream of its own, apart from those of evaluations and RL with the same seed.
    seed: subSeed(settings.seed, "sample"),
    firstStream: 0,
    forced
  })
  const completions: Array<Completion> = []
  let since = -Infinity
  for (const [sample, text] of said.texts.entries()) {
    // Also before the first, which builds the index of documents.
    if (performance.now() - since > SLICE_MS) {
      yield* Effect.yieldNow
      since = performance.now()
    }
    // What a completion answers does not depend on what it is compared with.
    const { format, answer, error, correct } = grade(text, gold ?? "0", "corrected")
    const wrong = gold === null || correct ? null : `${answer} is not ${canonicalAnswer(gold) ?? gold}`
    completions.push({
      sample,
      format,
      answer,
      correct: gold === null ? null : correct,
      reason: answer === null ? error : wrong,
      logProb: said.logProbs[sample]!.reduce((sum, logProb) => sum + logProb, 0),
      tokens: said.tokens[sample]!.length,
      ending: said.endings[sample]!,
      completion: text,
      documents: documentsOf === null ? null : documentsOf(said.tokens[sample]!)
    })
  }
  return completions
})
