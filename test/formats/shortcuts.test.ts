/** What most completions never have to go through gives the verdict that going through it gives. */

import { readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { answerText, isSameAnswer, reading } from "../../src/answers/answers.ts"
import { isDegenerate, loops } from "../../src/formats/degenerate.ts"
import { formats } from "../../src/formats/registry.ts"
import { generate } from "../../src/problems/grammar.ts"
import { evaluate, evaluateCached } from "../../src/python/evaluate.ts"
import { draws } from "../../src/random/philox.ts"

const random = draws(20_261_129, "format-shortcuts")

const pairs = "answer counted kept letter shape unit"
  .split(" ")
  .flatMap((name): ReadonlyArray<{ gold: string; answer: string }> =>
    JSON.parse(readFileSync(new URL(`../answers/${name}-pairs.json`, import.meta.url), "utf8"))
  )

describe("a number alone", () => {
  const numbers = () => {
    const digits = (most: number) => Array.from({ length: random.between(1, most) }, () => random.below(10)).join("")
    const decimals = random.pick(["", `.${digits(random.pick([2, 9, 30, 31]))}`])
    return random.pick(["", "-"]) + digits(random.pick([2, 6, 30, 31])) + decimals
  }
  const written = [
    ...Array.from({ length: 2000 }, numbers),
    ...pairs.flatMap(({ gold, answer }) => [gold, answer]).filter((text) => /^[-\d.,/ ]+$/.test(text))
  ]

  it("is read as between marks of mathematics, where all rewrites are tried", () => {
    for (const text of [...written, "-0", "007", "0.50", "-0.0", "1.", ".5", "-.5", "1,234.50"]) {
      expect(reading(text), text).toEqual(reading(`$${text}$`))
      expect(answerText(text)?.replace(/^-?0+$/, "0"), text).toBe(answerText(`\\(${text}\\)`)?.replace(/^-?0+$/, "0"))
    }
  })

  it("equals what it equals there", () => {
    for (let i = 0; i < 2000; i++) {
      const [a, b] = [random.pick(written), random.pick(written)]
      expect(isSameAnswer(a, b), `${a} and ${b}`).toBe(isSameAnswer(`$${a}$`, `$${b}$`))
    }
  })
})

describe("a text whose last two words stand too seldom for a loop", () => {
  const WORDS = ["31", "3", "a", "so", "}", ".", "é", "é3", "3é", "and", "\u00a0"]
  const BLANKS = [" ", " ", " ", "\n", "  ", "\t", "\u00a0", "\u2028"]
  const texts = Array.from({ length: 5000 }, () => {
    const some = Array.from({ length: random.between(1, 5) }, () => random.pick(WORDS))
    const front = Array.from({ length: random.below(12) }, () => random.pick(WORDS))
    const rounds = Array.from({ length: random.below(9) }, () => some).flat()
    return [...front, ...rounds, ...some.slice(0, random.below(some.length + 1))]
      .map((word) => word + random.pick(BLANKS))
      .join("")
  })

  it("is one that ends in none, word by word", () => {
    const found = texts.map((text) => {
      expect(isDegenerate(text), JSON.stringify(text)).toBe(loops(text))
      return loops(text)
    })
    expect(found.filter(Boolean).length).toBeGreaterThan(1000)
    expect(found.filter((loop) => !loop).length).toBeGreaterThan(1000)
  })
})

describe("an outcome that is remembered", () => {
  const sources = Array.from({ length: 60 }, (_, i) => {
    const problem = generate({ maximum: 99, steps: { 1: 1, 3: 1 }, distractors: 0.3, split: "any" }, 5, i)
    return formats
      .find(({ name }) => name === "tinygsm")!
      .render(problem, "plain")
      .replaceAll("\n ", "\n")
  })
  const all = ["[1]", "-1", "3 x", "x", "def f(): return 3", "x = 1\nx", ...sources]

  it("is that of its source, its entry and what ran before, in any order of asking", () => {
    for (let i = 0; i < 3000; i++) {
      const source = random.pick(all)
      const entry = random.pick([undefined, "f", "simple_math_problem"])
      const before = random.pick([undefined, [], ["x = 5"], ["x = 6", "def f(): return x"]])
      const options = { ...(entry !== undefined && { entry }), ...(before !== undefined && { before }) }
      const [now, then] = [evaluateCached(source, options), evaluate(source, options)]
      expect({ ...now, value: null }).toEqual({ ...then, value: null })
    }
  })
})
