/**
 * Rows whose reference answer nothing can be graded against: named by `data check` and by mix, left out of suites, and never an
 * error of a stage that comes later.
 */

import { join } from "node:path"

import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { Corpus } from "../../schemas/corpus.ts"
import { openArtifact } from "../../src/dag/running/input-artifact.ts"
import type { Reader } from "../../src/dag/Stage.ts"
import { checkDataset, objectionsTo } from "../../src/datasets/check.ts"
import { gradable, grade } from "../../src/formats/grade.ts"
import { suiteProblems } from "../../src/mixing/suites.ts"
import { Store } from "../../src/store/objects/Store.ts"
import { mix } from "../../stages/mix.ts"
import { runNodes } from "../dag/study-in-a-folder.ts"
import { jsonl, temporaryFolder, writeIn } from "../datasets/hub.ts"

/** Answers that are no measure of an answer, whatever notation of numbers a grader knows. */
const UNGRADABLE = ["many", "4 or 5", "it varies", "between 3 and 4", "see above", "none of them", "3 red, 4 blue"].filter(
  (gold) => gradable(gold, "numbers") !== null
)
const GRADABLE = ["11", "1,234", "-7", "0.5", "$5", "\\frac{1}{2}", "50\\%", "12 apples"]

const question = (i: number) => `A shed holds ${i} rakes and 3 spades. How many tools are in shed number ${i}?`
const gsm8k = (answers: ReadonlyArray<string>) =>
  jsonl(answers.map((answer, i) => ({ question: question(i), answer: `So it is.\n#### ${answer}` })))

const data = temporaryFolder()
const before = process.env["ECHO_CHAMBER_DATA"]
beforeAll(() => {
  process.env["ECHO_CHAMBER_DATA"] = data
})
afterAll(() => {
  if (before === undefined) delete process.env["ECHO_CHAMBER_DATA"]
  else process.env["ECHO_CHAMBER_DATA"] = before
})

const settings = {
  sources: { tinygsm: 1 },
  tokens: 3000,
  tokenizer: "bpe",
  vocabulary: 400,
  maximum: 20,
  difficulty: { 1: 1 },
  heldOut: 2,
  suiteSize: 5,
  distractors: 0,
  gap: 0,
  seed: 1,
  maxBadRows: 0
} as const

const most = { badRows: 0, part: 0.01, whole: 0, problems: 1 }
const test = { dataset: "gsm8k", split: "test" }
const alone = { data, repository: join(data, "none/none"), environment: {} }

describe("data check", () => {
  it.each(UNGRADABLE)("names the row whose answer is %j, and objects", async (answer) => {
    writeIn(data, "gsm8k/test.jsonl", gsm8k(["11", answer]))
    const check = await checkDataset(test, alone)
    expect(check.ungradable).toMatchObject({
      rows: 1,
      first: [{ file: "test.jsonl", row: 1, problem: expect.stringContaining(`has the answer "${answer}"`) }]
    })
    expect(objectionsTo(check, most)).toEqual(["1 answer that nothing can be graded against"])
    expect(objectionsTo(check, { ...most, badRows: 1 })).toEqual([])
  })

  it.each(GRADABLE)("has nothing against the answer %j", async (answer) => {
    writeIn(data, "gsm8k/test.jsonl", gsm8k([answer]))
    const check = await checkDataset(test, alone)
    expect(check.ungradable).toEqual({ rows: 0, first: [] })
    expect(objectionsTo(check, most)).toEqual([])
  })

  it("says so where not one row is left, however many bad ones are allowed", async () => {
    writeIn(data, "gsm8k/test.jsonl", gsm8k(["many", "many"]))
    expect(objectionsTo(await checkDataset(test, alone), { ...most, badRows: 9 })).toContain(
      "not one row that can be asked and graded"
    )
  })
})

describe("a suite", () => {
  it.each(["gsm8k:test", "gsm8k:train"])(
    "of %s leaves such rows out and names them, whatever is allowed in bad rows",
    async (suite) => {
      writeIn(data, `gsm8k/${suite.slice("gsm8k:".length)}.jsonl`, gsm8k(["11", ...UNGRADABLE, "12"]))
      const { problems, rejected } = await Effect.runPromise(suiteProblems(suite, settings))
      expect(problems.map(({ answer }) => answer)).toEqual(["11", "12"])
      expect(rejected.rows).toBe(UNGRADABLE.length)
      expect(rejected.first.map(({ row }) => row)).toEqual(UNGRADABLE.map((_, i) => i + 1))
    }
  )

  it("names at most twenty, and counts them all", async () => {
    writeIn(data, "gsm8k/test.jsonl", gsm8k(["11", ...Array.from({ length: 33 }, () => "many")]))
    const { rejected } = await Effect.runPromise(suiteProblems("gsm8k:test", settings))
    expect([rejected.rows, rejected.first.length]).toEqual([33, 20])
  })

  it("tells bad rows and ungradable ones in the order of the file", async () => {
    writeIn(data, "gsm8k/test.jsonl", `${gsm8k(["11", "many"])}{"question": "Q?"}\n${gsm8k(["it varies"])}`)
    const { rejected } = await Effect.runPromise(suiteProblems("gsm8k:test", { ...settings, maxBadRows: 1 }))
    expect(rejected.first.map(({ row }) => row)).toEqual([1, 2, 3])
  })

  it("without one gradable row is refused with the first of them, before anything trains", async () => {
    writeIn(data, "gsm8k/test.jsonl", gsm8k(["many", "it varies"]))
    const { failures } = await runNodes(join(temporaryFolder(), "store"), [mix({}, { ...settings, suites: ["gsm8k:test"] })])
    expect(failures).toMatchObject([
      {
        badInput: true,
        problem: expect.stringMatching(
          /"gsm8k:test" has not one problem .*2 rows cannot be used; the first is test\.jsonl, row 0: has the answer "many"/
        )
      }
    ])
  })

  it("of texts without answers is refused as well", async () => {
    writeIn(data, "gsm8k/test.jsonl", "")
    await expect(Effect.runPromise(suiteProblems("gsm8k:test", settings))).rejects.toThrow(/there is no row in it/)
  })
})

describe("mix", () => {
  it("counts them in rejections with file and row, and goes on with the others", async () => {
    writeIn(data, "gsm8k/test.jsonl", gsm8k(["11", "many", "4 or 5"]))
    const store = join(temporaryFolder(), "store")
    const { failures, artifacts } = await runNodes(store, [mix({}, { ...settings, suites: ["gsm8k:test"] })])
    expect(failures).toEqual([])
    const [artifact] = artifacts.values()
    const corpus = (await Effect.runPromise(
      Effect.provide(openArtifact(Corpus, artifact!), Store.layer(store))
    )) as unknown as Reader<typeof Corpus>
    expect([...corpus.problems].map(({ answer }) => answer)).toEqual(["11"])
    expect([...corpus.rejections].map(({ source, file, row, problem }) => [source, file, row, problem])).toEqual([
      ["gsm8k:test", "test.jsonl", 1, expect.stringContaining('"many"')],
      ["gsm8k:test", "test.jsonl", 2, expect.stringContaining('"4 or 5"')]
    ])
  })
})

describe("a verdict on a reference", () => {
  it.each(GRADABLE)("that is passed, %j, holds for every completion", (gold) => {
    for (const completion of ["", "no idea", "\\boxed{3}", "#### 4", "def f():\n    return 1\n"])
      for (const profile of ["corrected", "paper"] as const) expect(() => grade(completion, gold, profile)).not.toThrow()
  })
})
