/**
 * Settings that are each in range and make no sense together are refused when a study is planned, by the name of the parameter.
 */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { graphOf, wiredInputs, wiredNodes } from "../../src/dag/graph.ts"
import { ALGORITHMS, algorithms, paperAlgorithms } from "../../src/rl/algorithms/registry.ts"
import { attribute } from "../../stages/attribute.ts"
import { evaluate } from "../../stages/evaluate.ts"
import { indexCorpus } from "../../stages/index-corpus.ts"
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
  return graphOf([attribute({ scores, corpus, index: indexCorpus({ corpus }, {}) }, {})], overridesOf(overrides))
}

describe("a study is refused when it is planned", () => {
  it.each([
    [
      { "rl.preset": "dapo", "rl.algorithm": "ppo" },
      /rl\.preset: "dapo" is no preset of ppo, which has standard, paper, trl, verl/
    ],
    [{ "rl.klTarget": 0.1 }, /rl\.klTarget: needs a coefficient above 0/],
    [
      { "rl.klTarget": 0.1, "rl.algorithm": "ei" },
      /rl\.klTarget: does nothing in this study: it counts where algorithm is ppo, grpo or reinforce, and no rl node has that/
    ],
    [{ "rl.kl": 0.1, "rl.algorithm": "ei" }, /rl\.kl: does nothing in this study/],
    [{ "rl.learningRate": 1e-4, "rl.algorithm": "ei" }, /rl\.learningRate: does nothing in this study/],
    [{ "mix.vocabulary": 2048 }, /mix\.vocabulary: .*counts where tokenizer is bpe/],
    [{ "evaluate.samples": 0, "evaluate.topP": 0.9 }, /evaluate\.topP: does nothing while samples is 0/],
    [{ "rl.resamples": 2, "rl.algorithm": "ei" }, /rl\.resamples: does nothing in this study/],
    [{ "rl.perQuestion": 8, "rl.algorithm": "ei" }, /rl\.perQuestion: is 8, but a question has 8 completions/],
    [{ "rl.snapshotEvery": 500 }, /rl\.snapshotEvery: is 500, but the run has 100 steps/],
    [{ "rl.maskedTokens": "skip", "rl.algorithm": "ppo" }, /rl\.maskedTokens: does nothing: no token is masked/],
    [
      { "rl.maskedSequences": "count", "rl.reduction": "seq_mean_token_mean" },
      /rl\.maskedSequences: does nothing: no token is masked/
    ],
    [{ "rl.klClamp": 20, "rl.preset": "paper" }, /rl\.klClamp: does nothing while klGradient is "none"/],
    [{ "rl.clipHigh": 0.28 }, /rl\.clipHigh: does nothing with one gradient step a batch .*Set minibatches or epochs above 1/],
    [{ "rl.valueClip": 0.5, "rl.algorithm": "ppo" }, /rl\.valueClip: does nothing with one gradient step a batch/],
    [{ "rl.policyLoss": "cispo" }, /rl\.policyLoss: does nothing with one gradient step a batch/],
    [{ "rl.ratio": "sequence" }, /rl\.ratio: does nothing with one gradient step a batch/],
    [{ "rl.reward": "suffled" }, /rl\.reward: there is no reward "suffled"\. Did you mean "shuffled"\?/],
    [{ "rl.reward": "coin:2" }, /rl\.reward: .*2 is not above 0 and below 1/],
    [
      { "rl.reward": "format:omi1" },
      /rl\.reward: the corpus holds no solutions in the format "omi1".* It holds tinygsm \(mix\.sources\)/
    ],
    [
      { "rl.reward": "coin", "rl.rewardProfile": "paper" },
      /rl\.rewardProfile: does nothing under reward "coin", which looks at no answer\. Leave it out/
    ],
    [
      { "rl.reward": "format:tinygsm", "rl.rewardProfile": "paper" },
      /rl\.rewardProfile: does nothing under reward "format:tinygsm"/
    ],
    [{ "rl.reward": "coin:.3", "rl.truncated": "count" }, /rl\.truncated: does nothing under reward "coin:0\.3"/],
    [{ "rl.klClamp": 20, "rl.kl": 0.1, "rl.klGradient": "k2" }, /rl\.klClamp: does nothing while klGradient is "k2"/],
    [{ "rl.warmup": 0.001 }, /rl\.warmup: is 0\.001 of 100 steps, which is no whole step/],
    [{ "rl.clipScore": 5, "rl.algorithm": "ppo" }, /rl\.clipScore: is 5, and no reward is larger than 1: it cuts nothing/],
    [
      { "rl.samples": 1, "rl.singleton": "raw", "rl.dynamicSampling": "filter" },
      /rl\.dynamicSampling: is "filter", and a group of one .* nothing learnt/
    ],
    [{ "rl.samples": 1, "rl.singleton": "raw", "rl.stdOver": "batch" }, /rl\.stdOver: does nothing: a group of one/],
    [{ "rl.lambda": 0.9 }, /rl\.lambda: .*counts where algorithm is ppo/],
    [{ "rl.roundSteps": 5 }, /rl\.roundSteps: .*counts where algorithm is ei/],
    [{ "rl.klHorizon": 100 }, /rl\.klHorizon: does nothing while klTarget is null/],
    [{ "rl.klGradient": "k2" }, /rl\.klGradient: does nothing while kl is 0/],
    [{ "rl.klEstimator": "k1", "rl.algorithm": "ppo" }, /rl\.klEstimator: does nothing while kl is 0/],
    [{ "rl.resamples": 2 }, /rl\.resamples: does nothing under dynamicSampling "off"/],
    [{ "rl.overlongFactor": 2 }, /rl\.overlongFactor: does nothing without a buffer/],
    [{ "rl.whitenGuard": "max" }, /rl\.whitenGuard: does nothing while whiten is "none"/],
    [{ "rl.entropyReduction": "token_mean" }, /rl\.entropyReduction: does nothing while entropyBonus is 0/],
    [{ "rl.singleton": "raw" }, /rl\.singleton: does nothing: groups have 8 completions/],
    [{ "rl.std": "none", "rl.stdOver": "batch" }, /rl\.stdOver: does nothing while std is "none"/],
    [{ "rl.maskedSequences": "count", "rl.truncated": "mask" }, /rl\.maskedSequences: does nothing under reduction "token_mean"/],
    [{ "rl.klLimit": 5, "rl.reference": false }, /rl\.klLimit: needs the reference/],
    [{ "rl.klTarget": 0.1, "rl.preset": "paper" }, /rl\.klTarget: .*klGradient "none", as preset "paper" has it/],
    [{ "rl.baseline": "none" }, /rl\.std: "sample" needs a baseline/],
    [{ "rl.samples": 1 }, /rl\.samples: is 1: a group of one is its own baseline/],
    [
      { "rl.overlongBuffer": 64, "rl.maxNewTokens": 48 },
      /rl\.overlongBuffer: is 64 tokens, but completions have at most maxNewTokens: 48/
    ],
    [{ "rl.clipLow": 1 }, /rl\.clipLow: is 1, the distance from 1: a ratio is above 0 and would never fall below 0/],
    [{ "rl.clipHigh": 1.2, "rl.algorithm": "ppo" }, /rl\.clipHigh: is 1\.2, .* clipped at 2\.2 only/],
    [{ "rl.policyLoss": "reinforce", "rl.dualClip": 3 }, /rl\.dualClip: does nothing under policyLoss "reinforce"/],
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
    { "rl.algorithm": "ppo", "rl.kl": 0.01, "rl.minibatches": 4 },
    { "rl.policyLoss": "cispo", "rl.clipHigh": 4, "rl.minibatches": 2 },
    { "rl.algorithm": "ppo", "rl.valueClip": "none", "rl.epochs": 2 },
    { "rl.algorithm": "ppo", "rl.ratio": "sequence" },
    { "rl.ratio": "sequence", "rl.epochs": 2 },
    { "rl.reward": "format:tinygsm", "rl.truncated": "mask" },
    { "rl.reward": "majority", "rl.rewardProfile": "paper", "rl.truncated": "count" },
    { "rl.reward": "flip:.3", "rl.algorithm": "ei" },
    { "rl.maskedSequences": "count", "rl.truncated": "mask", "rl.reduction": "seq_mean_token_mean" },
    { "rl.samples": 1, "rl.baseline": "none", "rl.std": "none" },
    { "rl.klTarget": 0.1, "rl.preset": "paper", "rl.klGradient": "own" },
    { "evaluate.step": 80, "rl.snapshotEvery": 40 },
    { "evaluate.samples": 0, "attribute.decoding": "greedy" }
  ])("and not for what makes sense: %o", (overrides) => {
    expect(planned(overrides).nodes).toHaveLength(7)
  })

  it("every preset of every algorithm can be planned", () => {
    for (const algorithm of algorithms)
      for (const preset of Object.keys(ALGORITHMS[algorithm].presets))
        expect(planned({ "rl.algorithm": algorithm, "rl.preset": preset }).nodes).toHaveLength(7)
  })

  it("a node that a study's file gives a setting of another algorithm is refused by the setting's name", () => {
    const corpus = mix({}, { sources: { tinygsm: 1 }, suiteSize: 100 })
    const policy = sft({ base: pretrain({ corpus }, {}), corpus }, {})
    const node = rl({ policy, corpus }, { algorithm: "ei", suite: "train", kl: 0.01 })
    expect(() => graphOf([node])).toThrow(
      "rl.kl: does nothing here: it counts where algorithm is ppo, grpo or reinforce, and algorithm is ei. Leave it out."
    )
  })

  it("one --set reaches the nodes for which it counts, and leaves the others and their keys as they are", () => {
    const corpus = mix({}, { sources: { tinygsm: 1 }, suiteSize: 100 })
    const policy = sft({ base: pretrain({ corpus }, {}), corpus }, {})
    const nodes = paperAlgorithms.map((algorithm) => rl({ policy, corpus }, { algorithm, suite: "train" }))
    const kls = (overrides: Readonly<Record<string, unknown>>) =>
      graphOf(nodes, overridesOf(overrides))
        .nodes.filter(({ stage }) => stage.name === "rl")
        .map(({ params }) => [params["algorithm"], params["kl"]])
    expect(kls({ "rl.kl": 0.01 })).toEqual([
      ["ppo", 0.01],
      ["grpo", 0.01],
      ["ei", null]
    ])
    expect(kls({ "rl.kl": 0.01, "rl.algorithm": "grpo" })).toEqual([["grpo", 0.01]])
  })
})

