/** Real and made-up datasets read row by row: order, faults, filters, cursors. */

import { existsSync } from "node:fs"
import { gzipSync, zstdCompressSync } from "node:zlib"

import { describe, expect, it } from "vitest"

import { DatasetMissing } from "../../../src/datasets/errors.ts"
import { datasetRoots } from "../../../src/datasets/locate/locate.ts"
import { type LoadOptions, openDataset, readDataset } from "../../../src/datasets/read/load.ts"
import { gsm8kRows, jsonl, temporaryFolder, writeIn, writeParquet } from "../hub.ts"

const root = temporaryFolder()
/** Options that see the temporary folder alone. */
const inRoot = (data: string, more: Partial<LoadOptions> = {}): LoadOptions => ({
  data,
  repository: `${data}/none/none`,
  environment: {},
  purpose: "training",
  ...more
})
const read = (name: string, split: string, more: Partial<LoadOptions> = {}, data = root) =>
  readDataset(name, split, inRoot(data, more))

describe("every source, in the layout of its publisher", () => {
  it("GSM8K from the hub and from the authors' repository gives the same rows but for their file", async () => {
    const hub = temporaryFolder()
    writeParquet(hub, "openai/gsm8k/main/train-00000-of-00001.parquet", gsm8kRows(5))
    writeIn(root, "gsm8k/train.jsonl", jsonl(gsm8kRows(5)))
    const fromHub = await read("gsm8k", "train", {}, hub)
    expect(fromHub[4]).toEqual({
      source: "gsm8k",
      file: "main/train-00000-of-00001.parquet",
      row: 4,
      id: "main/train-00000-of-00001.parquet#4",
      question: "Ada has 4 pens. How many pens does Ada have?",
      solution: "Ada has 4 pens.\n#### 4",
      answer: "4"
    })
    const content = (rows: typeof fromHub) =>
      rows.map(({ row, question, solution, answer }) => ({ row, question, solution, answer }))
    expect(content(await read("gsm8k", "train"))).toEqual(content(fromHub))
  })

  it("GSM8K's example solutions, packed, end with A:", async () => {
    const row = { question: "Q?", ground_truth: "So 3 * 4 = 12.\nA: 12", "6b_finetuning": "" }
    writeIn(root, "gsm8k/example_model_solutions.jsonl.gz", gzipSync(jsonl([row])))
    expect((await read("gsm8k", "example-solutions", { purpose: "evaluation" }))[0]).toMatchObject({ answer: "12" })
  })

  it("SVAMP joins body and question, with a full stop where there is none", async () => {
    const rows = [
      {
        ID: "chal-1",
        Body: "Each pack costs 76 dollars",
        Question: "How much is it? ",
        Equation: "( 76.0 )",
        Answer: 76,
        Type: "x"
      },
      { ID: "chal-2", Body: "Dan has $ 3.", Question: "How much?", Equation: "", Answer: 3.5, Type: "x" }
    ]
    writeIn(root, "svamp/SVAMP.json", JSON.stringify(rows))
    expect(await read("svamp", "test", { purpose: "evaluation" })).toEqual([
      {
        source: "svamp",
        file: "SVAMP.json",
        row: 0,
        id: "chal-1",
        question: "Each pack costs 76 dollars. How much is it?",
        solution: "",
        answer: "76"
      },
      {
        source: "svamp",
        file: "SVAMP.json",
        row: 1,
        id: "chal-2",
        question: "Dan has $ 3. How much?",
        solution: "",
        answer: "3.5"
      }
    ])
  })

  it("GSM-Hard, TinyGSM, MetaMathQA, FineMath, Algebraic-Stack, MATH-500 and AIME", async () => {
    const program = "def simple_math_problem() -> int:\n    result = 5\n    return result\n"
    writeIn(
      root,
      "reasoning-machines/gsm-hard/gsmhardv2.jsonl",
      jsonl([{ input: "Q?", code: "def solution():\n  return 1", target: -9867630.0 }])
    )
    writeParquet(root, "TinyGSM/TinyGSM/data/a.parquet", [{ question: "Q?", code: program }])
    writeIn(
      root,
      "meta-math/MetaMathQA/MetaMathQA-395K.json",
      JSON.stringify([
        { query: "Q?", response: "Because.\nThe answer is: 42", type: "GSM_Rephrased", original_question: "q" },
        { query: "Q?", response: "Because.", type: "GSM_Rephrased", original_question: "q" }
      ])
    )
    writeParquet(root, "HuggingFaceTB/finemath/finemath-3plus/train-00000-of-00001.parquet", [{ url: "u", text: "Sums.\n1+1=2" }])
    writeIn(
      root,
      "EleutherAI/proof-pile-2/algebraic-stack/train/lean0000.jsonl.zst",
      zstdCompressSync(jsonl([{ text: "theorem", meta: "{}" }]))
    )
    writeIn(
      root,
      "HuggingFaceH4/MATH-500/test.jsonl",
      jsonl([
        {
          problem: "P",
          solution: "S \\boxed{\\frac{2}{4}}",
          answer: "\\frac{2}{4}",
          subject: "Algebra",
          level: 1,
          unique_id: "test/algebra/1.json"
        }
      ])
    )
    writeParquet(root, "Maxwell-Jia/AIME_2024/aime_2024_problems.parquet", [
      { ID: "2024-I-1", Problem: "P", Solution: "S", Answer: 204n }
    ])
    writeIn(
      root,
      "gneubig/aime-1983-2024/AIME_Dataset_1983_2024.csv",
      'ID,Year,Problem Number,Question,Answer,Part\n1983-1,1983,1,"Let $x$, $y$",060,\n'
    )
    writeParquet(root, "AI-MO/aimo-validation-aime/data/train-00000-of-00001.parquet", [
      { id: 7n, problem: "P", solution: "S", answer: "33", url: "u" }
    ])

    const evaluation = { purpose: "evaluation" } as const
    expect((await read("gsm-hard", "test", evaluation))[0]).toMatchObject({ question: "Q?", answer: "-9867630" })
    expect((await read("tinygsm", "train"))[0]).toMatchObject({ question: "Q?", solution: program, answer: null })
    expect((await read("metamathqa", "train")).map((row) => row.answer)).toEqual(["42", null])
    expect((await read("finemath", "train"))[0]).toMatchObject({ question: "", solution: "Sums.\n1+1=2", answer: null })
    expect((await read("algebraic-stack", "train"))[0]).toMatchObject({ question: "", solution: "theorem", answer: null })
    expect((await read("math-500", "test", evaluation))[0]).toMatchObject({ id: "test/algebra/1.json", answer: "1/2" })
    expect((await read("aime", "2024", evaluation))[0]).toMatchObject({ id: "2024-I-1", answer: "204" })
    expect((await read("aime", "1983-2024", evaluation))[0]).toMatchObject({
      id: "1983-1",
      question: "Let $x$, $y$",
      answer: "60"
    })
    expect((await read("aime", "2022-2024", evaluation))[0]).toMatchObject({ id: "7", answer: "33" })
  })

  it("OpenMathInstruct-1 leaves out wrong solutions and says how many", async () => {
    const row = { question: "Q?", generated_solution: "S \\boxed{5}", expected_answer: "5", is_correct: true }
    writeIn(root, "nvidia/OpenMathInstruct-1/correct_solutions/train.jsonl", jsonl([row, { ...row, is_correct: false }, row]))
    const dataset = openDataset("omi1", "train", inRoot(root))
    const rows = []
    for await (const batch of dataset.batches()) rows.push(...batch.rows)
    expect(rows.map((row) => row.row)).toEqual([0, 2])
    expect(dataset.report).toEqual({
      rows: 2,
      filtered: 1,
      filter: "is_correct is false",
      normalised: 0,
      bad: 0,
      faults: [],
      withoutAnswer: 0
    })
  })

  it("OpenMathInstruct-2 leaves out subsets that repeat rows of train and says which; the paper takes them", async () => {
    const row = (id: number) => ({ problem: `P${id}`, generated_solution: "S", expected_answer: "1,000", problem_source: "math" })
    const folder = "nvidia/OpenMathInstruct-2/data"
    writeParquet(root, `${folder}/train-00000-of-00002.parquet`, [row(0), row(1)])
    writeParquet(root, `${folder}/train-00001-of-00002.parquet`, [row(2)])
    writeParquet(root, `${folder}/train_1M-00000-of-00001.parquet`, [row(0)])
    const dataset = openDataset("omi2", "train", inRoot(root))
    expect(dataset.excluded.map(({ name, why }) => [name, why])).toEqual([
      ["data/train_1M-00000-of-00001.parquet", "subsets of train: their rows are in it already"]
    ])
    expect((await read("omi2", "train")).map((row) => [row.question, row.answer])).toEqual([
      ["P0", "1000"],
      ["P1", "1000"],
      ["P2", "1000"]
    ])
    expect((await read("omi2", "train-1M")).map((row) => row.question)).toEqual(["P0"])
    expect(await read("omi2", "train-with-duplicates")).toHaveLength(4)
  })
})

