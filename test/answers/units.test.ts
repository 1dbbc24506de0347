/**
 * Units, quantities of several parts and unions, beyond the pairs of `unit-pairs.json`: equality is an equivalence but for what
 * docs/answers.md says may be left out, what tables hold is read again as what it was, and the number of a text is what stands in
 * it.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import type { Answer } from "../../src/answers/Answer.ts"
import { answerText, isSameAnswer, numberIn, reading } from "../../src/answers/answers.ts"
import { grade } from "../../src/formats/grade.ts"

const texts = (
  JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "unit-pairs.json"), "utf8")) as ReadonlyArray<{
    readonly gold: string
    readonly answer: string
  }>
).flatMap(({ gold, answer }) => [gold, answer])
const all = [...new Set(texts)]

const answerOf = (text: string): Answer => {
  const found = reading(text)
  if ("problem" in found) throw new Error(`${text} ${found.problem}`)
  return found.answer
}

describe("equality over all texts of the pairs", () => {
  const same = all.map((a) => all.map((b) => isSameAnswer(a, b)))

  it("is reflexive and symmetric", () => {
    for (const [i, a] of all.entries()) {
      expect(isSameAnswer(a, ` ${a} `), a).toBe(true)
      for (const [j, b] of all.entries()) expect(same[i]![j], `${a} | ${b}`).toBe(same[j]![i])
    }
  })

  /** Whether an answer leaves out what another one states: a unit, or the half of the day that a time is in. */
  const leavesOut = (text: string): boolean => {
    const answer = answerOf(text)
    return answer.kind === "ratio" || (answer.kind === "value" && answer.unit === "")
  }

  it("is transitive wherever nothing was left out in between", () => {
    let triples = 0
    for (const [i, a] of all.entries())
      for (const [j, b] of all.entries()) {
        if (!same[i]![j] || leavesOut(b)) continue
        for (const [k, c] of all.entries()) {
          // A number and a time without its half leave out what the other end states.
          if (!same[j]![k] || leavesOut(a) || leavesOut(c)) continue
          triples++
          expect(same[i]![k], `${a} | ${b} | ${c}`).toBe(true)
        }
      }
    expect(triples).toBeGreaterThan(500)
  })

  it("is transitive among those that state no unit", () => {
    const plain = all.filter((text) => leavesOut(text) && answerOf(text).kind === "value")
    for (const a of plain)
      for (const b of plain)
        for (const c of plain)
          if (isSameAnswer(a, b) && isSameAnswer(b, c)) expect(isSameAnswer(a, c), `${a} | ${b} | ${c}`).toBe(true)
  })

  it("is kept by what a table holds, which is read again as the same", () => {
    for (const text of all) {
      const held = answerText(text)!
      expect([answerText(held), isSameAnswer(text, held)], `${text} is held as ${held}`).toEqual([held, true])
    }
  })
})

describe("a number without its words", () => {
  it.each([
    ["17 apples", "17"],
    ["\\$18", "18"],
    ["5\\text{ cm}", "5"],
    ["60\\text{ mph}", "60"],
    ["90^\\circ", "90"],
    ["7 pm", "7"]
  ])("of %s is %s", (text, number) => expect(numberIn(text)).toBe(number))

  it.each([
    "7 million",
    "3 hours 20 minutes",
    "7:30 p.m.",
    "7 dozen",
    "\\$7\\text{ million}",
    "\\$15\\text{ per hour}",
    "noon",
    "5'11\""
  ])("of %s is none", (text) => {
    expect(numberIn(text)).toBeNull()
    expect(grade(`So it is \\boxed{${text}}.`, text, "corrected").correct).toBe(true)
  })
})

describe("a text as tables hold it", () => {
  it.each([
    ["3h20m", "200 min"],
    ["5'11\"", "71 in"],
    ["\\$3.50", "3.5 dollar"],
    ["7\\text{ million}", "7000000"],
    ["12\\text{ square feet}", "12 ft^2"],
    ["3\\text{ kilojoules}", "3 kilojoule"],
    ["5\\text{ apples per day}", "5\\text{ apples per day}"],
    ["5 boxes", "5 boxes"],
    ["5 in total", "5"],
    ["9.8\\text{ m s}^{-2}", "9.8 m/s^2"],
    ["30^\\circ 15'", "1815 arcmin"],
    ["7:30\\text{ pm}", "7:30\\text{ pm}"],
    ["7:00\\text{ p.m.}", "7 pm"]
  ])("%s is %s", (text, held) => expect(answerText(text)).toBe(held))
})

