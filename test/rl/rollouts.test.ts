/** Sequences to positions and back, minibatches, and the fused surrogate against the engine's written definition. */
import { describe, expect, it } from "vitest"

import { grpoObjective, grpoSurrogate, type GrpoOptions } from "../../src/rl/algorithms/grpo.ts"
import { criticTerm, ppoObjective, ppoSurrogate, ppoTargets, type PpoOptions } from "../../src/rl/algorithms/ppo.ts"
import type { Surrogate } from "../../src/rl/objective/engine-loss.ts"
import { toCoefficients } from "../../src/rl/objective/loss-terms.ts"
import { reductionWeights } from "../../src/rl/objective/reduction.ts"
import {
  decisionPositions,
  fromGenerated,
  fromPositions,
  responseLengths,
  selectSequences,
  selectTokens,
  toPositions
} from "../../src/rl/packed/Rollouts.ts"
import { grpoPreset, ppoPreset } from "../../src/rl/params/presets.ts"
import { modelCase } from "./fixtures.ts"

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
    const r = Math.exp(at.logProbs[t]! - loss.oldLogProbs[t]!)
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
    ["paper-live-kl", grpoPreset("paper-live-kl", 8)],
    ["dr-grpo", grpoPreset("dr-grpo", 8)],
    ["dapo", grpoPreset("dapo", 8)],
    ["trl with an entropy bonus", { ...grpoPreset("trl", 8), entropy: { coefficient: 0.05, reduction: "token_mean" } }],
    [
      "strong KL and dual clip",
      {
        ...grpoPreset("paper-live-kl", 8),
        policy: { ...grpoPreset("paper", 8).policy, dualClip: 3 },
        kl: { coefficient: 0.5, estimator: "k3", gradient: "own" }
      }
    ]
  ] satisfies ReadonlyArray<readonly [string, GrpoOptions]>)("of GRPO is its objective: %s", (_, options) => {
    const weights = reductionWeights(offsets, options.reduction)
    const batch = { offsets, oldLogProbs, refLogProbs, advantages, weights }
    const fused = grpoSurrogate(rollouts, batch, options, 0.7)
    if (fused.loss === undefined) expect.unreachable(fused.reason)
    expect(engineLoss(fused.loss!, at)).toBeCloseTo(grpoObjective(now, batch, options).loss, 5)
    expect(fused.loss!.temperature).toBe(0.7)
  })

  it("of PPO is its objective, whole for a shared critic and in two parts for a separate one", () => {
    const oldValues = column(0, 0.1)
    const rollout = { offsets, scores: [1, 0, 0, 1], oldLogProbs, refLogProbs, oldValues }
    for (const critic of ["shared", "separate"] as const) {
      const preset = ppoPreset("paper")
      const options: PpoOptions = {
        ...preset,
        value: { ...preset.value, coefficient: 0.7, critic },
        entropy: { coefficient: 0.01, reduction: "same" }
      }
      const batch = {
        offsets,
        oldLogProbs,
        oldValues,
        ...ppoTargets(rollout, options),
        weights: reductionWeights(offsets, options.reduction)
      }
      const fused = ppoSurrogate(rollouts, batch, options, 1)
      if (fused.loss === undefined) expect.unreachable(fused.reason)
      const second = critic === "separate" ? criticTerm(now.values, batch, options).loss : 0
      expect(engineLoss(fused.loss!, at) + second).toBeCloseTo(ppoObjective(now, batch, options).loss, 5)
    }
  })

  it("leaves out a KL term without gradient", () => {
    const options = grpoPreset("paper", 8)
    const batch = { offsets, oldLogProbs, refLogProbs, advantages, weights: reductionWeights(offsets, options.reduction) }
    const { loss } = grpoSurrogate(rollouts, batch, options, 1)
    expect(loss?.kind).toBe("surrogate")
    expect(loss?.refLogProbs).toBeUndefined()
    expect(loss?.klCoefficient).toBeUndefined()
  })

  it("does not exist for what the engine cannot form, and says why", () => {
    const reason = (options: GrpoOptions) => {
      const batch = { offsets, oldLogProbs, refLogProbs, advantages, weights: reductionWeights(offsets, options.reduction) }
      const fused = grpoSurrogate(rollouts, batch, options, 1)
      return fused.loss === undefined ? fused.reason : "fused"
    }
    const base = grpoPreset("paper-live-kl", 8)
    expect(reason(grpoPreset("verl", 8))).toBe("the log-ratio is clamped")
    expect(reason({ ...base, kl: { ...base.kl, estimator: "k2" } })).toBe("the KL loss is k2 with gradient own")
    expect(reason({ ...base, policy: { ...base.policy, kind: "cispo" } })).toBe("the policy loss is cispo, the engine's is clip")
    expect(reason({ ...base, policy: { ...base.policy, ratio: "sequence" } })).toBe(
      "the importance ratio is taken over sequences"
    )
    const entropy = { coefficient: 0.01, reduction: "token_mean" } as const
    expect(reason({ ...base, entropy, reduction: { reduction: "seq_mean_token_mean", maskedSequences: "drop" } })).toBe(
      "the entropy bonus is a token mean, the policy loss is not"
    )
    expect(reason({ ...base, entropy })).toBe("fused")
  })

  it("has its general counterpart: coefficients at the positions of the responses", () => {
    const options = { ...grpoPreset("dapo", 8), entropy: { coefficient: 0.5, reduction: "same" } as const }
    const batch = { offsets, oldLogProbs, advantages, weights: reductionWeights(offsets, options.reduction) }
    const objective = grpoObjective(now, batch, options)
    const { dLogProb, dEntropy, dValue, temperature } = toCoefficients(rollouts, objective, 0.7)
    expect(dLogProb![5]).toBeCloseTo(objective.dLogProb[2]!, 7)
    expect(dEntropy![15]).toBeCloseTo(-0.5 / 8, 7)
    expect(dEntropy![0]).toBe(0)
    expect(dValue).toBeUndefined()
    expect(temperature).toBe(0.7)
  })
})