describe("what is for evaluation is refused as training data", () => {
  it.each([
    ["gsm8k", "test"],
    ["gsm8k", "example-solutions"],
    ["svamp", "test"],
    ["gsm-hard", "test"],
    ["math-500", "test"],
    ["aime", "2024"]
  ])("%s/%s", async (name, split) => {
    if (name === "gsm8k" && split === "test") writeIn(root, "gsm8k/test.jsonl", jsonl(gsm8kRows(2)))
    await expect(read(name, split)).rejects.toMatchObject({ _tag: "DatasetNotForTraining", source: name, split })
  })
})

describe("streaming", () => {
  const data = temporaryFolder()
  for (let shard = 0; shard < 3; shard++)
    writeParquet(data, `openai/gsm8k/main/train-0000${shard}-of-00003.parquet`, gsm8kRows(250, shard * 250), 100)
  const batches = async (more: Partial<LoadOptions> = {}) => {
    const all = []
    for await (const batch of openDataset("gsm8k", "train", inRoot(data, more)).batches()) all.push(batch)
    return all
  }
  const answers = (all: Awaited<ReturnType<typeof batches>>) =>
    all.flatMap((batch) => batch.rows.map((row) => Number(row.answer)))

  it("keeps the order of files and rows, in batches of the size asked for", async () => {
    const all = await batches({ batchRows: 200 })
    expect(all.map((batch) => batch.rows.length)).toEqual([200, 50, 200, 50, 200, 50])
    expect(answers(all)).toEqual(Array.from({ length: 750 }, (_, i) => i))
    expect(all.slice(0, 3).map((batch) => batch.next)).toEqual([
      { file: 0, row: 200 },
      { file: 1, row: 0 },
      { file: 1, row: 200 }
    ])
  })

  it("continues after any batch with the rows that were left", async () => {
    const all = await batches({ batchRows: 70 })
    for (const [i, { next }] of all.entries())
      expect(answers(await batches({ batchRows: 70, from: next })), `from ${JSON.stringify(next)}`).toEqual(
        answers(all.slice(i + 1))
      )
  })

  it("stops at a limit", async () => {
    expect(answers(await batches({ limit: 3 }))).toEqual([0, 1, 2])
    expect(await batches({ limit: 0 })).toEqual([])
  })
})

