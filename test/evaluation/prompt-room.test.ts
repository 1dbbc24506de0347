/** Which problems a context has room for, when they are too few or too long, and what is said of it. */

import { describe, expect, it } from "vitest"

import { askedObjection, askedRow, askedWords, byRoom, cutWords, endingWords } from "../../src/evaluation/prompt-room.ts"
import { encodePrompt, hasRoom } from "../../src/tokenizer/document.ts"
import { wordTokenizer } from "../../src/tokenizer/word/WordTokenizer.ts"

const asked = (
  promptTokens: ReadonlyArray<number>,
  change: { readonly wanted?: number; readonly found?: number; forced?: number } = {}
) => askedRow({ suite: "s", wanted: promptTokens.length, found: promptTokens.length, promptTokens, context: 10, ...change })

describe("a context", () => {
  it.each([
    [8, 10, 0, true],
    [9, 10, 0, false],
    [10, 10, 0, false],
    [11, 10, 0, false],
    [500, 10, 0, false],
    [1, 10, 0, true],
    [7, 10, 1, true],
    [8, 10, 1, false],
    [6, 10, 2, true],
    [7, 10, 2, false],
    [1, 3, 0, true],
    [2, 3, 0, false]
  ])("for a prompt of %i tokens in %i, %i of them forced: room for a token and an end? %s", (prompt, context, forced, fits) => {
    expect(hasRoom(prompt, context, forced)).toBe(fits)
  })

  it("parts problems by their prompts as training encodes them, each kept in its order and whole", () => {
    const tokenizer = wordTokenizer({ maximum: 20 })
    const questions = [
      "Sam has 3 buns .",
      "Sue has 20 pens . Sam has 4 pens .",
      "Sam has 9 buns .",
      "Sue has 1 pens . Sam has 4 ."
    ]
    const problems = questions.map((question) => ({ question }))
    const lengths = questions.map((question) => encodePrompt(tokenizer, question).length)
    const { promptTokens, fitting, others } = byRoom(problems, tokenizer, lengths[0]! + 2)
    expect([...promptTokens]).toEqual(lengths)
    expect(fitting).toEqual([problems[0], problems[2]])
    expect(others).toEqual([problems[1], problems[3]])
    expect(byRoom(problems, tokenizer, lengths[0]! + 2, 1).fitting).toEqual([])
  })
})

describe("what is asked", () => {
  it("is counted: wanted, found, asked, without room, and the longest prompt", () => {
    expect(asked([3, 9, 5, 30], { wanted: 7, found: 4 })).toEqual({
      suite: "s",
      wanted: 7,
      found: 4,
      asked: 2,
      withoutRoom: 2,
      longestPrompt: 30,
      context: 10
    })
  })

  const many = (long: number, of: number) => Array.from({ length: of }, (_, i) => (i < long ? 9 : 5))
  it.each([
    [0, 100, 0, false],
    [1, 100, 0, true],
    [5, 100, 0.05, false],
    [6, 100, 0.05, true],
    [1, 20, 0.05, false],
    [1, 19, 0.05, true],
    [50, 100, 0.5, false],
    [51, 100, 0.5, true],
    [99, 100, 1, false],
    [100, 100, 1, true],
    [1, 1, 1, true],
    [0, 1, 1, false]
  ])("%i prompts without room of %i, %d of them allowed: refused? %s", (long, of, share, refused) => {
    expect(askedObjection(asked(many(long, of)), share) !== null).toBe(refused)
  })

  it("is refused with the numbers and what to do, by the name of the parameter", () => {
    expect(askedObjection(asked([9, 5, 12]), 0.05)).toEqual({
      param: "maxLongPrompts",
      problem:
        'allows 5 % of the problems to have a prompt without room for an answer, and of suite "s" 2 of 3 (66.7 %) have one: ' +
        "the context is 10 tokens, the longest prompt 12. Train with a longer context, allow more, or take another suite."
    })
    expect(askedObjection(asked([9]), 1)!.problem).not.toContain("allow more")
  })

  it.each([
    [asked([3, 4]), []],
    [asked([3, 4], { wanted: 200, found: 2 }), ['suite "s" has 2 of the 200 problems that are wanted']],
    [asked([3, 4], { wanted: 2, found: 200 }), []],
    [asked([3, 4], { wanted: 3, found: 2 }), ['suite "s" has 2 of the 3 problems that are wanted']],
    [
      asked([3, 11], { wanted: 1, found: 2 }),
      [
        '1 of 2 problems of suite "s" are not asked: their prompts of up to 11 tokens leave no room for an answer in a ' +
          "context of 10"
      ]
    ],
    [
      asked([3, 11, 12], { wanted: 2, found: 3 }),
      [
        '2 of 3 problems of suite "s" are not asked: their prompts of up to 12 tokens leave no room for an answer in a ' +
          "context of 10; that leaves 1 where 2 are wanted"
      ]
    ],
    [
      asked([3, 11], { wanted: 5, found: 2 }),
      [
        'suite "s" has 2 of the 5 problems that are wanted',
        '1 of 2 problems of suite "s" are not asked: their prompts of up to 11 tokens leave no room for an answer in a ' +
          "context of 10"
      ]
    ]
  ])("is said where it is not what was wanted: %o", (row, words) => {
    expect(askedWords(row)).toEqual(words)
  })
})

describe("completions without an end of text", () => {
  const ended = (...endings: ReadonlyArray<string>) => endings.map((ending) => ({ ending }))
  it.each([
    [ended(), []],
    [ended("end of text", "end of text"), []],
    [ended("no room"), []],
    [
      ended("end of text", "maxNewTokens"),
      ["1 of 2 completions ended without an end of text: 1 at maxNewTokens, 0 where the context ends"]
    ],
    [
      ended("context", "context", "maxNewTokens", "end of text", "no room"),
      ["3 of 4 completions ended without an end of text: 1 at maxNewTokens, 2 where the context ends"]
    ]
  ])("are counted and said: %o", (completions, words) => {
    expect(endingWords(completions)).toEqual(words)
  })

  it.each([
    [{ completions: 8, maxNewTokens: 0, context: 0 }, 0],
    [{ completions: 8, maxNewTokens: 0, context: 1 }, 1],
    [{ completions: 8, maxNewTokens: 8, context: 0 }, 1]
  ])("by their counts too: %o", (cut, lines) => {
    expect(cutWords(cut)).toHaveLength(lines)
  })
})
