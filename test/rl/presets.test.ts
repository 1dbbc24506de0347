import { Schema } from "effect"
import { describe, expect, it } from "vitest"

import { ExpertIterationOptions } from "../../src/rl/algorithms/expert-iteration.ts"
import { GrpoOptions } from "../../src/rl/algorithms/grpo.ts"
import { PpoOptions } from "../../src/rl/algorithms/ppo.ts"
import { reinforceAdvantages, ReinforceOptions } from "../../src/rl/algorithms/reinforce.ts"
import { both, informativeSequences, overlongPenalty, truncationMask } from "../../src/rl/packed/masks.ts"
import { fromGenerated } from "../../src/rl/packed/Rollouts.ts"
import {
  expertIterationPreset,
  grpoPreset,
  grpoPresets,
  ppoPreset,
  ppoPresets,
  reinforcePreset,
  reinforcePresets
} from "../../src/rl/params/presets.ts"
import { maxError } from "./fixtures.ts"

describe("presets", () => {
  it("are valid options, and no two of one algorithm are the same", () => {
    const grpo = grpoPresets.map((name) => grpoPreset(name, 256))
    const ppo = ppoPresets.map((name) => ppoPreset(name))
    const reinforce = reinforcePresets.map((name) => reinforcePreset(name))
    for (const options of grpo) expect(Schema.decodeUnknownSync(GrpoOptions)(options)).toEqual(options)
    for (const options of ppo) expect(Schema.decodeUnknownSync(PpoOptions)(options)).toEqual(options)
    for (const options of reinforce) expect(Schema.decodeUnknownSync(ReinforceOptions)(options)).toEqual(options)
    for (const options of [expertIterationPreset("paper"), expertIterationPreset("standard")])
      expect(Schema.decodeUnknownSync(ExpertIterationOptions)(options)).toEqual(options)
    for (const all of [grpo, ppo, reinforce]) expect(new Set(all.map((options) => JSON.stringify(options))).size).toBe(all.length)
  })

  it("differ where the libraries differ", () => {
    expect([grpoPreset("paper", 9), grpoPreset("trl", 9), grpoPreset("verl", 9)].map((o) => o.advantage.epsilon)).toEqual([
      1e-9, 1e-4, 1e-6
    ])
    expect(grpoPreset("dr-grpo", 9).reduction).toEqual({ reduction: "sum_over_B_Lmax", maxLength: 9, maskedSequences: "count" })
    expect(grpoPreset("dapo", 9).policy).toEqual({ kind: "clip", clipLow: 0.2, clipHigh: 0.28, ratio: "token" })
    expect(ppoPreset("paper").whiten).toEqual({ divisor: "population", shiftMean: true, epsilon: 1e-8, guard: "max" })
    expect(ppoPreset("verl").whiten).toEqual({ divisor: "sample", shiftMean: true, epsilon: 1e-8, guard: "add" })
  })

  it("refuse options out of range, naming the field", () => {
    const bad = { ...grpoPreset("paper", 9), policy: { ...grpoPreset("paper", 9).policy, clipLow: -0.1 } }
    expect(() => Schema.decodeUnknownSync(GrpoOptions)(bad)).toThrow(/clipLow/)
  })
})

describe("REINFORCE advantages", () => {
  const rollout = {
    offsets: Int32Array.of(0, 2, 5),
    scores: [1, 0],
    groups: [0, 0],
    oldLogProbs: [-1, -2, -1, -1, -3],
    refLogProbs: [-2, -2, -1, -2, -1]
  }

  it("carry the discounted KL of the tokens that follow (`token`)", () => {
    const options = { ...reinforcePreset("paper"), klReward: { coefficient: 0.1, estimator: "k1" }, gamma: 0.5 } as const
    const { whiten: _, ...plain } = options
    const { rewards, advantages } = reinforceAdvantages(rollout, plain)
    // Scores less the group mean are +-1/2; k1 is 1, 0 | 0, 1, -2.
    expect(maxError(rewards, [-0.1, 0.5, 0, -0.1, -0.5 + 0.2])).toBeLessThan(1e-12)
    expect(maxError(advantages, [-0.1 + 0.25, 0.5, -0.05 - 0.075, -0.1 - 0.15, -0.3])).toBeLessThan(1e-12)
  })

  it("are one number per completion, KL counted in the score, as RLOO publishes it (`score`)", () => {
    const options = { ...reinforcePreset("rloo"), klReward: { coefficient: 0.1, estimator: "k1" } } as const
    const { advantages } = reinforceAdvantages(rollout, options)
    // Scores: 1 - 0.1 and 0 + 0.1; each less the other.
    expect(maxError(advantages, [0.8, 0.8, -0.8, -0.8, -0.8])).toBeLessThan(1e-12)
  })
})

describe("sampling masks", () => {
  it("drop the tokens of truncated responses", () => {
    const rollouts = fromGenerated({ tokens: Int32Array.of(1), offsets: Int32Array.of(0, 1) }, 3, {
      tokens: Int32Array.of(2, 3, 4, 5, 6),
      offsets: Int32Array.of(0, 1, 3, 5),
      logProbs: new Float32Array(5),
      stopped: Uint8Array.of(1, 0, 1)
    })
    expect([...truncationMask(rollouts)]).toEqual([1, 0, 0, 1, 1])
    expect([...both(truncationMask(rollouts), Uint8Array.of(0, 1, 1, 1, 0))]).toEqual([0, 0, 0, 1, 0])
  })

  it("keep only groups with signal, as dynamic sampling does", () => {
    expect([...informativeSequences([1, 1, 0, 1, 0, 0], [0, 0, 1, 1, 2, 2])]).toEqual([2, 3])
  })

  it("punish overlong responses softly: nothing before the buffer, -factor at the limit", () => {
    expect([60, 80, 90, 100].map((length) => overlongPenalty(length, 100, 20, 1))).toEqual([0, 0, -0.5, -1])
    expect(overlongPenalty(95, 100, 20, 2)).toBe(-1.5)
    expect(() => overlongPenalty(95, 100, 0, 2)).toThrow(/"buffer" cannot be used/)
  })
})
