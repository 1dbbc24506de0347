/** That equality is exact: no coefficient is lost beside others, however large, and no order or bracket counts. */

import { describe, expect, it } from "vitest"

import { isSameAnswer } from "../../../src/answers/answers.ts"
import { equalAnswers } from "../../../src/answers/equal.ts"
import { beginTurn } from "../../../src/answers/mathematics/work.ts"
import { readAnswer } from "../../../src/answers/read-answer.ts"

/** Numbers that are the same in every run. */
const generator = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return Math.floor(((state >>> 0) / 2 ** 32) * below)
  }
}

const PARTS = ["x", "x^2", "y", "xy", "\\sqrt2", "\\pi", "i", "x\\sqrt3", "\\sin x", "a^n", "\\sqrt{x+1}", "e^x", ""]

interface Product {
  readonly number: bigint
  readonly part: string
}
const written = (products: ReadonlyArray<Product>): string =>
  products.map(({ number, part }) => `${number < 0n ? "-" : "+"}${number < 0n ? -number : number}${part}`).join("")

const sumOf = (next: (below: number) => number): ReadonlyArray<Product> =>
  PARTS.filter(() => next(2) === 0)
    .slice(0, 6)
    .map((part) => {
      const size = BigInt(next(1_000_000) + 1) * 10n ** BigInt(next(60))
      return { number: next(2) === 0 ? size : -size, part }
    })

const has = (sum: ReadonlyArray<Product>, part: string) => sum.some((one) => one.part === part)

const both = (a: string, b: string) => [isSameAnswer(a, b), isSameAnswer(b, a)]

describe("sums with coefficients of up to sixty-six digits", () => {
  const next = generator(11)
  const cases = Array.from({ length: 60 }, () => ({ sum: sumOf(next), at: next(1000), other: sumOf(next) })).filter(
    ({ sum, other }) => sum.length > 1 && other.length > 0
  )

  it("are equal in any order", () => {
    for (const { sum, at } of cases) {
      const turned = [...sum.slice(at % sum.length), ...sum.slice(0, at % sum.length)]
      expect(both(written(sum), written(turned)), written(sum)).toEqual([true, true])
    }
  })

  it("are equal multiplied out", () => {
    for (const { sum, other } of cases) {
      const few = other.slice(0, 2)
      const product = `(${written(sum.slice(0, 3))})(${written(few)})`
      const out = few.map(({ number, part }) => `(${number})*(${part || "1"})*(${written(sum.slice(0, 3))})`).join("+")
      expect(both(product, out), product).toEqual([true, true])
    }
  })

  it("are equal over one denominator", () => {
    for (const { sum, other } of cases) {
      const [a, b] = [written(sum.slice(0, 2)), written(other.slice(0, 2))]
      expect(both(`\\frac{${a}}{${b}}+1`, `\\frac{${a}${b}}{${b}}`), a).toEqual([true, true])
    }
  })

  it("are different where one coefficient differs by one", () => {
    for (const { sum, at } of cases) {
      const moved = sum.map((one, i) => (i === at % sum.length ? { ...one, number: one.number + 1n } : one))
      expect(both(written(sum), written(moved)), written(sum)).toEqual([false, false])
      expect(both(`(${written(sum)},1)`, `(${written(moved)},1)`), written(sum)).toEqual([false, false])
      expect(both(`\\frac{1}{${written(sum)}}`, `\\frac{1}{${written(moved)}}`), written(sum)).toEqual([false, false])
    }
  })

  it("make equations that are the same up to a factor, and no others", () => {
    for (const { sum, at } of cases.filter(({ sum }) => has(sum, "x") && has(sum, "y"))) {
      const tripled = sum.map((one) => ({ ...one, number: one.number * 3n }))
      const moved = tripled.map((one, i) => (i === at % sum.length ? { ...one, number: one.number + 1n } : one))
      expect(both(`${written(sum)}=0`, `${written(tripled)}=0`), written(sum)).toEqual([true, true])
      expect(both(`${written(sum)}=0`, `${written(moved)}=0`), written(sum)).toEqual([false, false])
    }
  })
})

describe("what would cost too much", () => {
  it.each([
    ["9^{9^{9^9}}+x", "x+9^{9^{9^9}}"],
    ["(x+y+z+1)^{200}", "(z+y+1+x)^{200}"],
    ["(2^{100000})x", "x(2^{100000})"],
    ["\\sqrt{\\sqrt{\\sqrt{\\sqrt{x+1}+1}+1}+1}", "\\sqrt{1+\\sqrt{1+\\sqrt{1+\\sqrt{1+x}}}}"],
    ["\\sin(\\sin(\\sin(\\sin x+1)+1)+1)", "\\sin(1+\\sin(1+\\sin(1+\\sin x)))"],
    ["(a+b+c+d+e+f)^{30}(a-b)^{20}", "(b+a+c+d+f+e)^{30}(a-b)^{20}"]
  ])("is taken as it stands: %s", (a, b) => expect(both(a, b)).toEqual([true, true]))

  it.each([
    ["9^{9^{9^9}}", "9^{9^{9^9}}+1"],
    ["(x+y+z+1)^{200}", "(x+y+z+1)^{201}"],
    ["(2^{100000})x", "(2^{100000}+1)x"],
    ["\\frac{1}{x^{9999}+1}", "\\frac{1}{x^{9999}+2}"],
    ["e^{e^{e^{e^e}}}", "e^{e^{e^{e^e}}}+1"],
    ["\\sin(10^{2000})", "\\sin(10^{2000}+1)"],
    ["3000!", "3000!+1"]
  ])("is told from what differs: %s", (a, b) => expect(both(a, b)).toEqual([false, false]))

  /** What a comparison may take: the limit of `answers.ts`, in which each of these must end or stop. */
  it("ends within the steps of a comparison, or stops there", () => {
    const many = (n: number, part: (i: number) => string) => Array.from({ length: n }, (_, i) => part(i))
    for (const parts of [
      many(30, (i) => `\\sqrt{${i + 2}}`),
      many(20, (i) => `\\sin ${i}x`),
      many(25, (i) => `\\frac{1}{x+${i}}`)
    ]) {
      const [text, turned] = [parts.join("+"), parts.toReversed().join("+")]
      expect(both(text, `${text}+10^{-30}`), text).toEqual([false, false])
      beginTurn(30_000)
      const verdict = () => equalAnswers(readAnswer(text), readAnswer(turned))
      expect(verdict(), text).toBe(true)
    }
  })
})
