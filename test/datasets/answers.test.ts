/** Answers of real datasets in one canonical form. */

import { describe, expect, it } from "vitest"

import { lastBoxed } from "../../src/answers/boxed.ts"
import { canonicalAnswer } from "../../src/datasets/answers.ts"
import { gsmLine } from "../../src/formats/answers/lines.ts"

describe("canonicalAnswer", () => {
  it.each([
    ["72", "72"],
    [" 1,234 ", "1234"],
    ["192,000,000", "192000000"],
    ["$1,234.50", "1234.5 dollar"],
    ["-$5", "-5 dollar"],
    ["\\$18", "18 dollar"],
    ["$18$", "18"],
    ["€3.20", "3.2 euro"],
    ["50%", "50%"],
    ["50\\%", "50%"],
    ["12.", "12"],
    ["+7", "7"],
    ["-0", "0"],
    ["0.50", "0.5"],
    [".5", "0.5"],
    ["007", "7"],
    ["51.0", "51"],
    ["1e3", "1000"],
    ["1.25e-2", "0.0125"],
    ["12345678901234567890123", "12345678901234567890123"],
    ["1{,}000", "1000"],
    ["10\\!,000", "10000"],
    ["6/4", "3/2"],
    ["-6/4", "-3/2"],
    ["6/-4", "-3/2"],
    ["8/4", "2"],
    ["\\frac{6}{4}", "3/2"],
    ["-\\dfrac{1}{3}", "-1/3"],
    ["\\(12\\)", "12"],
    ["$\\frac{1}{2}$", "1/2"]
  ])("reads %j as %j", (answer, canonical) => {
    expect(canonicalAnswer(answer)).toBe(canonical)
  })

  it.each(["(3, \\frac{\\pi}{2})", "1,2", "1,23,456", "x^2+1", "\\text{even}", "p - q", "3\\sqrt{13}", "1/0", "2:30"])(
    "keeps %j, which is not a number, as it is",
    (answer) => {
      expect(canonicalAnswer(answer)).toBe(answer)
    }
  )

  it("takes numbers without a detour through rounding", () => {
    expect(canonicalAnswer(51)).toBe("51")
    expect(canonicalAnswer(-9867630)).toBe("-9867630")
    expect(canonicalAnswer(9.3e21)).toBe("9300000000000000000000")
    expect(canonicalAnswer(1e-7)).toBe("0.0000001")
    expect(canonicalAnswer(204n)).toBe("204")
  })

  it("finds none in nothing", () => {
    expect(["", "  ", "$ $"].map(canonicalAnswer)).toEqual([null, null, null])
    expect([null, Number.NaN, Number.POSITIVE_INFINITY].map(canonicalAnswer)).toEqual([null, null, null])
  })
})

describe("answers inside solutions", () => {
  it("follow the last mark of GSM8K", () => {
    expect(gsmLine("He sold #### of 5.\n#### 2,000")?.text).toBe("2,000")
    expect(gsmLine("She sold 5 #### 6")?.text).toBe("6")
    expect(gsmLine("She sold 5.\nA: 6\nmore")?.text).toBe("6")
    expect(gsmLine("She sold 5.")).toBeNull()
    expect(canonicalAnswer(gsmLine("She sold 5.\n####\n5")!.text)).toBeNull()
  })

  it("stand in the last box, with braces balanced", () => {
    expect(lastBoxed("First \\boxed{1}, then \\boxed{\\frac{3}{6}}.")).toBe("\\frac{3}{6}")
    expect(lastBoxed("\\boxed{\\{1, 2\\}}")).toBe("\\{1, 2\\}")
    expect(lastBoxed("\\boxed{never closed")).toBeNull()
    expect(lastBoxed("no box")).toBeNull()
  })
})
