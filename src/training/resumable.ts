/** A model as a part of mid-stage checkpoints. */

import * as Effect from "effect/Effect"

import type { Part } from "../dag/Checkpoints.ts"
import type { EngineError, Model } from "../engine/Engine.ts"

/** A model's exact state for mid-stage checkpoints: parameters, both moments and the count of updates. */
export const resumable = (model: Model): Part<EngineError> => ({
  save: Effect.gen(function* () {
    return {
      parameters: yield* model.read("parameters"),
      firstMoments: yield* model.read("firstMoments"),
      secondMoments: yield* model.read("secondMoments"),
      updates: Float64Array.of(yield* model.updates)
    }
  }),
  restore: Effect.fnUntraced(function* (saved) {
    yield* model.write("parameters", floats(saved["parameters"]))
    yield* model.write("firstMoments", floats(saved["firstMoments"]))
    yield* model.write("secondMoments", floats(saved["secondMoments"]))
    yield* model.setUpdates(saved["updates"]![0]!)
  })
})

const floats = (values: ArrayLike<number> | undefined): Float32Array => {
  if (values instanceof Float32Array) return values
  throw new TypeError("a checkpoint lacks a model's vector")
}
