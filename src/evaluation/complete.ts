/**
 * Lets a model answer problems: prompts, sampling, text, grades. The one road from a problem to a graded completion; evaluation,
 * probes during training and RL rollouts all take it.
 */

import * as Effect from "effect/Effect"

import type { Ending } from "../../schemas/grade.ts"
import type { Model } from "../engine/Engine.ts"
import type { Grade } from "../formats/Format.ts"
import { grade, gradeUnderBoth, type GradeUnderBoth } from "../formats/grade.ts"
import { word32 } from "../random/philox.ts"
import { encodePrompt } from "../tokenizer/document.ts"
import type { Tokenizer } from "../tokenizer/Tokenizer.ts"

export interface CompletionRequest {
  readonly problems: ReadonlyArray<{ readonly question: string; readonly answer: string }>
  readonly samples: number
  readonly maxNewTokens: number
  /** 0 is greedy. */
  readonly temperature: number
  readonly topP: number
  readonly seed: number
  /** First number of the random streams: row r uses stream `firstStream + r`. */
  readonly firstStream: number
  /**
   * Tokens put after the prompt, to force a format: its control token or its first token. They count as part of the completion.
   */
  readonly forced?: ReadonlyArray<number>
}

/** Rows are problem-major: completions of problem p are rows p * samples .. . */
export interface Completions {
  readonly samples: number
  /** As the model read them, without what was forced. */
  readonly prompts: ReadonlyArray<Int32Array>
  /** Completion tokens, forced ones first, end of text included. */
  readonly tokens: ReadonlyArray<Int32Array>
  readonly logProbs: ReadonlyArray<Float32Array>
  readonly endings: ReadonlyArray<Ending>
  readonly texts: ReadonlyArray<string>
}

/**
 * Samples `samples` completions of every problem, whose prompts must have room in the model's context (prompt-room.ts). Fails as
 * the engine fails.
 */
export const complete = Effect.fnUntraced(function* (model: Model, tokenizer: Tokenizer, request: CompletionRequest) {
  const { problems, samples, forced = [] } = request
  const prompts = problems.map(({ question }) => encodePrompt(tokenizer, question))
  const starts = prompts.map((prompt) => Int32Array.from([...prompt, ...forced]))
  const offsets = new Int32Array(starts.length + 1)
  starts.forEach((start, i) => (offsets[i + 1] = offsets[i]! + start.length))
  const flat = new Int32Array(offsets[starts.length]!)
  starts.forEach((start, i) => flat.set(start, offsets[i]!))
  const rows = problems.length * samples
  const generated = yield* model.generate({
    prompts: { tokens: flat, offsets },
    samplesPerPrompt: samples,
    maxNewTokens: request.maxNewTokens,
    temperature: request.temperature,
    topP: request.topP,
    stop: [tokenizer.endOfText],
    seed: request.seed,
    streams: Uint32Array.from({ length: rows }, (_, row) => word32(request.firstStream + row, "number"))
  })
  const tokens = Array.from({ length: rows }, (_, row) => {
    const sampled = generated.tokens.subarray(generated.offsets[row]!, generated.offsets[row + 1]!)
    return forced.length === 0 ? sampled.slice() : Int32Array.from([...forced, ...sampled])
  })
  const completions: Completions = {
    samples,
    prompts,
    tokens,
    logProbs: Array.from({ length: rows }, (_, row) => {
      const sampled = generated.logProbs.subarray(generated.offsets[row]!, generated.offsets[row + 1]!)
      return forced.length === 0 ? sampled.slice() : Float32Array.from([...forced.map(() => 0), ...sampled])
    }),
    endings: Array.from({ length: rows }, (_, row): Ending => {
      if (generated.stopped[row] !== 0) return "end of text"
      const sampled = generated.offsets[row + 1]! - generated.offsets[row]!
      return sampled < request.maxNewTokens ? "context" : "maxNewTokens"
    }),
    texts: tokens.map((completion) => tokenizer.decode(completion))
  }
  return completions
})

/** A completion's grade under both profiles, as tables of completions keep it (schemas/grade.ts). */
export const gradeRow = ({ corrected, paper }: GradeUnderBoth) => {
  const { format, subStyle, attempted, answered, answer, error, correct } = corrected
  return {
    format,
    subStyle,
    attempted,
    answered,
    answer,
    error,
    correct,
    paperBranch: paper.attempted,
    paperAnswered: paper.answered,
    paperAnswer: paper.answer,
    paperError: paper.error,
    paperCorrect: paper.correct
  }
}

/** The grade of every row under both profiles. */
export const gradeAllUnderBoth = (
  problems: CompletionRequest["problems"],
  completions: Completions
): ReadonlyArray<GradeUnderBoth> =>
  completions.texts.map((text, row) => gradeUnderBoth(text, problems[Math.floor(row / completions.samples)]!.answer))

/** The grade of every row under one profile. */
export const gradeAll = (
  problems: CompletionRequest["problems"],
  completions: Completions,
  profile: "paper" | "corrected"
): ReadonlyArray<Grade> =>
  completions.texts.map((text, row) => grade(text, problems[Math.floor(row / completions.samples)]!.answer, profile))
