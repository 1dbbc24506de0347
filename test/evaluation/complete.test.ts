/** From a problem to a completion on a real, untrained model: prompts, forced openings, streams, limits. */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { Engine } from "../../src/engine/Engine.ts"
import { complete, type CompletionRequest, gradeAll } from "../../src/evaluation/complete.ts"
import { encodePrompt } from "../../src/tokenizer/document.ts"
import { wordTokenizer } from "../../src/tokenizer/word/WordTokenizer.ts"
import { run } from "../rl/engine-rollouts.ts"

const tokenizer = wordTokenizer({ maximum: 20 })
const questions = ["Sam has 3 buns .", "Sue has 20 pens . Sam has 4 pens .", "Sam has 9 buns ."]
const problems = questions.map((question) => ({ question, answer: "7" }))
const request: CompletionRequest = {
  problems,
  samples: 2,
  maxNewTokens: 6,
  temperature: 1,
  topP: 1,
  seed: 4,
  firstStream: 10
}

const completions = (change: Partial<CompletionRequest> = {}, context = 32) =>
  run(
    Effect.gen(function* () {
      const engine = yield* Engine
      const size = { width: 32, layers: 1, heads: 2, hidden: 48, context, tied: true, valueHead: false }
      const model = yield* engine.createModel({ ...size, vocabularySize: tokenizer.size }, { seed: 1 })
      return yield* complete(model, tokenizer, { ...request, ...change })
    })
  )

describe("completions", () => {
  it("are rows problem by problem, with the prompt that training sees, a log-probability a token, and their text", async () => {
    const { prompts, tokens, logProbs, texts, endings } = await completions()
    expect(prompts.map((prompt) => [...prompt])).toEqual(questions.map((question) => [...encodePrompt(tokenizer, question)]))
    expect(tokens).toHaveLength(6)
    tokens.forEach((completion, row) => {
      expect(logProbs[row]).toHaveLength(completion.length)
      expect(texts[row]).toBe(tokenizer.decode(completion))
      expect(endings[row]).toBe(completion.at(-1) === tokenizer.endOfText ? "end of text" : "maxNewTokens")
      expect(completion.length).toBeLessThanOrEqual(6)
    })
  })

  it("depend on their stream alone, not on what is completed beside them", async () => {
    const all = await completions()
    const last = await completions({ problems: problems.slice(2), firstStream: 14 })
    expect(last.tokens).toEqual(all.tokens.slice(4))
    expect((await completions({ firstStream: 50 })).tokens).not.toEqual(all.tokens)
  })

  it("begin with what is forced, which was not sampled and so has log-probability 0", async () => {
    const forced = [tokenizer.tags["omi2"]!]
    const { prompts, tokens, logProbs } = await completions({ forced })
    expect(prompts[0]).toEqual(encodePrompt(tokenizer, questions[0]!))
    for (const completion of tokens) expect(completion[0]).toBe(forced[0])
    for (const each of logProbs) {
      expect(each[0]).toBe(0)
      expect(each.subarray(1).every((logProb) => logProb < 0)).toBe(true)
    }
  })

  it("are equal for every sample when greedy", async () => {
    const { tokens } = await completions({ temperature: 0 })
    for (const row of [0, 2, 4]) expect(tokens[row]).toEqual(tokens[row + 1])
  })

  it("say what cut them: the number of tokens, or the end of the context; and nothing is cut off a prompt", async () => {
    const longest = encodePrompt(tokenizer, questions[1]!).length
    const { prompts, tokens, endings } = await completions({ maxNewTokens: 50 }, longest + 2)
    expect([...prompts[1]!]).toEqual([...encodePrompt(tokenizer, questions[1]!)])
    for (const [row, completion] of tokens.entries()) {
      const length = prompts[Math.floor(row / 2)]!.length + completion.length
      if (completion.at(-1) === tokenizer.endOfText) expect(endings[row]).toBe("end of text")
      else expect([endings[row], length]).toEqual(["context", longest + 2])
    }
    expect(endings).toContain("context")
  })

  it("are graded against the answer of their own problem", async () => {
    const made = await completions()
    const texts = ["#### 1", "#### 2", "#### 2", "#### 3", "#### 3", "#### 1"]
    const numbered = [1, 2, 3].map((answer) => ({ question: "", answer: String(answer) }))
    expect(gradeAll(numbered, { ...made, texts }, "corrected").map(({ correct }) => correct)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false
    ])
  })
})
