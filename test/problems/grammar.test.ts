/** The built-in word problems: purity, arithmetic, splits, and what is refused. */

import { describe, expect, it } from "vitest"

import { clauses } from "../../src/problems/clauses.ts"
import { generate, type GrammarOptions } from "../../src/problems/grammar.ts"
import { valueOf } from "../../src/problems/operations.ts"
import { splitOf } from "../../src/problems/split.ts"

const train: GrammarOptions = { maximum: 99, steps: { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1 }, distractors: 0.3, split: "train" }
const many = (options: GrammarOptions, count: number, seed = 1) =>
  Array.from({ length: count }, (_, i) => generate(options, seed, i))

describe("a problem is a pure function of options, seed and index", () => {
  it("comes out the same whatever was drawn before", () => {
    const alone = generate(train, 7, 123)
    many(train, 200, 7)
    expect(generate(train, 7, 123)).toEqual(alone)
  })

  it("keeps its text and answer across versions of the code: pinned problems", () => {
    const problem = generate({ maximum: 99, steps: { 3: 1 }, distractors: 0, split: "train" }, 1, 0)
    expect(problem.question).toBe(
      "Amy has 3 shells . Amy buys 8 boxes with 3 shells each . Ben has 16 more shells than Amy . How many shells does Ben have ?"
    )
    expect(problem.answer).toBe(43)
    expect(problem.template).toBe("boxes>more")
    const operations = problem.trace.map(({ left, operator, right }) => `${valueOf(left)}${operator}${valueOf(right)}`)
    expect(operations).toEqual(["8*3", "3+24", "27+16"])
  })

  it("differs between seeds and between indices", () => {
    const questions = [...many(train, 500, 1), ...many(train, 500, 2)].map((problem) => problem.question)
    expect(new Set(questions).size).toBe(1000)
  })

  it("accepts indices beyond 32 bits", () => {
    expect(generate(train, 1, 2 ** 32 + 5).question).not.toBe(generate(train, 1, 5).question)
  })
})

describe("arithmetic", () => {
  const problems = [...many(train, 1500), ...many({ ...train, maximum: 20, steps: { 1: 1, 2: 1, 3: 1 } }, 500)]

  it("every value follows from its operands, and the last is the answer", () => {
    for (const { answer, steps, trace } of problems) {
      expect(trace).toHaveLength(steps)
      for (const { left, operator, right, value } of trace) {
        const [a, b] = [valueOf(left), valueOf(right)]
        expect(value).toBe(operator === "+" ? a + b : operator === "-" ? a - b : operator === "*" ? a * b : a / b)
      }
      expect(trace.at(-1)!.value).toBe(answer)
    }
  })

  it("operands that refer to a step carry that step's value, and only look back", () => {
    for (const { trace } of problems)
      for (const [i, step] of trace.entries())
        for (const operand of [step.left, step.right])
          if ("step" in operand) {
            expect(operand.step).toBeLessThan(i)
            expect(operand.value).toBe(trace[operand.step]!.value)
          }
  })

  it("every number of question and trace is an integer within 0..maximum", () => {
    for (const problem of many({ ...train, maximum: 30, steps: { 1: 1, 2: 1, 3: 1 } }, 1000)) {
      const inQuestion = problem.question.match(/\d+/g)!.map(Number)
      for (const n of [...inQuestion, ...problem.trace.map((step) => step.value)]) {
        expect(Number.isInteger(n)).toBe(true)
        expect(n).toBeGreaterThanOrEqual(0)
        expect(n).toBeLessThanOrEqual(30)
      }
    }
  })
})

describe("text", () => {
  const problems = many(train, 1500)

  it("is words parted by single blanks, with every place of the templates filled", () => {
    for (const { question } of problems) {
      expect(question).not.toMatch(/[{}]|\s\s|\n/)
      expect(question.endsWith(" ?")).toBe(true)
    }
  })

  it("names in one story are different people", () => {
    for (const { aside, start, trace } of problems) {
      expect(aside?.name).not.toBe(start.name)
      expect(aside?.item).not.toBe(start.item)
      for (const step of trace) expect(step.who).not.toBe(aside?.name)
    }
  })

  it("a distractor is a sentence of the question that the trace leaves alone", () => {
    const withAside = problems.filter((problem) => problem.distractor)
    expect(withAside.length).toBeGreaterThan(350)
    for (const { aside, question, template } of withAside) {
      expect(question).toContain(`${aside!.name} has ${aside!.count} ${aside!.item} .`)
      expect(template.endsWith(">distractor")).toBe(true)
    }
    for (const { aside, template } of problems.filter((problem) => !problem.distractor)) {
      expect(aside).toBeNull()
      expect(template).not.toContain("distractor")
    }
  })

  it("every clause family occurs, and families can be restricted", () => {
    const told = new Set(problems.flatMap((problem) => problem.template.split(">")))
    expect([...told].toSorted()).toEqual([...clauses.map(({ family }) => family), "distractor"].toSorted())
    const only = many({ ...train, families: ["gain", "half"], distractors: 0, steps: { 2: 1 } }, 200)
    for (const { template } of only) expect(["gain", "half"]).toEqual(expect.arrayContaining(template.split(">")))
  })
})

