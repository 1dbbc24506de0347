/** Formats as real datasets write them. */

import { existsSync, readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"

import { describe, expect, it } from "vitest"

import { grade } from "../../src/formats/grade.ts"
import { detectFormat } from "../../src/formats/registry.ts"
import { gsm } from "../../src/formats/solutions/gsm.ts"

/** Solutions in the shape of the real datasets, written for this test. */
const tinygsm = `def simple_math_problem() -> int:
    """
    A baker has 16 trays with 12 rolls each.
    She sells half of the rolls and gives 10 away.
    How many rolls are left?
    """
    trays = 16
    rolls_per_tray = 12
    total = trays * rolls_per_tray
    sold = total // 2
    result = total - sold - 10
    return result
`
const omi1 = `Let's solve this problem using Python's sympy-free arithmetic.
<llm-code>
trays = 16
rolls = trays * 12
# half are sold
left = rolls / 2 - 10
left
</llm-code>
<llm-code-output>
86.0
</llm-code-output>
Thus there are \\boxed{86} rolls left.`
const omi2 = `First, we find the total: 16 trays with 12 rolls each make \\(16 \\times 12 = 192\\) rolls.

She sells half, so \\(\\frac{192}{2} = 96\\) remain. After giving 10 away, $96 - 10 = 86$ remain.

So, the baker has $\\boxed{86}$ rolls left.`
const gsm8k =
  "There are 16*12=<<16*12=192>>192 rolls.\nShe keeps 192/2=<<192/2=96>>96 of them.\nSo 96-10=<<96-10=86>>86 are left.\n#### 86"
const metamath =
  "There are 16 * 12 = 192 rolls. Half are sold, which leaves 192 / 2 = 96. Then 96 - 10 = 86 are left.\nThe answer is: 86"

describe("real-looking solutions", () => {
  it.each([
    ["tinygsm", "docstring", tinygsm],
    ["tinygsm", "plain", tinygsm.replace(/ {4}"""[\s\S]*""".*\n/, "")],
    ["tinygsm", "docstring", `\n\n${tinygsm}\n\nThis function computes the rolls.\n`],
    ["tinygsm", "docstring", `import math\n\n${tinygsm.replace("total // 2", "math.floor(total / 2)")}`],
    ["tinygsm", "docstring", `\`\`\`python\n${tinygsm}\`\`\``],
    [
      "tinygsm",
      "plain",
      "def helper(n):\n    return n // 2\n\ndef simple_math_problem():\n    total = 16 * 12\n    return helper(total) - 10\n"
    ],
    ["tinygsm", "plain", "def solution():\n    return 16 * 12 / 2 - 10\n"],
    ["omi1", "comments", omi1],
    ["omi1", "thus", omi1.replace("# half are sold\n", "")],
    ["omi2", "so", omi2],
    ["omi2", "unclear", metamath],
    ["gsm", "marks", gsm8k],
    ["gsm", "plain", gsm8k.replaceAll(/<<[^>]*>>/g, "")],
    ["gsm", "marks", gsm8k.replace("#### 86", "A: 86")],
    ["lookup", "colon", "Answer: 86 rolls"]
  ])("%s, %s", (format, subStyle, text) => {
    expect(grade(text, "86", "corrected")).toMatchObject({ format, subStyle, correct: true, error: null })
  })

  it.each([
    ["tinygsm", tinygsm.slice(0, 180)],
    ["omi1", omi1.slice(0, 120)],
    ["omi2", omi2.slice(0, 130)],
    ["gsm", gsm8k.slice(0, 60)]
  ])("%s, cut off: keeps its format and has no answer", (format, text) => {
    expect(grade(text, "86", "corrected")).toMatchObject({ format, answer: null, answered: "none", correct: false })
  })

  it("prose with the word def or with dollar signs is prose", () => {
    expect(detectFormat(`By default, ${omi2}`)?.name).toBe("omi2")
    expect(detectFormat("He pays $3 + $4 = $7, so the total is \\boxed{\\$7}.")?.name).toBe("omi2")
    expect(grade("He pays $3 + $4 = $7, so the total is \\boxed{\\$7.00}.", "7", "corrected").correct).toBe(true)
  })
})

describe("what is in no format", () => {
  it.each([
    ["nothing", ""],
    ["blanks", " \n\n "],
    ["a bare number", "17"],
    ["words at random", "Sam pens 3 ( the # each def costs 17 splits"],
    ["prose without mathematics", "I am not sure how to solve this. Could you say more about the rolls?"],
    ["one word again and again", "answer ".repeat(40)],
    ["a sentence in a loop", "She has 3 + 4 = 7 rolls. ".repeat(12)],
    ["a solution that ends in a loop", `We start with 20 buns . ${"Then Sue now has 20 + 2 = 22 . ".repeat(8)}`],
    ["code in a loop", `def simple_math_problem():\n${"    x = 1\n".repeat(30)}`]
  ])("%s is invalid and has no answer", (_, text) => {
    expect(grade(text, "17", "corrected")).toEqual({
      format: "invalid",
      subStyle: "unclear",
      attempted: "none",
      answered: "none",
      answer: null,
      correct: false,
      error: "no known format"
    })
  })

  it("short echoes and long sums are no loops", () => {
    expect(detectFormat("We have 2 + 2 + 2 + 2 = 8 .")?.name).toBe("omi2")
    expect(detectFormat("def f():\n    a = 1\n    b = 1\n    c = 1\n    d = 1\n    return a + b + c + d\n")?.name).toBe("tinygsm")
  })
})

/** Files that a user may have; the tests do without them. */
const data = ["../shared/data/gsm8k", "data/gsm8k"].find((folder) => existsSync(`${folder}/train.jsonl`))
const rowsOf = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe.skipIf(data === undefined)("GSM8K itself", () => {
  it("every reference answer is read from its #### line", () => {
    const rows = ["train", "test"].flatMap((split) => rowsOf(readFileSync(`${data}/${split}.jsonl`, "utf8")))
    expect(rows).toHaveLength(8792)
    for (const row of rows) {
      const answer = String(row["answer"])
      expect(gsm.extract(answer).value).toBe(answer.split("####")[1]!.trim().replaceAll(",", ""))
      expect(detectFormat(answer)?.name).toBe("gsm")
    }
  })

  it.skipIf(!existsSync(`${data}/example_model_solutions.jsonl.gz`))(
    "the published model solutions get the marks that were published",
    () => {
      const rows = rowsOf(gunzipSync(readFileSync(`${data}/example_model_solutions.jsonl.gz`)).toString())
      let graded = 0
      for (const row of rows) {
        const gold = String(row["ground_truth"]).split("A:").at(-1)!.trim()
        for (const model of ["6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"]) {
          const { is_correct, solution } = row[model] as { is_correct: boolean; solution: string }
          for (const profile of ["paper", "corrected"] as const)
            expect(grade(solution, gold, profile).correct, solution).toBe(is_correct)
          graded++
        }
      }
      expect(graded).toBe(5276)
    }
  )
})
