/** From outside, what is stated behind a program is the answer, and a next problem behind an answer is another one. */

import { describe, expect, it } from "vitest"

import { grade, gradeOutside } from "../../../src/formats/grade.ts"

/** Programs of which nothing that is called here gives 42. */
const PROGRAMS: ReadonlyArray<readonly [what: string, program: string]> = [
  ["rebinds the function's name", "def total():\n    return 40 + 2\n\ntotal = total()\nprint(total)"],
  ["needs arguments", "def add(a, b):\n    return a + b\n\nprint(add(40, 2))"],
  ["prints in the function", "def solve():\n    print(40 + 2)\n\nsolve()"],
  ["goes on with what a helper gives", "def dozen():\n    return 3\n\nprint(dozen() * 14)"],
  [
    "needs a library",
    "from sympy import symbols, solve\n\ndef f():\n    x = symbols('x')\n    return solve(x - 42, x)[0]\n\nprint(f())"
  ]
]

describe("an answer that is stated behind a program", () => {
  it.each(PROGRAMS)("counts where it %s", (_, program) => {
    for (const said of ["So it is $\\boxed{42}$.", "The answer is 42.", "#### 42", "**Answer:** 42"]) {
      const text = `\`\`\`python\n${program}\n\`\`\`\n\`\`\`output\n42\n\`\`\`\n${said}`
      expect(gradeOutside(text, "42", "corrected")).toMatchObject({ format: "tinygsm", answered: "omi2", correct: true })
    }
  })

  it("counts behind a program without fences, and in tags", () => {
    for (const text of [
      "def f(a):\n    return a + 2\n\nprint(f(40))\n\nThe answer is \\boxed{42}.",
      "<llm-code>\nimport sympy\nsympy.Integer(42)\n</llm-code>\n<llm-code-output>\n42\n</llm-code-output>\nThus \\boxed{42}."
    ])
      expect(gradeOutside(text, "42", "corrected"), text).toMatchObject({ answer: "42" })
  })

  it("is no answer in a study, where the program is, nor before one that gives a value", () => {
    const text = "```python\ndef f():\n    return 41\n```\nSo it is $\\boxed{42}$."
    expect(grade(text, "42", "corrected")).toMatchObject({ answer: "41" })
    expect(gradeOutside(text, "42", "corrected")).toMatchObject({ answer: "42" })
    expect(gradeOutside("\\boxed{42}\n```python\ndef f():\n    return 41\n```\n", "41", "corrected").correct).toBe(true)
    expect(gradeOutside("def f():\n    return 41\n", "41", "corrected").correct).toBe(true)
  })

  it("is looked for in time that grows with the text", () => {
    for (const piece of ["x", "```\n", "```a```\n", "if .", "<llm-code>", "- a 1\n", "[asy] "]) {
      const text = `\\boxed{42}\ndef f(a):\n    return a\n${piece.repeat(Math.ceil(40_000 / piece.length))}`
      const before = process.cpuUsage()
      gradeOutside(text, "42", "corrected")
      expect(process.cpuUsage(before).user / 1e6, piece).toBeLessThan(1)
    }
  })

  it("between programs counts where none of them gives a value", () => {
    const between = "```python\ndef f(a):\n    return a\n```\nSo it is $\\boxed{42}$.\n```python\nprint(1)\n```\n"
    expect(gradeOutside(between, "42", "corrected")).toMatchObject({ answer: "42" })
  })
})

describe("a next problem behind an answer", () => {
  it.each([
    "### Question 2\nFind 2+2.\n\n### Answer\n4",
    "## Problem 2\nFind 2+2. It is 4.\n\nThe answer is 4.",
    "**Exercise 3**\nFind 2+2.\n\n**Answer:** 4",
    "Next question: what is 2+2? It is 4.",
    "Problem: what is 2+2?\n\\boxed{4}"
  ])("%j is another one", (next) => {
    for (const said of ["\\boxed{42}", "The answer is 42.", "#### 42", "**Answer:** 42"])
      expect(gradeOutside(`We add.\n\n${said}\n\n${next}`, "42", "corrected"), said).toMatchObject({ correct: true })
  })
})
