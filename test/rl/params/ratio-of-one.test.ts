/**
 * With one gradient step a batch every ratio is 1. What is said to do nothing then has the gradient of what it replaces, to the
 * bit or to rounding, and what is not said to do nothing has another.
 */

import { describe, expect, it } from "vitest"

import * as Arguments from "../../../src/dag/arguments.ts"
import { policyObjective } from "../../../src/rl/objective/loss-terms.ts"
import { POLICY_LOSSES, type PolicyLossOptions } from "../../../src/rl/objective/policy-loss.ts"
import { ratioOfOneProblems, ratioOfOneRemark } from "../../../src/rl/params/ratio-of-one.ts"
import { AlgorithmParams, DefinitionParams, LoopParams, settingsOf } from "../../../src/rl/params/settings.ts"

const given = (values: Readonly<Record<string, unknown>>) => ({
  ...Arguments.complete("rl", { ...AlgorithmParams, ...DefinitionParams, ...LoopParams }, values),
  maxNewTokens: 9
})

const refused = (values: Readonly<Record<string, unknown>>) => {
  const params = given(values)
  const settings = settingsOf(params)
  if (settings.algorithm === "ei") throw new Error("Expert Iteration has no ratio")
  return [...ratioOfOneProblems(settings, params)].map(([name]) => name)
}

const remark = (values: Readonly<Record<string, unknown>>) => {
  const params = given(values)
  return ratioOfOneRemark(settingsOf(params), params)
}

describe("with one gradient step a batch", () => {
  it.each<[Readonly<Record<string, unknown>>, ReadonlyArray<string>]>([
    [{}, []],
    [{ clipHigh: 0.28 }, ["clipHigh"]],
    [{ clipLow: 0.1, clipHigh: 0.28 }, ["clipLow", "clipHigh"]],
    [{ dualClip: 3 }, ["dualClip"]],
    [{ ratioClamp: 20 }, ["ratioClamp"]],
    [{ policyLoss: "cispo" }, ["policyLoss"]],
    [{ policyLoss: "unclipped" }, ["policyLoss"]],
    [{ policyLoss: "cispo", clipHigh: 4 }, ["policyLoss", "clipHigh"]],
    [{ ratio: "sequence" }, ["ratio"]],
    [{ preset: "dapo", clipHigh: 0.4 }, ["clipHigh"]],
    [{ preset: "verl", dualClip: "none" }, ["dualClip"]],
    [{ algorithm: "ppo", valueClip: 0.5 }, ["valueClip"]],
    [{ algorithm: "ppo", policyLoss: "cispo" }, ["policyLoss"]],
    [{ algorithm: "reinforce", ratio: "sequence" }, ["ratio"]],
    [{ algorithm: "reinforce", ratio: "sequence", kl: 0.1, klPlace: "score" }, ["ratio"]],
    // Several advantages in a completion: sharing them out is felt.
    [{ algorithm: "ppo", ratio: "sequence" }, []],
    [{ algorithm: "reinforce", ratio: "sequence", kl: 0.1 }, []],
    [{ algorithm: "reinforce", ratio: "sequence", gamma: 0.9 }, []],
    // Not about the ratio.
    [{ kl: 0.1, klEstimator: "k2", std: "population" }, []]
  ])("%o: refused are %o", (values, names) => {
    expect(refused(values)).toEqual(names)
    expect(refused({ ...values, minibatches: 2 })).toEqual([])
    expect(refused({ ...values, epochs: 2 })).toEqual([])
  })

  it.each<[Readonly<Record<string, unknown>>, string | null]>([
    [{}, null],
    [{ preset: "paper" }, null],
    [{ preset: "trl" }, null],
    [{ preset: "dr-grpo" }, null],
    [{ preset: "dapo" }, 'clipHigh 0.28 of preset "dapo" does nothing'],
    [{ preset: "verl" }, 'ratioClamp 20 and dualClip 3 of preset "verl" do nothing'],
    [{ algorithm: "ppo", preset: "verl" }, 'ratioClamp 20, dualClip 3 and valueClip 0.5 of preset "verl" do nothing'],
    [{ algorithm: "ppo", preset: "paper" }, null],
    [{ algorithm: "reinforce", preset: "rloo" }, null],
    [{ algorithm: "ei", preset: "paper" }, null]
  ])("%o: a preset that is known for what does nothing is remarked on", (values, words) => {
    const said = remark(values)
    expect(said).toHaveLength(words === null ? 0 : 1)
    if (words !== null) {
      expect(said[0]).toContain(`${words} with one gradient step a batch (epochs 1, minibatches 1)`)
      expect(said[0]).toContain("Set minibatches or epochs above 1.")
    }
    expect(remark({ ...values, ...(values["algorithm"] === "ei" ? {} : { minibatches: 2 }) })).toEqual([])
  })
})

describe("what is said to do nothing", () => {
  const offsets = Int32Array.of(0, 3, 5, 9)
  const logProbs = Float64Array.of(-1, -0.3, -2.5, -0.7, -0.1, -3, -0.01, -1.2, -0.4)
  const constant = Float64Array.of(1.5, 1.5, 1.5, -0.5, -0.5, 0.25, 0.25, 0.25, 0.25)
  const own = Float64Array.of(1.5, -1, 0.2, -0.5, 2, 0.25, -0.25, 0.75, 1)
  const plain: PolicyLossOptions = {
    policyLoss: "clip",
    ratio: "token",
    ratioClamp: "none",
    clipLow: 0.2,
    clipHigh: 0.2,
    dualClip: "none"
  }
  const gradient = (options: Partial<PolicyLossOptions>, advantages: Float64Array) => {
    const batch = { offsets, oldLogProbs: logProbs, advantages, weights: new Float64Array(9).fill(1 / 9) }
    const entropy = { entropyBonus: 0, entropyReduction: "same" } as const
    return Array.from(policyObjective({ logProbs }, batch, { ...plain, ...entropy, ...options }).dLogProb)
  }

  it.each<[string, Partial<PolicyLossOptions>]>([
    ...Object.keys(POLICY_LOSSES).map((name): [string, Partial<PolicyLossOptions>] => [
      name,
      { policyLoss: name as keyof typeof POLICY_LOSSES }
    ]),
    ["clip-higher", { clipHigh: 0.9 }],
    ["a narrow clip", { clipLow: 1e-6, clipHigh: 1e-6 }],
    ["dual clip", { dualClip: 1.001 }],
    ["a clamp", { ratioClamp: 1e-6 }]
  ])("has the same gradient to the bit: %s", (_, options) => {
    for (const advantages of [constant, own]) expect(gradient(options, advantages)).toEqual(gradient({}, advantages))
  })

  it("a sequence's ratio has the same gradient where a completion has one advantage, and another where it has several", () => {
    const error = (advantages: Float64Array) => {
      const usual = gradient({}, advantages)
      return Math.max(...gradient({ ratio: "sequence" }, advantages).map((x, i) => Math.abs(x - usual[i]!)))
    }
    expect(error(constant)).toBeLessThan(1e-15)
    expect(error(own)).toBeGreaterThan(0.01)
  })
})
