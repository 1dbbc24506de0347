/** RL and evaluation on suites some of whose rows nothing can be graded against: they go on with the others to their end. */

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { Corpus } from "../../schemas/corpus.ts"
import { Evaluation } from "../../schemas/evaluation.ts"
import { RlRun } from "../../schemas/rl-run.ts"
import { evaluate } from "../../stages/evaluate.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { rl } from "../../stages/rl.ts"
import { sft } from "../../stages/sft.ts"
import { jsonl, temporaryFolder, writeIn } from "../datasets/hub.ts"
import { chain } from "./chain.ts"

const data = temporaryFolder()
const before = process.env["ECHO_CHAMBER_DATA"]
const { compute, read } = chain(temporaryFolder())
const ANSWERS = ["11", "many", "12", "4 or 5", "13", "it varies", "14", "15"]
const rows = (from: number) =>
  ANSWERS.map((answer, i) => ({ question: `Sam has ${from + i} buns. How many?`, answer: `So.\n#### ${answer}` }))

describe("a chain over suites with such rows", () => {
  const made = { corpus: "", policy: "" }
  beforeAll(async () => {
    writeIn(data, "gsm8k/train.jsonl", jsonl(rows(0)))
    writeIn(data, "gsm8k/test.jsonl", jsonl(rows(100)))
    const expressions = ["17", "\\frac{1}{2}", "x+1", "\\sqrt{2}", "(3,\\infty)", "\\frac {5} {8}"]
    writeIn(
      data,
      "math-500/test.jsonl",
      jsonl(
        expressions.map((answer, i) => ({
          problem: `Find value ${i}.`,
          solution: `It is $\\boxed{${answer}}$.`,
          answer,
          subject: "Algebra",
          level: 1,
          unique_id: `made/${i}.json`
        }))
      )
    )
    process.env["ECHO_CHAMBER_DATA"] = data
    const settings = {
      sources: { omi1: 1, tinygsm: 1 },
      tokens: 15_000,
      tokenizer: "bpe",
      vocabulary: 500,
      maximum: 10,
      difficulty: { 1: 1 },
      heldOut: 2,
      suites: ["gsm8k:train", "gsm8k:test", "math-500:test"],
      seed: 1
    }
    made.corpus = (await compute(mix, {}, settings)).artifact
    const base = (await compute(pretrain, { corpus: made.corpus }, { scale: "xs", evaluations: 1, seed: 1 })).artifact
    made.policy = (await compute(sft, { base, corpus: made.corpus }, { documents: 40, seed: 1 })).artifact
  }, 120_000)
  afterAll(() => {
    if (before === undefined) delete process.env["ECHO_CHAMBER_DATA"]
    else process.env["ECHO_CHAMBER_DATA"] = before
  })
  const inputs = () => ({ policy: made.policy, corpus: made.corpus })

  it("names the rows that are left out, suite by suite", async () => {
    const corpus = await read(Corpus, made.corpus)
    for (const suite of ["gsm8k:train", "gsm8k:test"]) {
      const named = [...corpus.rejections].filter(({ source }) => source === suite)
      expect(named.map(({ row }) => row)).toEqual([1, 3, 5])
      expect([...corpus.suites].find((row) => row.suite === suite)).toMatchObject({ problems: 5, rejected: 3 })
    }
  })

  it("RL draws from the others", async () => {
    const given = { suite: "gsm8k:train", steps: 3, prompts: 5, samples: 2, maxNewTokens: 24, seed: 1 }
    const rollouts = [...(await read(RlRun, (await compute(rl, inputs(), given)).artifact)).rollouts]
    expect(new Set(rollouts.map(({ gold }) => gold))).toEqual(new Set(["11", "12", "13", "14", "15"]))
  })

  it.each([
    ["gsm8k:test", 5],
    ["math-500:test", 6]
  ])("an evaluation of %s grades its %i problems", async (suite, problems) => {
    const { artifact, notes } = await compute(evaluate, inputs(), { suite, problems: 50, samples: 2, maxNewTokens: 24, seed: 1 })
    const result = await read(Evaluation, artifact)
    expect(new Set([...result.scores].map(({ problem }) => problem)).size).toBe(problems)
    expect([...result.asked]).toMatchObject([{ suite, wanted: 50, found: problems, asked: problems, withoutRoom: 0 }])
    expect(notes[0]).toBe(`suite "${suite}" has ${problems} of the 50 problems that are wanted`)
  })
})
