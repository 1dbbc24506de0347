/** Every registered format on problems of the grammar: what it looks like, how it is recognised and graded. */

import { describe, expect, it } from "vitest"

import { grade } from "../../src/formats/grade.ts"
import { detectFormat, formatNamed, formatNames, formats, invalid } from "../../src/formats/registry.ts"
import { generate } from "../../src/problems/grammar.ts"
import { misread } from "../../src/problems/misread.ts"
import type { Problem } from "../../src/problems/Problem.ts"
import { formatStyle } from "../../src/report/draw/palette.ts"

const problems = Array.from({ length: 400 }, (_, index) =>
  generate({ maximum: 99, steps: { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1 }, distractors: 0.3, split: "any" }, 11, index)
)
const styles = formats.flatMap((format) => format.subStyles.map((subStyle) => ({ format, name: format.name, subStyle })))

const example: Problem = {
  id: "example",
  question: "Sue has 20 buns . Sue buys 3 boxes with 4 buns each . Tom has 16 more buns than Sue . How many buns does Tom have ?",
  answer: 48,
  steps: 3,
  trace: [
    { kind: "box-contents", left: { constant: 3 }, operator: "*", right: { constant: 4 }, value: 12, who: "Sue" },
    { kind: "box-total", left: { constant: 20 }, operator: "+", right: { step: 0, value: 12 }, value: 32, who: "Sue" },
    { kind: "more", left: { step: 1, value: 32 }, operator: "+", right: { constant: 16 }, value: 48, who: "Tom" }
  ],
  template: "boxes>more",
  distractor: false,
  aside: null,
  split: "train",
  start: { name: "Sue", item: "buns", count: 20 }
}

describe("what each format looks like", () => {
  it.each([
    [
      "tinygsm",
      "plain",
      "def simple_math_problem ( ) -> int : \n\t a = 20 \n\t b = 3 \n\t c = 4 \n\t d = b * c \n\t e = a + d \n\t f = " +
        "16 \n\t g = e + f \n\t result = g \n\t return result"
    ],
    [
      "tinygsm",
      "comments",
      "def simple_math_problem ( ) -> int : \n\t a = 20 \n\t b = 3 \n\t c = 4 \n\t # the boxes hold \n\t d = b * c " +
        "\n\t # Sue now has \n\t e = a + d \n\t f = 16 \n\t # Tom has \n\t g = e + f \n\t result = g \n\t return result"
    ],
    [
      "omi1",
      "thus",
      "Let's solve this problem using Python code . " +
        "\n <llm-code> \n x1 = 3 * 4 \n x2 = 20 + x1 \n x3 = x2 + 16 \n x3 \n </llm-code> \n <llm-code-output> \n 48 \n " +
        "</llm-code-output> \n Thus the answer is \\boxed{ 48 } ."
    ],
    [
      "omi2",
      "so",
      "We start with 20 buns . Then the boxes hold 3 * 4 = 12 . Then Sue now has 20 + 12 = 32 . " +
        "Then Tom has 32 + 16 = 48 . So the answer is \\boxed{ 48 } ."
    ],
    ["omi2", "equations", "We have 3 * 4 = 12 . 20 + 12 = 32 . 32 + 16 = 48 . Thus the answer is \\boxed{ 48 } ."],
    [
      "gsm",
      "marks",
      "First Sue has 20 buns . \n the boxes hold 3 * 4 = << 3 * 4 = 12 >> 12 . " +
        "\n Sue now has 20 + 12 = << 20 + 12 = 32 >> 32 . \n Tom has 32 + 16 = << 32 + 16 = 48 >> 48 . \n #### 48"
    ],
    ["lookup", "colon", "Answer : 48"],
    ["lookup", "is", "Answer is 48"]
  ])("%s, %s", (name, subStyle, text) => expect(formatNamed(name).render(example, subStyle)).toBe(text))

  it("a docstring repeats the question", () => {
    const text = formatNamed("tinygsm").render(example, "docstring")
    expect(text).toContain(`: \n\t """ ${example.question} """ \n\t a = 20 \n\t`)
  })
})

