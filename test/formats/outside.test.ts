/** A text from outside that states an answer in prose has a format; the same of a model in a study has none. */

import { readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { grade, gradeOutside } from "../../src/formats/grade.ts"
import { CORRECTED, IN_OTHER_WORDS, KEPT, LEFT, TAKEN_BACK } from "./corrected-cases.ts"
import { ENDINGS, NOTHING, OTHERS } from "./prose-cases.ts"

const LOOP = "and so on and so on ".repeat(20)

describe("prose from outside, with nothing else that makes a format", () => {
  it.each([
    ["Final answer: 31", "lookup"],
    ["Final Answer: $31$", "lookup"],
    ["answer: 31", "lookup"],
    ["**Answer:** 31", "lookup"],
    ["\n  **Final Answer:** 31", "lookup"],
    ["We add 3 and 28. So the answer is 31.", "omi2"],
    ["Therefore, the answer is 31.", "omi2"],
    ["We add.\nAnswer: 31", "omi2"],
    ["We add.\n**Answer:** 31\nThat is all.", "omi2"],
    ["We add.\n\nFinal answer: 31", "omi2"],
    ["Hence the final answer is $31$.", "omi2"],
    ["The answer is: 31\n\nI hope it helps.", "omi2"],
    ["We say.\nAnswer: 30\nNo.\nFinal answer: 31", "omi2"]
  ])("%j is right, as %s", (text, format) => {
    expect(gradeOutside(text, "31", "corrected")).toMatchObject({ format, answer: "31", correct: true })
    expect(gradeOutside(text, "31", "paper").format).toBe(format)
    expect(grade(text, "31", "corrected")).toMatchObject({ format: "invalid", answer: null, correct: false })
  })

  it("says why a line states no answer", () => {
    const found = gradeOutside("We add.\nAnswer: 10-12", "31", "corrected")
    expect(found).toMatchObject({ format: "omi2", answer: null, correct: false })
    expect(found.error).toMatch(/^the Answer line states no answer/)
  })

  it.each([
    "31",
    "$31$",
    "x = 31",
    "The total is 31.",
    "I doubt that the answer is 31 apples or so.",
    "",
    `We add.\nAnswer: 31\n${LOOP}`
  ])("%j states none", (text) => expect(gradeOutside(text, "31", "corrected")).toMatchObject({ format: "invalid", answer: null }))

  it.each(["\\boxed{31}", "#### 31", "Answer: 31", "A: 31", "def f():\n    return 31\n", "3 + 28 = 31. So the answer is 31."])(
    "%j has its format as in a study",
    (text) => expect(gradeOutside(text, "31", "corrected")).toEqual(grade(text, "31", "corrected"))
  )
})

/** Before what ends a text: nothing, a line, and a sentence, where a line need not open. */
const LEADS = ["", "We add 3 and 28.\n", "**Step 1:** We add.\n\n"]
const OPENS_SENTENCE = /^(?:\*\*)?(?:So|Thus|Hence|Therefore|The|In|As|Then|I|We|Our|My|And)\b[^\n]*$/
const after = (ending: string) =>
  [...LEADS, ...(OPENS_SENTENCE.test(ending) ? ["We add 3 and 28. "] : [])].map((lead) => lead + ending)

describe("the endings of the field", () => {
  it.each(ENDINGS)("%j states 31", (ending) => {
    for (const text of after(ending)) expect(gradeOutside(text, "31", "corrected"), text).toMatchObject({ correct: true })
  })

  it.each([...CORRECTED, ...IN_OTHER_WORDS])("%j states 31, which corrects 30", (ending) => {
    for (const text of after(ending)) expect(gradeOutside(text, "31", "corrected"), text).toMatchObject({ correct: true })
  })

  it.each([...LEFT, ...KEPT])("%j states 31, and corrects nothing", (ending) => {
    for (const text of after(ending)) expect(gradeOutside(text, "31", "corrected"), text).toMatchObject({ correct: true })
  })

  it.each(OTHERS)("%j states %s", (ending, gold) => {
    for (const text of after(ending)) expect(gradeOutside(text, gold, "corrected"), text).toMatchObject({ correct: true })
  })

  it.each([...NOTHING, ...TAKEN_BACK])("%j states nothing", (ending) => {
    for (const text of after(ending)) expect(gradeOutside(text, "31", "corrected"), text).toMatchObject({ answer: null })
  })

  it("that no format of a study knows are in none there, and paper grades them as before", () => {
    for (const ending of [...ENDINGS, ...NOTHING]) {
      const [inside, outside] = [grade(ending, "31", "paper"), gradeOutside(ending, "31", "paper")]
      expect({ ...outside, format: "", subStyle: "" }).toEqual({ ...inside, format: "", subStyle: "" })
    }
  })

  it.each([
    "The answer is 31. ".repeat(3000),
    "so the ".repeat(10_000),
    `${"**".repeat(10_000)}answer`,
    "<answer>".repeat(5000),
    `the answer is ${"(".repeat(180)}. `.repeat(200),
    "The answer is 9^{9^{9^9}} - 31. ".repeat(300),
    "Answer:\n".repeat(5000),
    `The answer is ${"1, ".repeat(60)}.\n`.repeat(100),
    "wait, no, actually, ".repeat(5000),
    "Actually, it is 32. ".repeat(3000),
    "\\boxed{31} is wrong. ".repeat(2000),
    "\\boxed{31} ".repeat(2000),
    `\\boxed{${"{}".repeat(5000)}} `.repeat(5),
    `${"{1}".repeat(20_000)} wait, the answer is`,
    "\\boxed{31} or ".repeat(3000),
    "could be \\boxed{31}, ".repeat(2000),
    `The answer is 3. ${"3 is wrongly 3 ".repeat(5000)}`,
    `${"perhaps the number ".repeat(5000)}\\boxed{31}`,
    `\\boxed{31}. ${"wait, ".repeat(5000)}`
  ])("of hostile length are read in one go", (text) => {
    const before = process.cpuUsage()
    gradeOutside(text, "31", "corrected")
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000)
  })
})

