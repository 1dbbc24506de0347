/**
 * Identities of gradients through the real engine: every objective against finite differences of its own loss in the parameters,
 * and what must not matter (how a batch is split, packed or ordered) or must (the KL coefficient of PPO, through the reward).
 */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import type { Model } from "../../src/engine/Engine.ts"
import { draws, permutation } from "../../src/random/philox.ts"
import { grpoObjective, type GrpoOptions, grpoSurrogate } from "../../src/rl/algorithms/grpo.ts"
import { type PpoOptions, ppoTargets } from "../../src/rl/algorithms/ppo.ts"
import { reinforceAdvantages } from "../../src/rl/algorithms/reinforce.ts"
import { policySurrogate } from "../../src/rl/objective/engine-loss.ts"
import { type Objective, policyObjective, toCoefficients } from "../../src/rl/objective/loss-terms.ts"
import { type ReductionOptions, reductionTotals, reductionWeights } from "../../src/rl/objective/reduction.ts"
import { fromPositions, type Rollouts, selectSequences, selectTokens, sequenceCount } from "../../src/rl/packed/Rollouts.ts"
import { gradientOf, grpoBatch, moved, relativeError, rewards, run, setUp, temperature } from "./engine-rollouts.ts"
import { grpoPreset, ppoPreset, reinforcePreset } from "./fixtures.ts"

type Scores = { logProbs: Float32Array; entropies: Float32Array; values: Float32Array }

const objectiveAt = Effect.fnUntraced(function* (model: Model, rollouts: Rollouts, objective: (scores: Scores) => Objective) {
  const scored = yield* model.score(rollouts, { temperature, entropies: true, values: true })
  return objective({
    logProbs: fromPositions(rollouts, scored.logProbs),
    entropies: fromPositions(rollouts, scored.entropies!),
    values: fromPositions(rollouts, scored.values!)
  })
})

const norm = (x: Float32Array): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0))

/** (L(theta + h v) - L(theta - h v)) / 2h beside the gradient's v, for the gradient's own direction and one half random. */
const slopes = Effect.fnUntraced(function* (model: Model, rollouts: Rollouts, objective: (scores: Scores) => Objective) {
  yield* model.backward(rollouts, toCoefficients(rollouts, yield* objectiveAt(model, rollouts, objective), temperature))
  const gradient = yield* gradientOf(model)
  const parameters = yield* model.read("parameters")
  const size = norm(gradient)
  const along = gradient.map((g) => g / size)
  const random = draws(8, "direction")
  const noise = Float32Array.from(gradient, () => random.normal())
  const spread = norm(noise)
  const oblique = along.map((x, i) => x + (2 * noise[i]!) / spread)
  const results: Array<{ measured: number; expected: number }> = []
  for (const direction of [along, oblique]) {
    const at = Effect.fnUntraced(function* (h: number) {
      yield* model.write(
        "parameters",
        parameters.map((p, i) => p + h * direction[i]!)
      )
      return (yield* objectiveAt(model, rollouts, objective)).loss
    })
    const h = 2e-3
    const measured = ((yield* at(h)) - (yield* at(-h))) / (2 * h)
    results.push({ measured, expected: gradient.reduce((sum, g, i) => sum + g * direction[i]!, 0) })
  }
  yield* model.write("parameters", parameters)
  return results
})

const entropy = { entropyBonus: 0.05, entropyReduction: "same" } as const

