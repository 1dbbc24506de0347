import { existsSync, readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { evaluate, numericAnswer } from "../../src/python/evaluate.ts"
import { ourPrograms } from "./our-programs.ts"

describe("word-problem programs", () => {
  it.each(ourPrograms)("answers $answer", ({ source, answer }) => {
    expect(evaluate(source, { entry: "solution" })).toMatchObject({ ok: true, repr: answer })
  })

  it("runs the same program written with spaces between all tokens", () => {
    const source =
      "def simple_math_problem ( ) -> int : \n\t a = 20 \n\t b = a * 3 \n\t if b > 50 : \n\t \t b = b - 1 \n\t return b"
    expect(evaluate(source, { entry: "simple_math_problem" })).toMatchObject({ ok: true, value: 59 })
  })
})

const gsmHard = new URL("../../../shared/data/gsm-hard/gsmhardv2.jsonl", import.meta.url)

describe.skipIf(!existsSync(gsmHard))("GSM-Hard", () => {
  it("gets all 1,319 programs right, all but one of them within the default budget", () => {
    const rows = readFileSync(gsmHard, "utf8").trim().split("\n")
    const wrong: Array<string> = []
    let overBudget = 0
    for (const row of rows) {
      const { code, target } = JSON.parse(row) as { code: string; target: number }
      let outcome = evaluate(code, { entry: "solution" })
      if (!outcome.ok && outcome.error.kind === "BudgetExceeded") {
        overBudget++
        outcome = evaluate(code, { entry: "solution", budget: { steps: 20_000_000 } })
      }
      const answer = numericAnswer(outcome)
      if (answer === null || Math.abs(Number(answer) - target) > 1e-6 * Math.max(1, Math.abs(target))) wrong.push(code)
    }
    expect(rows.length).toBe(1319)
    expect(wrong).toEqual([])
    // One program looks for its answer by counting to 1,400,338.
    expect(overBudget).toBe(1)
  })
})
