/** The same programs here and in other interpreters: CPython, and monty where it is installed. */

import { describe, expect, it } from "vitest"

import { evaluate } from "../../src/python/evaluate.ts"
import { cpythonVersion } from "./cpython.ts"
import { differences } from "./differences.ts"
import { loadMonty } from "./monty-interpreter.ts"
import { randomProgram } from "./random-programs.ts"
import { wordProblemPrograms } from "./word-problem-programs.ts"

const version = cpythonVersion()
const Monty = await loadMonty()

describe.skipIf(version !== "3.11")("against CPython 3.11", () => {
  // 2,500 programs in all; bench/python-differential.ts runs 100,000.
  it.each([0, 500, 1000, 1500, 2000])(
    "agrees on the output and the error, its message and its line, of 500 programs from %i",
    (first) => {
      const programs = Array.from({ length: 500 }, (_, i) => randomProgram(20_407_912, first + i))
      const { found, overBudget } = differences(programs)
      expect(found.slice(0, 3)).toEqual([])
      expect(overBudget).toBeLessThan(10)
    }
  )

  it("agrees on the word-problem programs of our own", () => {
    const programs = wordProblemPrograms.map(({ source }) => `${source}\nprint(repr(solution()))`)
    expect(differences(programs).found).toEqual([])
  })
})

describe.skipIf(Monty === null)("against @pydantic/monty", () => {
  it("agrees on the word-problem programs of our own", () => {
    // Its round(2.675, 2) is 2.68, for it rounds the decimal and Python the binary value; and it has no printf style.
    const shared = wordProblemPrograms.filter(({ source }) => !/2\.675|% \(/.test(source))
    for (const { source } of shared) {
      const theirs = new Monty!(`${source}\nrepr(solution())`).run()
      const ours = evaluate(source, { entry: "solution" })
      expect(ours.ok && ours.repr).toBe(theirs)
    }
  })
})