describe("letters and words behind a number", () => {
  it.each([
    ["5 N", "5"],
    ["5 J", "5"],
    ["5 x", "5"],
    ["4 r^2", "4"],
    ["3 m s", "3"],
    ["7 or so", "7"],
    ["2 thirds", "2"],
    ["9 squared", "9"]
  ])("%s is not %s", (text, number) => expect(isSameAnswer(text, number)).toBe(false))

  it("money by a time is the same with a stroke as with a word, also without a backslash", () => {
    for (const text of ["$36/hour", "\\$36/hour", "$36/\\text{hour}", "36 dollars per hour"])
      expect([isSameAnswer(text, "$36 per hour"), isSameAnswer(text, "$36 per week")], text).toEqual([true, false])
  })

  it.each([
    ["5\\text{ N}", "5"],
    ["5\\,\\mathrm{J}", "5"],
    ["\\frac{20}{3}\\text{ N}", "6.67\\text{ N}"],
    ["5\\text{ kg}\\cdot\\text{m}/\\text{s}^2", "5\\text{ N}"],
    ["60 \\frac{\\text{miles}}{\\text{hour}}", "60\\text{ mph}"],
    ["3\\,\\mu\\text{m}", "0.003\\text{ mm}"],
    ["5 in total", "5 apples"]
  ])("%s is %s", (a, b) => expect([isSameAnswer(a, b), isSameAnswer(b, a)]).toEqual([true, true]))

  it.each(["2 m, 2 m 5 m", "3 hours 20 apples", "20 minutes 3 hours", "1 hour 90 minutes", "1.5 hours 10 minutes"])(
    "%s is no quantity of two parts",
    (text) => {
      const found = reading(text)
      expect("problem" in found || found.answer.kind !== "value").toBe(true)
    }
  )
})

describe("letters that touch a number", () => {
  const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"]
  /** Names of a constant and of functions. `dx` is a differential. */
  const NAMES = new Set(["pi", "Pi", "mu", "nu", "ln", "lg"])

  it("are a unit that can be left out, or a product of variables, and never both or neither", () => {
    for (const a of LETTERS)
      for (const b of LETTERS)
        for (const [x, y] of [
          [a, b],
          [a.toUpperCase(), b],
          [a.toUpperCase(), b.toUpperCase()]
        ]) {
          if (NAMES.has(`${x}${y}`) || /^d[p-z]$/.test(`${x}${y}`)) continue
          const text = `7${x}${y}`
          expect(isSameAnswer(text, "7"), text).toBe(!isSameAnswer(text, `7\\cdot ${x}\\cdot ${y}`))
        }
  })

  it("are a product where three and more are in no table", () => {
    for (const letters of ["abc", "xyz", "axy", "bcd", "pqrs", "vwt", "apples", "uvwxyz"]) {
      expect(isSameAnswer(`7${letters}`, "7"), letters).toBe(false)
      expect(isSameAnswer(`7${letters}`, [7, ...letters].join(" ")), letters).toBe(true)
    }
  })
})

describe("unions", () => {
  it.each([
    ["[a,b]\\cup[b,c]", "[a,c]"],
    ["(2,1)\\cup(3,4)", "(3,4)"],
    ["[0,1]\\cup[2,3]", "[2,3]\\cup[0,2]"]
  ])("%s is not %s", (a, b) => expect([isSameAnswer(a, b), isSameAnswer(b, a)]).toEqual([false, false]))

  it("of forty parts in any order are one interval", () => {
    const parts = Array.from({ length: 40 }, (_, i) => `[${(i * 7) % 40},${((i * 7) % 40) + 1}]`)
    expect(isSameAnswer(parts.join("\\cup"), "[0,40]")).toBe(true)
  })
})

describe("a box behind a line with the answer", () => {
  it.each([
    ["gsm", "2 + 5 = <<2+5=7>>7\n#### 7\nNo, it is \\boxed{8", null, "7"],
    ["gsm", "2 + 5 = <<2+5=7>>7\n#### 7\nNo, it is \\boxed{8}", "8", "8"],
    ["gsm", "#### 7\nSo \\boxed", null, "7"],
    ["gsm", "So \\boxed{8\n#### 7", "7", "7"],
    ["gsm", "So \\boxed{8}.\n#### 7", "7", "8"],
    ["gsm", "#### 7\nThat is {7", "7", "7"],
    ["gsm", "A: 7\nSo \\boxed{", null, "7"],
    ["gsm", "#### 7\nSo \\boxed{\\frac{1", null, "7"],
    ["lookup", "Answer : 7\nNo, \\boxed{8", null, "7"],
    ["lookup", "Answer : 7\nNo, \\boxed{8}", "8", "8"],
    ["lookup", "Answer is 7\n\\boxed{", null, "7"]
  ])("in %s: %j answers %s, in the authors' verifier %s", (format, text, ours, theirs) => {
    expect(grade(text, "7", "corrected")).toMatchObject({ format, answer: ours })
    expect(grade(text, "7", "paper").answer).toBe(theirs)
  })
})
