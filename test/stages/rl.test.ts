/**
 * The RL stage as a whole: the same bytes for any number of threads and however often it is interrupted; snapshots that
 * evaluation can address; what happens when a run diverges.
 */

import { beforeAll, describe, expect, it } from "vitest"

import { Evaluation } from "../../schemas/evaluation.ts"
import { RlRun } from "../../schemas/rl-run.ts"
import { evaluate } from "../../stages/evaluate.ts"
import { rl } from "../../stages/rl.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { chain } from "./chain.ts"

const { begin, compute, read, weights } = chain(temporaryFolder())
let inputs = { policy: "", corpus: "" }
beforeAll(async () => {
  inputs = await begin()
})

/** Steps of the runs whose bytes are compared: 50 by ECHO_TEST_RL_STEPS=50, which takes minutes. */
const STEPS = Number(process.env["ECHO_TEST_RL_STEPS"] ?? 3)
const small = { steps: STEPS, prompts: 4, samples: 4, maxNewTokens: 48, learningRate: 1e-3, seed: 5 }
/** Rewards that differ by length: signal for a policy that is hardly ever right. */
const byLength = { overlongBuffer: 48 }
const algorithms = [
  ["ppo", { ...byLength, algorithm: "ppo", preset: "paper", minibatches: 2, epochs: 2, klTarget: 0.02 }],
  ["grpo with dynamic sampling", { algorithm: "grpo", preset: "dapo", samples: 8, resamples: 2 }],
  ["reinforce", { ...byLength, algorithm: "reinforce", preset: "rloo", learningRate: 2e-4, snapshotEvery: 2 }],
  ["ei", { algorithm: "ei", samples: 8, roundSteps: 2, imitationBatch: 4 }]
] as const

describe("an RL run whose loss the engine cannot form", () => {
  it("says so in its log, and why; others do not", async () => {
    const one = { ...small, ...byLength, steps: 1 }
    const slow = await compute(rl, inputs, { ...one, preset: "verl" })
    expect(slow.notes[0]).toBe(
      "updates take the slower way, through the scores and back: ratioClamp is 20, and the engine clamps no ratio"
    )
    const fast = await compute(rl, inputs, { ...one, preset: "paper" })
    expect(fast.notes.filter((note) => note.includes("slower way"))).toEqual([])
  }, 60_000)
})

describe.each(algorithms)("an RL run: %s", { timeout: 60_000 + 20_000 * STEPS }, (_, definitions) => {
  const params = { ...small, ...definitions }
  let whole = ""
  beforeAll(async () => {
    whole = (await compute(rl, inputs, params)).artifact
  }, 600_000)

  it("is equal to the byte on 1 and 2 threads", async () => {
    expect((await compute(rl, inputs, params, { threads: 2 })).artifact).toBe(whole)
  })

  it("is equal to the byte when it is stopped and resumed after every step", async () => {
    const resumed = await compute(rl, inputs, params, { interrupted: true })
    expect(resumed.attempts).toBe(small.steps + 1)
    expect(resumed.artifact).toBe(whole)
  })

  it("moves the policy, and has a row of finite numbers for every step", async () => {
    expect(await weights(whole)).not.toEqual(await weights(inputs.policy))
    const { updates, endings, rollouts } = await read(RlRun, whole)
    expect(updates.rows).toBe(small.steps)
    for (const row of updates)
      for (const [name, value] of Object.entries(row)) if (value !== null) expect(value, name).toSatisfy(Number.isFinite)
    expect([...endings]).toEqual([{ ending: "finished", updatedThrough: small.steps, problem: null }])
    expect(rollouts.rows).toBeGreaterThanOrEqual(small.steps * small.prompts * small.samples)
  })
})

describe("dynamic sampling", () => {
  it("draws new prompts for groups without signal, learns from informative groups alone, and keeps all as rows", async () => {
    const params = { ...small, samples: 8, algorithm: "grpo", preset: "dapo", resamples: 3 }
    const { rollouts, updates } = await read(RlRun, (await compute(rl, inputs, params)).artifact)
    const rows = [...rollouts]
    for (const { step, groups, rounds, zeroSignalGroups, gradientSteps } of updates) {
      const own = rows.filter((row) => row.step === step)
      const byPrompt = [...Map.groupBy(own, (row) => row.prompt).values()]
      expect(byPrompt).toHaveLength(groups)
      expect(Math.max(...own.map((row) => row.round))).toBe(rounds)
      expect(new Set(own.map((row) => row.problem)).size).toBe(groups)
      const informative = byPrompt.filter((group) => new Set(group.map((row) => row.reward)).size > 1)
      expect(zeroSignalGroups).toBeCloseTo(1 - informative.length / groups, 12)
      expect(informative.length).toBeLessThanOrEqual(small.prompts)
      expect(informative.length === small.prompts || rounds === 3).toBe(true)
      for (const group of byPrompt) for (const row of group) expect(row.used).toBe(informative.includes(group))
      expect(gradientSteps).toBe(informative.length > 0 ? 1 : 0)
    }
    expect(Math.max(...updates.column("rounds"))).toBeGreaterThan(0)
  })

  it("updates nothing and reports no number when no group has signal", async () => {
    // Two tokens are no answer: all rewards are 0.
    const params = { ...small, steps: 1, maxNewTokens: 2, algorithm: "ppo", dynamicSampling: "filter" }
    const { artifact } = await compute(rl, inputs, params)
    const [row] = [...(await read(RlRun, artifact)).updates]
    expect(row).toMatchObject({
      loss: null,
      gradientNorm: null,
      valueLoss: null,
      clipFraction: null,
      ratioMax: null,
      gradientSteps: 0
    })
    expect(await weights(artifact)).toEqual(await weights(inputs.policy))
  })
})

