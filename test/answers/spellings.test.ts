/**
 * What holds of answers in general: a text equals itself and every other spelling of the same value, either way round, and no
 * spelling of another. Values are drawn, and written in as many ways as the field writes them.
 */

import { describe, expect, it } from "vitest"

import { isSameAnswer, reading } from "../../src/answers/answers.ts"
import { plainLatex } from "../../src/answers/plain-latex.ts"
import { canonicalAnswer } from "../../src/datasets/answers.ts"
import { gradable, grade } from "../../src/formats/grade.ts"
import { draws } from "../../src/random/philox.ts"

const random = draws(20_261_129, "answer-spellings")
const many = <A>(make: () => A): ReadonlyArray<A> => Array.from({ length: 150 }, make)

interface Fraction {
  readonly top: number
  readonly bottom: number
}

/** Spellings of a fraction that is no whole number. */
const fraction = ({ top, bottom }: Fraction): ReadonlyArray<string> => {
  const [sign, size] = [top < 0 ? "-" : "", Math.abs(top)]
  const whole = Math.floor(size / bottom)
  const rest = size % bottom
  return [
    `${top}/${bottom}`,
    `${sign}\\frac{${size}}{${bottom}}`,
    `\\frac{${top}}{${bottom}}`,
    `\\frac {${top}} {${bottom}}`,
    `\\dfrac{${2 * top}}{${2 * bottom}}`,
    `\\frac{${-top}}{${-bottom}}`,
    `${sign}\\frac{${-size}}{${-bottom}}`,
    `$${sign}\\tfrac{${size}}{${bottom}}$`,
    `\\left(${sign}\\frac{${size}}{${bottom}}\\right)`,
    `x = ${sign}\\frac{${size}}{${bottom}}`,
    `${sign}${size} \\div ${bottom}`,
    `${sign}${3 * size}\\cdot\\frac{1}{${3 * bottom}}`,
    ...(size < 10 && bottom < 10 ? [`${sign}\\frac${size}${bottom}`, `${sign}\\frac ${size}{${bottom}}`] : []),
    ...(whole > 0 ? [`${sign}${whole}\\frac{${rest}}{${bottom}}`, `${sign}${whole} ${rest}/${bottom}`] : []),
    `\\boxed{${sign}\\frac{${size}}{${bottom}}}`,
    `${sign}\\frac{${size}}{${bottom}}.`
  ]
}

const drawFraction = (): Fraction => {
  const bottom = random.pick([2, 3, 4, 5, 7, 8, 9, 12, 16, 25])
  for (;;) {
    const top = random.between(-60, 60)
    if (top % bottom !== 0) return { top, bottom }
  }
}

/** Spellings of m times 10^n. */
const scientific = (digits: number, power: number): ReadonlyArray<string> => [
  `${digits}e${power}`,
  `${digits} \\times 10^{${power}}`,
  `${digits}\\cdot10^{${power}}`,
  `${digits / 10} \\times 10^{${power + 1}}`,
  `${digits}×10^{${power}}`,
  ...(power >= 0 ? [String(BigInt(digits) * 10n ** BigInt(power))] : [])
]

/** Spellings of a + b sqrt(c). */
const radical = (a: number, b: number, c: number): ReadonlyArray<string> => {
  const term = `${b === 1 ? "" : b}\\sqrt{${c}}`
  return [
    `${a}+${term}`,
    `${term} + ${a}`,
    `${a}+\\sqrt{${b * b * c}}`,
    `${a}+${b}\\cdot ${c}^{1/2}`,
    `\\frac{${2 * a}+${2 * b}\\sqrt{${c}}}{2}`,
    `${a} - (-${term})`,
    `${a}+${b}√{${c}}`
  ]
}

/** Spellings of (x + a)(x + b). */
const polynomial = (a: number, b: number): ReadonlyArray<string> => [
  `(x+${a})(x+${b})`,
  `(x + ${b}) \\cdot (x + ${a})`,
  `x^2+${a + b}x+${a * b}`,
  `${a * b} + ${a + b}x + x^{2}`,
  `x(x+${a + b})+${a * b}`,
  `x^2 + ${a}x + ${b}x + ${a}*${b}`
]

/** Spellings of a set of three. */
const set = ([a, b, c]: ReadonlyArray<number>): ReadonlyArray<string> => [
  `\\{${a},${b},${c}\\}`,
  `\\{${c}, ${a}, ${b}\\}`,
  `\\left\\{ ${b}, ${c}, ${a} \\right\\}`,
  `${b}, ${a}, ${c}`,
  `${a}, ${b} \\text{ and } ${c}`
]

