/** What mix says of its suites and sources, on counts made up for it. */

import { describe, expect, it } from "vitest"

import { lengthRows, lengthWords, overlapWords, suiteRow, suiteWords } from "../../src/mixing/corpus-account.ts"
import { Lengths } from "../../src/tokenizer/lengths.ts"

const found = (set: string, questionsHit: number, wholeQuestions: number, questions = 1000) => ({
  source: "omi2:train",
  set,
  documents: 10,
  documentsHit: questionsHit,
  questions,
  shortQuestions: 0,
  questionsHit,
  wholeQuestions,
  share: questionsHit / questions
})

describe("evaluation questions in a source", () => {
  it.each([
    ["gsm8k:test", 0, 0, false],
    ["gsm8k:test", 3, 0, false],
    ["gsm8k:test", 10, 0, false],
    ["gsm8k:test", 11, 0, true],
    ["gsm8k:test", 1, 1, true],
    ["gsm8k:test", 1000, 1000, true],
    ["unseen-values", 100, 0, false],
    ["unseen-values", 1000, 0, false],
    ["unseen-values", 1, 1, true],
    ["gsm8k:train", 1000, 1000, false],
    ["train", 1000, 1000, false],
    ["train-easy", 1, 1, false]
  ])("of %s, %i in part and %i in whole: said? %s", (set, hit, whole, said) => {
    expect(overlapWords(found(set, hit, whole), false)).toHaveLength(said ? 1 : 0)
  })

  it("are said with their share and what helps, or what was done", () => {
    expect(overlapWords(found("gsm8k:test", 20, 7), false)).toEqual([
      'omi2:train has 20 of 1000 questions of the evaluation suite "gsm8k:test" in it (2 %, 7 in whole); ' +
        "mix.contaminated=drop leaves out what holds them"
    ])
    expect(overlapWords(found("gsm8k:test", 20, 7), true)[0]).toMatch(/; what holds them is left out$/)
  })
})

const problem = (question: string, i: number) => ({
  suite: "s",
  problem: `p${i}`,
  question,
  answer: "1",
  steps: 1,
  distractor: false
})
const rowOf = (suite: string, questions: ReadonlyArray<string>, rejected = 0) =>
  suiteRow(suite, questions.map(problem), { rejected, suiteSize: 9, lengths: new Lengths() })

describe("a suite", () => {
  it.each([
    [["a", "b", "c"], 3, false],
    [["a", "a", "b", "c"], 3, false],
    [["a", "a", "b", "b"], 2, false],
    [["a", "a", "a", "b", "b"], 2, true],
    [["a", "a", "a"], 1, true],
    [["a"], 1, false]
  ])("of the questions %j has %i that differ; said? %s", (questions, distinct, said) => {
    const row = rowOf("train", questions)
    expect([row.problems, row.distinctQuestions]).toEqual([questions.length, distinct])
    expect(suiteWords(row)).toHaveLength(said ? 1 : 0)
  })

  it("is wanted as large as mix.suiteSize where it is built in; a dataset has what it has", () => {
    expect(rowOf("train", ["a"])).toMatchObject({ wanted: 9, evaluation: false, rejected: 0 })
    expect(rowOf("gsm8k:test", ["a"], 4)).toMatchObject({ wanted: null, evaluation: true, rejected: 4 })
  })
})

describe("lengths", () => {
  const of = (...tokens: ReadonlyArray<number>) => {
    const lengths = new Lengths()
    for (const length of tokens) lengths.add(length)
    return lengths
  }

  it.each([
    ["prompts", [190], 0],
    ["prompts", [191], 1],
    ["prompts", [5, 191, 192, 4000], 3],
    ["documents", [192], 0],
    ["documents", [193], 1],
    ["documents", [5, 192, 193, 100_000], 2]
  ] as const)("%s of %j tokens: %i are too long for a context of 192", (what, tokens, tooLong) => {
    expect(lengthRows(what, "x", of(...tokens)).find(({ context }) => context === 192)).toEqual({
      of: what,
      name: "x",
      context: 192,
      texts: tokens.length,
      tooLong,
      longest: Math.max(...tokens)
    })
    const words = lengthWords(what, "x", of(...tokens), null)
    expect(words).toHaveLength(tooLong > 0 ? 1 : 0)
    if (tooLong > 0) expect(words[0]).toMatch(new RegExp(`^x: ${tooLong} of ${tokens.length} ${what} .*192 tokens; the longest`))
  })

  it("are measured by the context of an imported model where they are its tokens", () => {
    expect(lengthWords("documents", "x", of(193, 2049), 2048)).toEqual([
      "x: 1 of 2 documents are longer than the imported model's context of 2048 tokens; the longest has 2049 (table lengths)"
    ])
    expect(lengthWords("documents", "x", of(193), 2048)).toEqual([])
  })
})
