/**
 * One more update at the end of a training, on a few documents: what AdamW would do with the second moments that it had, less the
 * momentum of other batches.
 *
 *   v' = beta2 v + (1 - beta2) g^2,   theta' = theta + rate g / (sqrt(v') + epsilon)
 *
 * g: gradient of the weighted log-probability of the documents' tokens, mean over them as in training.
 */

import * as Effect from "effect/Effect"

import { adamW } from "../../engine/Engine.ts"
import { AttributionInputError } from "../AttributionInputError.ts"
import { textBatches, type Tokens } from "./batches.ts"
import { gradientOf } from "./sums.ts"
import type { Passed, Trained } from "./Trained.ts"

/** The second moments of a place. Fails where none were kept. */
export const momentsOf = ({ secondMoments, step }: Passed) =>
  secondMoments === null
    ? Effect.fail(new AttributionInputError({ field: "secondMoments", detail: `there are none after update ${step}` }))
    : Effect.succeed(secondMoments)

/** Leaves the model where an update on `which` of the documents takes it from the end of its training. */
export const updateOn = Effect.fnUntraced(function* (
  { model, passed, promptWeight }: Trained,
  documents: ReadonlyArray<Tokens>,
  which: ReadonlyArray<number>,
  rate: number
) {
  const end = passed.at(-1)!
  const moments = yield* momentsOf(end)
  yield* model.write("parameters", end.parameters)
  const gradient = yield* gradientOf(model, documents, which, promptWeight)
  let weights = 0
  for (const batch of textBatches(documents, which, { context: model.spec.context, promptWeight }))
    for (const weight of batch.weights) weights += weight
  const updated = end.parameters.map((value, i) => {
    const g = gradient[i]! / weights
    const v = adamW.beta2 * moments[i]! + (1 - adamW.beta2) * g * g
    return value + (rate * g) / (Math.sqrt(v) + adamW.epsilon)
  })
  yield* model.write("parameters", updated)
})