const KINDS: ReadonlyArray<readonly [string, () => ReadonlyArray<string>]> = [
  ["fractions", () => fraction(drawFraction())],
  ["powers of ten", () => scientific(random.between(1, 99) * 10 + random.between(1, 9), random.between(-9, 20))],
  ["radicals", () => radical(random.between(1, 9), random.between(1, 9), random.pick([2, 3, 5, 6, 7, 10, 11, 13]))],
  ["polynomials", () => polynomial(random.between(1, 9), random.between(1, 9))],
  ["sets", () => set([random.between(1, 20), random.between(21, 40), random.between(41, 60)])]
]

describe.each(KINDS)("spellings of %s", (_, draw) => {
  const groups = many(draw)

  it("are one answer, either way round", () => {
    for (const group of groups)
      for (const a of group)
        for (const b of [a, ` ${a} `, random.pick(group), group[0]!]) {
          expect(isSameAnswer(a, b), `${a} | ${b}`).toBe(true)
          expect(isSameAnswer(b, a), `${b} | ${a}`).toBe(true)
        }
  })

  it("are read alike by the loader of data and by the grader of completions", () => {
    for (const group of groups) {
      const [text, other] = [random.pick(group), random.pick(group)]
      const reference = canonicalAnswer(text)!
      expect(gradable(reference), text).toBeNull()
      expect(grade(`Thus the answer is \\boxed{${other}}.`, reference, "corrected").correct, `${other} | ${text}`).toBe(true)
    }
  })

  it("are no other answer", () => {
    for (const [i, group] of groups.entries()) {
      const other = groups[(i + 1) % groups.length]!
      if (isSameAnswer(group[0]!, other[0]!)) continue
      for (const a of group) expect(isSameAnswer(a, random.pick(other)), `${a} | ${other[0]}`).toBe(false)
    }
  })
})

describe("a text against itself", () => {
  const PARTS = [
    "1",
    "23",
    "x",
    "y",
    "+",
    "-",
    "\\cdot ",
    "/",
    "^2",
    "\\sqrt{",
    "}",
    "(",
    ")",
    "\\frac{",
    "}{",
    "\\pi",
    ",",
    "=",
    "\\text{",
    "<"
  ]

  it("is right whenever it can be read, and judged alike either way round against any other", () => {
    const texts = Array.from({ length: 10_000 }, () =>
      Array.from({ length: random.between(1, 9) }, () => random.pick(PARTS)).join("")
    )
    const readable = texts.filter((text) => "answer" in reading(text))
    expect(readable.length).toBeGreaterThan(300)
    for (const text of readable) {
      expect(isSameAnswer(text, ` ${text}`), text).toBe(true)
      const other = random.pick(readable)
      expect(isSameAnswer(text, other), `${text} | ${other}`).toBe(isSameAnswer(other, text))
    }
  })
})

describe("equality", () => {
  it("is transitive but for what may be left out", () => {
    // Percent, units, bases and rounding are the exceptions that docs/answers.md states.
    const texts = [
      ["1/2", "0.5", "\\frac12", "\\sqrt{1/4}", "2^{-1}", "\\sin 30^\\circ", "1", "2", "\\frac{2}{4}"],
      ["x+1", "1+x", "\\frac{x^2-1}{x-1}", "(x^2+x)/x", "x", "|x|", "\\sqrt{x^2}", "\\frac{x^2}{|x|}"],
      ["\\{1,2\\}", "2,1", "\\{2,1\\}", "1 \\text{ and } 2", "\\pm 1", "\\{-1,1\\}", "1,-1"],
      ["\\ln 4", "2\\ln 2", "\\ln 2 + \\ln 2", "\\pi", "\\frac{2\\pi}{2}", "e^{i\\pi}", "-1", "i^2"],
      ["y=2x", "2y=4x", "y-2x=0", "[0,1]", "0 \\le x \\le 1", "x \\in [0,1]", "(0,1)", "0<x<1"]
    ].flat()
    for (const a of texts)
      for (const b of texts)
        for (const c of texts)
          if (isSameAnswer(a, b) && isSameAnswer(b, c)) expect(isSameAnswer(a, c), `${a} | ${b} | ${c}`).toBe(true)
  })

  it.each([
    ["50\\%", "50", "0.5"],
    ["5", "5\\text{ cm}", "5\\text{ m}"],
    ["1011", "1011_2", "1011_3"],
    ["0.67", "2/3", "0.674"]
  ])("leaves out on one side what the other states: %s, %s, %s", (a, b, c) => {
    const pairs = [
      [a, b],
      [b, c],
      [a, c]
    ] as const
    expect(pairs.filter(([left, right]) => isSameAnswer(left, right))).toHaveLength(2)
  })
})

