/** A box that is part of a larger expression states that or no answer; what only sets one off from a text is part of nothing. */

import { describe, expect, it } from "vitest"

import { grade, gradeOutside } from "../../../src/formats/grade.ts"

const BOX = "\\boxed{52}"

describe("a box that is set off from the text before it is the answer", () => {
  it.each([
    "<answer>@</answer>",
    "<answer>\n@\n</answer>",
    "<think>We add.</think>@",
    "<think>\nWe add.\n</think>\n\n@",
    "<solution>\n@\n</solution>",
    "<|assistant|>\n@",
    "<|begin_of_box|>@<|end_of_box|>",
    "We add.<br/>\n@",
    "> @",
    "=> @",
    "--> @",
    "*@*",
    "__@__",
    "\\textcolor{red}{@}",
    "x \\equiv @ \\pmod{61}",
    "$51 + 1 \\equiv @\\pmod{7}$",
    "$x + 1 \\ge @$",
    "$@\\frac{\\text{miles}}{\\text{day}}$"
  ])("%j", (text) => {
    for (const read of [grade, gradeOutside])
      expect(read(`We add 26 and 26.\n\n${text.replace("@", BOX)}`, "52", "corrected")).toMatchObject({ correct: true })
  })
})

describe("of a box that is part of an expression the whole expression is the answer", () => {
  it.each([
    ["1/@", "1/52"],
    ["@(x+1)", "52x + 52"],
    ["$@²$", "2704"],
    ["$@!$", "52!"],
    ["$e^{@}$", "e^{52}"],
    ["$2 @$", "104"],
    ["$x = 2\\cdot@$", "104"],
    ["$@ + 3$", "55"],
    ["$\\sqrt[3]{@}$", "\\sqrt[3]{52}"],
    ["$\\frac{@}{3}$", "52/3"],
    ["$\\frac{\\boxed{1}}{@}$", "1/52"],
    ["$@ x$", "52x"],
    ["$@\\,y$", "52y"],
    ["$@\\pi$", "52\\pi"],
    ["$\\log @$", "\\log 52"],
    ["0.@", "0.52"]
  ])("%j is %s", (text, gold) => {
    const said = `It is this: ${text.replace("@", () => BOX)}`
    expect(gradeOutside(said, gold, "corrected")).toMatchObject({ correct: true })
    expect(gradeOutside(said, "52", "corrected")).toMatchObject({ correct: false })
  })

  it("digits in a base too", () => {
    for (const read of [grade, gradeOutside])
      for (const [text, gold, correct] of [
        ["$\\boxed{110}_2$", "110_2", true],
        ["$\\boxed{110}_2$", "110_3", false],
        ["$\\boxed{2A}_{16}$", "2A_{16}", true]
      ] as const)
        expect(read(text, gold, "corrected")).toMatchObject({ correct })
  })

  it.each(["$2\\boxed{7}$", "$\\boxed{7}2$", "$3 + @ = 60$", "$x^2 + @ > 0$"])("%j cannot be read, and is none", (text) =>
    expect(
      gradeOutside(
        text.replace("@", () => BOX),
        "52",
        "corrected"
      )
    ).toMatchObject({ answer: null })
  )

  it.each([
    "Step 2 @",
    "2. @",
    "(2) @",
    "@ a day",
    "@ m",
    "4 + 48 = 52 @",
    "$\\text{Area} = @$ (see step 2)",
    "Then $x = 3$ and $y = @$",
    "$\\triangle ABC$ has area @",
    "$@ \\text{ apples}$"
  ])("%j is apart from what stands round it", (text) =>
    expect(
      gradeOutside(
        text.replace("@", () => BOX),
        "52",
        "corrected"
      )
    ).toMatchObject({ correct: true })
  )
})

describe("a box that is part of a larger expression is none", () => {
  it.each([
    "$x > @$",
    "$@ < x < 60$",
    "$@ \\le x$",
    "$@ \\in S$",
    "$f(@)$",
    "2(@)",
    "$|@|$",
    "$@,000$",
    "$@:3$",
    "$@, \\ldots$",
    "@ hours 5 minutes",
    "$@$ feet 3 inches"
  ])("%j", (text) =>
    expect(gradeOutside(`It is this: ${text.replace("@", BOX)}`, "52", "corrected")).toMatchObject({ answer: null })
  )

  it("and of lines that give several unknowns each is one", () => {
    const text = "So $a = \\boxed{2}$\n$b = \\boxed{52}$"
    expect(grade(text, "52", "corrected")).toMatchObject({ correct: false })
    expect(grade(text, "a = 2, b = 52", "corrected")).toMatchObject({ correct: true })
  })

  it("struck through in HTML it is not said", () =>
    expect(grade("<del>\\boxed{50}</del> \\boxed{52}", "52", "corrected")).toMatchObject({ answer: "52" }))
})

describe("boxes of values with names are a list", () => {
  it.each([
    "$x_1=\\boxed{3}$, $x_2=\\boxed{4}$",
    "$x_{1} = \\boxed{3}$ and $x_{2} = \\boxed{4}$",
    "$\\alpha=\\boxed{3}$ and $\\beta=\\boxed{4}$",
    "$\\theta_1 = \\boxed{3}$ or $\\theta_2 = \\boxed{4}$",
    "length = \\boxed{3}, width = \\boxed{4}",
    "_The answer_ is \\boxed{3} _and_ \\boxed{4}"
  ])("%j", (text) => {
    expect(gradeOutside(text, "3, 4", "corrected")).toMatchObject({ correct: true })
    expect(gradeOutside(text, "4", "corrected")).toMatchObject({ correct: false })
  })
})

describe("a sign before a box may stand apart, and what follows on another line is no part of it", () => {
  it.each([
    ["$x = - \\boxed{5}$", "-5"],
    ["$x = -\\,\\boxed{5}$", "-5"],
    ["The answer - \\boxed{5}", "5"],
    ["- \\boxed{5}", "5"],
    ["\\boxed{5}\n\n1. Count the rows.", "5"],
    ["\\boxed{5}\n\n* Count the rows.", "5"],
    ["\\boxed{5}\n\n3 rows and 4 columns are needed.", "5"],
    ["So the answer is 5! = 120.", "120"],
    ["The answer is 31! Well done.", "31"]
  ])("%j", (text, gold) => expect(gradeOutside(text, gold, "corrected")).toMatchObject({ correct: true }))

  it.each([
    ["$x = - \\boxed{5}$", "5"],
    ["$3x + \\boxed{5}$", "5"],
    ["\\boxed{5} + 3", "5"],
    ["The answer is 5! - 1 = 119.", "5"]
  ])("but %j is not %s", (text, gold) => expect(gradeOutside(text, gold, "corrected")).toMatchObject({ correct: false }))
})
