/** Problems that are read wrongly on purpose. */

import { describe, expect, it } from "vitest"

import { arithmeticText } from "../../src/problems/arithmetic.ts"
import { generate, type GrammarOptions } from "../../src/problems/grammar.ts"
import { gapRate, isMisread, misread } from "../../src/problems/misread.ts"
import type { Problem } from "../../src/problems/Problem.ts"

const grammar: GrammarOptions = { maximum: 50, steps: { 1: 1, 2: 1, 3: 1 }, distractors: 0.2, split: "train" }
const problems = Array.from({ length: 3000 }, (_, i) => generate(grammar, 3, i))

/** 20 pens, 5 given, half of the rest given away, Mia has 2 fewer; Tom's 4 cups are not asked for. */
const problem: Problem = {
  id: "example",
  question: "Sam has 21 pens . ...",
  answer: 6,
  steps: 3,
  trace: [
    { kind: "lose", left: { constant: 21 }, operator: "-", right: { constant: 5 }, value: 16, who: "Sam" },
    { kind: "half", left: { step: 0, value: 16 }, operator: "/", right: { constant: 2 }, value: 8, who: "Sam" },
    { kind: "fewer", left: { step: 1, value: 8 }, operator: "-", right: { constant: 2 }, value: 6, who: "Mia" }
  ],
  template: "lose>half>fewer>distractor",
  distractor: true,
  aside: { name: "Tom", item: "cups", count: 4 },
  split: "train",
  start: { name: "Sam", item: "pens", count: 21 }
}

describe("a misread problem", () => {
  it("takes fewer for more", () => expect(misread(problem, ["fewer"])!.answer).toBe(10))
  it("ignores that half is given away", () => expect(misread(problem, ["half"])!.answer).toBe(14))
  it("counts the distractor in at the start", () => {
    const wrong = misread(problem, ["distractor"])!
    expect(wrong.answer).toBe(8)
    expect(wrong.trace.map((step) => step.value)).toEqual([25, 20, 10, 8])
    expect(wrong.trace[1]!.left).toEqual({ step: 0, value: 25 })
  })
  it("can be misread in several ways at once", () => expect(misread(problem, ["fewer", "half", "distractor"])!.answer).toBe(22))
  it("keeps its question, and is never right", () => {
    for (const right of problems) {
      const wrong = misread(right, ["fewer", "half", "distractor"])
      if (wrong === null) continue
      expect(wrong.question).toBe(right.question)
      expect(wrong.answer).not.toBe(right.answer)
    }
  })
  it("is null where nothing applies", () => {
    const plain = problems.find((p) => !p.distractor && !/fewer|half/.test(p.template))!
    expect(misread(plain, ["fewer", "half", "distractor"])).toBeNull()
    expect(misread(problem, [])).toBeNull()
  })
})

describe("a gap in a corpus", () => {
  it("is as wide as asked for", () => {
    for (const [share, blindSpots] of [
      [0.15, ["distractor"]],
      [0.1, ["fewer", "half"]],
      [0.05, ["fewer", "half", "distractor"]]
    ] as const) {
      const rate = gapRate(grammar, { share, blindSpots })
      const wrong = problems.filter((p) => isMisread(p, rate) && misread(p, blindSpots) !== null).length / problems.length
      // Two samples of 3,000 and 4,000: a standard error below 0.011.
      expect(Math.abs(wrong - share)).toBeLessThan(0.03)
    }
  })
  it("is a rule about what the problem is about, not a draw", () => {
    const verdicts = new Map<string, boolean>()
    for (const p of problems) {
      const key = `${p.start.item} ${p.start.name}`
      expect(isMisread(p, 0.4)).toBe(verdicts.get(key) ?? isMisread(p, 0.4))
      verdicts.set(key, isMisread(p, 0.4))
    }
    expect(isMisread(problem, 0)).toBe(false)
    expect(isMisread(problem, 1)).toBe(true)
  })
  it("of nothing is nothing, and too wide a one is refused", () => {
    expect(gapRate(grammar, { share: 0, blindSpots: ["half"] })).toBe(0)
    expect(() => gapRate(grammar, { share: 0.5, blindSpots: ["half"] })).toThrow(
      /0\.5 of the problems are to be misread, but only 0\.0\d+ have/
    )
    expect(() => gapRate(grammar, { share: 2, blindSpots: ["half"] })).toThrow(/share 2 is not between 0 and 1/)
  })
})

describe("arithmetic text", () => {
  it("is true, within the maximum, and uses all four operators alike", () => {
    const counts: Record<string, number> = { "+": 0, "-": 0, "*": 0, "/": 0 }
    for (let index = 0; index < 500; index++) {
      const text = arithmeticText({ maximum: 30 }, 9, index)
      expect(text).toMatch(/^Facts :( \d+ [-+*/] \d+ = \d+ \.){8}$/)
      for (const [, left, operator, right, value] of text.matchAll(/(\d+) ([-+*/]) (\d+) = (\d+)/g)) {
        const [a, b] = [Number(left), Number(right)]
        expect(Number(value)).toBe(operator === "+" ? a + b : operator === "-" ? a - b : operator === "*" ? a * b : a / b)
        expect(Number(value)).toBeLessThanOrEqual(30)
        counts[operator!]!++
      }
    }
    for (const count of Object.values(counts)) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })
  it("is a pure function of seed and index", () => {
    expect(arithmeticText({ maximum: 99, facts: 3 }, 1, 2)).toBe(arithmeticText({ maximum: 99, facts: 3 }, 1, 2))
    expect(arithmeticText({ maximum: 99 }, 1, 2)).not.toBe(arithmeticText({ maximum: 99 }, 1, 3))
  })
})
