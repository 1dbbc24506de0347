/**
 * Where the old log-probabilities come from: out of the update's own first pass or by a pass for them alone, with the same bits
 * on every engine; and that they are judged before anything moves.
 */

import { Effect, Exit, Layer, ManagedRuntime, type Scope } from "effect"
import { afterAll, describe, expect, it } from "vitest"

import * as Arguments from "../../../src/dag/arguments.ts"
import type { Part, SavedState } from "../../../src/dag/Checkpoints.ts"
import { Engine, type EngineError, type LossStats, type Model } from "../../../src/engine/Engine.ts"
import { type EngineRequest, engineLayer, resolveEngine } from "../../../src/engine/select.ts"
import { makeLearner } from "../../../src/rl/learners/make-learner.ts"
import type { LearningBatch } from "../../../src/rl/learners/minibatches.ts"
import type { Judge } from "../../../src/rl/learners/old-policy.ts"
import { truncationMask } from "../../../src/rl/packed/masks.ts"
import { fromGenerated, fromPositions } from "../../../src/rl/packed/Rollouts.ts"
import { AlgorithmParams, DefinitionParams, LoopParams, settingsOf } from "../../../src/rl/params/settings.ts"
import { resumable } from "../../../src/training/resumable.ts"

const spec = { vocabularySize: 40, width: 32, layers: 2, heads: 2, hidden: 48, context: 32, tied: true, valueHead: false }
const declared = { ...AlgorithmParams, ...DefinitionParams, ...LoopParams }
const prompts = { tokens: Int32Array.of(1, 5, 9, 1, 7), offsets: Int32Array.of(0, 3, 5) }
const temperature = 0.8

/** A policy that counts its passes over what it sampled. `twice`: old log-probabilities always by a pass for them alone. */
const counting = (model: Model, twice: boolean) => {
  const passes = { score: 0, lossStep: 0, backward: 0 }
  const scored: Model["score"] = (batch, options) => {
    passes.score++
    return model.score(batch, options)
  }
  const policy: Model = {
    ...model,
    score: scored,
    backward: (batch, coefficients) => {
      passes.backward++
      return model.backward(batch, coefficients)
    },
    lossStep: (batch, loss, options) => {
      passes.lossStep++
      if (!twice || loss.kind !== "surrogate" || loss.oldLogProbs !== undefined) return model.lossStep(batch, loss, options)
      return Effect.gen(function* () {
        const before = yield* scored(batch, { temperature, entropies: true })
        const { loss: value } = yield* model.lossStep(batch, { ...loss, oldLogProbs: before.logProbs })
        const stats: LossStats = { loss: value, ...before }
        return stats
      })
    }
  }
  return { policy, passes }
}

interface Setting {
  readonly given: Readonly<Record<string, unknown>>
  /** Some completions are cut, and take no part. */
  readonly masked?: boolean
  /** Of the policy, over completions that it has just sampled: passes for their scores alone, of an update. */
  readonly scorePasses: number
}

const saved: ReadonlyArray<readonly [string, Setting]> = [
  ["grpo", { given: {}, scorePasses: 0 }],
  ["grpo with KL in the loss", { given: { preset: "paper-live-kl", kl: 0.1 }, scorePasses: 0 }],
  ["grpo with an adaptive KL coefficient", { given: { kl: 0.1, klTarget: 0.01 }, scorePasses: 0 }],
  ["grpo with the paper's KL, which is not felt", { given: { preset: "paper" }, scorePasses: 0 }],
  ["grpo with an entropy bonus", { given: { entropyBonus: 0.05 }, scorePasses: 0 }],
  ["grpo, sums over the longest", { given: { preset: "dr-grpo" }, scorePasses: 0 }],
  ["grpo in two epochs of one minibatch", { given: { epochs: 2 }, scorePasses: 0 }],
  ["grpo in two epochs, with a dual clip", { given: { epochs: 2, dualClip: 3, clipHigh: 0.28 }, scorePasses: 0 }],
  ["ppo", { given: { algorithm: "ppo" }, scorePasses: 0 }],
  ["ppo in three epochs", { given: { algorithm: "ppo", epochs: 3, entropyBonus: 0.01 }, scorePasses: 0 }],
  ["reinforce", { given: { algorithm: "reinforce" }, scorePasses: 0 }],
  ["reinforce in two epochs", { given: { algorithm: "reinforce", epochs: 2 }, scorePasses: 0 }]
]
const kept: ReadonlyArray<readonly [string, Setting]> = [
  ["ppo with KL in the reward", { given: { algorithm: "ppo", kl: 0.1 }, scorePasses: 1 }],
  ["reinforce with KL in the reward", { given: { algorithm: "reinforce", kl: 0.1 }, scorePasses: 1 }],
  ["grpo in minibatches", { given: { minibatches: 2 }, scorePasses: 1 }],
  ["grpo with completions masked wholly", { given: {}, masked: true, scorePasses: 1 }],
  ["ei, which learns from other completions", { given: { algorithm: "ei", roundSteps: 1 }, scorePasses: 1 }],
  // Losses that the engine cannot form: the pass made before is that of the first gradient step as well.
  ["reinforce without ratios", { given: { algorithm: "reinforce", preset: "rloo" }, scorePasses: 1 }],
  ["grpo with clamped ratios", { given: { preset: "verl" }, scorePasses: 1 }],
  ["grpo with clamped ratios in two epochs", { given: { preset: "verl", epochs: 2 }, scorePasses: 2 }]
]