describe("splits", () => {
  it("are a property of the problem, so that they cannot overlap", () => {
    for (const split of ["train", "unseen-values", "unseen-template"] as const)
      for (const problem of many({ ...train, split }, 200)) expect(splitOf(problem.template, problem.trace)).toBe(split)
  })

  it("hold out about 10 % of step sequences and 5 % of the values of the rest, at every difficulty", () => {
    for (const steps of [1, 2, 3, 6]) {
      const problems = many({ ...train, steps: { [steps]: 1 }, split: "any" }, 2000)
      const share = (split: string) => problems.filter((problem) => problem.split === split).length / problems.length
      expect(share("train")).toBeGreaterThan(0.83)
      expect(share("unseen-values")).toBeGreaterThan(0.03)
      expect(share("unseen-values")).toBeLessThan(0.07)
      if (steps === 1) expect(share("unseen-template")).toBe(0)
      else {
        expect(share("unseen-template")).toBeGreaterThan(0.05)
        expect(share("unseen-template")).toBeLessThan(0.14)
      }
    }
  })

  it("held-out templates start at two operations", () => {
    const drawn = many({ ...train, steps: { 1: 5, 2: 1 }, split: "unseen-template" }, 50)
    expect(drawn.every((problem) => problem.steps === 2)).toBe(true)
  })
})

describe("difficulty", () => {
  it("is drawn by weight and counts binary operations", () => {
    const counts = new Map<number, number>()
    for (const { steps } of many({ ...train, steps: { 1: 2, 2: 1, 3: 1 } }, 2000)) counts.set(steps, (counts.get(steps) ?? 0) + 1)
    // Standard errors are below 23 of 2,000.
    expect(Math.abs(counts.get(1)! - 1000)).toBeLessThan(90)
    expect(Math.abs(counts.get(2)! - 500)).toBeLessThan(90)
    expect(Math.abs(counts.get(3)! - 500)).toBeLessThan(90)
  })

  it("one operation has nine step sequences, as many as there are one-step clauses", () => {
    const templates = new Set(many({ ...train, steps: { 1: 1 }, distractors: 0 }, 3000).map((problem) => problem.template))
    expect([...templates].toSorted()).toEqual(
      clauses
        .filter((clause) => clause.operations.length === 1)
        .map((clause) => clause.family as string)
        .toSorted()
    )
    expect(templates.size).toBe(9)
  })
})

describe("options that describe no problem", () => {
  const refused = (change: Partial<GrammarOptions>) => () => generate({ ...train, ...change }, 1, 0)

  it("are refused by name", () => {
    expect(refused({ maximum: 5 })).toThrow(/`maximum`: 5 is not an integer from 10 to 9999/)
    expect(refused({ maximum: 20.5 })).toThrow(/`maximum`/)
    expect(refused({ distractors: 1.5 })).toThrow(/`distractors`: 1.5 is not a probability/)
    expect(refused({ distractors: Number.NaN })).toThrow(/`distractors`/)
    expect(refused({ steps: {} })).toThrow(/`steps`: no difficulty has a positive weight/)
    expect(refused({ steps: Object.fromEntries([["7", 1]]) })).toThrow(/`steps`: "7" is not a number of operations/)
    expect(refused({ steps: { 1: -1 } })).toThrow(/weight of 1 is -1/)
    expect(refused({ steps: { 1: 1 }, split: "unseen-template" })).toThrow(/held-out templates start at 2 operations/)
    expect(refused({ families: ["more"], steps: { 2: 1 } })).toThrow(/`families`: 20000 draws gave no problem of 2 operations/)
  })

  it("work at both ends of the range of numbers", () => {
    expect(many({ ...train, maximum: 10, steps: { 1: 1, 2: 1, 3: 1 } }, 200).every((problem) => problem.answer <= 10)).toBe(true)
    expect(generate({ ...train, maximum: 9999 }, 1, 0).answer).toBeLessThanOrEqual(9999)
  })
})
