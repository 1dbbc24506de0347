/** The tables of presets against what the libraries say of themselves, REINFORCE's advantages, and the masks of sampling. */

import { describe, expect, it } from "vitest"

import * as Arguments from "../../src/dag/arguments.ts"
import { GRPO_PRESETS } from "../../src/rl/algorithms/grpo.ts"
import { PPO_PRESETS } from "../../src/rl/algorithms/ppo.ts"
import { ALGORITHMS, algorithms } from "../../src/rl/algorithms/registry.ts"
import { REINFORCE_PRESETS, reinforceAdvantages } from "../../src/rl/algorithms/reinforce.ts"
import { overlongPenalty } from "../../src/rl/objective/overlong-penalty.ts"
import { both, truncationMask } from "../../src/rl/packed/masks.ts"
import { fromGenerated } from "../../src/rl/packed/Rollouts.ts"
import { AlgorithmParams, DefinitionParams, LoopParams, settingsOf } from "../../src/rl/params/settings.ts"
import { maxError } from "./fixtures.ts"

const presets = algorithms.flatMap((algorithm) =>
  Object.entries(ALGORITHMS[algorithm].presets).map(([name, preset]) => ({ algorithm, name, preset }))
)

describe("presets", () => {
  it.each(presets)("$name of $algorithm is a value of every definition, in its range", ({ algorithm, preset }) => {
    const { definitions } = ALGORITHMS[algorithm]
    expect(Arguments.complete(algorithm, definitions, preset)).toEqual(preset)
    expect(Object.keys(preset).toSorted()).toEqual(Object.keys(definitions).toSorted())
  })

  it("of one algorithm are all different", () => {
    for (const algorithm of algorithms) {
      const texts = Object.values(ALGORITHMS[algorithm].presets).map((preset) => JSON.stringify(preset))
      expect(new Set(texts).size).toBe(texts.length)
    }
  })

  it("differ where the libraries differ", () => {
    const { paper, trl, verl, dapo } = GRPO_PRESETS
    expect([paper, trl, verl].map((preset) => preset.advantageEpsilon)).toEqual([1e-9, 1e-4, 1e-6])
    expect(GRPO_PRESETS["dr-grpo"]).toMatchObject({ std: "none", reduction: "sum_over_B_Lmax", maskedSequences: "count" })
    expect(dapo).toMatchObject({ policyLoss: "clip", clipLow: 0.2, clipHigh: 0.28, ratio: "token", dynamicSampling: "resample" })
    expect(PPO_PRESETS.paper).toMatchObject({ whiten: "population", whitenEpsilon: 1e-8, whitenGuard: "max" })
    expect(PPO_PRESETS.verl).toMatchObject({ whiten: "sample", whitenEpsilon: 1e-8, whitenGuard: "add" })
    expect(REINFORCE_PRESETS.rloo).toMatchObject({ baseline: "leave_one_out", klPlace: "score", policyLoss: "reinforce" })
  })
})

describe("settings", () => {
  const given = (values: Readonly<Record<string, unknown>>) =>
    settingsOf({
      ...Arguments.complete("rl", { ...AlgorithmParams, ...DefinitionParams, ...LoopParams }, values),
      maxNewTokens: 9
    })

  it("are the preset's, with what is given in their place, and nothing else", () => {
    expect(given({ algorithm: "grpo", preset: "dapo", clipHigh: 0.4 })).toEqual({
      ...GRPO_PRESETS.dapo,
      clipHigh: 0.4,
      algorithm: "grpo",
      maxNewTokens: 9
    })
    expect(given({ algorithm: "ppo", preset: "verl", dualClip: "none" })).toMatchObject({ dualClip: "none", ratioClamp: 20 })
  })

  it("count for the algorithms that have them", () => {
    expect(DefinitionParams.lambda.counts).toEqual({ where: "algorithm", is: ["ppo"] })
    expect(DefinitionParams.baseline.counts).toEqual({ where: "algorithm", is: ["grpo", "reinforce"] })
    expect(DefinitionParams.kl.counts).toEqual({ where: "algorithm", is: ["ppo", "grpo", "reinforce"] })
    expect(LoopParams.imitationBatch.counts).toEqual({ where: "algorithm", is: ["ei"] })
    expect(LoopParams.learningRate.counts).toEqual({ where: "algorithm", is: ["ppo", "grpo", "reinforce"] })
  })

  it("let whitening keep the guard of its preset: each is a choice of its own", () => {
    expect(given({ algorithm: "ppo", preset: "paper", whiten: "sample" })).toMatchObject({ whiten: "sample", whitenGuard: "max" })
    expect(given({ algorithm: "grpo", whiten: "population" })).toMatchObject({ whiten: "population", whitenGuard: "add" })
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
    const options = { ...REINFORCE_PRESETS.paper, kl: 0.1, clipScore: "none", gamma: 0.5, whiten: "none" } as const
    const { rewards, advantages } = reinforceAdvantages(rollout, options)
    // Scores less the group mean are +-1/2; k1 is 1, 0 | 0, 1, -2.
    expect(maxError(rewards, [-0.1, 0.5, 0, -0.1, -0.5 + 0.2])).toBeLessThan(1e-12)
    expect(maxError(advantages, [-0.1 + 0.25, 0.5, -0.05 - 0.075, -0.1 - 0.15, -0.3])).toBeLessThan(1e-12)
  })

  it("are one number per completion, KL counted in the score, as RLOO publishes it (`score`)", () => {
    const { advantages } = reinforceAdvantages(rollout, { ...REINFORCE_PRESETS.rloo, kl: 0.1 })
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

  it("punish overlong responses softly: nothing before the buffer, -factor at the limit", () => {
    expect([60, 80, 90, 100].map((length) => overlongPenalty(length, 100, 20, 1))).toEqual([0, 0, -0.5, -1])
    expect(overlongPenalty(95, 100, 20, 2)).toBe(-1.5)
    expect(() => overlongPenalty(95, 100, 0, 2)).toThrow(/"buffer" cannot be used/)
  })
})
