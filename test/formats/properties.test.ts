/** What holds of answers in general, on drawn numbers: however they are written they are read, and equality is what it says. */

import { describe, expect, it } from "vitest"

import { isSameAnswer, numberIn } from "../../src/answers/answers.ts"
import { lastBoxed } from "../../src/answers/boxed.ts"
import { grade } from "../../src/formats/grade.ts"
import { draws } from "../../src/random/philox.ts"

/** Random numbers written by other means than ours: the host's number formatting, and fractions in integers. */
const random = draws(20_250_407, "format-properties")
const many = <A>(make: () => A): ReadonlyArray<A> => Array.from({ length: 500 }, make)

const magnitude = () => 10 ** random.below(9)
const integer = () => random.between(-magnitude(), magnitude())
/** With one to four decimals, the last of them not 0. */
const decimal = () => {
  const places = random.between(1, 4)
  const units = random.below(1_000_000) * 10 + random.between(1, 9)
  const text = (units / 10 ** places).toFixed(places)
  return random.uniform() < 0.5 ? `-${text}` : text
}
const english = (n: number) => n.toLocaleString("en-US")
const units = ["apples", "km/h", "square feet", "cm^2", "dollars", "hours.", "m^3", "°C", "students", "kg"]

describe("an answer read from text", () => {
  it("is the integer, however it is written", () => {
    for (const n of many(integer)) {
      const size = english(Math.abs(n))
      const sign = n < 0 ? "-" : ""
      const written = [
        String(n),
        `${sign}${size}`,
        `${sign}$${size}`,
        `$${sign}${size}`,
        `${sign}€${size}.00`,
        `${sign}${size} ${random.pick(units)}`,
        `**${sign}${size}**`,
        `x = ${sign}${size}`,
        `${sign}${size}.`,
        `${sign}\\$${size.replaceAll(",", "{,}")}`,
        `$${sign}${size.replaceAll(",", "\\,")}$`,
        `${sign}${size}\\text{ ${random.pick(units)}}`,
        `\\text{${sign}${size} ${random.pick(["apples", "dollars"])}}`,
        `${sign}\\frac{${Math.abs(n) * 6}}{6}`,
        n.toExponential()
      ]
      for (const text of written) expect(numberIn(text), text).toBe(String(n))
    }
  })

  it("is the decimal, without zeros at its end", () => {
    for (const text of many(decimal)) {
      expect(numberIn(`${text}00`)).toBe(text)
      expect(numberIn(`${text} ${random.pick(units)}`)).toBe(text)
      expect(numberIn(`${text}%`)).toBe(`${text}%`)
      expect(numberIn(`${text}\\%`)).toBe(`${text}%`)
      expect(numberIn(`${text} percent`)).toBe(`${text}%`)
    }
  })

  it("is the fraction in lowest terms", () => {
    for (const [p, q] of many(() => [random.between(-999, 999), random.between(2, 999)] as const)) {
      const value = numberIn(`${p < 0 ? "-" : ""}\\frac{${Math.abs(p)}}{${q}}`)!
      const [top, bottom = "1"] = value.split("/")
      expect(BigInt(top!) * BigInt(q)).toBe(BigInt(p) * BigInt(bottom))
      const divisors = Array.from({ length: Number(bottom) }, (_, i) => i + 1)
      expect(divisors.filter((d) => Number(top) % d === 0 && Number(bottom) % d === 0)).toEqual([1])
      expect(numberIn(`${p}/${q}`)).toBe(value)
      expect(numberIn(`${p} / ${q} of them`)).toBe(value)
    }
  })

  it("is a mixed number's sum", () => {
    for (const [whole, p, q] of many(() => [random.between(1, 99), random.between(1, 9), random.between(10, 99)] as const)) {
      const improper = numberIn(`${whole * q + p}/${q}`)
      expect(numberIn(`${whole} ${p}/${q}`)).toBe(improper)
      expect(numberIn(`${whole}\\frac{${p}}{${q}}`)).toBe(improper)
    }
  })

  it("is found in the last box, whatever braces stand around it", () => {
    for (const n of many(integer)) {
      const around = random.pick(["{", "\\text{", "\\frac{1}{2} \\sqrt{", "\\boxed{7} {"])
      const text = `${around}a} so $\\boxed{ ${english(n)} }$ ${random.pick(["", ".", "\\text{done}", "\\boxed it"])}`
      expect(numberIn(lastBoxed(text)!)).toBe(String(n))
      for (const profile of ["paper", "corrected"] as const)
        expect(grade(`We have 2 + 2 = 4. Thus \\boxed{${english(n)}}.`, String(n), profile).correct, text).toBe(true)
    }
  })
})

