/** What `data check` tells of a split, on made-up rows. */

import { join } from "node:path"
import { gzipSync } from "node:zlib"

import { describe, expect, it } from "vitest"

import { checkDataset, evaluationQuestions } from "../../src/datasets/check.ts"
import { describeDatasets } from "../../src/datasets/describe.ts"
import { DigestIndex, textDigest } from "../../src/datasets/overlap/DigestIndex.ts"
import { place } from "../cli/command-line.ts"
import { gsm8kRows, jsonl, temporaryFolder, writeIn, writeParquet } from "./hub.ts"

const alone = (data: string) => ({ data, repository: join(data, "none/none"), environment: {} })
const train = { dataset: "gsm8k", split: "train" }
const test = { dataset: "gsm8k", split: "test" }
const AIME = "aime-1983-2024/AIME_Dataset_1983_2024.csv"

/** A header of tar: its checksum is taken with blanks in its place. */
const tar = (): Buffer => {
  const header = Buffer.alloc(1024)
  header.write("test.jsonl")
  header.write("        ", 148)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148)
  return header
}

describe("a check", () => {
  it("counts usable and bad rows, naming file, row and field of the bad ones, and goes on to the end", async () => {
    const data = temporaryFolder()
    writeIn(
      data,
      "gsm8k/train.jsonl",
      `${jsonl(gsm8kRows(3))}{"question": "Q?"}\nnot json\n{"question": "Q?", "answer": "no mark"}\n${jsonl(gsm8kRows(2, 3))}`
    )
    const { report, unread } = await checkDataset(train, alone(data))
    expect({ rows: report.rows, bad: report.bad, unread }).toEqual({ rows: 5, bad: 3, unread: null })
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
    expect((await evaluationQuestions(test, alone(data))).unread).toMatch(/ends too early/)
    const { code, out, err } = await place().here(["data", "check", "gsm8k:train", "--against", "gsm8k:test", "--data", data])
    expect(out).toMatch(/2 usable, 0 bad/)
    expect(out).not.toMatch(/nothing to object to/)
    expect(err).toMatch(/Not all evaluation questions could be looked for\. gsm8k:test: .*ends too early/)
    expect(code).toBe(1)
  })

  it("reports a file that ends too early, with what was read before", async () => {
    const data = temporaryFolder()
    writeIn(data, "svamp/SVAMP.json", '[{"ID": "a", "Body": "B.", "Question": "Q?", "Answer": 1}, {"ID": "b"')
    const { report, unread } = await checkDataset({ dataset: "svamp", split: "test" }, alone(data))
    expect(unread).toEqual({ state: "damaged", why: expect.stringContaining("ends inside its JSON array") })
    expect(report.bad).toBe(0)
  })

  it.each([
    ["a zip archive", "gsm8k:test", "gsm8k/test.jsonl", Buffer.from("PK\u0003\u0004 and more"), "of another kind"],
    ["a tar archive", "gsm8k:test", "gsm8k/test.jsonl", tar(), "of another kind"],
    ["a web page", "gsm8k:test", "gsm8k/test.jsonl", Buffer.from("<!doctype html><p>Log in"), "of another kind"],
    ["a JSON array in place of lines", "gsm8k:test", "gsm8k/test.jsonl", Buffer.from("[\n{}\n]\n"), "of another kind"],
    ["plain text", "gsm8k:test", "gsm8k/test.jsonl", Buffer.from("a\nb\nc\nd\n"), "of another kind"],
    ["a zip archive called gzip", "gsm8k:test", "gsm8k/test.jsonl.gz", Buffer.from("PK\u0003\u0004 and more"), "of another kind"],
    ["JSON Lines called gzip", "gsm8k:test", "gsm8k/test.jsonl.gz", Buffer.from(jsonl(gsm8kRows(3))), "of another kind"],
    ["JSON Lines called Zstandard", "gsm8k:test", "gsm8k/test.jsonl.zst", Buffer.from(jsonl(gsm8kRows(3))), "of another kind"],
    ["a tar archive in gzip", "gsm8k:test", "gsm8k/test.jsonl.gz", gzipSync(tar()), "of another kind"],
    ["UTF-16", "gsm8k:test", "gsm8k/test.jsonl", Buffer.from('{"question":"a"}', "utf16le"), "of another kind"],
    ["lines in place of an array", "svamp:test", "SVAMP/SVAMP.json", Buffer.from('{"ID":"a"}\n{"ID":"b"}\n'), "of another kind"],
    ["JSON called Parquet", "gsm8k:test", "gsm8k/main/test-00000-of-00001.parquet", Buffer.from('{"a":1}'), "of another kind"],
    ["JSON called CSV", "aime:1983-2024", AIME, Buffer.from('[{"ID":1}]\n'), "of another kind"],
    ["a column twice", "aime:1983-2024", AIME, Buffer.from("ID,Question,Answer,Answer\n1,q,5,6\n"), "refused"],
    ["a column twice but for blanks", "aime:1983-2024", AIME, Buffer.from("ID,Question,Answer, Answer\n1,q,5,6\n"), "refused"],
    ["no such column", "aime:1983-2024", AIME, Buffer.from("ID,Question,Solution\n1,q,5\n"), "refused"],
    ["gzip that ends early", "gsm8k:test", "gsm8k/test.jsonl.gz", gzipSync(jsonl(gsm8kRows(3))).subarray(0, -1), "damaged"],
    ["nothing but zeros", "gsm8k:test", "gsm8k/test.jsonl", Buffer.alloc(4096), "damaged"],
    ["half of a Parquet file", "gsm8k:test", "gsm8k/main/test-00000-of-00001.parquet", Buffer.from("PAR1 half"), "damaged"],
    ["an open quote", "aime:1983-2024", AIME, Buffer.from('ID,Question,Answer\n1,"q,5\n'), "damaged"]
  ])("calls %s what it is, in every command", async (_, name, file, bytes, state) => {
    const data = temporaryFolder()
    writeIn(data, file, bytes)
    const [dataset, split] = name.split(":") as [string, string]
    const { unread } = await checkDataset({ dataset, split }, alone(data))
    expect(unread).toMatchObject({ state, why: expect.stringContaining(file) })
    const at = place()
    const { out, code } = await at.here(["data", "check", name, "--data", data, "--json"])
    expect(JSON.parse(out)[0]).toMatchObject({ unread: { state }, objections: expect.arrayContaining([state]) })
    expect(code).toBe(1)
    const text = await at.here(["data", "check", name, "--data", data])
    expect(text.out).toContain(`Not as they should be: ${name} (${state}`)
    if (state !== "damaged") expect(text.out).not.toMatch(/^ *damaged|\(damaged/m)
    const described = await describeDatasets({ ...alone(data), rows: true, digests: true, only: [{ dataset, split }] })
    // Counting lines and reading footers sees less than reading all.
    if (described[0]!.state !== "found") expect(described[0]!.state).toBe(state)
  })

  it("objects to files without a single row", async () => {
    const data = temporaryFolder()
    writeIn(data, "gsm8k/train.jsonl", "\n\n")
    const check = await checkDataset({ dataset: "gsm8k", split: "train" }, alone(data))
    expect(check.unread).toEqual({
      state: "empty",
      why: expect.stringMatching(/gsm8k\/train\.jsonl: there is not a single row in it$/)
    })
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
