/** What `data check` tells of a split, on made-up rows. */

import { join } from "node:path"
import { gzipSync } from "node:zlib"

import { describe, expect, it } from "vitest"

import { checkDataset, evaluationQuestions } from "../../src/datasets/check.ts"
import { DigestIndex, textDigest } from "../../src/datasets/overlap/DigestIndex.ts"
import { place } from "../cli/command-line.ts"
import { gsm8kRows, jsonl, temporaryFolder, writeIn, writeParquet } from "./hub.ts"

const alone = (data: string) => ({ data, repository: join(data, "none/none"), environment: {} })
const train = { dataset: "gsm8k", split: "train" }
const test = { dataset: "gsm8k", split: "test" }

describe("a check", () => {
  it("counts usable and bad rows, naming file, row and field of the bad ones, and goes on to the end", async () => {
    const data = temporaryFolder()
    writeIn(
      data,
      "gsm8k/train.jsonl",
      `${jsonl(gsm8kRows(3))}{"question": "Q?"}\nnot json\n{"question": "Q?", "answer": "no mark"}\n${jsonl(gsm8kRows(2, 3))}`
    )
    const { report, damaged } = await checkDataset(train, alone(data))
    expect({ rows: report.rows, bad: report.bad, damaged }).toEqual({ rows: 5, bad: 3, damaged: null })
    expect(report.faults).toMatchObject([
      { file: "train.jsonl", row: 3, field: "answer", problem: expect.stringContaining("is missing") },
      { file: "train.jsonl", row: 4, problem: expect.stringContaining("not valid JSON") },
      { file: "train.jsonl", row: 5, problem: "has no final answer" }
    ])
  })

  it("tells how answers are written, and how many had to be rewritten", async () => {
    const data = temporaryFolder()
    const rows = ["1,234", "17", "\\frac{6}{4}", "x + 1", "$5"].map((answer, i) => ({
      problem: `P${i}`,
      generated_solution: "S",
      expected_answer: answer
    }))
    writeParquet(data, "omi2/data/train_1M-00000-of-00001.parquet", rows)
    const { answers, report } = await checkDataset({ dataset: "omi2", split: "train-1M" }, alone(data))
    expect(answers).toEqual({ numbers: 3, fractions: 1, other: 1 })
    expect(report.normalised).toBe(3)
  })

  it("finds rows that are there twice, over several files, and questions with more than one solution", async () => {
    const data = temporaryFolder()
    const row = (i: number, solution: string) => ({ problem: `P${i}`, generated_solution: solution, expected_answer: "1" })
    writeParquet(data, "omi2/data/train-00000-of-00002.parquet", [row(0, "a"), row(1, "a"), row(0, "b")])
    writeParquet(data, "omi2/data/train-00001-of-00002.parquet", [row(1, "a"), row(2, "a")])
    const { duplicates } = await checkDataset({ dataset: "omi2", split: "train" }, alone(data))
    expect(duplicates).toEqual({
      rows: 1,
      questions: 2,
      examples: [{ file: "data/train-00001-of-00002.parquet", row: 0, sameAs: "data/train-00000-of-00002.parquet#1" }]
    })
  })

  it("finds evaluation questions in training data, and not in evaluation data", async () => {
    const data = temporaryFolder()
    const question = "A robe takes 2 bolts of blue fiber and half that much white fiber. How many bolts in total?"
    writeIn(data, "gsm8k/test.jsonl", jsonl([...gsm8kRows(2), { question, answer: "#### 3" }]))
    writeIn(data, "gsm8k/train.jsonl", jsonl([...gsm8kRows(2, 50), { question: "Q?", answer: `As in "${question}"\n#### 3` }]))
    const { questions } = await evaluationQuestions(test, alone(data))
    expect(questions).toHaveLength(3)
    const found = await checkDataset(train, { ...alone(data), questions })
    expect(found.overlaps).toMatchObject([
      {
        source: "gsm8k:train",
        set: "gsm8k:test",
        questions: 3,
        questionsHit: 1,
        documentsHit: 1,
        hits: [{ document: "train.jsonl#2" }]
      }
    ])
    expect((await checkDataset(test, { ...alone(data), questions })).overlaps).toEqual([])
  })

  it("goes on where a set of evaluation questions is damaged, and says so", async () => {
    const data = temporaryFolder()
    writeIn(data, "gsm8k/test.jsonl.gz", gzipSync(jsonl(gsm8kRows(3))).subarray(0, -1))
    writeIn(data, "gsm8k/train.jsonl", jsonl(gsm8kRows(2, 50)))
    expect((await evaluationQuestions(test, alone(data))).damaged).toMatch(/ends too early/)
    const { code, out, err } = await place().here(["data", "check", "gsm8k:train", "--against", "gsm8k:test", "--data", data])
    expect(out).toMatch(/2 usable, 0 bad/)
    expect(out).not.toMatch(/nothing to object to/)
    expect(err).toMatch(/Not all evaluation questions could be looked for\. gsm8k:test: .*ends too early/)
    expect(code).toBe(1)
  })

  it("reports a file that ends too early, with what was read before", async () => {
    const data = temporaryFolder()
    writeIn(data, "svamp/SVAMP.json", '[{"ID": "a", "Body": "B.", "Question": "Q?", "Answer": 1}, {"ID": "b"')
    const { report, damaged } = await checkDataset({ dataset: "svamp", split: "test" }, alone(data))
    expect(damaged).toContain("ends inside its JSON array")
    expect(report.bad).toBe(0)
  })

  it("objects to files without a single row", async () => {
    const data = temporaryFolder()
    writeIn(data, "gsm8k/train.jsonl", "\n\n")
    const check = await checkDataset({ dataset: "gsm8k", split: "train" }, alone(data))
    expect(check.damaged).toMatch(/gsm8k\/train\.jsonl: there is not a single row in it$/)
  })
})

describe("the digest index", () => {
  it("knows every text it was given, with its first number, through many enlargements", () => {
    const index = new DigestIndex()
    for (let i = 0; i < 20_000; i++) expect(index.add(`text ${i}`, i)).toBeNull()
    for (let i = 0; i < 20_000; i += 7) expect(index.add(`text ${i}`, 1)).toBe(i)
    expect(index.size).toBe(20_000)
    expect(index.has(textDigest("text 19999"))).toBe(true)
    expect(index.has(textDigest("text 20000"))).toBe(false)
  })

  it("goes by the SHA-256 of the text", () => {
    // printf abc | sha256sum
    expect(textDigest("abc")).toBe("ba7816bf8f01cfea")
  })
})
