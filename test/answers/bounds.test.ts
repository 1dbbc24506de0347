/** What answers may cost, and that no verdict depends on what was graded before or on the order in which members are written. */

import { describe, expect, it } from "vitest"

import { isSameAnswer, reading } from "../../src/answers/answers.ts"
import { equalAnswers } from "../../src/answers/equal.ts"
import { beginTurn, Once, spend, TooMuchWork } from "../../src/answers/mathematics/work.ts"
import { readAnswer } from "../../src/answers/read-answer.ts"

const many = (n: number, part: (i: number) => string, between = ",") => Array.from({ length: n }, (_, i) => part(i)).join(between)
const set = (items: string) => `\\{${items}\\}`

/** Each with its own permutation. */
const LARGE: ReadonlyArray<readonly [string, string, string]> = [
  ["factorials", set(many(40, (i) => `${400 + i}!`)), set(many(40, (i) => `${439 - i}!`))],
  ["equations", many(20, (i) => `x^2+${i}y=1`), many(20, (i) => `x^2+${19 - i}y-1=0`)],
  ["roots of a variable", set(many(39, (i) => `\\sqrt{x+${i}}`)), set(many(39, (i) => `\\sqrt{${38 - i}+x}`))],
  ["roots", set(many(40, (i) => `\\sqrt{${i + 2}}`)), set(many(40, (i) => `\\sqrt{${41 - i}}`))],
  ["sines", set(many(40, (i) => `\\sin(${i}x)`)), set(many(40, (i) => `\\sin(x*${39 - i})`))],
  ["pairs", set(many(40, (i) => `(\\sqrt{${i}},${i})`)), set(many(40, (i) => `(\\sqrt{${39 - i}},${39 - i})`))],
  ["kilometres and metres", set(many(40, (i) => `${i} km`)), set(many(40, (i) => `${39 - i}000 m`))],
  ["rates", set(many(30, (i) => `${i + 10} km/h`)), set(many(30, (i) => `${39 - i}000 m/h`))],
  ["angles", set(many(30, (i) => `${i + 10}^\\circ`)), set(many(30, (i) => `\\frac{${39 - i}\\pi}{180}\\text{ rad}`))],
  ["pairs of units", set(many(20, (i) => `(${i + 10} km,1)`)), set(many(20, (i) => `(${29 - i}000 m,1)`))],
  ["alternatives", many(40, (i) => `x=${i}`, " or "), many(40, (i) => `x=${39 - i}`, " or ")],
  ["named values", many(40, (i) => `x_{${i}}=\\sqrt{${i}}`), many(40, (i) => `x_{${39 - i}}=\\sqrt{${39 - i}}`)],
  ["intervals", many(30, (i) => `(${2 * i},${2 * i + 1})`, "\\cup"), many(30, (i) => `(${58 - 2 * i},${59 - 2 * i})`, "\\cup")],
  ["what is left out", many(30, (i) => `x\\ne ${i}`, " and "), many(30, (i) => `x\\ne ${29 - i}`, " and ")],
  ["distances", many(20, (i) => `|x-${9 * i}|<2`, " or "), many(20, (i) => `|x-${171 - 9 * i}|<2`, " or ")],
  ["powers of sums", set(many(30, (i) => `(x+y)^{${i + 2}}`)), set(many(30, (i) => `(y+x)^{${31 - i}}`))]
]

describe("large sets", () => {
  it.each(LARGE)("of %s are equal in any order, either way round", (_, a, b) => {
    expect([isSameAnswer(a, b), isSameAnswer(b, a)]).toEqual([true, true])
  })

  it("are not equal where one member differs", () => {
    for (const [name, a, b] of LARGE) expect(isSameAnswer(a, b.replace(/\d\d/, "99")), name).toBe(false)
  })
})

describe("what costs too much", () => {
  const TERMS = many(40, (i) => `\\frac{1}{${97 + i}^{20}}`, "+")

  it("cannot be read, whatever was read before", () => {
    for (const blanks of ["", " ", "  "]) expect(reading(`${TERMS}${blanks}`)).toEqual({ problem: "takes too much work" })
  })

  it("is not the same in comparison, and the verdict is one whatever was compared before", () => {
    const left = set(many(40, (i) => `(x+y+${i})^{99}`))
    const right = set(many(40, (i) => `(y+x+${39 - i})^{99}`))
    const verdicts = [isSameAnswer(left, right)]
    // Parts of it are known now.
    isSameAnswer(left, set("(x+y)^{99}"))
    isSameAnswer(right, set("(x+y)^{99}"))
    for (let i = 0; i < 3; i++) verdicts.push(isSameAnswer(left, right), isSameAnswer(right, left))
    verdicts.push(isSameAnswer(` ${left}`, `${right} `))
    expect(new Set(verdicts).size).toBe(1)
  })

  it("is told from what does not: a long period, a large factorial, a large binomial", () => {
    expect(isSameAnswer(`0.\\overline{${"3".repeat(810)}}`, "1/3")).toBe(true)
    expect(isSameAnswer("500!", "500\\cdot 499!")).toBe(true)
    expect(isSameAnswer("\\binom{1000}{500}", "\\frac{1000!}{500!500!}")).toBe(true)
    expect(isSameAnswer("3000!+n", "n+3000!")).toBe(true)
    expect(isSameAnswer("3000!", "3000\\cdot 2999!")).toBe(true)
    expect(isSameAnswer("3000!", "3001\\cdot 2999!")).toBe(false)
  })
})

