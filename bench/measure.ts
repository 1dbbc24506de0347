/** One model of the native engine and the rate of its steps. */

import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

import { adamW, Engine, type Batch, type EngineError, type Mode, type Model } from "../src/engine/Engine.ts"
import { engineLayer, resolveEngine } from "../src/engine/select.ts"
import { type Config, specOf } from "./configs.ts"

export const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

/** Median tokens per second of a step repeated for some seconds; `step` returns its number of tokens. */
export const measure = Effect.fnUntraced(function* (step: Effect.Effect<number, EngineError>, seconds: number) {
  yield* step
  const rates: Array<number> = []
  const end = performance.now() + 1000 * seconds
  while (rates.length === 0 || performance.now() < end) {
    const start = performance.now()
    const tokens = yield* step
    rates.push((1000 * tokens) / (performance.now() - start))
  }
  return median(rates)
})

export const trainStep = (model: Model, batch: Batch): Effect.Effect<number, EngineError> =>
  Effect.gen(function* () {
    yield* model.lossStep(batch, { kind: "cross-entropy" })
    yield* Effect.orDie(model.optimStep(adamW))
    return batch.tokens.length
  })

export const scoreStep = (model: Model, batch: Batch): Effect.Effect<number, EngineError> =>
  Effect.map(model.score(batch), () => batch.tokens.length)

export const sampleStep = (
  model: Model,
  prompts: Batch,
  samplesPerPrompt: number,
  maxNewTokens: number
): Effect.Effect<number, EngineError> =>
  Effect.map(
    model.generate({ prompts, samplesPerPrompt, maxNewTokens, temperature: 1, stop: [], seed: 1 }),
    ({ tokens }) => tokens.length
  )

export const engineModel = (mode: Mode, config: Config, threads: number): Effect.Effect<Model, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const choice = yield* resolveEngine({ engine: "native", mode })
    return yield* Effect.gen(function* () {
      const engine = yield* Engine
      return yield* engine.createModel(specOf(config), { seed: 1 })
    }).pipe(Effect.provide(engineLayer(choice, { threads })))
  })
