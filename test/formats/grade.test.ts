/** Grading under both profiles, completion by completion. */

import { describe, expect, it } from "vitest"

import { numberInText } from "../../src/formats/answers/math-text.ts"
import { grade, gradable } from "../../src/formats/grade.ts"

const both = (completion: string, gold = "17") => ({
  paper: grade(completion, gold, "paper"),
  corrected: grade(completion, gold, "corrected")
})

describe("the paper's verifier", () => {
  it("runs code that a failing block hides, and reads text after both fail", () => {
    const text = "<llm-code>\n1 / 0\n</llm-code>\nThus the answer is \\boxed{17}."
    expect(both(text).paper).toMatchObject({
      format: "omi1",
      attempted: "llm-code",
      answered: "text",
      answer: "17",
      correct: true
    })
    expect(both(text).corrected).toMatchObject({ attempted: "omi1", answered: "none", correct: false })
    expect(both(text).corrected.error).toMatch(/^ZeroDivisionError: division by zero, line 1$/)
    const hidden = "<llm-code>\n1 / 0\n</llm-code>\ndef simple_math_problem():\n    return 17\n"
    expect(both(hidden).paper).toMatchObject({ attempted: "llm-code", answered: "tinygsm-code", correct: true })
  })

  it("takes any def, also inside a word, for a program", () => {
    expect(both("By definition the answer is \\boxed{17}.").paper).toMatchObject({
      attempted: "tinygsm-code",
      answered: "text",
      correct: true
    })
    expect(both("By definition the answer is \\boxed{17}.").corrected).toMatchObject({
      format: "omi2",
      attempted: "omi2",
      correct: true
    })
  })

  it("counts prose after the function as part of the program", () => {
    const text = "def simple_math_problem():\n    return 17\n\nThe function returns 18."
    expect(both(text).paper).toMatchObject({ attempted: "tinygsm-code", answered: "text", answer: "18", correct: false })
    expect(both(text).corrected).toMatchObject({ answered: "tinygsm", answer: "17", correct: true })
  })

  it("the corrected profile ends a built-in program where prose follows it too", () => {
    const text = "def simple_math_problem ( ) -> int : \n\t a = 17 \n\t return a \n Thus the answer is \\boxed{ 18 } ."
    expect(both(text).corrected).toMatchObject({ format: "tinygsm", answer: "17", correct: true })
    expect(both(text).paper).toMatchObject({ attempted: "tinygsm-code", answered: "text", answer: "18" })
  })

  it("runs only what follows the last def, so that an import above it is lost", () => {
    const text = "import math\n\ndef simple_math_problem():\n    return math.ceil(16.5)\n"
    expect(both(text).corrected.correct).toBe(true)
    expect(both(text).paper).toMatchObject({ attempted: "tinygsm-code", answered: "none", correct: false })
    expect(both(text).paper.error).toMatch(/NameError.*math.*; then no number in the text/)
  })

  it("does not fall through where a program runs and returns nothing", () => {
    const text = "def simple_math_problem():\n    result = 17\n"
    expect(both(text).paper).toMatchObject({ attempted: "tinygsm-code", answered: "none", correct: false })
    expect(both(text).paper.error).toBe("the program's value is no number: None")
    expect(both(text).corrected.error).toBe("the program's value is not a number: None")
  })

  it("reads a returned string as text, which the corrected profile refuses", () => {
    const text = "def simple_math_problem():\n    return '17 apples'\n"
    expect(both(text).paper.correct).toBe(true)
    expect(both(text).corrected).toMatchObject({ correct: false, error: "the program's value is not a number: '17 apples'" })
  })

  it("evaluates the last line of a block by itself: an assignment there is no answer", () => {
    expect(both("<llm-code>\n17\nx = 3\n</llm-code>").paper).toMatchObject({
      attempted: "llm-code",
      answered: "text",
      answer: "3"
    })
    expect(both("<llm-code>\nx = 8\nx * 2 + 1\n</llm-code>").paper).toMatchObject({ answered: "llm-code", correct: true })
  })

  it("does not run a block that is never closed; the corrected profile does", () => {
    const text = "Let's use Python.\n<llm-code>\nx = 17\nx\n"
    expect(both(text).corrected).toMatchObject({ answered: "omi1", correct: true })
    expect(both(text).paper).toMatchObject({ attempted: "llm-code", answered: "text" })
  })

  it("finds numbers in garbage, which the corrected profile calls invalid", () => {
    const text = "the the 3 has 17"
    expect(both(text).paper).toMatchObject({ format: "invalid", answered: "text", correct: true })
    expect(both(text).corrected).toMatchObject({ format: "invalid", correct: false })
  })

  it("judges the three solutions of the authors' own check as they do", () => {
    const eggs = (price: string) => `

def simple_math_problem() -> int:
    '''
    Ducks lay 20 eggs a day, 3 are eaten. How much are the others worth at ${price} each?
    '''
    eggs = 20
    eaten = 3
    result = (eggs - eaten) * ${price}
    return result
`
    expect(both(eggs("1")).paper).toMatchObject({ answered: "tinygsm-code", correct: true })
    expect(both(eggs("2")).paper).toMatchObject({ answered: "tinygsm-code", answer: "34", correct: false })
    expect(
      both("<llm-code>\neggs = 20\neggs - 3\n</llm-code>\n<llm-code-output>\n96\n</llm-code-output>\nso \\boxed{96}").paper
    ).toMatchObject({
      answered: "llm-code",
      answer: "17",
      correct: true
    })
  })
})