describe("other spellings of the field", () => {
  it.each([
    ["8", "2**3"],
    ["1024", "2**10"],
    ["x^2", "x**2"],
    ["5", "{\\color{red}5}"],
    ["5", "\\textcolor{red}{5}"],
    ["5", "\\underline{5}"],
    ["5", "5\\\\"],
    ["1/2", "½"],
    ["5/2", "2½"],
    ["1/2", "{1 \\over 2}"],
    ["10", "{5 \\choose 2}"],
    ["1/2", "1⁄2"],
    ["1000", "1_000"],
    ["17", "**17**"],
    ["x<y", "y>x"],
    ["5", "Total = 5"],
    ["y=2x+3", "2x+3"],
    ["-221_3", "-221_{3}"],
    ["-221_3", "-0221_{\\text{three}}"],
    ["-221", "-221_3"],
    ["0.0011_{2}", "0.00110_2"],
    ["0.0011", "0.0011_2"]
  ])("%s is %s", (a, b) => {
    expect([isSameAnswer(a, b), isSameAnswer(b, a)]).toEqual([true, true])
  })

  it.each([
    ["-221_3", "221_3"],
    ["-221_3", "-221_4"],
    ["0.0011_2", "0.011_2"],
    ["0.0011_2", "0.0011_3"]
  ])("%s is not %s", (a, b) => {
    expect([isSameAnswer(a, b), isSameAnswer(b, a)]).toEqual([false, false])
  })

  it("are told from each other by their names, in a completion too", () => {
    const verdict = (answer: string, gold: string) => grade(`Thus \\boxed{${answer}}.`, gold, "corrected").correct
    expect([verdict("y=5", "x=5"), verdict("x=5", "x=5"), verdict("5", "x=5"), verdict("x=5", "5")]).toEqual([
      false,
      true,
      true,
      true
    ])
  })
})

describe("what is no answer", () => {
  it.each([
    ["\\frac{1}", "ends too early"],
    ["\\sqrt{2", "ends too early"],
    ["(1", "ends too early"],
    ["x^", "ends too early"],
    ["10-12", "is a range and no value"],
    ["1 2", "has two numbers side by side"],
    ["\\sum_{k=1}^n k", "has \\sum, which is not read"],
    ["x >", "lacks one side of a relation"],
    ["", "is empty"],
    ["$$", "has"],
    [`${"(".repeat(90)}1${")".repeat(90)}`, "nests too deep"],
    ["7".repeat(1001), "has more than 1000 characters"],
    [Array.from({ length: 50 }, (_, i) => i).join(", "), "has more than 40 parts"],
    [`${"x+".repeat(400)}1`, "is too long"],
    ["\u0000", "has"],
    ["🎈", "has"]
  ])("%s %s", (text, problem) => {
    const found = reading(text)
    expect("problem" in found && found.problem).toContain(problem)
  })

  it.each([
    ["4", ["4\\pi", "4r^2", "4x", "4!", "4i", "4e", "4^2", "\\frac{4}{2}", "4 or more", "4 million", "4,5"]],
    ["2", ["2i", "2e", "2\\pi", "20", "2.5", "2\\text{ or }3", "2/1000"]],
    ["7\\text{ pm}", ["7\\text{ am}"]],
    ["5\\text{ cm}", ["5\\text{ m}", "5\\text{ cm}^2", "5\\text{ s}", "50\\text{ cm}"]],
    ["0", ["10^{-12}", "0.000001", "\\epsilon"]],
    ["2^{100}", ["2^{100}+1", "2^{100}-1"]],
    ["3.14159", ["\\pi"]],
    ["x", ["\\sqrt{x^2}", "|x|", "y", "x_1", "x'"]],
    ["9^{9^{9^9}}", ["9^{9^{9^8}}", "\\infty", "9"]],
    ["x^2+y^2-25=0", ["0", "0x11", "25"]],
    ["4", ["x^2=4", "2x=4", "\\sin x=4", "x+y=4"]],
    ["x=5", ["y=5", "x=6"]],
    ["P(A)=0.5", ["P(B)=0.5"]],
    ["x\\ge 3", ["y\\ge 3", "x>3"]],
    ["8", ["2**4", "23"]],
    ["7", ["7 hundredths", "7 thirds", "7 million", "7 negative"]]
  ])("%s is none of %j", (gold, answers) => {
    expect(answers.filter((answer) => isSameAnswer(gold, answer) || isSameAnswer(answer, gold))).toEqual([])
  })
})

it("a text with more gaps than any answer has is left as it is, and stops nothing", () => {
  expect(plainLatex(`x=1${" & ".repeat(60)}y=2`)).not.toContain(",")
  expect(plainLatex("x=1 & y=2")).toContain(",")
})
