/** RL with a format forced: what is sampled, what is learnt from it, what is refused. */

import { beforeAll, describe, expect, it } from "vitest"

import { Checkpoint } from "../../schemas/checkpoint.ts"
import { RlRun } from "../../schemas/rl-run.ts"
import { graphOf } from "../../src/dag/graph.ts"
import { tokenizerFromJson } from "../../src/tokenizer/from-json.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { rl } from "../../stages/rl.ts"
import { sft } from "../../stages/sft.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { chain } from "./chain.ts"

const { compute, read, weights } = chain(temporaryFolder())

let inputs = { policy: "", corpus: "" }
beforeAll(async () => {
  const settings = {
    sources: { omi1: 1, lookup: 1 },
    tokens: 200_000,
    maximum: 10,
    difficulty: { 1: 1 },
    suites: ["train-easy"],
    suiteSize: 40,
    heldOut: 4,
    seed: 1
  }
  const { artifact: corpus } = await compute(mix, {}, settings)
  const trained = { scale: "xs", promptWeight: 0.1, evaluations: 0, context: 128, seed: 1 }
  const { artifact: base } = await compute(pretrain, { corpus }, trained, { threads: 2 })
  const { artifact: policy } = await compute(sft, { base, corpus }, { documents: 100, seed: 1 })
  inputs = { policy, corpus }
}, 600_000)

const small = { steps: 2, prompts: 4, samples: 8, maxNewTokens: 48, learningRate: 3e-4, seed: 5 }

describe.each([
  ["ppo", {}],
  ["grpo", { preset: "dapo" }],
  ["reinforce", { kl: 0.1 }],
  ["ei", { roundSteps: 1, reward: "format:lookup" }]
] as const)("%s with lookup forced (%o)", (algorithm, definitions) => {
  let artifact = ""
  beforeAll(async () => {
    artifact = (await compute(rl, inputs, { ...small, ...definitions, algorithm, force: "lookup" })).artifact
  }, 120_000)

  it("samples completions that open with the format's control token, which counts for none of their tokens", async () => {
    const { rollouts } = await read(RlRun, artifact)
    const tokenizer = tokenizerFromJson((await read(Checkpoint, inputs.policy)).tokenizer)
    const tag = tokenizer.tags["lookup"]!
    for (const { text, tokens, logProbs } of rollouts) {
      expect(text).toBe(tokenizer.decode(Int32Array.from([tag, ...tokens])))
      expect(logProbs).toHaveLength(tokens.length)
    }
    // A small model may well say it again.
    expect([...rollouts].filter(({ tokens }) => tokens[0] === tag).length).toBeLessThan(rollouts.rows / 2)
    // Formats are told by what is written, and the token decides that most of the time.
    const count = (name: string) => [...rollouts].filter(({ format }) => format === name).length
    expect(count("lookup")).toBeGreaterThan(count("omi1"))
  })

  it("reads them as it sampled them, and says what the policy would open with if it were free", async () => {
    const { updates, formatShares } = await read(RlRun, artifact)
    for (const { samplerGapMax } of updates) expect(samplerGapMax).toBeLessThan(1e-4)
    const first = [...formatShares].filter(({ step }) => step === 0)
    const free = (await compute(rl, inputs, { ...small, ...definitions, algorithm, steps: 1 })).artifact
    const freeFirst = [...(await read(RlRun, free)).formatShares].filter(({ step }) => step === 0)
    const openings = (rows: typeof first) =>
      rows.flatMap(({ format, firstTokenShare }) => (firstTokenShare === null ? [] : [[format, firstTokenShare]]))
    // Dynamic sampling draws other prompts where other groups carry signal.
    if (algorithm !== "grpo") expect(openings(first)).toEqual(openings(freeFirst))
    expect(first.find(({ format }) => format === "omi1")!.firstTokenShare).toBeGreaterThan(0.01)
  })

  it("moves the policy", async () => {
    expect(await weights(artifact)).not.toEqual(await weights(inputs.policy))
  })
})

describe("a forced format", () => {
  it("comes out the same on 2 threads and when a run is stopped and resumed after every step", async () => {
    const params = { ...small, algorithm: "grpo", force: "omi1" }
    const { artifact: whole } = await compute(rl, inputs, params)
    expect((await compute(rl, inputs, params, { threads: 2 })).artifact).toBe(whole)
    expect((await compute(rl, inputs, params, { interrupted: true })).artifact).toBe(whole)
  }, 120_000)

  it("that the corpus does not hold is refused by name", () => {
    const corpus = mix({}, { sources: { omi1: 1, lookup: 1 } })
    const policy = sft({ base: pretrain({ corpus }, {}), corpus }, {})
    const node = rl({ policy, corpus }, { force: "omi2" })
    expect(() => graphOf([node])).toThrow(/force: the corpus holds no solutions in the format "omi2"/)
  })
})
