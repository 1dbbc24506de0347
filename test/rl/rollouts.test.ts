/** Sequences to positions and back, minibatches, and the fused surrogate against the engine's written definition. */

import { describe, expect, it } from "vitest"

import { grpoObjective, grpoObstacle, type GrpoOptions, grpoSurrogate } from "../../src/rl/algorithms/grpo.ts"
import { ppoTargets } from "../../src/rl/algorithms/ppo.ts"
import { policySurrogate, type Surrogate } from "../../src/rl/objective/engine-loss.ts"
import { policyObjective, toCoefficients } from "../../src/rl/objective/loss-terms.ts"
import { type ReductionOptions, reductionWeights } from "../../src/rl/objective/reduction.ts"
import {
  decisionPositions,
  fromGenerated,
  fromPositions,
  responseLengths,
  selectSequences,
  selectTokens,
  toPositions
} from "../../src/rl/packed/Rollouts.ts"
import { grpoPreset, modelCase, ppoPreset } from "./fixtures.ts"

const prompts = { tokens: Int32Array.of(1, 2, 3, 4, 5), offsets: Int32Array.of(0, 2, 5) }
const generated = {
  tokens: Int32Array.of(10, 11, 20, 30, 31, 32, 40, 41),
  offsets: Int32Array.of(0, 2, 3, 6, 8),
  logProbs: Float32Array.of(-1, -2, -3, -4, -5, -6, -7, -8),
  stopped: Uint8Array.of(1, 1, 0, 1)
}
const rollouts = fromGenerated(prompts, 2, generated)