const begin = Effect.fnUntraced(function* ({ given }: Setting, twice: boolean) {
  const engine = yield* Engine
  const model = yield* engine.createModel(spec, { seed: 3 })
  yield* model.write(
    "parameters",
    (yield* model.read("parameters")).map((x) => 6 * x)
  )
  const reference = yield* engine.createModel(spec, { seed: 4 })
  const { passes, policy } = counting(model, twice)
  const params = { ...Arguments.complete("rl", declared, given), maxNewTokens: 8, steps: 4, temperature, seed: 0 }
  const learner = yield* makeLearner(policy, settingsOf(params), params)
  const state: Readonly<Record<string, Part<EngineError>>> = { policy: resumable(policy), ...learner.state }
  return { policy, reference, learner, passes, state }
})
type Begun = Effect.Success<ReturnType<typeof begin>>

const sample = Effect.fnUntraced(function* ({ policy, reference }: Begun, step: number, masked: boolean) {
  const how = { prompts, samplesPerPrompt: 4, maxNewTokens: 8, temperature, stop: [0, 1, 2, 3, 4, 5] }
  const rollouts = fromGenerated(prompts, 4, yield* policy.generate({ ...how, seed: step }))
  const batch: LearningBatch = {
    step,
    rollouts,
    scores: Float64Array.of(1, 0, 1, 0, 0, 1, 1, 1),
    refLogProbs: fromPositions(rollouts, (yield* reference.score(rollouts, { temperature })).logProbs),
    mask: masked ? truncationMask(rollouts) : undefined
  }
  return batch
})

const saveAll = Effect.fnUntraced(function* (state: Begun["state"]) {
  const all: Record<string, SavedState> = {}
  for (const [name, { save }] of Object.entries(state)) all[name] = structuredClone(yield* save)
  return all
})

const fine: Judge<never> = () => Effect.void

const engines: ReadonlyArray<EngineRequest> = [
  { engine: "native", mode: "f32" },
  { engine: "native", mode: "bf16" },
  { engine: "native", mode: "bf16x3" },
  { engine: "wasm", mode: "f32" },
  { engine: "tfjs", mode: "f32" }
]

for (const request of engines) {
  const choice = Effect.runSyncExit(resolveEngine(request))
  describe.skipIf(Exit.isFailure(choice))(`${request.engine} ${request.mode} (skipped where it is not)`, () => {
    const runtime = ManagedRuntime.make(
      Layer.unwrap(resolveEngine(request).pipe(Effect.map((found) => engineLayer(found, { threads: 2 }))))
    )
    afterAll(() => runtime.dispose())
    const run = <A, E>(effect: Effect.Effect<A, E, Engine | Scope.Scope>) => runtime.runPromise(Effect.scoped(effect))

    it.each([...saved, ...kept])(
      "an update tells and learns the same, bit by bit, as with a pass for the scores: %s",
      (_, setting) =>
        run(
          Effect.gen(function* () {
            const once = yield* begin(setting, false)
            const twice = yield* begin(setting, true)
            for (let step = 0; step < 2; step++) {
              const batch = yield* sample(once, step, setting.masked === true)
              expect(yield* sample(twice, step, setting.masked === true)).toEqual(batch)
              once.passes.score = 0
              const alone = yield* once.policy.score(batch.rollouts, { temperature, entropies: true })
              const report = yield* once.learner.update(batch, fine)
              expect(once.passes.score - 1).toBe(setting.scorePasses)
              expect(report.scores.logProbs).toEqual(fromPositions(batch.rollouts, alone.logProbs))
              expect(report.scores.entropies).toEqual(fromPositions(batch.rollouts, alone.entropies!))
              expect(yield* twice.learner.update(batch, fine)).toEqual(report)
            }
            expect(yield* saveAll(once.state)).toEqual(yield* saveAll(twice.state))
          })
        )
    )

    it.each([...saved, ...kept])("what the policy says is judged once, before anything moves: %s", (_, setting) =>
      run(
        Effect.gen(function* () {
          const begun = yield* begin(setting, false)
          const batch = yield* sample(begun, 0, setting.masked === true)
          const before = yield* saveAll(begun.state)
          let judged = 0
          const refused = yield* Effect.exit(
            begun.learner.update(batch, ({ logProbs, kl, entropy }) => {
              judged++
              expect([logProbs.length, Number.isFinite(kl), entropy > 0]).toEqual([batch.rollouts.logProbs.length, true, true])
              return Effect.fail("not to be gone on with" as const)
            })
          )
          expect(refused).toEqual(Exit.fail("not to be gone on with"))
          expect(judged).toBe(1)
          expect(yield* saveAll(begun.state)).toEqual(before)
          expect((yield* begun.policy.read("gradients")).every((g) => g === 0)).toBe(true)
          expect(yield* begun.policy.updates).toBe(0)
          // The same batch, allowed now, is learnt from as if nothing had been refused.
          const fresh = yield* begin(setting, false)
          expect(yield* begun.learner.update(batch, fine)).toEqual(yield* fresh.learner.update(batch, fine))
          expect(yield* saveAll(begun.state)).toEqual(yield* saveAll(fresh.state))
        })
      )
    )
  })
}
