/**
 * What a learner keeps between steps: saved and restored, the next steps are the same; and when Expert Iteration imitates what.
 */

import { Effect, Layer, ManagedRuntime, type Scope } from "effect"
import { afterAll, describe, expect, it } from "vitest"

import * as Arguments from "../../../src/dag/arguments.ts"
import type { Part, SavedState } from "../../../src/dag/Checkpoints.ts"
import { Engine, type EngineError, type Model } from "../../../src/engine/Engine.ts"
import { engineLayer, resolveEngine } from "../../../src/engine/select.ts"
import type { Learner } from "../../../src/rl/learners/learner.ts"
import { makeLearner } from "../../../src/rl/learners/make-learner.ts"
import { truncationMask } from "../../../src/rl/packed/masks.ts"
import { fromGenerated, fromPositions, type Rollouts, selectSequences } from "../../../src/rl/packed/Rollouts.ts"
import { AlgorithmParams, DefinitionParams, LoopParams, settingsOf } from "../../../src/rl/params/settings.ts"
import { resumable } from "../../../src/training/resumable.ts"

const runtime = ManagedRuntime.make(
  Layer.unwrap(resolveEngine({ engine: "auto", mode: "f32" }).pipe(Effect.map((choice) => engineLayer(choice, { threads: 1 }))))
)
afterAll(() => runtime.dispose())
const run = <A, E>(effect: Effect.Effect<A, E, Engine | Scope.Scope>) => runtime.runPromise(Effect.scoped(effect))

const spec = { vocabularySize: 40, width: 32, layers: 1, heads: 2, hidden: 48, context: 32, tied: true, valueHead: false }
const declared = { ...AlgorithmParams, ...DefinitionParams, ...LoopParams }
const settings = {
  ...Arguments.complete("rl", declared, {
    kl: 0.05,
    perQuestion: 2,
    startFrom: "previous",
    epochs: 2,
    minibatches: 2,
    learningRate: 1e-3,
    roundSteps: 3,
    imitationBatch: 4
  }),
  steps: 5,
  temperature: 1,
  maxNewTokens: 6,
  seed: 0
}
type AlgorithmSettings = typeof settings

const prompts = { tokens: Int32Array.of(1, 5, 9, 1, 7), offsets: Int32Array.of(0, 3, 5) }

/**
 * A step: four samples of each of two prompts, every other sample of a prompt is right. `order`: of the batch; absent: as
 * sampled.
 */
const stepOf = Effect.fnUntraced(function* (
  policy: Model,
  reference: Model,
  learner: Learner,
  step: number,
  { masked = false, order = [0, 1, 2, 3, 4, 5, 6, 7] }: { readonly masked?: boolean; readonly order?: ReadonlyArray<number> } = {}
) {
  const generated = yield* policy.generate({
    prompts,
    samplesPerPrompt: 4,
    maxNewTokens: 6,
    temperature: 1,
    stop: [0],
    seed: step
  })
  const rollouts: Rollouts = selectSequences(fromGenerated(prompts, 4, generated), order)
  const scores = Float64Array.from(order, (s) => (s % 2 === 0 ? 1 : 0))
  const refLogProbs = fromPositions(rollouts, (yield* reference.score(rollouts)).logProbs)
  const mask = masked ? truncationMask(rollouts) : undefined
  const report = yield* learner.update({ step, rollouts, scores, refLogProbs, mask }, () => Effect.void)
  return { rollouts, report }
})

const begin = Effect.fnUntraced(function* (of: AlgorithmSettings) {
  const engine = yield* Engine
  const policy = yield* engine.createModel(spec, { seed: 3 })
  const reference = yield* policy.clone
  const learner = yield* makeLearner(policy, settingsOf(of), of)
  const state: Readonly<Record<string, Part<EngineError>>> = { policy: resumable(policy), ...learner.state }
  return { policy, reference, learner, state }
})

const saveAll = Effect.fnUntraced(function* (state: Readonly<Record<string, Part<EngineError>>>) {
  const saved: Record<string, SavedState> = {}
  for (const [name, { save }] of Object.entries(state)) saved[name] = structuredClone(yield* save)
  return saved
})