describe("what grows within a few signs", () => {
  const nested = (open: string, inside: string, close: string, n: number) => open.repeat(n) + inside + close.repeat(n)
  const power = (base: string, n: number): string => (n === 0 ? base : `(${power(base, n - 1)})^2`)
  it.each([
    ["binomials by two", nested("\\binom{", "5", "}{2}", 50)],
    ["binomials by three", nested("\\binom{", "7", "}{3}", 20)],
    ["binomials by twenty", nested("\\binom{", "100", "}{20}", 5)],
    ["binomials of fractions", nested("\\binom{", "\\frac13", "}{2}", 30)],
    ["binomials of roots", nested("\\binom{", "\\sqrt2", "}{2}", 30)],
    ["binomials of variables", nested("\\binom{", "n", "}{2}", 30)],
    ["choices", nested("(", "7", ")C2", 30)],
    ["squares", power("3", 30)],
    ["roots of a square", nested("\\sqrt{", "x^2", "}", 40)],
    ["largest ones of absolute values", nested("\\max(|", "x", "|,x)", 12)],
    ["squares of a sum of roots", power("\\sqrt2+1", 30)],
    ["squares of a complex number", power("i+2", 30)],
    ["factorials", nested("(", "3", ")!", 10)],
    ["common divisors", `\\gcd(${power("3", 25)},${power("7", 25)})`],
    ["multiples", `\\lcm(${power("3", 12)},${power("7", 12)})`],
    ["functions", nested("f(", "x", ")", 58)],
    ["functions that others show to be some", nested("g(h(", "x", "))", 29)],
    ["functions beside each other", many(90, (i) => `${"fghpqsuvwy"[i % 10]}(${"xyz"[i % 3]})`, "")],
    ["functions of functions beside each other", many(20, (i) => `F(f(${i})+g(${i}))`, "+")],
    ["sums of functions of their sums", nested("(f+g)(", "x", ")", 12)],
    ["functions composed of their compositions", nested("(f\\circ g)(", "x", ")", 25)],
    ["inverse hyperbolic functions", nested("\\sinh^{-1}(", "x", ")", 40)],
    ["inverse tangents of angles", nested("\\tanh^{-1}(\\tanh(", "x", "))", 25)],
    ["secants of arcsecants", nested("\\sec(\\sec^{-1}(", "x", "))", 25)],
    ["a sum of binomials", `\\sum_{k=1}^{100} ${nested("\\binom{", "k", "}{2}", 8)}`],
    ["a product of factorials", "\\prod_{k=1}^{100} (20k)!"]
  ])("%s: ends, with a verdict that is one either way round", (_, text) => {
    for (const other of ["7", "x", `${text}+1`, `1+${text}`])
      expect(isSameAnswer(text, other), other).toBe(isSameAnswer(other, text))
    expect(isSameAnswer(text, `${text}+1`)).toBe(false)
  })
})

/** The steps that something takes: the least limit under which it ends. */
const stepsOf = (work: () => unknown): number => {
  let [least, most] = [0, 200_000]
  while (least < most) {
    const limit = Math.floor((least + most) / 2)
    try {
      beginTurn(limit)
      work()
      most = limit
    } catch (cause) {
      if (!(cause instanceof TooMuchWork)) throw cause
      least = limit + 1
    }
  }
  return least
}
/** `|x+\\sqrt{x^2+1}|`, with bars or without. */
const beside = (i: number, bar = ""): string => `${bar}x+\\sqrt{x^2+${i + 1}}${bar}`
const deep = (open: string, close: string, n: number) => `${open.repeat(n)}1${close.repeat(n)}`