type Case = readonly [string, (rollouts: Rollouts) => (scores: Scores) => Objective]
const grpoCase = (name: string, options: GrpoOptions & ReductionOptions): Case => [
  name,
  (rollouts) => {
    const batch = grpoBatch(rollouts, options)
    return (scores) => grpoObjective(scores, batch, options)
  }
]
const ppoBatch = (rollouts: Rollouts, options: PpoOptions & ReductionOptions) => {
  const offsets = rollouts.responseOffsets
  const old = {
    offsets,
    oldLogProbs: moved(rollouts, "old", 0.3),
    oldValues: moved(rollouts, "values", 0.4).map((x, t) => x - rollouts.logProbs[t]!)
  }
  const targets = ppoTargets({ ...old, scores: rewards, refLogProbs: moved(rollouts, "ref", 0.5) }, options)
  return { ...old, ...targets, weights: reductionWeights(offsets, options) }
}
const ppoCase = (name: "paper" | "trl" | "verl"): Case => [
  `ppo ${name}`,
  (rollouts) => {
    const options: PpoOptions & ReductionOptions = { ...ppoPreset(name), ...entropy }
    const batch = ppoBatch(rollouts, options)
    return (scores) => policyObjective(scores, batch, options)
  }
]
const reinforceCase = (name: "paper" | "rloo"): Case => [
  `reinforce ${name}`,
  (rollouts) => {
    const options = reinforcePreset(name)
    const offsets = rollouts.responseOffsets
    const oldLogProbs = moved(rollouts, "old", 0.3)
    const rollout = { offsets, scores: rewards, groups: rollouts.groups, oldLogProbs, refLogProbs: moved(rollouts, "ref", 0.5) }
    const { advantages } = reinforceAdvantages(rollout, options)
    const batch = { offsets, oldLogProbs, advantages, weights: reductionWeights(offsets, options) }
    return (scores) => policyObjective(scores, batch, options)
  }
]
const live = grpoPreset("paper-live-kl")
const cases: ReadonlyArray<Case> = [
  grpoCase("grpo standard", grpoPreset("standard")),
  grpoCase("grpo with strong k3 and entropy", { ...live, kl: 0.5, ...entropy }),
  grpoCase("grpo with k2", { ...live, kl: 0.5, klEstimator: "k2" }),
  grpoCase("grpo trl", grpoPreset("trl")),
  grpoCase("grpo verl", grpoPreset("verl")),
  grpoCase("dr-grpo", grpoPreset("dr-grpo")),
  grpoCase("dapo", grpoPreset("dapo")),
  grpoCase("grpo with sequence ratios", { ...live, ratio: "sequence" }),
  grpoCase("grpo unclipped, sequence means", {
    ...live,
    policyLoss: "unclipped",
    reduction: "seq_mean_token_mean"
  }),
  ppoCase("paper"),
  ppoCase("trl"),
  ppoCase("verl"),
  reinforceCase("paper"),
  reinforceCase("rloo")
]

describe("finite differences in the parameters of the model", () => {
  it.each(cases)("%s", (_, objectiveOf) =>
    run(
      Effect.gen(function* () {
        const { model, rollouts } = yield* setUp
        for (const { measured, expected } of yield* slopes(model, rollouts, objectiveOf(rollouts))) {
          expect(Math.abs(expected)).toBeGreaterThan(1e-3)
          expect(Math.abs(measured / expected - 1)).toBeLessThan(0.02)
        }
      })
    )
  )
})

/** The same batch, sequences in another order. */
const reordered = (rollouts: Rollouts, order: Int32Array, batch: ReturnType<typeof grpoBatch>) => {
  const take = (perToken: ArrayLike<number>) => selectTokens(rollouts, perToken, order)
  const some = selectSequences(rollouts, order)
  return {
    rollouts: some,
    batch: {
      offsets: some.responseOffsets,
      oldLogProbs: take(batch.oldLogProbs),
      refLogProbs: take(batch.refLogProbs),
      advantages: take(batch.advantages),
      weights: take(batch.weights)
    }
  }
}