describe("a number in free text", () => {
  it.each([
    ["the last number", "First 3, then 4 and 5.", "5"],
    ["a box before later numbers", "So \\boxed{7} because 3 + 5 = 8", "7"],
    ["a final answer after a box", "\\boxed{7}, so the final answer is 9", "9"],
    ["a formula after the word answer", "With 2 + 2 = 4 the answer is $\\frac{3}{4}$.", "3/4"],
    ["a final answer before a box", "final answer is 9. I hope it helps. \\boxed{7}", "9"],
    ["the word answer before later numbers", "The answer is 12. Then 40 more.", "12"],
    ["what follows the last equals sign after the word answer", "Answer: 3 * 4 = 12", "12"],
    ["an arithmetic expression, evaluated", "In total 3 * 4 of them", "12"],
    ["a formula", "Hence $\\frac{1}{2}$.", "1/2"],
    ["thousands, currency and a percent sign", "It costs $1,234.50", "1234.5"],
    ["a percentage", "That is 25%", "25%"],
    ["a decimal comma", "about 3,5", "3.5"],
    ["a GSM8K label", "She has 9*2=<<9*2=18>>18 left.\n#### 18", "18"],
    ["nothing inside a word", "X12 and Y3K", null],
    ["nothing in nothing", "", null],
    ["no number in a symbolic box, even with numbers outside", "3 and \\boxed{x + 1}", null]
  ])("is %s", (_, text, value) => expect(numberInText(text)).toBe(value))
})

describe("grading", () => {
  it("compares numbers, not text", () => {
    expect(grade("Answer : 17.0", "17", "corrected").correct).toBe(true)
    expect(grade("Answer : 1,700", "$1700", "corrected").correct).toBe(true)
    expect(grade("Thus \\boxed{\\dfrac{34}{2}}", "17", "corrected").correct).toBe(true)
  })

  it.each(["Answer : 17", "no idea", "", "\\boxed{\\frac{1}}"])(
    "refuses a gold answer that cannot be read, whatever the completion: %j",
    (completion) => {
      for (const profile of ["corrected", "paper"] as const)
        expect(() => grade(completion, "\\frac{1}", profile)).toThrow(
          'Nothing can be graded against the reference answer "\\frac{1}": it ends too early.'
        )
    }
  )

  it.each(["see solution", "See explanation.", "TBD", "\\text{see above}", "Answers may vary"])(
    "refuses %j for a gold answer, which says that it stands elsewhere",
    (gold) => {
      expect(gradable(gold)).toBe("says that the answer stands elsewhere, or later")
      expect(() => grade("Answer : 17", gold, "corrected")).toThrow("it says that the answer stands elsewhere, or later.")
    }
  )

  it("knows answers that are no numbers, where numbers are asked for", () => {
    const golds = ["many", "4 or 5", "x+1", "\\sqrt{2}", "17", "50%", "3/4", "12 cm", "\\frac{1}"]
    expect(golds.map((gold) => gradable(gold, "numbers"))).toEqual([
      ...Array.from({ length: 4 }, () => "is no number"),
      ...Array.from({ length: 4 }, () => null),
      "ends too early"
    ])
    expect(golds.map((gold) => gradable(gold))).toEqual([...Array.from({ length: 8 }, () => null), "ends too early"])
  })

  it("ends on hostile programs, with the reason", () => {
    const loop = "def simple_math_problem():\n    while True:\n        pass\n"
    expect(grade(loop, "17", "corrected").error).toMatch(/BudgetExceeded/)
    expect(grade("def simple_math_problem():\n    return 9 ** 9 ** 9\n", "17", "corrected").answer).toBeNull()
    expect(grade("def simple_math_problem():\n    import os\n    return 17\n", "17", "corrected").error).toMatch(/Error/)
    expect(grade("def simple_math_problem():\n    return True\n", "1", "corrected").correct).toBe(false)
  })

  it("is linear in the text: a long completion of any characters is read at once", () => {
    for (const piece of ["3 ", "3 + ", "answer: ", "$", "\\boxed{", "(", "<<", "#", "= ", "9", "def f(", "\n", "We have 3"]) {
      const text = piece.repeat(Math.ceil(20_000 / piece.length))
      const before = process.cpuUsage()
      grade(text, "17", "paper")
      expect(process.cpuUsage(before).user / 1e6, piece).toBeLessThan(1)
    }
  })

  it("is linear in a box: one of a hundred thousand terms is no dearer under paper than its length", () => {
    for (const piece of ["1+", "1 ", "x+1+"]) {
      const text = `So \\boxed{${piece.repeat(100_000)}1}.`
      const before = process.cpuUsage()
      grade(text, "17", "paper")
      expect(process.cpuUsage(before).user / 1e6, piece).toBeLessThan(0.5)
    }
  })
})
