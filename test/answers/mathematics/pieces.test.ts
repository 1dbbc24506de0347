/**
 * That two with absolute values, floors and maxima in them are called equal only where they are: held against values worked out
 * here, in exact fractions, at many whole points and at points between them, and against forms that are equal by what they are.
 */

import { describe, expect, it } from "vitest"

import { isSameAnswer } from "../../../src/answers/answers.ts"

/** Numbers that are the same in every run. */
const generator = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return Math.floor(((state >>> 0) / 2 ** 32) * below)
  }
}
type Next = (below: number) => number

/** With its value at a point, both times `SCALE`. */
interface Made {
  readonly text: string
  readonly at: (x: number, y: number) => number
}

/** Points are so many parts of one, and nothing is divided by but for a floor: doubles of these values are exact. */
const SCALE = 240

const leaf = (next: Next, letters: string): Made => {
  if (next(3) > 0) {
    const letter = letters[next(letters.length)]!
    return { text: letter, at: letter === letters[0] ? (x) => x : (_, y) => y }
  }
  const n = next(9) - 4
  return { text: n < 0 ? `(${n})` : `${n}`, at: () => n * SCALE }
}

const made = (next: Next, letters: string, depth: number, whole: boolean): Made => {
  if (depth === 0) return leaf(next, letters)
  const of = () => made(next, letters, depth - 1, whole)
  const [a, b] = [of(), of()]
  switch (next(whole ? 8 : 6)) {
    case 0:
      return { text: `\\left|${a.text}\\right|`, at: (x, y) => Math.abs(a.at(x, y)) }
    case 1:
      return { text: `\\max(${a.text},${b.text})`, at: (x, y) => Math.max(a.at(x, y), b.at(x, y)) }
    case 2:
      return { text: `\\min(${a.text},${b.text})`, at: (x, y) => Math.min(a.at(x, y), b.at(x, y)) }
    case 3:
      return { text: `\\left(${a.text}+${b.text}\\right)`, at: (x, y) => a.at(x, y) + b.at(x, y) }
    case 4:
      return { text: `\\left(${a.text}-${b.text}\\right)`, at: (x, y) => a.at(x, y) - b.at(x, y) }
    case 5: {
      const n = next(3) + 2
      return { text: `${n}\\left(${a.text}\\right)`, at: (x, y) => n * a.at(x, y) }
    }
    case 6: {
      const n = next(3) + 2
      return { text: `\\lfloor\\frac{${a.text}}{${n}}\\rfloor`, at: (x, y) => Math.floor(a.at(x, y) / n / SCALE) * SCALE }
    }
    default: {
      const n = next(3) + 2
      return { text: `\\lceil\\frac{${a.text}}{${n}}\\rceil`, at: (x, y) => Math.ceil(a.at(x, y) / n / SCALE) * SCALE }
    }
  }
}

/** The same in another way. */
const rewritten = (next: Next, { text, at }: Made): Made => {
  const n = next(5) + 1
  switch (next(5)) {
    case 0:
      return { text: `\\frac{2\\left(${text}\\right)}{2}`, at }
    case 1:
      return { text: `\\max(${text},${text}-${n})`, at }
    case 2:
      return { text: `${n}+\\left(${text}\\right)-${n}`, at }
    case 3:
      return { text: `-\\left(-\\left(${text}\\right)\\right)`, at }
    default:
      return { text: `\\frac{|${n}\\left(${text}\\right)|}{${n}}`, at: (x, y) => Math.abs(at(x, y)) }
  }
}

const POINTS = [-1000, -240, -61, -17, -8, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 24, 100, 241, 1003]
const BETWEEN = [...POINTS, -7.5, -3.25, -1.5, -0.5, 0.25, 0.5, 0.75, 1.25, 2.5, 3.75, 4.5, 9.5]

const agree = (a: Made, b: Made, whole: boolean): boolean => {
  const points = whole ? POINTS : BETWEEN
  return points.every((x) => points.every((y) => a.at(x * SCALE, y * SCALE) === b.at(x * SCALE, y * SCALE)))
}

describe.each([
  ["of one variable", "x", false, 21],
  ["of two variables", "xy", false, 22],
  ["of a whole number", "n", true, 23],
  ["of two whole numbers", "mn", true, 24]
] as const)("random forms %s", (_, letters, whole, seed) => {
  it("are equal only where their values are, however they are paired", () => {
    const next = generator(seed)
    const wrong: Array<string> = []
    let equal = 0
    for (let i = 0; i < 250; i++) {
      const [a, b] = [made(next, letters, 1 + next(2), whole), made(next, letters, 1 + next(2), whole)]
      for (const other of [b, rewritten(next, a)]) {
        const verdict = isSameAnswer(a.text, other.text)
        if (verdict !== isSameAnswer(other.text, a.text)) wrong.push(`${a.text} | ${other.text} | other way round`)
        if (verdict) equal++
        if (verdict && !agree(a, other, whole)) wrong.push(`${a.text} | ${other.text}`)
      }
    }
    expect(wrong).toEqual([])
    expect(equal).toBeGreaterThan(100)
  })

  it("are shown to be equal where they are, nearly always", () => {
    const next = generator(seed + 10)
    let [same, shown] = [0, 0]
    for (let i = 0; i < 100; i++) {
      const a = made(next, letters, 1 + next(2), whole)
      const b = rewritten(next, a)
      if (!agree(a, b, whole)) continue
      same++
      if (isSameAnswer(a.text, b.text)) shown++
    }
    expect(shown / same).toBeGreaterThan(letters.length === 1 ? 0.97 : 0.9)
  })
})