describe("work is counted", () => {
  /** At least so many steps: one for each character at each level, or some for each pair. */
  it.each([
    ["pairs in pairs", deep("(", ",1)", 240), 100_000],
    ["sets in sets", deep("\\{", ",1\\}", 160), 60_000],
    ["sets of conditions", deep("\\{x|x=", "\\}", 110), 40_000],
    ["membership in membership", `${"x\\in ".repeat(190)}(0,1)`, 90_000],
    ["words in a list", many(40, (i) => `a${"b".repeat((i % 9) + 2)}c`), 2000],
    ["values of one unit", set(many(40, (i) => `${i} km`)), 2500],
    ["values of many units", set(many(40, (i) => `1 ${["km", "m", "cm", "mm", "mi", "ft", "in", "yd"][i % 8]}`)), 1500],
    ["named values", many(40, (i) => `x_${i}=${i}`), 1500],
    ["a union", many(40, (i) => `(${80 - 2 * i},${81 - 2 * i})`, "\\cup"), 3000],
    ["alternatives", many(40, (i) => `x=${i}`, " or "), 2000],
    ["what holds together", many(40, (i) => `x\\ne ${i}`, " and "), 4000],
    ["one explanation after another", `f(x)=cx${", c is a constant".repeat(55)}`, 1500],
    ["one condition after another", `n \\in \\mathbb{Z}${", n > 2".repeat(39)}`, 800],
    ["sums of points", many(30, () => "2(1,2)", "+"), 300],
    ["one long word", "word ".repeat(199), 1500],
    ["one long text", `\\text{${"word ".repeat(190)}}`, 1500]
  ])("in reading %s", (_, text, least) => {
    const steps = stepsOf(() => readAnswer(text))
    expect(steps).toBeGreaterThan(least)
    expect([stepsOf(() => readAnswer(text)), "problem" in reading(text)]).toEqual([steps, steps > 30_000])
  })

  it.each([
    ["lengths", set(many(40, (i) => `${i} km`)), set(many(40, (i) => `${39 - i}000 m`)), 3000],
    ["money", set(many(30, (i) => `\\$${i}`)), set(many(30, (i) => `${29 - i}00 cents`)), 2000],
    ["units that measure different things", set(many(40, (i) => `${i} km`)), set(many(40, (i) => `${39 - i} s`)), 40],
    ["what is equal to more than one", set(many(13, () => "50,0.5,50\\%")), set(many(13, () => "50\\%,0.5,50")), 5],
    [
      "constants in all their orders",
      many(4, (i) => `C_${i}e^{${i + 1}x}`, "+"),
      many(4, (i) => `C_${i}e^{${4 - i}x}`, "+"),
      100
    ],
    ["decimals", set(many(40, (i) => `0.${333 + i}`)), set(many(40, (i) => `0.${372 - i}`)), 1000],
    ["alternatives", many(40, (i) => `x=${i}`, " or "), many(40, (i) => `x=${39 - i}`, " or "), 700],
    ["roots beside what they exceed", many(9, (i) => beside(i, "|"), "+"), many(9, (i) => beside(8 - i), "+"), 400],
    ["lengths that are alike", many(3, (i) => `\\sqrt{1-\\cos^2 ${i + 1}x}`, "+"), many(3, (i) => `|\\sin ${i + 1}x|`, "+"), 2000]
  ])("in comparing %s", (_, a, b, least) => {
    beginTurn(Number.POSITIVE_INFINITY)
    const [left, right] = [readAnswer(a), readAnswer(b)]
    const steps = stepsOf(() => equalAnswers(left, right))
    expect(steps).toBeGreaterThan(least)
    // Also where all of it is known already.
    expect(stepsOf(() => equalAnswers(left, right))).toBe(steps)
  })
})

describe("what is worked out once", () => {
  const madeOf = () => {
    const inner = new Once(() => spend(100))
    const outer = new Once(() => {
      spend(10)
      inner.get()
    })
    return { inner, outer }
  }

  it("costs the same, whichever of two was asked for first before, and whether one asks for the other", () => {
    const orders = [
      ["inner", "outer"],
      ["outer", "inner"]
    ] as const
    for (const before of [[], ...orders]) {
      const made = madeOf()
      beginTurn(Number.POSITIVE_INFINITY)
      for (const name of before) made[name].get()
      expect(
        stepsOf(() => made.outer.get()),
        before.join()
      ).toBe(110)
      expect(
        stepsOf(() => made.inner.get()),
        before.join()
      ).toBe(100)
      for (const names of orders)
        expect(
          stepsOf(() => names.forEach((name) => made[name].get())),
          before.join()
        ).toBe(110)
    }
  })
})

