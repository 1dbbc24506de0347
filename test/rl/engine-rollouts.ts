/**
 * A real model on the engine with sharp outputs, rollouts of it, and its gradients: what tests of objectives on an engine share.
 */

import { Effect, Layer, ManagedRuntime, type Scope } from "effect"
import { afterAll } from "vitest"

import { Engine, type Model } from "../../src/engine/Engine.ts"
import { engineLayer, resolveEngine } from "../../src/engine/select.ts"
import { draws } from "../../src/random/philox.ts"
import { grpoAdvantages, type GrpoOptions } from "../../src/rl/algorithms/grpo.ts"
import { toCoefficients, type Objective } from "../../src/rl/objective/loss-terms.ts"
import { type ReductionOptions, reductionWeights } from "../../src/rl/objective/reduction.ts"
import { fromGenerated, fromPositions, type Rollouts } from "../../src/rl/packed/Rollouts.ts"

const runtime = ManagedRuntime.make(
  Layer.unwrap(resolveEngine({ engine: "auto", mode: "f32" }).pipe(Effect.map((choice) => engineLayer(choice, { threads: 1 }))))
)
afterAll(() => runtime.dispose())
export const run = <A, E>(effect: Effect.Effect<A, E, Engine | Scope.Scope>) => runtime.runPromise(Effect.scoped(effect))

export const temperature = 0.8
const spec = { vocabularySize: 40, width: 32, layers: 2, heads: 2, hidden: 48, context: 32, tied: false, valueHead: true }

/** A model with sharp outputs, and 4 samples for each of 3 prompts. */
export const setUp = Effect.gen(function* () {
  const engine = yield* Engine
  const model = yield* engine.createModel(spec, { seed: 3 })
  yield* model.write(
    "parameters",
    (yield* model.read("parameters")).map((x) => 6 * x)
  )
  const prompts = { tokens: Int32Array.of(1, 5, 9, 1, 7, 1, 8, 2, 3), offsets: Int32Array.of(0, 3, 5, 9) }
  const generated = yield* model.generate({ prompts, samplesPerPrompt: 4, maxNewTokens: 8, temperature, stop: [0], seed: 11 })
  return { model, rollouts: fromGenerated(prompts, 4, generated) }
})

/** Log-probabilities that another policy might have given: the sampled ones, moved. */
export const moved = (rollouts: Rollouts, name: string, scale: number): Float64Array => {
  const random = draws(5, name)
  return Float64Array.from(rollouts.logProbs, (x) => x + scale * random.normal())
}

export const relativeError = (a: Float32Array, b: Float32Array): number =>
  Math.hypot(...a.map((x, i) => x - b[i]!)) / Math.max(Math.hypot(...a), Math.hypot(...b))

export const gradientOf = Effect.fnUntraced(function* (model: Model) {
  const gradient = yield* model.read("gradients")
  yield* model.zeroGradients
  return gradient
})

/** Loss and gradient by `score`, the objective in float64, and `backward`. */
export const generalWay = Effect.fnUntraced(function* (
  model: Model,
  rollouts: Rollouts,
  objective: (scores: { logProbs: Float32Array; entropies: Float32Array; values: Float32Array }) => Objective
) {
  const scores = yield* model.score(rollouts, { temperature, entropies: true, values: true })
  const result = objective({
    logProbs: fromPositions(rollouts, scores.logProbs),
    entropies: fromPositions(rollouts, scores.entropies!),
    values: fromPositions(rollouts, scores.values!)
  })
  yield* model.backward(rollouts, toCoefficients(rollouts, result, temperature))
  return { loss: result.loss, gradient: yield* gradientOf(model) }
})

export const rewards = [1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0]

export const grpoBatch = (rollouts: Rollouts, options: GrpoOptions & ReductionOptions) => ({
  offsets: rollouts.responseOffsets,
  oldLogProbs: moved(rollouts, "old", 0.3),
  refLogProbs: moved(rollouts, "ref", 0.5),
  advantages: grpoAdvantages(rewards, rollouts.groups, rollouts.responseOffsets, options),
  weights: reductionWeights(rollouts.responseOffsets, options)
})