describe("a snapshot", () => {
  const problems = { problems: 6, samples: 2, maxNewTokens: 48, seed: 3 }

  it("is evaluated as the run that ends there would be", async () => {
    const { artifact: long } = await compute(rl, inputs, { ...small, snapshotEvery: 1 })
    const { artifact: short } = await compute(rl, inputs, { ...small, steps: 2 })
    const then = await compute(evaluate, { policy: long, corpus: inputs.corpus }, { ...problems, step: 2 })
    const there = await compute(evaluate, { policy: short, corpus: inputs.corpus }, problems)
    expect(then.artifact).toBe(there.artifact)
    expect((await read(Evaluation, then.artifact)).scores.rows).toBe(6 * 3)
  })

  it("that was not kept is an error that names those that were", async () => {
    const { artifact: policy } = await compute(rl, inputs, { ...small, steps: 4, snapshotEvery: 2, algorithm: "ei" })
    await expect(compute(evaluate, { policy, corpus: inputs.corpus }, { ...problems, step: 3 })).rejects.toThrow(
      /no snapshot after step 3: it keeps steps 2, 4\./
    )
    await expect(compute(evaluate, { ...inputs }, { ...problems, step: 3 })).rejects.toThrow(/it keeps none/)
  })
})

describe("a run that diverges", () => {
  it("ends with the policy of its last good step when numbers stop being finite, and says so", async () => {
    // One update of this size is absurd and finite; the next one passes the largest float32.
    const params = { ...small, learningRate: 3e38, warmup: 1, klLimit: null }
    const { artifact, notes } = await compute(rl, inputs, params)
    const { endings, updates } = await read(RlRun, artifact)
    const [ending] = [...endings]
    expect(ending!.ending).toBe("diverged")
    expect(ending!.problem).toMatch(/parameter \d+ is |not finite|log-probability/)
    expect(ending!.updatedThrough).toBeLessThan(small.steps)
    expect(notes.join("\n")).toContain(`diverged after ${ending!.updatedThrough} good steps`)
    expect(updates.rows).toBeLessThanOrEqual(small.steps)
    const bytes = (await weights(artifact)).map((tensor) => new Float32Array(tensor.buffer))
    expect(bytes.every((tensor) => tensor.every(Number.isFinite))).toBe(true)
  })

  it("is noticed after the last update too", async () => {
    // One step: its rollouts are those of the reference, so that only what the update made can pass the limit.
    const params = { ...small, ...byLength, steps: 1, learningRate: 3e-3, klLimit: 1e-4, algorithm: "ppo" }
    const { artifact } = await compute(rl, inputs, params)
    const { endings, updates } = await read(RlRun, artifact)
    expect(updates.column("kl").at(0)).toBeLessThan(1e-6)
    const [ending] = [...endings]
    expect(ending).toMatchObject({ ending: "diverged", updatedThrough: 0 })
    expect(ending!.problem).toMatch(/nats a token, above klLimit 0.0001/)
    expect(await weights(artifact)).toEqual(await weights(inputs.policy))
  })

  it("ends where the divergence from the reference passes the limit, at the same step after a resume", async () => {
    const params = { ...small, ...byLength, steps: 5, learningRate: 3e-3, klLimit: 4e-3, algorithm: "ppo" }
    const { artifact } = await compute(rl, inputs, params)
    const [ending] = [...(await read(RlRun, artifact)).endings]
    expect(ending).toMatchObject({ ending: "diverged" })
    expect(ending!.problem).toMatch(/nats a token, above klLimit 0.004/)
    expect((await compute(rl, inputs, params, { interrupted: true })).artifact).toBe(artifact)
    const through = ending!.updatedThrough
    const shorter = { ...params, klLimit: null, steps: through }
    const good = through === 0 ? inputs.policy : (await compute(rl, inputs, shorter)).artifact
    expect(await weights(artifact)).toEqual(await weights(good))
  })
})
