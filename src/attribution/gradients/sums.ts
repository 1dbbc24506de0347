/**
 * What the gradients of documents add up to along a direction of the parameters, in the cheaper of two ways that agree up to
 * rounding: the inner product of the direction with the gradient of each part, or the directional derivative of every document.
 *
 * g(d): gradient of the weighted log-probability of d's tokens, the weights those of the training's loss.
 */

import * as Effect from "effect/Effect"

import type { Model } from "../../engine/Engine.ts"
import { textBatches, type Tokens } from "./batches.ts"

/** Documents in parts. */
interface Parted {
  readonly documents: ReadonlyArray<Tokens>
  /** The part that a document is in, `[documents]`, below `parts`. */
  readonly partOf: Int32Array
  readonly parts: number
}

/** The gradient of the log-probability of some texts at the model's parameters, flat. */
export const gradientOf = Effect.fnUntraced(function* (
  model: Model,
  texts: ReadonlyArray<Tokens>,
  which: Iterable<number>,
  promptWeight: number
) {
  yield* model.zeroGradients
  for (const batch of textBatches(texts, which, { context: model.spec.context, promptWeight }))
    yield* model.backward(batch, { dLogProb: batch.weights })
  const gradient = yield* model.read("gradients")
  yield* model.zeroGradients
  return gradient
})

/** The gradient of each target: of what comes after its prompt. */
export const targetGradients = (model: Model, targets: ReadonlyArray<Tokens>) =>
  Effect.forEach(targets, (_, target) => gradientOf(model, targets, [target], 0))

/**
 * <direction(t), sum over the documents of a part of g(d)>, row-major `[targets, parts]`, at the model's parameters.
 *
 * Where a part has several documents, its gradient is summed first: one pass back over the corpus, however many targets. Else one
 * pass forward a target.
 */
export const alongDirections = Effect.fnUntraced(function* (
  model: Model,
  { documents, partOf, parts }: Parted,
  directions: ReadonlyArray<Float32Array>,
  promptWeight: number
) {
  const scores = new Float64Array(directions.length * parts)
  if (parts < documents.length) {
    const members = Array.from({ length: parts }, (): Array<number> => [])
    partOf.forEach((part, document) => members[part]!.push(document))
    for (const [part, own] of members.entries()) {
      const sum = yield* gradientOf(model, documents, own, promptWeight)
      for (const [t, direction] of directions.entries()) scores[t * parts + part] = inner(direction, sum)
    }
    return scores
  }
  for (const batch of textBatches(documents, documents.keys(), { context: model.spec.context, promptWeight }))
    for (const [t, direction] of directions.entries()) {
      const { tangents } = yield* model.scoreTangent(batch, direction)
      for (const [i, document] of batch.texts.entries()) {
        let sum = 0
        for (let at = batch.offsets[i]!; at < batch.offsets[i + 1]!; at++) sum += batch.weights[at]! * tangents[at]!
        scores[t * parts + partOf[document]!]! += sum
      }
    }
  return scores
})

/** The inner product, summed in float64. */
const inner = (one: ArrayLike<number>, other: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < one.length; i++) sum += one[i]! * other[i]!
  return sum
}