describe("rollouts", () => {
  it("join each prompt with its samples, packed", () => {
    expect([...rollouts.tokens]).toEqual([1, 2, 10, 11, 1, 2, 20, 3, 4, 5, 30, 31, 32, 3, 4, 5, 40, 41])
    expect([...rollouts.offsets]).toEqual([0, 4, 7, 13, 18])
    expect([...rollouts.promptLengths]).toEqual([2, 2, 3, 3])
    expect([...rollouts.groups]).toEqual([0, 0, 1, 1])
    expect([...responseLengths(rollouts)]).toEqual([2, 1, 3, 2])
  })

  it("place each response token at the state before it: position prompt - 1 + j", () => {
    expect([...decisionPositions(rollouts)]).toEqual([1, 2, 5, 9, 10, 11, 15, 16])
    const positions = toPositions(rollouts, [1, 2, 3, 4, 5, 6, 7, 8])
    expect([...positions]).toEqual([0, 1, 2, 0, 0, 3, 0, 0, 0, 4, 5, 6, 0, 0, 0, 7, 8, 0])
    expect([...fromPositions(rollouts, positions)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it("agree with the reference's masks over target positions", () => {
    const { sequences, prompt_lengths, response_masks_over_target_positions } = modelCase("model-tiny-untied")
    sequences.forEach((sequence, s) => {
      const prompt = prompt_lengths[s]!
      const length = sequence.length - prompt
      const one = fromGenerated({ tokens: Int32Array.from(sequence.slice(0, prompt)), offsets: Int32Array.of(0, prompt) }, 1, {
        tokens: Int32Array.from(sequence.slice(prompt)),
        offsets: Int32Array.of(0, length),
        logProbs: new Float32Array(length),
        stopped: Uint8Array.of(1)
      })
      const ones = toPositions(one, new Float64Array(length).fill(1))
      expect([...ones]).toEqual([...response_masks_over_target_positions[s]!, 0])
    })
  })

  it("give minibatches with their own packing and the groups they came from", () => {
    const part = selectSequences(rollouts, [3, 0])
    expect([...part.tokens]).toEqual([3, 4, 5, 40, 41, 1, 2, 10, 11])
    expect([...part.offsets]).toEqual([0, 5, 9])
    expect([...part.responseOffsets]).toEqual([0, 2, 4])
    expect([...part.groups]).toEqual([1, 0])
    expect([...part.logProbs]).toEqual([-7, -8, -1, -2])
    expect([...part.stopped]).toEqual([1, 1])
    expect([...selectTokens(rollouts, [1, 2, 3, 4, 5, 6, 7, 8], [2, 1])]).toEqual([4, 5, 6, 3])
  })

  it("refuse an empty prompt and a count of completions that does not fit", () => {
    const empty = { tokens: Int32Array.of(1), offsets: Int32Array.of(0, 0, 1) }
    expect(() => fromGenerated(empty, 2, generated)).toThrow(/the prompt of sequence 0 is empty/)
    expect(() => fromGenerated(prompts, 3, generated)).toThrow(/2 prompts with 3 samples each, but 4 completions/)
    expect(() => toPositions(rollouts, [1, 2])).toThrow(/it has 2 entries, but there are 8 response tokens/)
  })
})

interface Position {
  readonly logProbs: Float32Array
  readonly entropies: Float32Array
  readonly values: Float32Array
}

/** L as the comment on `TokenLoss` in src/engine/Engine.ts defines it. */
const engineLoss = (loss: Surrogate, at: Position): number => {
  let sum = 0
  for (let t = 0; t < loss.weights.length; t++) {
    const advantage = loss.advantages[t]!
    const r = Math.exp(at.logProbs[t]! - loss.oldLogProbs![t]!)
    let policy = Math.max(-advantage * r, -advantage * Math.min(Math.max(r, 1 - loss.clipLow), 1 + loss.clipHigh))
    if (loss.dualClip !== undefined && advantage < 0) policy = Math.min(policy, -loss.dualClip * advantage)
    const d = loss.refLogProbs === undefined ? 0 : loss.refLogProbs[t]! - at.logProbs[t]!
    const kl = (loss.klCoefficient ?? 0) * (Math.exp(d) - 1 - d)
    const error = at.values[t]! - (loss.returns?.[t] ?? 0)
    const old = loss.oldValues?.[t] ?? 0
    const clip = loss.valueClip ?? Number.POSITIVE_INFINITY
    const clippedError = old + Math.min(Math.max(at.values[t]! - old, -clip), clip) - (loss.returns?.[t] ?? 0)
    const value = loss.returns === undefined ? 0 : ((loss.valueCoefficient ?? 0) * Math.max(error ** 2, clippedError ** 2)) / 2
    sum += loss.weights[t]! * (policy + kl + value - (loss.entropyCoefficient ?? 0) * at.entropies[t]!)
  }
  return sum
}

describe("the fused surrogate", () => {
  const column = (from: number, step: number) => Float32Array.from({ length: 8 }, (_, i) => from + step * ((i * 5) % 8))
  const now = { logProbs: column(-4, 0.4), entropies: column(1, 0.1), values: column(-0.5, 0.15) }
  const at = {
    logProbs: toPositions(rollouts, now.logProbs),
    entropies: toPositions(rollouts, now.entropies),
    values: toPositions(rollouts, now.values)
  }
  const oldLogProbs = column(-3.5, 0.3)
  const refLogProbs = column(-3, 0.25)
  const offsets = rollouts.responseOffsets
  const advantages = Float64Array.of(1, -1, 0.5, -2, 0.25, 1.5, -0.5, 1)

  it.each([
    ["paper-live-kl", grpoPreset("paper-live-kl")],
    ["dr-grpo", grpoPreset("dr-grpo")],
    ["dapo", grpoPreset("dapo")],
    ["trl with an entropy bonus", { ...grpoPreset("trl"), entropyBonus: 0.05 }],
    [
      "strong KL and dual clip",
      {
        ...grpoPreset("paper-live-kl"),
        dualClip: 3,
        kl: 0.5
      }
    ]
  ] satisfies ReadonlyArray<readonly [string, GrpoOptions & ReductionOptions]>)("of GRPO is its objective: %s", (_, options) => {
    const weights = reductionWeights(offsets, options)
    const batch = { offsets, oldLogProbs, refLogProbs, advantages, weights }
    expect(grpoObstacle(options)).toBeNull()
    const fused = grpoSurrogate(rollouts, batch, options, 0.7)
    expect(engineLoss(fused, at)).toBeCloseTo(grpoObjective(now, batch, options).loss, 5)
    expect(fused.temperature).toBe(0.7)
  })

  it("of PPO is the objective of its policy", () => {
    const oldValues = column(0, 0.1)
    const rollout = { offsets, scores: [1, 0, 0, 1], oldLogProbs, refLogProbs, oldValues }
    const options = { ...ppoPreset("paper"), entropyBonus: 0.01 }
    const batch = { offsets, oldLogProbs, ...ppoTargets(rollout, options), weights: reductionWeights(offsets, options) }
    const fused = policySurrogate(rollouts, batch, options, 1)
    expect(engineLoss(fused, at)).toBeCloseTo(policyObjective(now, batch, options).loss, 5)
  })

  it("leaves out a KL term without gradient", () => {
    const options = grpoPreset("paper")
    const batch = { offsets, oldLogProbs, refLogProbs, advantages, weights: reductionWeights(offsets, options) }
    const surrogate = grpoSurrogate(rollouts, batch, options, 1)
    expect(surrogate.refLogProbs).toBeUndefined()
    expect(surrogate.klCoefficient).toBeUndefined()
  })

  it("does not exist for what the engine cannot form, and options alone say why", () => {
    const base = { ...grpoPreset("paper-live-kl"), entropyBonus: 0.01 }
    const reason = (changes: Partial<GrpoOptions>) => grpoObstacle({ ...base, ...changes })
    expect(grpoObstacle(grpoPreset("verl"))).toBe("ratioClamp is 20, and the engine clamps no ratio")
    expect(reason({ klEstimator: "k2" })).toBe('klEstimator is "k2", and the engine\'s own is "k3"')
    expect(reason({ klGradient: "k2" })).toBe("klGradient is \"k2\", and the engine's is the estimate's own")
    expect(reason({ klClamp: 20 })).toBe("klClamp is 20, and the engine clamps no divergence")
    expect(reason({ klEstimateClamp: 10 })).toBe("klEstimateClamp is 10, and the engine clamps no estimate")
    expect(reason({ policyLoss: "cispo" })).toBe('policyLoss is "cispo", and the engine\'s own loss is "clip"')
    expect(reason({ ratio: "sequence" })).toBe('ratio is "sequence", and the engine\'s own is "token"')
    expect(reason({ entropyReduction: "token_mean", reduction: "seq_mean_token_mean" })).toBe(
      'entropyReduction is "token_mean" and reduction "seq_mean_token_mean", and the engine has one weight for both'
    )
    expect(reason({ entropyReduction: "token_mean" })).toBeNull()
    expect(reason({ klEstimator: "k2", kl: 0 })).toBeNull()
  })

  it("has its general counterpart: coefficients at the positions of the responses", () => {
    const options = { ...grpoPreset("dapo"), entropyBonus: 0.5 }
    const batch = { offsets, oldLogProbs, advantages, weights: reductionWeights(offsets, options) }
    const objective = grpoObjective(now, batch, options)
    const { dLogProb, dEntropy, temperature } = toCoefficients(rollouts, objective, 0.7)
    expect(dLogProb![5]).toBeCloseTo(objective.dLogProb[2]!, 7)
    expect(dEntropy![15]).toBeCloseTo(-0.5 / 8, 7)
    expect(dEntropy![0]).toBe(0)
    expect(temperature).toBe(0.7)
  })
})
