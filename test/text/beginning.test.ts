/** What a word is short for. */

import { describe, expect, it } from "vitest"

import { onlyBeginning } from "../../src/text/beginning.ts"

describe("one of many names", () => {
  it.each([
    ["a", ["ab", "ac"], '"a" is the beginning of ab, ac: give more of it.'],
    [
      "a",
      ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"],
      '"a" is the beginning of a1, a2, a3, a4, a5, a6 and 2 more: give more of it.'
    ],
    ["a", ["aaaaaa1", "aaaaaa2"], '"a" is the beginning of aaaaaa1, aaaaaa2: give more of it.'],
    ["a", ["abbbbb", "accccc"], '"a" is the beginning of ab, ac: give more of it.']
  ])("that begins several is refused: %s of %j", (name, names, words) => {
    expect(onlyBeginning(name, names, true)).toEqual({ problem: words })
  })

  it.each([
    ["a", ["ab", "ba"], "ab"],
    ["a", ["ab", "abc", "abcd"], "abcd"],
    ["ab", ["ab", "abc"], "abc"],
    ["x", ["ab"], null],
    ["x", [], null],
    ["a", ["ab", "ab"], "ab"]
  ])("that begins one, in more or fewer digits, is that one: %s of %j", (name, names, one) => {
    expect(onlyBeginning(name, names)).toEqual({ one })
  })
})