describe("the equality of answers", () => {
  /** |a/b - c/d| as a fraction over the larger of both, compared with the stated tolerance of one in a million. */
  const close = (a: bigint, b: bigint, c: bigint, d: bigint): boolean => {
    const size = (n: bigint) => (n < 0n ? -n : n)
    const [x, y] = [size(a * d), size(c * b)]
    return size(a * d - c * b) * 1_000_000n <= (x > y ? x : y)
  }

  it("holds between a fraction and its decimal expansion of twelve places, and fails a thousandth away", () => {
    for (const [p, q] of many(() => [random.between(1, 999), random.between(2, 999)] as const)) {
      const value = numberIn(`${p}/${q}`)!
      const digits = ((BigInt(p) * 10n ** 12n) / BigInt(q)).toString().padStart(13, "0")
      const text = numberIn(`${digits.slice(0, -12)}.${digits.slice(-12)}`)!
      expect(isSameAnswer(value, text), `${value} ${text}`).toBe(true)
      const off = numberIn(`${1001 * p}/${1000 * q}`)!
      expect(isSameAnswer(value, off), `${value} ${off}`).toBe(p === 0)
    }
  })

  it("of two decimals is the stated tolerance, or that one is the other rounded to two places or more", () => {
    const cases = many(() => {
      const places = random.between(3, 9)
      const a = BigInt(random.between(1, 999_999)) * 10n ** BigInt(random.below(4))
      const b = a + BigInt(random.between(-3, 3))
      return { a, b, places }
    })
    const text = (n: bigint, places: number) => {
      const digits = n.toString().padStart(places + 1, "0")
      return numberIn(`${digits.slice(0, -places)}.${digits.slice(-places)}`)!
    }
    for (const { a, b, places } of cases) {
      const [left, right] = [text(a, places), text(b, places)]
      const width = (value: string) => value.split(".")[1]?.length ?? 0
      // Different decimals of the same width are no roundings of each other.
      if (left.includes(".") && width(left) === width(right))
        expect(isSameAnswer(left, right), `${left} ${right}`).toBe(close(a, 1n, b, 1n))
    }
  })

  it("of integers is exact at any size, also between spellings", () => {
    for (const n of many(() => BigInt(random.between(1, 2 ** 40)) * BigInt(random.between(1, 2 ** 40)))) {
      expect(isSameAnswer(String(n), String(n + 1n))).toBe(false)
      expect(isSameAnswer(numberIn(n.toLocaleString("en-US"))!, String(n))).toBe(true)
    }
  })

  it("reads a percentage as its number and as its hundredth part", () => {
    for (const n of many(() => random.between(1, 400))) {
      expect(isSameAnswer(`${n}%`, String(n))).toBe(true)
      expect(isSameAnswer(`${n}%`, numberIn(`${n}/100`)!)).toBe(true)
      expect(isSameAnswer(`${n}%`, String(n + 1))).toBe(false)
      expect(isSameAnswer(`${n}%`, numberIn(`${n + 1}/100`)!)).toBe(false)
    }
  })

  it("is symmetric, and every value equals itself", () => {
    const values = many(() =>
      random.pick([
        String(integer()),
        numberIn(decimal())!,
        `${integer()}%`,
        numberIn(`${random.between(1, 99)}/${random.between(2, 99)}`)!
      ])
    )
    for (const [i, a] of values.entries()) {
      const b = values[(i + 1) % values.length]!
      expect(isSameAnswer(a, a)).toBe(true)
      expect(isSameAnswer(a, b)).toBe(isSameAnswer(b, a))
    }
  })
})
