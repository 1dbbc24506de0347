/**
 * Settings that are each in range and make no sense together are refused when a study is planned, by the name of the parameter.
 */
import { describe, expect, it } from "vitest"

import { graphOf } from "../../src/dag/graph.ts"
import { attribute } from "../../stages/attribute.ts"
import { evaluate } from "../../stages/evaluate.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { rl } from "../../stages/rl.ts"
import { sft } from "../../stages/sft.ts"

const overridesOf = (overrides: Readonly<Record<string, unknown>>) =>
  Object.entries(overrides).map(([name, value]) => {
    const [stage, param] = name.split(".") as [string, string]
    return { stage, param, text: typeof value === "string" ? value : JSON.stringify(value) }
  })

/** A whole study, planned with overrides. */
const planned = (overrides: Readonly<Record<string, unknown>>) => {
  const corpus = mix({}, { sources: { tinygsm: 1 }, suiteSize: 100 })
  const start = sft({ base: pretrain({ corpus }, {}), corpus }, {})
  const policy = rl({ policy: start, corpus }, { suite: "train" })
  const scores = evaluate({ policy, corpus }, {})
  return graphOf([attribute({ scores, corpus }, {})], overridesOf(overrides))
}

describe("a study is refused when it is planned", () => {
  it.each([
    [
      { "rl.preset": "dapo", "rl.algorithm": "ppo" },
      /rl\.preset: "dapo" is no preset of ppo, which has standard, paper, trl, verl/
    ],
    [{ "rl.klTarget": 0.1 }, /rl\.klTarget: needs a coefficient above 0/],
    [{ "rl.klTarget": 0.1, "rl.algorithm": "ei", "rl.kl": 0.1 }, /rl\.klTarget: Expert Iteration has no KL term/],
    [{ "rl.klTarget": 0.1, "rl.preset": "paper" }, /rl\.klTarget: .*klGradient "none", as preset "paper" has it/],
    [{ "rl.baseline": "none" }, /rl\.std: "sample" needs a baseline/],
    [{ "rl.samples": 1 }, /rl\.samples: is 1: a group of one is its own baseline/],
    [
      { "rl.overlongBuffer": 64, "rl.maxNewTokens": 48 },
      /rl\.overlongBuffer: is 64 tokens, but completions have at most maxNewTokens: 48/
    ],
    [{ "rl.clipLow": 1 }, /rl\.clipLow: is 1, the distance from 1: a ratio is above 0 and would never fall below 0/],
    [{ "rl.clipHigh": 1.2, "rl.algorithm": "ppo" }, /rl\.clipHigh: is 1\.2, .* clipped at 2\.2 only/],
    [{ "rl.policyLoss": "reinforce", "rl.dualClip": 3 }, /rl\.dualClip: bounds the clipped loss/],
    [{ "rl.minibatches": 129 }, /rl\.minibatches: is 129, but a step has prompts x samples = 16 x 8 = 128/],
    [{ "rl.prompts": 101 }, /rl\.prompts: is 101, but suite "train" has 100 problems \(mix\.suiteSize\)/],
    [{ "rl.suite": "nowhere" }, /rl\.suite: .*no problem suite "nowhere"/],
    [{ "rl.maxNewTokens": 192 }, /rl\.maxNewTokens: is 192, but the policy's context \(pretrain\.context\) is 192 tokens/],
    [{ "pretrain.context": 130 }, /evaluate\.maxNewTokens: is 160, .* is 130 tokens/],
    [{ "evaluate.step": 50 }, /evaluate\.step: .*no snapshot after step 50: it keeps none/],
    [{ "evaluate.step": 50, "rl.snapshotEvery": 40 }, /it keeps steps 40, 80\./],
    [
      { "evaluate.samples": 0 },
      /attribute\.decoding: is "sampled", but the evaluation samples nothing \(evaluate\.samples is 0\)/
    ]
  ])("%o", (overrides, message) => {
    expect(() => planned(overrides)).toThrow(message)
  })

  it.each([
    {},
    { "rl.algorithm": "ei", "rl.kl": 0.01, "rl.minibatches": 4 },
    { "rl.policyLoss": "cispo", "rl.clipHigh": 4 },
    { "rl.samples": 1, "rl.baseline": "none", "rl.std": "none" },
    { "rl.klTarget": 0.1, "rl.preset": "paper", "rl.klGradient": "own" },
    { "evaluate.step": 80, "rl.snapshotEvery": 40 },
    { "evaluate.samples": 0, "attribute.decoding": "greedy" }
  ])("and not for what makes sense: %o", (overrides) => {
    expect(planned(overrides).nodes).toHaveLength(6)
  })

  it("every preset of every algorithm can be planned", () => {
    const presets = { ppo: ["paper", "trl", "verl"], grpo: ["paper", "paper-live-kl", "trl", "verl", "dr-grpo", "dapo"] }
    for (const [algorithm, names] of Object.entries({ ...presets, reinforce: ["paper", "rloo"], ei: ["paper"] }))
      for (const preset of ["standard", ...names]) planned({ "rl.algorithm": algorithm, "rl.preset": preset })
  })
})
