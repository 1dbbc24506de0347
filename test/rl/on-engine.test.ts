/**
 * The objectives on a real model: sampled rollouts, an engine's gradients. The fused way (`lossStep` with the surrogate) and the
 * general way (`score`, objective, `backward`) must move the parameters alike, and KL must be felt by them.
 */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { grpoObjective, type GrpoOptions, grpoSurrogate } from "../../src/rl/algorithms/grpo.ts"
import { ppoTargets } from "../../src/rl/algorithms/ppo.ts"
import { policySurrogate } from "../../src/rl/objective/engine-loss.ts"
import { policyObjective } from "../../src/rl/objective/loss-terms.ts"
import { type ReductionOptions, reductionWeights } from "../../src/rl/objective/reduction.ts"
import { fromPositions } from "../../src/rl/packed/Rollouts.ts"
import { generalWay, gradientOf, grpoBatch, moved, relativeError, rewards, run, setUp, temperature } from "./engine-rollouts.ts"
import { grpoPreset, ppoPreset } from "./fixtures.ts"

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
    ["paper-live-kl", grpoPreset("paper-live-kl")],
    ["dr-grpo", grpoPreset("dr-grpo")],
    ["dapo with an entropy bonus", { ...grpoPreset("dapo"), entropyBonus: 0.05 }],
    [
      "strong KL, dual clip, sequence means",
      {
        ...grpoPreset("paper-live-kl"),
        dualClip: 1.5,
        kl: 0.5,
        reduction: "seq_mean_token_mean"
      }
    ]
  ] satisfies ReadonlyArray<readonly [string, GrpoOptions & ReductionOptions]>)(
    "the fused and the general way agree for GRPO: %s",
    (_, options) =>
      run(
        Effect.gen(function* () {
          const { model, rollouts } = yield* setUp
          const batch = grpoBatch(rollouts, options)
          const general = yield* generalWay(model, rollouts, (scores) => grpoObjective(scores, batch, options))
          const fused = yield* model.lossStep(rollouts, grpoSurrogate(rollouts, batch, options, temperature))
          expect(fused.loss).toBeCloseTo(general.loss, 5)
          expect(Math.hypot(...general.gradient)).toBeGreaterThan(0.01)
          expect(relativeError(yield* gradientOf(model), general.gradient)).toBeLessThan(2e-5)
        })
      )
  )

  it("the fused and the general way agree for the policy of PPO", () =>
    run(
      Effect.gen(function* () {
        const { model, rollouts } = yield* setUp
        const options = { ...ppoPreset("paper"), entropyBonus: 0.01 }
        const offsets = rollouts.responseOffsets
        const old = {
          offsets,
          oldLogProbs: moved(rollouts, "old", 0.3),
          oldValues: moved(rollouts, "values", 0.4).map((x, t) => x - rollouts.logProbs[t]!)
        }
        const targets = ppoTargets({ ...old, scores: rewards, refLogProbs: moved(rollouts, "ref", 0.5) }, options)
        const batch = { ...old, ...targets, weights: reductionWeights(offsets, options) }
        const general = yield* generalWay(model, rollouts, (scores) => policyObjective(scores, batch, options))
        const fused = yield* model.lossStep(rollouts, policySurrogate(rollouts, batch, options, temperature))
        expect(fused.loss).toBeCloseTo(general.loss, 5)
        expect(relativeError(yield* gradientOf(model), general.gradient)).toBeLessThan(2e-5)
      })
    ))

  it("KL moves the parameters' gradient, in both ways, except under `paper`", () =>
    run(
      Effect.gen(function* () {
        const { model, rollouts } = yield* setUp
        const gradients = Effect.fnUntraced(function* (options: GrpoOptions & ReductionOptions) {
          const batch = grpoBatch(rollouts, options)
          yield* model.lossStep(rollouts, grpoSurrogate(rollouts, batch, options, temperature))
          const fused = yield* gradientOf(model)
          const general = yield* generalWay(model, rollouts, (scores) => grpoObjective(scores, batch, options))
          return { fused, general: general.gradient }
        })
        const withKl = (name: "paper" | "paper-live-kl", kl: number) => gradients({ ...grpoPreset(name), kl })
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
        const options = grpoPreset("dapo")
        const batch = { ...grpoBatch(rollouts, options), oldLogProbs: rollouts.logProbs }
        const advantageWeighted = Effect.gen(function* () {
          const { logProbs } = yield* model.score(rollouts, { temperature })
          return fromPositions(rollouts, logProbs).reduce((sum, x, t) => sum + batch.weights[t]! * batch.advantages[t]! * x, 0)
        })
        const before = yield* advantageWeighted
        yield* model.lossStep(rollouts, grpoSurrogate(rollouts, batch, options, temperature))
        yield* model.optimStep({ learningRate: 1e-4, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0 })
        expect(yield* advantageWeighted).toBeGreaterThan(before + 1e-4)
      })
    ))
})