describe("the ids of a study's nodes", () => {
  it("keep two mixtures apart whose identities begin alike", () => {
    const settings = {
      sources: { tinygsm: 1, omi1: 1 },
      tokens: 20000,
      maximum: 20,
      difficulty: { 1: 1, 2: 1 },
      suiteSize: 20,
      heldOut: 5
    }
    const seeds = [95940, 99433, 1]
    const { nodes } = graphOf(seeds.map((seed) => mix({}, { ...settings, seed })))
    expect(nodes.map(({ params }) => params["seed"])).toEqual(seeds)
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(3)
  })
})

describe("the labels of a study's nodes", () => {
  it("do not speak of a setting where it does not count", () => {
    const corpus = mix({}, { sources: { tinygsm: 1 }, suiteSize: 100 })
    const policy = sft({ base: pretrain({ corpus }, {}), corpus }, {})
    const nodes = paperAlgorithms.map((algorithm) => rl({ policy, corpus }, { algorithm, suite: "train" }))
    const labels = (overrides: Readonly<Record<string, unknown>>) =>
      graphOf(nodes, overridesOf(overrides))
        .nodes.map(({ label }) => label)
        .filter((label) => label.startsWith("rl"))
    expect(labels({ "rl.roundSteps": 5 })).toEqual(["rl ppo", "rl grpo", "rl ei"])
  })
})