describe("a learner restored from its saved state takes the same steps", () => {
  it.each([
    ["grpo", settings],
    ["grpo with an adaptive KL coefficient", { ...settings, klTarget: 0.01 }],
    ["ppo with an adaptive KL coefficient", { ...settings, algorithm: "ppo", klTarget: 0.01 }],
    ["reinforce", { ...settings, algorithm: "reinforce" }],
    ["reinforce, leave-one-out", { ...settings, algorithm: "reinforce", preset: "rloo" }],
    ["ei, in the middle of a round", { ...settings, algorithm: "ei" }]
  ] satisfies ReadonlyArray<readonly [string, AlgorithmSettings]>)("%s", (_, of) =>
    run(
      Effect.gen(function* () {
        const whole = yield* begin(of)
        for (let step = 0; step < 2; step++) yield* stepOf(whole.policy, whole.reference, whole.learner, step)
        const saved = yield* saveAll(whole.state)
        for (let step = 2; step < 4; step++) yield* stepOf(whole.policy, whole.reference, whole.learner, step)

        const resumed = yield* begin(of)
        for (const [name, { restore }] of Object.entries(resumed.state)) yield* restore(saved[name]!)
        for (let step = 2; step < 4; step++) yield* stepOf(resumed.policy, resumed.reference, resumed.learner, step)

        expect(yield* saveAll(resumed.state)).toEqual(yield* saveAll(whole.state))
        expect((yield* saveAll(whole.state))["policy"]).not.toEqual(saved["policy"])
      })
    )
  )
})

describe("the order of a step's completions changes no bit of the policy", () => {
  it.each(["grpo", "reinforce", "ppo"] as const)("%s", (algorithm) =>
    run(
      Effect.gen(function* () {
        const of = { ...settings, algorithm, minibatches: 1 }
        const sampled = yield* begin(of)
        const shuffled = yield* begin(of)
        for (const [step, order] of [
          [6, 4, 7, 5, 1, 3, 0, 2],
          [3, 7, 0, 4, 2, 6, 1, 5],
          [7, 6, 5, 4, 3, 2, 1, 0]
        ].entries()) {
          yield* stepOf(sampled.policy, sampled.reference, sampled.learner, step)
          yield* stepOf(shuffled.policy, shuffled.reference, shuffled.learner, step, { order })
        }
        expect(yield* shuffled.policy.read("parameters")).toEqual(yield* sampled.policy.read("parameters"))
      })
    )
  )
})

describe("Expert Iteration", () => {
  const ei: AlgorithmSettings = { ...settings, algorithm: "ei" }

  it("moves the policy at the end of a round only; the last round ends with the run, however short", () =>
    run(
      Effect.gen(function* () {
        const { policy, reference, learner } = yield* begin(ei)
        const moved: Array<boolean> = []
        const rates: Array<boolean> = []
        for (let step = 0; step < 5; step++) {
          const before = yield* policy.read("parameters")
          const { report } = yield* stepOf(policy, reference, learner, step)
          const after = yield* policy.read("parameters")
          moved.push(after.some((x, i) => x !== before[i]))
          rates.push(report.learningRate > 0)
        }
        expect(moved).toEqual([false, false, true, false, true])
        expect(rates).toEqual(moved)
      })
    ))

  it("imitates right completions, at most so many of a question, and none that a mask keeps out", () =>
    run(
      Effect.gen(function* () {
        const { policy, reference, learner } = yield* begin({ ...ei, perQuestion: 0 })
        // A fresh model rarely stops within six tokens: nearly all completions are cut, and none of those may be imitated.
        const { rollouts, report } = yield* stepOf(policy, reference, learner, 0, { masked: true })
        expect(rollouts.stopped.filter((stopped) => stopped === 0).length).toBeGreaterThan(4)
        report.used.forEach((used, s) => {
          if (used === 1) expect([rollouts.stopped[s], s % 2]).toEqual([1, 0])
        })
        const capped = yield* begin({ ...ei, perQuestion: 1 })
        const { report: one } = yield* stepOf(capped.policy, capped.reference, capped.learner, 0)
        expect([...one.used.subarray(0, 4)].filter((used) => used === 1)).toHaveLength(1)
        expect([...one.used.subarray(4)].filter((used) => used === 1)).toHaveLength(1)
      })
    ))
})
