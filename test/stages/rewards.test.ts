/**
 * The RL stage under every reward, with real policies: true grades stay in the rows whatever is paid, chance comes out the same
 * however a run is cut up, and what is learnt is learnt from the reward.
 */

import { beforeAll, describe, expect, it } from "vitest"

import { RlRun, type Rollouts } from "../../schemas/rl-run.ts"
import { gradeRow } from "../../src/evaluation/complete.ts"
import { gradeUnderBoth } from "../../src/formats/grade.ts"
import { subSeed } from "../../src/random/philox.ts"
import { rewardNamed } from "../../src/rl/rewards/registry.ts"
import type * as Table from "../../src/store/schema/Table.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { rl } from "../../stages/rl.ts"
import { sft } from "../../stages/sft.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { chain } from "./chain.ts"

const { compute, read, weights } = chain(temporaryFolder())

/** Two formats that answer, right in a tenth of their completions: RL has something to find. */
let inputs = { policy: "", corpus: "" }
beforeAll(async () => {
  const settings = {
    sources: { omi1: 1, lookup: 1 },
    tokens: 500_000,
    maximum: 10,
    difficulty: { 1: 1 },
    suites: ["train-easy", "unseen-values"],
    suiteSize: 60,
    heldOut: 4,
    seed: 1
  }
  const { artifact: corpus } = await compute(mix, {}, settings)
  const trained = { scale: "xs", promptWeight: 0.1, evaluations: 0, context: 128, seed: 1 }
  const { artifact: base } = await compute(pretrain, { corpus }, trained, { threads: 2 })
  const { artifact: policy } = await compute(sft, { base, corpus }, { documents: 150, seed: 1 })
  inputs = { policy, corpus }
}, 600_000)

const small = { steps: 2, prompts: 4, samples: 8, maxNewTokens: 48, learningRate: 3e-4, seed: 5 }
type Row = Table.Row<typeof Rollouts>

/** What a reward pays for the rows of a run, from the rows alone. */
const paidFor = (reward: string, rows: ReadonlyArray<Row>, profile: "corrected" | "paper") =>
  [...Map.groupBy(rows, ({ step, prompt }) => `${step} ${prompt}`).values()].flatMap((group) => {
    const [{ problem, question, gold, difficulty, step, prompt }] = group as [Row, ...Array<Row>]
    const completions = group.map((row) => {
      const [answer, right] = profile === "paper" ? [row.paperAnswer, row.paperCorrect] : [row.answer, row.correct]
      const grade = { format: row.format, subStyle: "", attempted: "", answered: "", answer, correct: right, error: null }
      const grades = { corrected: grade, paper: grade }
      return row.truncated ? { text: row.text, grades, answer: null, right: false } : { text: row.text, grades, answer, right }
    })
    const asked = { suite: "", problem, question, answer: gold, steps: difficulty, distractor: false }
    return rewardNamed(reward).pay({ problem: asked, completions, key: { seed: subSeed(small.seed, "rl"), step, prompt } })
  })

const mean = (values: ReadonlyArray<number>) => values.reduce((sum, x) => sum + x, 0) / values.length
const deviation = (values: ReadonlyArray<number>) => Math.sqrt(mean(values.map((x) => (x - mean(values)) ** 2)))