describe("what must not matter to the gradient", () => {
  const options = { ...live, kl: 0.2 }
  const gradientsOf = Effect.fnUntraced(function* (model: Model, parts: ReadonlyArray<ReturnType<typeof reordered>>) {
    let loss = 0
    for (const { rollouts, batch } of parts)
      loss += (yield* model.lossStep(rollouts, grpoSurrogate(rollouts, batch, options, temperature))).loss
    return { loss, gradient: yield* gradientOf(model) }
  })

  it.each([
    ["the order of the sequences", (n: number) => [permutation(n, 4, "order")]],
    ["accumulation: one batch of twelve, or twelve of one", (n: number) => Array.from({ length: n }, (_, s) => Int32Array.of(s))],
    [
      "accumulation over uneven parts",
      (n: number) => [Int32Array.of(3, 0, 7), Int32Array.from({ length: n }, (_, s) => s).filter((s) => ![0, 3, 7].includes(s))]
    ]
  ] as const)("%s", (_, split) =>
    run(
      Effect.gen(function* () {
        const { model, rollouts } = yield* setUp
        const batch = grpoBatch(rollouts, options)
        const n = sequenceCount(rollouts)
        const whole = yield* gradientsOf(model, [
          reordered(
            rollouts,
            Int32Array.from({ length: n }, (_, s) => s),
            batch
          )
        ])
        const parts = yield* gradientsOf(
          model,
          split(n).map((order) => reordered(rollouts, order, batch))
        )
        expect(parts.loss).toBeCloseTo(whole.loss, 5)
        expect(relativeError(parts.gradient, whole.gradient)).toBeLessThan(1e-5)
        if (split(n).length === 1) expect(parts).toEqual(whole)
      })
    )
  )

  it("whether the weights of a part come from its own totals, which they must not", () =>
    run(
      Effect.gen(function* () {
        const { model, rollouts } = yield* setUp
        const batch = grpoBatch(rollouts, options)
        const halves = [Int32Array.of(0, 1, 2, 3), Int32Array.of(4, 5, 6, 7, 8, 9, 10, 11)]
        const ofWhole = halves.map((order) => reordered(rollouts, order, batch))
        const ofPart = ofWhole.map((part) => ({
          ...part,
          batch: { ...part.batch, weights: reductionWeights(part.rollouts.responseOffsets, options) }
        }))
        const totals = reductionTotals(rollouts.responseOffsets, "drop")
        for (const {
          rollouts: part,
          batch: { weights }
        } of ofWhole)
          expect([...weights]).toEqual([...reductionWeights(part.responseOffsets, options, undefined, totals)])
        const right = yield* gradientsOf(model, ofWhole)
        const wrong = yield* gradientsOf(model, ofPart)
        expect(relativeError(right.gradient, wrong.gradient)).toBeGreaterThan(0.1)
      })
    ))
})

describe("what must matter", () => {
  it("PPO's KL coefficient changes the gradient, through the reward", () =>
    run(
      Effect.gen(function* () {
        const { model, rollouts } = yield* setUp
        const gradients: Array<Float32Array> = []
        for (const coefficient of [0, 0.5]) {
          const options = { ...ppoPreset("paper"), kl: coefficient }
          yield* model.lossStep(rollouts, policySurrogate(rollouts, ppoBatch(rollouts, options), options, temperature))
          gradients.push(yield* gradientOf(model))
        }
        expect(relativeError(gradients[0]!, gradients[1]!)).toBeGreaterThan(0.1)
      })
    ))

  it("a token on the clipped side adds nothing, the same token on the other side does", () =>
    run(
      Effect.gen(function* () {
        const { model, rollouts } = yield* setUp
        const options = grpoPreset("dapo")
        const { logProbs } = yield* model.score(rollouts, { temperature })
        const now = fromPositions(rollouts, logProbs)
        const gradientAt = Effect.fnUntraced(function* (ratio: number, advantage: number) {
          const offsets = rollouts.responseOffsets
          const batch = {
            offsets,
            oldLogProbs: now.map((x) => x - Math.log(ratio)),
            advantages: new Float64Array(now.length).fill(advantage),
            weights: reductionWeights(offsets, options)
          }
          yield* model.lossStep(rollouts, grpoSurrogate(rollouts, batch, options, temperature))
          return norm(yield* gradientOf(model))
        })
        expect(yield* gradientAt(1.3, 1)).toBe(0)
        expect(yield* gradientAt(0.75, -1)).toBe(0)
        expect(yield* gradientAt(1.3, -1)).toBeGreaterThan(0.01)
        expect(yield* gradientAt(0.75, 1)).toBeGreaterThan(0.01)
      })
    ))
})
