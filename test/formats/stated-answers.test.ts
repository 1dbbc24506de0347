/** A reference is read as completions are: what is taken as one is right where a completion states it, in any kind of line. */

import { readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { amountIn } from "../../src/answers/answers.ts"
import { canonicalAnswer } from "../../src/datasets/answers.ts"
import { gsm8k } from "../../src/datasets/sources/gsm8k.ts"
import { gsmLine } from "../../src/formats/answers/lines.ts"
import { gradable, grade } from "../../src/formats/grade.ts"

const LINES: ReadonlyArray<(answer: string) => string> = [
  (answer) => `#### ${answer}`,
  (answer) => `9*2=<<9*2=18>>18\n####${answer}\n`,
  (answer) => `A: ${answer}`,
  (answer) => `So it is.\nA: ${answer}\nIs it not?`,
  (answer) => `Answer: ${answer}`,
  (answer) => `Answer : ${answer}\n`,
  (answer) => `Answer is ${answer}`,
  (answer) => `2 + 2 = 4.\nAnswer: ${answer}`,
  (answer) => `\\boxed{91}\n**Answer:** ${answer}`,
  (answer) => `\\boxed{91}\nFinal answer: ${answer}`,
  (answer) => `So 2 + 2 = 4. The answer is: ${answer}`,
  (answer) => `Thus it is \\boxed{${answer}}.`,
  (answer) => `#### \\boxed{${answer}}`
]

/** References of number datasets: several words, units, parts. */
const QUANTITIES =
  `7 million|7 dozen|12 hundred|$1.5 million|3 hours 20 minutes|3h20m|2 lb 4 oz|$4 and 25 cents|5'11"|30^\\circ 15'` +
  `|7 million people|3 thousand|2 billion dollars|€7 million|$15 per hour|6 ft 2 in|1 day 4 hours` +
  `|2 minutes and 30 seconds|5 lb, 3 oz` +
  `|3 hundred thousand` +
  `|4 m 20 cm|-$5|1,234.50|$1,234|50%|12.5 percent|7/3|3 1/2|3 1/2 cups|17 apples|5 km/h|5 m/s|60 mph|12 cm^2|1e3|-0|007|x = 7` +
  `|\\frac{6}{4}|7 hours.|\\$18|0.5 L|$0.05|72 degrees|90^\\circ|1 hour|2.5 dozen`

const pairs = ["answer-pairs", "unit-pairs"].flatMap((name): ReadonlyArray<{ gold: string; answer: string }> =>
  JSON.parse(readFileSync(new URL(`../answers/${name}.json`, import.meta.url), "utf8"))
)

const statedRight = (written: string, gold: string) => {
  for (const line of LINES) {
    const text = line(written)
    expect(grade(text, gold, "corrected"), `${text} for ${gold}`).toMatchObject({ correct: true })
  }
}

describe("a reference copied word for word is right in every line", () => {
  it.each(QUANTITIES.split("|"))("of a dataset of numbers: %s", (written) => {
    const gold = canonicalAnswer(written)!
    expect(gradable(gold, "numbers")).toBeNull()
    statedRight(written, gold)
    statedRight(written, written)
    statedRight(gold, written)
  })

  it("of mathematics, all that can be read", () => {
    const written = new Set([
      ...pairs.flatMap(({ gold, answer }) => [gold, answer]),
      "Monday",
      "no solution",
      "east, west",
      "(B)"
    ])
    let taken = 0
    for (const text of written) {
      const gold = canonicalAnswer(text)!
      if (gradable(gold) !== null) continue
      taken++
      statedRight(text, gold)
    }
    expect(taken).toBeGreaterThan(400)
  })

  it("and a program that gives its number is", () => {
    for (const written of QUANTITIES.split("|")) {
      const gold = canonicalAnswer(written)!
      const number = amountIn(gold)!
      const program = `def simple_math_problem():\n    return ${number}\n`
      expect(grade(program, gold, "corrected"), `${program} for ${written}`).toMatchObject({ correct: true })
    }
  })

  it("as it stands in a whole solution of GSM8K, by the line that a completion is read by", () => {
    expect(gsm8k.answers).toBe("numbers")
    for (const [solution, answer] of [
      ["She has 7.\n#### 7 million", "7000000"],
      ["#### 5 #### 6", "6"],
      ["First.\nA: 3h20m", "200 min"],
      ["#### 5\nand more", "5"],
      ["#### 5\nA: 6", "5"]
    ] as const) {
      const gold = canonicalAnswer(gsmLine(solution)!.text)!
      expect(gold).toBe(answer)
      expect(grade(solution, gold, "corrected")).toMatchObject({ answer, correct: true })
    }
  })
})

describe("words that go on behind a number are no answer", () => {
  it.each(["18 and then nonsense", "7 or more", "18, she said", "5 and no others", "18;", "18 = ", ""])("%j", (text) => {
    expect(gradable(text)).not.toBeNull()
    for (const line of LINES.slice(0, 3)) expect(grade(line(text), "18", "corrected").answer).toBeNull()
  })
})

describe("what is said last counts, whatever says it", () => {
  /** The equation makes prose a solution, where nothing else does. */
  const SAYINGS = {
    box: (n: string) => `It is \\boxed{${n}}.`,
    "#### line": (n: string) => `#### ${n}`,
    "Answer line": (n: string) => `\nAnswer: ${n}`,
    "The answer is": (n: string) => `The answer is: ${n}`
  }
  const both = Object.entries(SAYINGS).flatMap(([first, before]) =>
    Object.entries(SAYINGS).map(([second, behind]) => [first, second, before, behind] as const)
  )
  it.each(both)("%s, then %s", (_, second, before, behind) => {
    for (const between of ["\n", "\nNo, that is wrong.\n"]) {
      expect(grade(`2 + 2 = 4. ${before("31")}${between}${behind("29")}`, "29", "corrected")).toMatchObject({
        answer: "29",
        correct: true
      })
      if (second === "box") continue
      expect(grade(`2 + 2 = 4. ${before("31")}${between}${behind("")}`, "31", "corrected")).toMatchObject({
        answer: null,
        correct: false
      })
    }
  })

  it.each([
    ["\\boxed{31}\n  Answer: 29", "29"],
    ["\\boxed{31}\n**Answer: 29**", "29"],
    ["\\boxed{31}\nAnswer: **29**", "29"],
    ["\\boxed{31}\nFinal Answer: 29", "29"],
    ["\\boxed{31}\nAnswer: 29\nThat is all.", "29"],
    ["\\boxed{31}\nAnswer is above.", "31"],
    ["\\boxed{31}\nANSWER: 29", "29"],
    ["\\boxed{31}\nFINAL ANSWER: 29", "29"],
    ["\\boxed{31}\nfinal answer: 29 apples", "29 apples"],
    ["ANSWER: 29", "29"],
    ["\\boxed{31}\nThe answer is 29", "29"],
    ["\\boxed{31}\nThe answer is 29.", "29"],
    ["\\boxed{31}. So the final answer is $29$.\n", "29"],
    ["30 - 1 = 29. Thus, the answer is 29 apples.", "29 apples"],
    ["30 - 1 = 29. The answer is \\frac{58}{2}", "29"],
    ["\\boxed{31}\nThe answer is 29 because 30 - 1 = 29.", "29"],
    ["\\boxed{31}\nI doubt that the answer is 29.", "31"],
    ["\\boxed{31}\nThe answer is 29 wrong", "31"],
    ["\\boxed{31}\nThe answer is 29.\nThat is all.", "29"],
    ["\\boxed{31}\nThe answer is above.", "31"],
    ["The answer is 29.\n\\boxed{31}", "31"],
    ["\\boxed{31}\nThe answer above is final.", "31"],
    ["Answer: 29\n\\boxed{31}\nAnswer: 30", "30"],
    ["#### 29\n\\boxed{31}\n#### 30", "30"]
  ])("%j", (text, answer) => expect(grade(text, answer, "corrected").answer).toBe(answer))
})