describe("a study that can be had, but slowly or with a setting that is lost, is told so", () => {
  const remarks = async (overrides: Readonly<Record<string, unknown>>) => {
    const graph = planned(overrides)
    const wired = wiredNodes(graph)
    const said = graph.nodes.map((node) => Effect.runPromise(node.stage.remarks(node.params, wiredInputs(node, wired))))
    // The suites of these small mixtures are smaller than what is asked of them, which is not what is asked here.
    return (await Promise.all(said)).flat().filter((line) => !line.startsWith("suite "))
  }

  it.each([
    [{ "rl.preset": "verl", "rl.minibatches": 2 }, "ratioClamp is 20, and the engine clamps no ratio"],
    [{ "rl.preset": "verl", "rl.algorithm": "ppo", "rl.epochs": 2 }, "ratioClamp is 20, and the engine clamps no ratio"],
    [{ "rl.preset": "rloo", "rl.algorithm": "reinforce" }, 'policyLoss is "reinforce", and the engine\'s own loss is "clip"']
  ])("%o", async (overrides, obstacle) => {
    expect(await remarks(overrides)).toEqual([`updates take the slower way, through the scores and back: ${obstacle}`])
  })

  it("what a preset is known for and does nothing with one gradient step a batch", async () => {
    const said = 'clipHigh 0.28 of preset "dapo" does nothing with one gradient step a batch (epochs 1, minibatches 1): '
    const help = "the policy is still the one that sampled. Set minibatches or epochs above 1."
    expect(await remarks({ "rl.preset": "dapo" })).toEqual([said + help])
  })

  it.each([
    {},
    { "rl.preset": "paper" },
    { "rl.preset": "dapo", "rl.minibatches": 2 },
    { "rl.reward": "coin" },
    { "rl.algorithm": "ei" }
  ])("and not: %o", async (overrides) => {
    expect(await remarks(overrides)).toEqual([])
  })
})