describe.each(styles)("$name, $subStyle", ({ format, name, subStyle }) => {
  it("is recognised, and its answer is right under both profiles", () => {
    for (const problem of problems) {
      const text = format.render(problem, subStyle)
      const expected = { format: name, subStyle, answered: name, answer: String(problem.answer), correct: true, error: null }
      expect(grade(text, String(problem.answer), "corrected"), text).toMatchObject({ ...expected, attempted: name })
      const branch = text.includes("<llm-code>") ? "llm-code" : text.includes("def ") ? "tinygsm-code" : "text"
      expect(grade(text, String(problem.answer), "paper"), text).toMatchObject({
        ...expected,
        attempted: branch,
        answered: branch
      })
    }
  })

  it("keeps its format when cut off anywhere after its first words, and never takes another", () => {
    for (const problem of problems.slice(0, 20)) {
      const words = format.render(problem, subStyle).split(" ")
      for (let length = 0; length < words.length; length++) {
        const found = detectFormat(words.slice(0, length).join(" "))?.name ?? invalid
        expect(length >= 7 ? [name] : [name, invalid]).toContain(found)
      }
    }
  })

  it("is wrong for another gold answer", () => {
    for (const problem of problems.slice(0, 50))
      expect(grade(format.render(problem, subStyle), String(problem.answer + 1), "corrected").correct).toBe(false)
  })
})

describe("a misread problem written as code", () => {
  it("executes to the misread answer, not to the right one", () => {
    const wrong = problems.flatMap((problem) => misread(problem, ["fewer", "half", "distractor"]) ?? [])
    expect(wrong.length).toBeGreaterThan(120)
    for (const format of formats.filter(({ runsCode }) => runsCode))
      for (const subStyle of format.subStyles)
        for (const problem of wrong)
          expect(grade(format.render(problem, subStyle), String(problem.answer), "corrected")).toMatchObject({
            format: format.name,
            correct: true
          })
  })

  it("with nothing left to compute returns what the story opens with", () => {
    const half = generate({ maximum: 50, steps: { 1: 1 }, distractors: 0, split: "any", families: ["half"] }, 1, 1)
    const wrong = misread(half, ["half"])!
    expect(wrong.trace).toEqual([])
    for (const { format, subStyle } of styles)
      expect(grade(format.render(wrong, subStyle), String(half.start.count), "corrected")).toMatchObject({
        format: format.name,
        correct: true
      })
  })
})

describe("the registry", () => {
  it("holds formats of which each opens with words of its own: the first word forces a format", () => {
    const openings = formats.map((format) => ({
      name: format.name,
      words: new Set(
        format.subStyles.flatMap((subStyle) =>
          problems.slice(0, 60).map((problem) => format.render(problem, subStyle).split(" ")[0]!)
        )
      )
    }))
    const shared = openings.flatMap((one, i) =>
      openings.slice(i + 1).flatMap((other) => {
        const both = [...one.words].filter((word) => other.words.has(word))
        return both.length === 0 ? [] : [`${one.name} and ${other.name} both open with "${both.join('", "')}"`]
      })
    )
    expect(shared).toEqual([])
  })

  it("names each format once, in words that can be a control token and a param", () => {
    expect(new Set(formatNames).size).toBe(formats.length)
    expect(formatNames.filter((name) => !/^[a-z][a-z0-9-]*$/.test(name))).toEqual([])
    expect(() => formatNamed("prose")).toThrow(`no format "prose". The formats are ${formatNames.join(", ")}.`)
  })

  it("keeps the order in which formats are recognised and control tokens numbered", () => {
    const known = ["omi1", "tinygsm", "gsm", "lookup", "omi2"]
    expect(formatNames.filter((name) => known.includes(name))).toEqual(known)
  })

  it("gives each format a colour of its own, which figures take for it and for sources of its name", () => {
    const colours = formats.map(({ colour }) => colour)
    expect(colours.filter((colour) => !/^#[0-9a-f]{6}$/.test(colour))).toEqual([])
    const others = ["calc", "free", "invalid", "other"].map((name) => formatStyle(name).colour)
    expect(new Set([...colours, ...others]).size).toBe(colours.length + others.length)
    expect(formatNames.map((name) => formatStyle(name).colour)).toEqual(colours)
    expect(formatNames.map((name) => formatStyle(`${name}:train`).colour)).toEqual(colours)
  })

  it("says of each format whether answers come from running code", () => {
    for (const { extract, render, runsCode, subStyles } of formats)
      for (const problem of problems.slice(0, 20)) expect(extract(render(problem, subStyles[0])).steps > 0).toBe(runsCode)
  })
})
