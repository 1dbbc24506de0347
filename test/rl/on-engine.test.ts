/**
 * The objectives on a real model: sampled rollouts, an engine's gradients. The fused way (`lossStep` with the surrogate) and the general
 * way (`score`, objective, `backward`) must move the parameters alike, and KL must be felt by them.
 */
import { Effect, Layer, ManagedRuntime, type Scope } from "effect"
import { afterAll, describe, expect, it } from "vitest"

import { Engine, type Model } from "../../src/engine/Engine.ts"
import { engineLayer, resolveEngine } from "../../src/engine/select.ts"
import { draws } from "../../src/random/philox.ts"
import { grpoAdvantages, grpoObjective, grpoSurrogate, type GrpoOptions } from "../../src/rl/grpo.ts"
import { ppoObjective, ppoSurrogate, ppoTargets, type PpoOptions } from "../../src/rl/ppo.ts"
import { grpoPreset, ppoPreset } from "../../src/rl/presets.ts"
import { reductionWeights } from "../../src/rl/reduction.ts"
import { fromGenerated, fromPositions, type Rollouts } from "../../src/rl/Rollouts.ts"
import { toCoefficients, type Objective } from "../../src/rl/terms.ts"

const runtime = ManagedRuntime.make(
  Layer.unwrap(resolveEngine({ engine: "auto", mode: "f32" }).pipe(Effect.map((choice) => engineLayer(choice, { threads: 1 }))))
)
afterAll(() => runtime.dispose())
const run = <A, E>(effect: Effect.Effect<A, E, Engine | Scope.Scope>) => runtime.runPromise(Effect.scoped(effect))

const temperature = 0.8
const spec = { vocabularySize: 40, width: 32, layers: 2, heads: 2, hidden: 48, context: 32, tied: false, valueHead: true }