describe.each([
  ["truth", { algorithm: "grpo" }],
  ["truth", { algorithm: "grpo", rewardProfile: "paper" }],
  ["shuffled", { algorithm: "grpo" }],
  ["coin", { algorithm: "ppo" }],
  ["coin:0.3", { algorithm: "grpo", preset: "dapo" }],
  ["wrong", { algorithm: "reinforce" }],
  ["readable", { algorithm: "grpo", rewardProfile: "paper" }],
  ["majority", { algorithm: "reinforce", preset: "rloo" }],
  ["majority", { algorithm: "ei", roundSteps: 1 }],
  ["format:lookup", { algorithm: "ppo" }],
  ["format:omi1", { algorithm: "ei", roundSteps: 1 }],
  ["flip:0.3", { algorithm: "ei", roundSteps: 1 }]
] as const)("a run whose reward is %s: %o", (reward, definitions) => {
  const profile = "rewardProfile" in definitions ? definitions.rewardProfile : "corrected"
  let artifact = ""
  beforeAll(async () => {
    artifact = (await compute(rl, inputs, { ...small, ...definitions, reward })).artifact
  }, 120_000)

  it("keeps the true grades beside what it pays", async () => {
    const rows = [...(await read(RlRun, artifact)).rollouts]
    expect(rows.map((row) => row.reward)).toEqual(paidFor(reward, rows, profile).map(Math.fround))
    for (const row of rows) expect(row).toMatchObject(gradeRow(gradeUnderBoth(row.text, row.gold)))
    expect(new Set(rows.map((row) => row.reward)).size).toBeGreaterThan(1)
  })

  it("records what was paid, what was right, and how far they agree", async () => {
    const { rollouts, updates, formatShares } = await read(RlRun, artifact)
    for (const row of updates) {
      const own = [...rollouts].filter(({ step }) => step === row.step)
      const [paid, truth] = [paidFor(reward, own, profile), paidFor("truth", own, profile)]
      const groups = [...Map.groupBy(own.keys(), (i) => own[i]!.prompt).values()]
      expect(row.reward).toBeCloseTo(mean(paid), 12)
      expect(row.accuracy).toBeCloseTo(mean(own.map((o) => Number(profile === "paper" ? o.paperCorrect : o.correct))), 12)
      expect(row.rewardAccuracy).toBeCloseTo(mean(paid.map((r, i) => 1 - Math.abs(r - truth[i]!))), 12)
      expect(row.groupRewardStd).toBeCloseTo(mean(groups.map((group) => deviation(group.map((i) => paid[i]!)))), 12)
      if (reward === "truth") expect(row.rewardAccuracy).toBe(1)
    }
    for (const { step, format, completions, meanReward } of formatShares) {
      const own = [...rollouts].filter((row) => row.step === step)
      const paid = paidFor(reward, own, profile).filter((_, i) => own[i]!.format === format)
      expect(paid).toHaveLength(completions)
      if (completions === 0) expect(meanReward).toBeNull()
      else expect(meanReward).toBeCloseTo(mean(paid), 12)
    }
  })

  it("learns from what it pays: the policy moves", async () => {
    expect(await weights(artifact)).not.toEqual(await weights(inputs.policy))
  })
})

describe("Expert Iteration", () => {
  it("imitates what is paid in full: half of a tied vote is not enough", async () => {
    const { artifact } = await compute(rl, inputs, { ...small, samples: 4, algorithm: "ei", reward: "majority", perQuestion: 0 })
    const rows = [...(await read(RlRun, artifact)).rollouts]
    const paid = new Set(rows.map(({ reward }) => reward))
    expect([...paid].some((reward) => reward > 0 && reward < 1)).toBe(true)
    for (const { used, reward } of rows) if (used) expect(reward).toBe(1)
    expect(rows.some(({ used }) => used)).toBe(true)
  }, 60_000)
})

describe.each(["coin", "shuffled"])("the draws of %s", (reward) => {
  const params = { ...small, steps: 3, algorithm: "grpo", preset: "dapo", resamples: 2, samples: 4, reward }
  it("are the same on 2 threads and when a run is stopped and resumed after every step", async () => {
    const { artifact: whole } = await compute(rl, inputs, params)
    expect((await compute(rl, inputs, params, { threads: 2 })).artifact).toBe(whole)
    const resumed = await compute(rl, inputs, params, { interrupted: true })
    expect(resumed.attempts).toBe(params.steps + 1)
    expect(resumed.artifact).toBe(whole)
    expect((await compute(rl, inputs, { ...params, seed: 6 })).artifact).not.toBe(whole)
  }, 120_000)
})

describe.each([1, 2])("with seed %d", (seed) => {
  const params = { steps: 20, prompts: 8, samples: 8, maxNewTokens: 48, learningRate: 3e-4, seed }
  const accuracies = async (reward: string) => {
    const { artifact } = await compute(rl, inputs, { ...params, reward }, { threads: 2 })
    return [...(await read(RlRun, artifact)).updates.column("accuracy")].map(Number)
  }

  it("a policy learns under truth, and not where the same rewards are shuffled inside each group", async () => {
    const [truth, shuffled] = [await accuracies("truth"), await accuracies("shuffled")]
    expect(shuffled[0]).toBe(truth[0])
    const [start, learnt, control] = [mean(truth.slice(0, 5)), mean(truth.slice(-10)), mean(shuffled.slice(-10))]
    expect(learnt).toBeGreaterThan(start + 0.1)
    expect(control).toBeLessThan(start + 0.05)
    expect(learnt).toBeGreaterThan(control + 0.1)
  }, 120_000)
})
