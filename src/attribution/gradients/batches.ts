/** Texts as batches of the engine, with the weight of each token in the loss. */

import type { Batch } from "../../engine/Engine.ts"

/** A text for the engine. */
export interface Tokens {
  readonly tokens: Int32Array
  readonly promptTokens: number
}

/** A batch of texts; `texts`: their indices. */
export interface TextBatch extends Batch {
  /** Per position: the weight of its target, 0 at the last of a text. */
  readonly weights: Float32Array
  readonly texts: Int32Array
}

/** Tokens of a call: enough for the engine to be busy, and some megabytes of results. */
const TOKENS_AT_ONCE = 32_768

/**
 * The texts of these indices in their order; the target of a prompt weighs `promptWeight` and others 1. Texts are cut at
 * `context`, as in training; those of fewer than two tokens have no target and are left out.
 */
export function* textBatches(
  texts: ReadonlyArray<Tokens>,
  which: Iterable<number>,
  { context, promptWeight }: { readonly context: number; readonly promptWeight: number }
): Generator<TextBatch> {
  let some: Array<number> = []
  let tokens = 0
  for (const index of which) {
    const length = Math.min(context, texts[index]!.tokens.length)
    if (length < 2) continue
    if (tokens > 0 && tokens + length > TOKENS_AT_ONCE) {
      yield batchOf(texts, some, context, promptWeight)
      some = []
      tokens = 0
    }
    some.push(index)
    tokens += length
  }
  if (some.length > 0) yield batchOf(texts, some, context, promptWeight)
}

const batchOf = (
  texts: ReadonlyArray<Tokens>,
  which: ReadonlyArray<number>,
  context: number,
  promptWeight: number
): TextBatch => {
  const cut = which.map((index) => texts[index]!.tokens.subarray(0, context))
  const offsets = new Int32Array(which.length + 1)
  cut.forEach((tokens, i) => (offsets[i + 1] = offsets[i]! + tokens.length))
  const tokens = new Int32Array(offsets[which.length]!)
  const weights = new Float32Array(tokens.length)
  cut.forEach((own, i) => {
    tokens.set(own, offsets[i]!)
    const { promptTokens } = texts[which[i]!]!
    for (let t = 0; t < own.length - 1; t++) weights[offsets[i]! + t] = t + 1 < promptTokens ? promptWeight : 1
  })
  return { tokens, offsets, weights, texts: Int32Array.from(which) }
}