describe("bad rows", () => {
  const data = temporaryFolder()
  const good = gsm8kRows(1)[0]!
  const lines = [
    JSON.stringify(good),
    '{"question": "cut off',
    JSON.stringify({ question: "no answer field" }),
    JSON.stringify({ question: " ", answer: "#### 1" }),
    JSON.stringify({ question: "no final answer", answer: "Just so." }),
    JSON.stringify({ question: 7, answer: "#### 1" }),
    JSON.stringify(good)
  ]
  const path = writeIn(data, "gsm8k/train.jsonl", lines.join("\n"))

  it("are not tolerated unless told so: the first one is named", async () => {
    const error = await read("gsm8k", "train", {}, data).catch((error: unknown) => error)
    expect(error).toMatchObject({ _tag: "DatasetRowInvalid", file: path, row: 1, bad: 1, tolerated: "0" })
    expect((error as Error).message).toMatch(
      /train\.jsonl, row 1: line 2 is not valid JSON: it ends too early\. Bad rows so far: 1; tolerated: 0 \(mix\.maxBadRows/
    )
  })

  it("within a tolerated count are left out, counted and named", async () => {
    const dataset = openDataset("gsm8k", "train", inRoot(data, { maxBadRows: 5 }))
    const rows = []
    for await (const batch of dataset.batches()) rows.push(...batch.rows)
    expect(rows.map((row) => row.row)).toEqual([0, 6])
    expect(dataset.report).toMatchObject({ rows: 2, bad: 5, filtered: 0 })
    expect(dataset.report.faults).toEqual([
      { file: "train.jsonl", row: 1, field: "", problem: expect.stringMatching(/^line 2 is not valid JSON/) },
      { file: "train.jsonl", row: 2, field: "answer", problem: "is missing; the record has question" },
      { file: "train.jsonl", row: 3, field: "question", problem: "is empty" },
      { file: "train.jsonl", row: 4, field: "", problem: "has no final answer" },
      { file: "train.jsonl", row: 5, field: "question", problem: "is a number, not text" }
    ])
  })

  it("beyond the tolerated count or share end the reading", async () => {
    await expect(read("gsm8k", "train", { maxBadRows: 4 }, data)).rejects.toMatchObject({ row: 5, bad: 5, tolerated: "4" })
    await expect(read("gsm8k", "train", { maxBadRows: { share: 0.5 } }, data)).rejects.toMatchObject({
      bad: 5,
      tolerated: "50 % of the records"
    })
    expect(await read("gsm8k", "train", { maxBadRows: { share: 0.75 } }, data)).toHaveLength(2)
  })

  it("include a second row with the id of an earlier one", async () => {
    const row = { ID: "chal-1", Body: "B", Question: "Q?", Answer: 1 }
    writeIn(data, "svamp/SVAMP.json", JSON.stringify([row, { ...row, ID: "chal-2" }, row]))
    await expect(read("svamp", "test", { purpose: "evaluation" }, data)).rejects.toThrow(
      /row 2: has the id chal-1, which an earlier row has/
    )
  })
})

const kept = { purpose: "evaluation" } as const
const realData = datasetRoots().some((folder) => existsSync(`${folder}/gsm8k/train.jsonl`))

describe.skipIf(!realData)("the real files", () => {
  it("have the rows and the kinds of answers that were counted when they were fetched", async () => {
    const train = await readDataset("gsm8k", "train", kept)
    const test = await readDataset("gsm8k", "test", kept)
    expect([train.length, test.length]).toEqual([7473, 1319])
    expect(train.every((row) => /^-?\d+$/.test(row.answer!))).toBe(true)
    expect(train.filter((row) => /####.*,/.test(row.solution))).toHaveLength(79)
    expect(train.filter((row) => row.answer!.startsWith("-"))).toHaveLength(3)
    expect(Math.max(...train.map((row) => Number(row.answer)))).toBe(192_000_000)
    expect(Math.max(...test.map((row) => Number(row.answer)))).toBe(2_880_000)
    const hard = await readDataset("gsm-hard", "test", kept)
    expect(hard.filter((row) => row.answer!.includes("."))).toHaveLength(303)
    expect(hard.filter((row) => row.answer!.startsWith("-"))).toHaveLength(146)
    expect(await readDataset("svamp", "test", kept)).toHaveLength(1000)
    expect(await readDataset("gsm8k", "example-solutions", kept)).toHaveLength(1319)
  })

  it("TinyGSM is not among them, and is asked for by name", async () => {
    await expect(readDataset("tinygsm", "train", { ...inRoot(root, kept), data: `${root}/nowhere` })).rejects.toBeInstanceOf(
      DatasetMissing
    )
  })
})