describe("sets of what is equal to more than one", () => {
  it.each([
    ["\\{50, 0.5, 50\\%\\}", "\\{50\\%, 0.5, 50\\}"],
    ["\\{50\\%, 50, 0.5\\}", "\\{0.5, 50\\%, 50\\}"],
    ["\\{0.67, 0.674, \\frac23\\}", "\\{\\frac23, 0.67, 0.674\\}"],
    ["\\{5, 5\\text{ cm}, 5\\text{ m}\\}", "\\{5\\text{ m}, 5, 5\\text{ cm}\\}"],
    ["\\{7, 7:00, 7\\text{ pm}\\}", "\\{7\\text{ pm}, 7, 7:00\\}"],
    ["\\{(1,50\\%),(1,50),(1,0.5)\\}", "\\{(1,0.5),(1,50\\%),(1,50)\\}"],
    ["\\{\\frac12, 0.5, \\frac24\\}", "\\{0.5\\}"],
    ["\\{1,1,2\\}", "\\{1,2\\}"],
    ["\\{5\\text{ m}, 500\\text{ cm}\\}", "\\{5\\text{ m}\\}"],
    ["\\{(x+1)^2, x^2+2x+1\\}", "\\{x^2+2x+1\\}"],
    ["1,1", "(1,1)"]
  ])("%s is %s", (a, b) => expect([isSameAnswer(a, b), isSameAnswer(b, a)]).toEqual([true, true]))

  it.each([
    ["\\{50, 0.5\\}", "\\{50\\%\\}"],
    ["\\{50, 0.5\\}", "\\{50\\%, 3\\}"],
    ["\\{5\\text{ cm}, 5\\text{ s}\\}", "\\{5\\text{ cm}, 5\\text{ kg}\\}"],
    ["\\{1,2\\}", "\\{1,2,3\\}"],
    ["\\{0.67, 0.674\\}", "\\{\\frac23\\}"]
  ])("%s is not %s", (a, b) => expect([isSameAnswer(a, b), isSameAnswer(b, a)]).toEqual([false, false]))
})

describe("double factorials", () => {
  it.each([
    ["3!!", "3"],
    ["5!!", "15"],
    ["6!!", "48"],
    ["0!!", "1"],
    ["1!!", "1"],
    ["(3!)!", "720"],
    ["\\frac{7!!}{5!!}", "7"]
  ])("%s is %s", (a, b) => expect(isSameAnswer(a, b)).toBe(true))

  it.each(["n!!", "3!!!", "1.5!!", "501!!", "(2+1)!!"])("%s is not read", (text) => {
    expect(reading(text)).toEqual({ problem: "has a double factorial that is not read" })
  })
})

describe("what could only be read for something else is not read", () => {
  it.each([
    "\\frac{d}{dx} f",
    "\\frac{d}{dx}",
    "d/dx",
    "10 \\approx 12",
    "4 \\approx 5.0",
    "\\pi \\approx 3.2",
    "\\mathbb{R} \\setminus \\{k\\pi\\}",
    "(A\\times B)\\cup C",
    "2\\times2\\times2\\text{ cube}",
    "(\\pm 1, \\pm 1, \\pm 1, \\pm 1, \\pm 1)",
    "(2,5)-(3,4)",
    "3(1,000)",
    "n(1,2)",
    "\\ln^{-1} 2",
    "\\log^{-1} x",
    "\\max^{-1}(1,2)",
    "x\\,dy+d^2",
    "\\operatorname{Var} XY",
    "\\det",
    "f(x",
    "f(1+)",
    "\\begin{pmatrix}1&2\\end{pmatrix}\\begin{pmatrix}1&2\\end{pmatrix}",
    "\\begin{pmatrix}1\\\\2\\end{pmatrix}^{-1}",
    "\\begin{pmatrix}1&2\\\\2&4\\end{pmatrix}^{-1}",
    ...["^n", "^c", "!", "^{1/2}", "^\\circ", "^{-T}", "^{-2}", "^{2}!", "^2+I", "'", "_2"].map(
      (behind) => `\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}${behind}`
    ),
    "2\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}^n",
    "A = \\begin{matrix}1&2\\\\3&4\\end{matrix}!",
    "\\left(\\begin{array}{cc}1&2\\\\3&4\\end{array}\\right)^{n}",
    "\\mathbb{R}^T",
    "(0,1)\\cup(2,3)^T",
    "x \\in (0,1)^T",
    "x=1,2,y=3",
    "\\sin(1,2)",
    "\\ln(2,5)",
    "log(8,2)",
    "\\sin_2 8",
    "\\max_{x}(1,2)",
    "0.27\\overline{0}1",
    "0.\\overline{3}5",
    "0.(3)5",
    "0.\\overline{3}\\overline{4}"
  ])("%s", (text) => expect(reading(text)).toHaveProperty("problem"))
})
