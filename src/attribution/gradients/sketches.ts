/** Short vectors that stand for the gradients of documents: their random projections. */

import * as Effect from "effect/Effect"

import type { Model } from "../../engine/Engine.ts"
import { textBatches, type Tokens } from "./batches.ts"

/** How to project. */
interface SketchOptions {
  readonly seed: number
  /** Numbers of a sketch: a power of two. */
  readonly k: number
  readonly promptWeight: number
}

/**
 * Sketches of the gradients of the weighted log-probabilities of texts, `[texts, k]`. The engine projects those of whole
 * documents; a prompt is the beginning of one, and what its tokens add does not depend on what comes after. So a part of its own
 * sketch is taken off.
 */
export const sketchesOf = Effect.fnUntraced(function* (
  model: Model,
  texts: ReadonlyArray<Tokens>,
  { seed, k, promptWeight }: SketchOptions
) {
  const sketches = new Float32Array(texts.length * k)
  const add = Effect.fnUntraced(function* (some: ReadonlyArray<Tokens>, factor: number) {
    for (const batch of textBatches(some, some.keys(), { context: model.spec.context, promptWeight: 1 })) {
      const own = yield* model.projectedGradients(batch, seed, k)
      for (const [i, text] of batch.texts.entries())
        for (let j = 0; j < k; j++) sketches[text * k + j]! += factor * own[i * k + j]!
    }
  })
  // The engine's are of -log p.
  yield* add(texts, -1)
  const prompts = texts.map(({ tokens, promptTokens }) => ({ tokens: tokens.subarray(0, promptTokens), promptTokens }))
  if (promptWeight !== 1) yield* add(prompts, 1 - promptWeight)
  return sketches
})

/** sum over documents of their sketches' outer products, `[k, k]`: both halves of it. */
export const outerProducts = (sketches: Float32Array, k: number): Float64Array => {
  const sums = new Float64Array(k * k)
  const documents = sketches.length / k
  // A row of sums and some sketches fit into the caches.
  const block = 32
  for (let from = 0; from < documents; from += block) {
    const to = Math.min(documents, from + block)
    for (let i = 0; i < k; i++)
      for (let d = from; d < to; d++) {
        const factor = sketches[d * k + i]!
        for (let j = 0; j <= i; j++) sums[i * k + j]! += factor * sketches[d * k + j]!
      }
  }
  for (let i = 0; i < k; i++) for (let j = 0; j < i; j++) sums[j * k + i] = sums[i * k + j]!
  return sums
}