/** A model with sharp outputs, and 4 samples for each of 3 prompts. */
const setUp = Effect.gen(function* () {
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
const moved = (rollouts: Rollouts, name: string, scale: number): Float64Array => {
  const random = draws(5, name)
  return Float64Array.from(rollouts.logProbs, (x) => x + scale * random.normal())
}

const relativeError = (a: Float32Array, b: Float32Array): number =>
  Math.hypot(...a.map((x, i) => x - b[i]!)) / Math.max(Math.hypot(...a), Math.hypot(...b))

const gradientOf = Effect.fnUntraced(function* (model: Model) {
  const gradient = yield* model.read("gradients")
  yield* model.zeroGradients
  return gradient
})

/** Loss and gradient by `score`, the objective in float64, and `backward`. */
const generalWay = Effect.fnUntraced(function* (
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

const rewards = [1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0]

const grpoBatch = (rollouts: Rollouts, options: GrpoOptions) => ({
  offsets: rollouts.responseOffsets,
  oldLogProbs: moved(rollouts, "old", 0.3),
  refLogProbs: moved(rollouts, "ref", 0.5),
  advantages: grpoAdvantages(rewards, rollouts.groups, rollouts.responseOffsets, options),
  weights: reductionWeights(rollouts.responseOffsets, options.reduction)
})

describe("on the native engine", () => {
  it("scoring sampled tokens gives the log-probabilities they were sampled with, at the positions that decided them", () =>
    run(
      Effect.gen(function* () {
        const { model, rollouts } = yield* setUp
        const { logProbs } = yield* model.score(rollouts, { temperature })
        const scored = fromPositions(rollouts, logProbs)
        expect(scored.length).toBeGreaterThan(40)
        scored.forEach((x, t) => expect(Math.abs(x - rollouts.logProbs[t]!)).toBeLessThan(1e-4))
      })
    ))

  it.each([
    ["paper-live-kl", grpoPreset("paper-live-kl", 8)],
    ["dr-grpo", grpoPreset("dr-grpo", 8)],
    ["dapo with an entropy bonus", { ...grpoPreset("dapo", 8), entropy: { coefficient: 0.05, reduction: "same" } }],
    [
      "strong KL, dual clip, sequence means",
      {
        ...grpoPreset("paper-live-kl", 8),
        policy: { ...grpoPreset("paper", 8).policy, dualClip: 1.5 },
        kl: { coefficient: 0.5, estimator: "k3", gradient: "own" },
        reduction: { reduction: "seq_mean_token_mean", maskedSequences: "drop" }
      }
    ]
  ] satisfies ReadonlyArray<readonly [string, GrpoOptions]>)("the fused and the general way agree for GRPO: %s", (_, options) =>
    run(
      Effect.gen(function* () {
        const { model, rollouts } = yield* setUp
        const batch = grpoBatch(rollouts, options)
        const general = yield* generalWay(model, rollouts, (scores) => grpoObjective(scores, batch, options))
        const { loss } = grpoSurrogate(rollouts, batch, options, temperature)
        const fused = yield* model.lossStep(rollouts, loss!)
        expect(fused.loss).toBeCloseTo(general.loss, 5)
        expect(Math.hypot(...general.gradient)).toBeGreaterThan(0.01)
        expect(relativeError(yield* gradientOf(model), general.gradient)).toBeLessThan(2e-5)
      })
    )
  )

  it("the fused and the general way agree for PPO with a shared critic", () =>
    run(
      Effect.gen(function* () {
        const { model, rollouts } = yield* setUp
        const preset = ppoPreset("paper")
        const options: PpoOptions = {
          ...preset,
          value: { coefficient: 0.5, clip: 0.2, critic: "shared" },
          entropy: { coefficient: 0.01, reduction: "same" }
        }
        const offsets = rollouts.responseOffsets
        const old = {
          offsets,
          oldLogProbs: moved(rollouts, "old", 0.3),
          oldValues: moved(rollouts, "values", 0.4).map((x, t) => x - rollouts.logProbs[t]!)
        }
        const targets = ppoTargets({ ...old, scores: rewards, refLogProbs: moved(rollouts, "ref", 0.5) }, options)
        const batch = { ...old, ...targets, weights: reductionWeights(offsets, options.reduction) }
        const general = yield* generalWay(model, rollouts, (scores) => ppoObjective(scores, batch, options))
        const { loss } = ppoSurrogate(rollouts, batch, options, temperature)
        const fused = yield* model.lossStep(rollouts, loss!)
        expect(fused.loss).toBeCloseTo(general.loss, 5)
        expect(relativeError(yield* gradientOf(model), general.gradient)).toBeLessThan(2e-5)
      })
    ))

  it("KL moves the parameters' gradient, in both ways, except under `paper`", () =>
    run(
      Effect.gen(function* () {
        const { model, rollouts } = yield* setUp
        const gradients = Effect.fnUntraced(function* (options: GrpoOptions) {
          const batch = grpoBatch(rollouts, options)
          yield* model.lossStep(rollouts, grpoSurrogate(rollouts, batch, options, temperature).loss!)
          const fused = yield* gradientOf(model)
          const general = yield* generalWay(model, rollouts, (scores) => grpoObjective(scores, batch, options))
          return { fused, general: general.gradient }
        })
        const withKl = (name: "paper" | "paper-live-kl", coefficient: number) => {
          const preset = grpoPreset(name, 8)
          return gradients({ ...preset, kl: { ...preset.kl, coefficient } })
        }
        const none = yield* withKl("paper-live-kl", 0)
        const live = yield* withKl("paper-live-kl", 0.5)
        const paper = yield* withKl("paper", 0.5)
        for (const way of ["fused", "general"] as const) {
          expect(relativeError(live[way], none[way])).toBeGreaterThan(0.1)
          expect(paper[way]).toEqual(none[way])
        }
      })
    ))

  it("a step along the gradient of GRPO raises the probability of completions with positive advantage", () =>
    run(
      Effect.gen(function* () {
        const { model, rollouts } = yield* setUp
        const options = grpoPreset("dapo", 8)
        const batch = { ...grpoBatch(rollouts, options), oldLogProbs: rollouts.logProbs }
        const advantageWeighted = Effect.gen(function* () {
          const { logProbs } = yield* model.score(rollouts, { temperature })
          return fromPositions(rollouts, logProbs).reduce((sum, x, t) => sum + batch.weights[t]! * batch.advantages[t]! * x, 0)
        })
        const before = yield* advantageWeighted
        yield* model.lossStep(rollouts, grpoSurrogate(rollouts, batch, options, temperature).loss!)
        yield* model.optimStep({ learningRate: 1e-4, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0 })
        expect(yield* advantageWeighted).toBeGreaterThan(before + 1e-4)
      })
    ))
})
