/** What tables keep of a grade, for both profiles. */

import { describe, expect, it } from "vitest"

import { Scores } from "../../schemas/evaluation.ts"
import { gradeColumns } from "../../schemas/grade.ts"
import { Rollouts } from "../../schemas/rl-run.ts"
import { gradeRow } from "../../src/evaluation/complete.ts"
import { gradeUnderBoth } from "../../src/formats/grade.ts"

describe("the grade of a completion in a table", () => {
  it("tells for both profiles which branch was entered, which answered, the answer and the error", () => {
    const failing = "<llm-code>\n1 / 0\n</llm-code>\nThus the answer is \\boxed{17}."
    expect(gradeRow(gradeUnderBoth(failing, "17"))).toEqual({
      format: "omi1",
      subStyle: "thus",
      attempted: "omi1",
      answered: "none",
      answer: null,
      error: "ZeroDivisionError: division by zero, line 1",
      correct: false,
      paperBranch: "llm-code",
      paperAnswered: "text",
      paperAnswer: "17",
      paperError: null,
      paperCorrect: true
    })
    const silent = "def simple_math_problem():\n    return None\n"
    expect(gradeRow(gradeUnderBoth(silent, "17"))).toMatchObject({
      error: "the program's value is not a number: None",
      paperBranch: "tinygsm-code",
      paperAnswered: "none",
      paperAnswer: null,
      paperError: "the program's value is no number: None"
    })
  })

  it("is in the tables of rollouts and of evaluated completions alike", () => {
    for (const table of [Rollouts, Scores]) expect(table.columns).toMatchObject(gradeColumns)
    expect(Object.keys(gradeRow(gradeUnderBoth("", "17"))).toSorted()).toEqual(Object.keys(gradeColumns).toSorted())
  })
})
