/** Whole word-problem programs, our own and those of GSM-Hard, answer as published. */

import { existsSync, readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { grade } from "../../src/formats/grade.ts"
import { evaluate } from "../../src/python/evaluate.ts"
import { wordProblemPrograms } from "./word-problem-programs.ts"

describe("word-problem programs", () => {
  it.each(wordProblemPrograms)("answers $answer", ({ source, answer }) => {
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
  it("has 1,319 programs of which 1,319 are graded right", () => {
    const rows = readFileSync(gsmHard, "utf8").trim().split("\n")
    const wrong = rows.filter((row) => {
      const { code, target } = JSON.parse(row) as { code: string; target: number }
      return !grade(code, String(target), "corrected").correct
    })
    expect(rows).toHaveLength(1319)
    expect(wrong).toEqual([])
  })
})
