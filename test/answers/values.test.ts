/** Reading numbers, and when two are the same. */

import { describe, expect, it } from "vitest"

import { isSameAnswer, numberIn, reading } from "../../src/answers/answers.ts"
import { lastBoxed } from "../../src/answers/boxed.ts"

describe("an answer's text in canonical form", () => {
  it.each([
    ["17", "17"],
    ["007", "7"],
    ["-0", "0"],
    ["18.", "18"],
    ["0.50", "0.5"],
    [".5", "0.5"],
    ["1,234,567", "1234567"],
    ["$1,234.50", "1234.5"],
    ["-$3", "-3"],
    ["$-3", "-3"],
    ["- 3", "-3"],
    ["−3", "-3"],
    ["€5", "5"],
    ["5 €", "5"],
    ["17 apples", "17"],
    ["12 square feet.", "12"],
    ["5kg", "5"],
    ["60 km/h", "60"],
    ["x = 17", "17"],
    ["**17**", "17"],
    ["50%", "50%"],
    ["50 percent", "50%"],
    ["2/4", "1/2"],
    ["-6/3", "-2"],
    ["3 1/2", "7/2"],
    ["1e+16", "10000000000000000"],
    ["1.5e-7", "0.00000015"],
    ["123456789012345678901234567890", "123456789012345678901234567890"]
  ])("%s is %s", (text, value) => expect(numberIn(text)).toBe(value))

  it.each([
    ["\\$18", "18"],
    ["$17$", "17"],
    ["50\\%", "50%"],
    ["1{,}234", "1234"],
    ["1\\,000", "1000"],
    ["\\frac{1}{2}", "1/2"],
    ["-\\frac{3}{6}", "-1/2"],
    ["\\dfrac{9}{7}", "9/7"],
    ["\\frac12", "1/2"],
    ["1\\frac{1}{2}", "3/2"],
    ["17\\text{ apples}", "17"],
    ["\\text{17 dollars}", "17"],
    ["\\$32{,}348", "32348"],
    ["17^\\circ", "17"],
    ["90\\text{ cm}^2", "90"],
    ["f^{(4)}(0) = 24", "24"]
  ])("LaTeX %s is %s", (text, value) => expect(numberIn(text)).toBe(value))

  it.each([
    "",
    "abc",
    "twelve",
    "3 or 4",
    "10-12",
    "3:30",
    "2x",
    "12,34",
    "1,2",
    "1.2.3",
    "1/0",
    "1/2/3",
    "\\sqrt{2}",
    "\\pi",
    "(1, 2)",
    "1 2",
    "\\Gamma(5)",
    "f(0)"
  ])("%s is not one number", (text) => expect(numberIn(text)).toBeNull())

  it("is refused unread where no number could be that long", () => {
    expect(numberIn("9".repeat(1001))).toBeNull()
  })
})

describe("the same number", () => {
  it.each([
    ["17", "17.000000000000004"],
    ["16.999999999999996", "17"],
    ["0.1", "0.10000000000000001"],
    ["-1/2", "-0.5"],
    ["2.67", "2.6666666666666665"],
    ["8/3", "2.67"],
    ["-8/3", "-2.67"],
    ["1/3", "0.33"],
    ["2.675", "2.68"],
    ["0.167", "1/6"],
    ["2.4951", "2.4951000"],
    ["50%", "50"],
    ["50%", "0.5"],
    ["1/2", "50%"],
    ["33.33%", "1/3"],
    ["1000000.0005", "1000000"]
  ])("%s is %s, both ways round", (a, b) => {
    expect(isSameAnswer(a, b)).toBe(true)
    expect(isSameAnswer(b, a)).toBe(true)
  })

  it.each([
    ["17", "18"],
    ["17", "-17"],
    ["1000000", "1000001"],
    ["999999999999999999999999999999", "999999999999999999999999999998"],
    ["17.001", "17"],
    ["2.5", "3"],
    ["2.5", "2"],
    ["1/3", "0.3"],
    ["1/3", "333/1000"],
    ["1/6", "0.17"],
    ["0.01", "0.006"],
    ["0.01", "0.01499"],
    ["0.5%", "0.01"],
    ["2.4951", "2.5"],
    ["2.4951", "2.50"],
    ["0", "0.000001"],
    ["50%", "5"],
    ["1000000.5", "1000001"],
    ["8200004.5", "8200000"],
    ["not a value", "0"]
  ])("%s is not %s, either way round", (a, b) => {
    expect(isSameAnswer(a, b)).toBe(false)
    expect(isSameAnswer(b, a)).toBe(false)
  })
})

describe("boxes", () => {
  it.each([
    ["Thus the answer is \\boxed{ 17 } .", "17"],
    ["\\boxed{\\frac{1}{2}}", "\\frac{1}{2}"],
    ["\\boxed{1}, no, \\boxed{2}", "2"],
    ["\\boxed{1 and then \\boxed{2}", "2"],
    ["$\\boxed{\\text{a } b}$", "\\text{a } b"],
    ["\\boxed{a\\}b}", "a\\}b"],
    ["\\boxed 7", "7"]
  ])("%s holds %s", (text, contents) => expect(lastBoxed(text)).toBe(contents))

  it.each(["no box", "\\boxed{17", "\\boxed", "", "\\boxed{1} and then \\boxed{2"])("%s holds nothing", (text) =>
    expect(lastBoxed(text)).toBeNull()
  )
})

describe("what contradicts itself, or cannot be worked out", () => {
  const texts = [
    "\\frac43 \\approx 1.34",
    "\\frac43 \\approx 1.4",
    "\\frac43 \\simeq 1.34",
    "\\frac43 \\approx 2",
    "\\frac23 \\approx 0.68",
    "\\frac23 \\approx 0.6",
    "\\pi \\approx 3.15",
    "\\pi \\approx 3.1414",
    "2\\pi \\approx 6.29",
    "\\sqrt2 \\approx 1.415",
    "-\\frac23 \\approx -0.68",
    "1299 \\approx 1200",
    "x = \\frac43 \\approx 1.34",
    "\\frac43 \\approx 1.5 \\approx 1.33",
    "\\ln 2 \\approx 0.70",
    "\\frac57 \\approx 72.4\\%",
    "\\frac{d(x^2)}{dx}",
    "\\frac{\\nabla y}{\\nabla x}",
    "\\gcd 3"
  ]
  it.each(texts)("is no answer: %s", (text) => expect(reading(text)).toHaveProperty("problem"))
})