/** Endings as models write them: chat models, MATH-500 and AIME, base models that go on with a question of their own. */
const WRITTEN: {
  readonly right: ReadonlyArray<readonly [text: string, gold: string]>
  readonly wrong: ReadonlyArray<readonly [text: string, gold: string]>
} = JSON.parse(readFileSync(new URL("../fixtures/endings.json", import.meta.url), "utf8"))

describe("endings as models write them", () => {
  it.each(WRITTEN.right)("%j states %s", (text, gold) =>
    expect(gradeOutside(text, gold, "corrected")).toMatchObject({ correct: true })
  )

  it.each(WRITTEN.wrong)("%j does not pay %s, in a study neither", (text, gold) => {
    expect(gradeOutside(text, gold, "corrected")).toMatchObject({ correct: false })
    expect(grade(text, gold, "corrected")).toMatchObject({ correct: false })
  })

  it("stand in a study as they do outside, wherever a study has a format for them", () => {
    for (const [text, gold] of [...WRITTEN.right, ...WRITTEN.wrong]) {
      const inside = grade(text, gold, "corrected")
      if (inside.format !== "invalid") expect(inside, text).toEqual(gradeOutside(text, gold, "corrected"))
    }
  })
})

describe("long runs of one sign", () => {
  /** Processor time in milliseconds, the least of three. */
  const cost = (text: string): number =>
    Math.min(
      ...[1, 2, 3].map((turn) => {
        const before = process.cpuUsage()
        gradeOutside(`${text}${turn}`, "31", "corrected")
        return process.cpuUsage(before).user / 1000
      })
    )
  const SIGNS = [" ", "\n", "\t", '"', "*", "no, ", "or ", "wait, "]
  const ROUND: ReadonlyArray<(run: string) => string> = [
    (run) => `The answer is 31. ${run}`,
    (run) => `Answer: ${run}`,
    (run) => `Answer: 31${run}`,
    (run) => `\\boxed{31}${run}x`
  ]
  it.each(SIGNS)("%j cost as much as they are long", (sign) => {
    for (const text of ROUND) {
      const [short, long] = [8_000, 64_000].map((length) => cost(text(sign.repeat(length / sign.length))))
      // Eight times the length; what is quadratic would cost 64 times as much.
      expect(long!, text("…")).toBeLessThan(24 * Math.max(short!, 4))
    }
  })
})

/** What stands around an answer; `unpaid` would state 32, `joined` says whether it is right. */
const AROUND: {
  readonly ordinary: ReadonlyArray<readonly [text: string, gold: string]>
  readonly stated: ReadonlyArray<readonly [text: string, gold: string]>
  readonly unstated: ReadonlyArray<readonly [text: string, gold: string]>
  readonly unpaid: ReadonlyArray<string>
  readonly joined: ReadonlyArray<readonly [text: string, gold: string, right: boolean]>
} = JSON.parse(readFileSync(new URL("../fixtures/around-answer.json", import.meta.url), "utf8"))

describe("what stands around an answer", () => {
  it.each([...AROUND.ordinary, ...AROUND.stated])("leaves it as it is in %j, which says %s", (text, gold) =>
    expect(gradeOutside(text, gold, "corrected")).toMatchObject({ correct: true })
  )

  it.each(AROUND.unpaid)("denies it, doubts it, asks for it, or takes it back in %j", (text) => {
    for (const lead of LEADS) expect(gradeOutside(lead + text, "32", "corrected"), lead + text).toMatchObject({ correct: false })
  })

  it.each(AROUND.unstated)("keeps %j from being %s", (text, gold) =>
    expect(gradeOutside(text, gold, "corrected")).toMatchObject({ correct: false })
  )

  it.each(AROUND.joined)("joins boxes: %j against %s is %s", (text, gold, correct) => {
    for (const graded of [gradeOutside(text, gold, "corrected"), grade(text, gold, "corrected")])
      expect(graded).toMatchObject({ format: "omi2", correct })
  })

  it("joins boxes only to what is said, and not across sentences or other words", () => {
    for (const [text, answer] of [
      ["It is not \\boxed{30}, \\boxed{31}.", "31"],
      ["It is not \\boxed{30} or \\boxed{31}.", null],
      ["First \\boxed{30}. And \\boxed{31}.", "31"],
      ["From \\boxed{30} we conclude \\boxed{31}.", "31"],
      ["The answer could be \\boxed{30} or \\boxed{31}.", null],
      ["The answer is \\boxed{31}. It could be \\boxed{30}.", null]
    ] as const)
      expect(grade(text, "31", "corrected").answer, text).toBe(answer)
  })

  it("is the reason where it takes an answer back, contradicts it or leaves it open", () => {
    for (const [text, error] of [
      ["The answer is 31. Wrong.", "the last sentence is taken back"],
      ["The answer is 31. It is 32.", "the last sentence is contradicted by 32"],
      ["Answer: 31 (could be 32)", "the Answer line is one of several"],
      ["So \\boxed{}", "the last \\boxed{} states no answer: it is empty"]
    ])
      expect(gradeOutside(text!, "31", "corrected").error).toBe(error)
  })
})
