/** The interface of the evaluator: entry functions, outcomes, the cache, answers as text. */

import { describe, expect, it } from "vitest"

import { evaluate, evaluateCached, numericAnswer } from "../../src/python/evaluate.ts"

/** repr of the last expression, or the error's kind. */
const result = (source: string): string => {
  const outcome = evaluate(source)
  return outcome.ok ? outcome.repr : outcome.error.kind
}

describe("evaluate", () => {
  it("calls the entry function after running the module", () => {
    const outcome = evaluate("def simple_math_problem() -> int:\n    a = 20\n    result = a * 2\n    return result", {
      entry: "simple_math_problem"
    })
    expect(outcome).toMatchObject({ ok: true, value: 40, repr: "40", str: "40" })
  })

  it("accepts single-space-separated tokens with a tab and a space as indentation", () => {
    const source = "def simple_math_problem ( ) -> int : \n\t a = 20 \n\t result = a \n\t return result"
    expect(evaluate(source, { entry: "simple_math_problem" })).toMatchObject({ ok: true, repr: "20" })
  })

  it("gives the value of a last line that is an expression, and None otherwise", () => {
    expect(result("x = 3\nx + 1")).toBe("4")
    expect(result("x = 3")).toBe("None")
    expect(result("1 + 1\nx = 3")).toBe("None")
  })

  it("keeps what was printed, also when the program fails", () => {
    expect(evaluate("print('a', 1, sep='-')\nprint([1.0])\n1/0")).toMatchObject({
      ok: false,
      output: "a-1\n[1.0]\n",
      error: { kind: "ZeroDivisionError", message: "division by zero", line: 3 }
    })
  })

  it("names the missing entry function", () => {
    expect(evaluate("x = 1", { entry: "solution" })).toMatchObject({
      ok: false,
      error: { kind: "NameError", message: "name 'solution' is not defined", line: null }
    })
  })

  it("counts the same steps every time", () => {
    const source = "total = 0\nfor i in range(100):\n    total += i\ntotal"
    const steps = new Set([1, 2, 3].map(() => evaluate(source).steps))
    expect([...steps]).toEqual([205])
  })
})

describe("evaluateCached", () => {
  it("gives the same outcome object for the same source and options only", () => {
    const source = "def f():\n    return 6 * 7"
    const first = evaluateCached(source, { entry: "f" })
    expect(evaluateCached(source, { entry: "f" })).toBe(first)
    expect(evaluateCached(source)).not.toBe(first)
    expect(first).toMatchObject({ ok: true, repr: "42" })
  })

  it("forgets the oldest sources when there are thousands", () => {
    const first = evaluateCached("'the first of many'")
    for (let i = 0; i < 5000; i++) evaluateCached(`${i}`)
    expect(evaluateCached("'the first of many'")).not.toBe(first)
  })
})

describe("numericAnswer", () => {
  const answer = (source: string) => numericAnswer(evaluate(source))

  it("writes ints and floats as canonical decimals", () => {
    expect(answer("17")).toBe("17")
    expect(answer("-3")).toBe("-3")
    expect(answer("2.0")).toBe("2")
    expect(answer("1 / 4")).toBe("0.25")
    expect(answer("-0.0")).toBe("0")
    expect(answer("1e22")).toBe("10000000000000000000000")
    expect(answer("1.5e-9")).toBe("0.0000000015")
    expect(answer("-2.5e-7")).toBe("-0.00000025")
    expect(answer("10 ** 30")).toBe("1000000000000000000000000000000")
  })

  it("takes no bool, None, text, container, NaN, infinity or failure for an answer", () => {
    for (const source of ["True", "None", "'7'", "[7]", "(7,)", "float('nan')", "float('inf')", "1 / 0", "x ="])
      expect(answer(source)).toBeNull()
  })
})
