/**
 * A study of mathematical answers from end to end: sixty problems of MATH-500's kind, with answers of every kind, are learnt by
 * heart from training data and then asked. What counts is that grades are real: right answers of each kind are right.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { Evaluation } from "../../schemas/evaluation.ts"
import { isSameAnswer } from "../../src/answers/answers.ts"
import { evaluate } from "../../stages/evaluate.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { jsonl, temporaryFolder, writeIn } from "../datasets/hub.ts"
import { chain } from "./chain.ts"

const pairs = JSON.parse(
  fs.readFileSync(path.resolve(import.meta.dirname, "../answers/answer-pairs.json"), "utf8")
) as ReadonlyArray<{
  readonly gold: string
  readonly answer: string
  readonly equal: boolean
  readonly category: string
}>
/** Sixty problems: some of each category, references as they are written and answers in another spelling. */
const problems = [...Map.groupBy(pairs, ({ category }) => category).values()]
  .flatMap((some) => some.filter(({ equal }) => equal).slice(0, 3))
  .slice(0, 60)

const NAMES = ["apple", "bridge", "candle", "desert", "engine", "forest", "garden", "harbor"]
const question = (i: number) => `What is the value of ${NAMES[i % 8]} ${NAMES[Math.floor(i / 8)]} here?`

describe("sixty problems with every kind of answer", () => {
  const data = temporaryFolder()
  const own = (i: number) => ({ problem: question(i), solution: `It is $\\boxed{${problems[i]!.gold}}$.` })
  writeIn(
    data,
    "math-500/test.jsonl",
    jsonl(problems.map(({ gold }, i) => ({ ...own(i), answer: gold, subject: "All", level: 1, unique_id: `own/${i}.json` })))
  )
  const learnt = problems.map(({ answer }, i) => ({
    query: question(i),
    response: `Thus it is $\\boxed{${answer}}$.\nThe answer is: ${answer}`
  }))
  writeIn(data, "metamathqa/MetaMathQA-395K.json", JSON.stringify(learnt))

  it("are read, learnt and graded", async () => {
    expect(problems).toHaveLength(60)
    const before = process.env["ECHO_CHAMBER_DATA"]
    process.env["ECHO_CHAMBER_DATA"] = data
    try {
      const { compute, read } = chain(temporaryFolder())
      const suite = "math-500:test"
      const settings = { sources: { "metamathqa:train": 1 }, tokens: 260_000, tokenizer: "bpe", vocabulary: 500, suites: [suite] }
      const { artifact: corpus, notes } = await compute(mix, {}, settings)
      // They are learnt on purpose, and that does not go unsaid.
      expect(notes.join("\n")).toMatch(/has \d+ of 60 questions of the evaluation suite "math-500:test" in it/)
      const learning = { scale: "xs", context: 128, evaluations: 0, epochs: 4, seed: 1 }
      const { artifact: policy } = await compute(pretrain, { corpus }, learning, { threads: 2 })
      const { artifact } = await compute(evaluate, { policy, corpus }, { suite, samples: 0, maxNewTokens: 60 }, { threads: 2 })
      const { scores } = await read(Evaluation, artifact)
      const column = (name: "gold" | "answer" | "correct") =>
        Array.from({ length: scores.rows }, (_, row) => scores.column(name).at(row))
      const [answers, verdicts] = [column("answer"), column("correct").map(Boolean)]
      expect(column("gold")).toHaveLength(60)
      // A tenth is held out and cannot be known; the rest was learnt in another spelling than the reference has.
      const right = problems.filter((_, i) => verdicts[i])
      expect(right.length).toBeGreaterThan(36)
      expect(new Set(right.map(({ category }) => category)).size).toBeGreaterThan(12)
      const said = answers.map((answer, i) => answer !== null && isSameAnswer(String(answer), problems[i]!.gold))
      expect(verdicts).toEqual(said)
    } finally {
      if (before === undefined) delete process.env["ECHO_CHAMBER_DATA"]
      else process.env["ECHO_CHAMBER_DATA"] = before
    }
  }, 180_000)
})
