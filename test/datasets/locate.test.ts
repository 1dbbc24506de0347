/** Where datasets are looked for and which of their files are taken. */

import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"

import { describe, expect, it, vi } from "vitest"

import { describeDatasets } from "../../src/datasets/describe.ts"
import { datasetFingerprint } from "../../src/datasets/locate/fingerprint.ts"
import { datasetRoots, locateDataset } from "../../src/datasets/locate/locate.ts"
import { unclaimed } from "../../src/datasets/locate/passed-over.ts"
import { sources } from "../../src/datasets/registry.ts"
import { gsm8kRows, jsonl, temporaryFolder, writeIn, writeParquet } from "./hub.ts"

const alone = (data: string) => ({ data, repository: join(data, "none/none"), environment: {} })
const failure = (run: () => unknown): Error => {
  try {
    run()
  } catch (error) {
    return error as Error
  }
  throw new Error("did not fail")
}

describe("roots", () => {
  it("are the user's folder, the environment's, shared/data beside the repository and data inside it, in this order", () => {
    const environment = { ECHO_CHAMBER_DATA: "/from/environment" }
    expect(datasetRoots({ data: "/from/user", repository: "/a/repository", environment })).toEqual([
      "/from/user",
      "/from/environment",
      "/a/shared/data",
      "/a/repository/data"
    ])
    expect(datasetRoots({ repository: "/a/repository", environment: { ECHO_CHAMBER_DATA: "" } })).toEqual([
      "/a/shared/data",
      "/a/repository/data"
    ])
    expect(datasetRoots({ data: "relative", environment: {} })[0]).toBe(resolve("relative"))
  })

  it("earlier ones win, and a dataset may lie in a later one", () => {
    const [first, second] = [temporaryFolder(), temporaryFolder()]
    writeIn(first, "gsm8k/train.jsonl", jsonl(gsm8kRows(1)))
    writeIn(second, "gsm8k/train.jsonl", jsonl(gsm8kRows(2)))
    writeIn(second, "gsm8k/test.jsonl", jsonl(gsm8kRows(2)))
    expect(locateDataset("gsm8k", "train", [first, second]).folder).toBe(join(first, "gsm8k"))
    expect(locateDataset("gsm8k", "test", [first, second]).folder).toBe(join(second, "gsm8k"))
  })
})

describe("a dataset is found", () => {
  it.each(["openai/gsm8k", "gsm8k"])("in the folder %s", (folder) => {
    const root = temporaryFolder()
    writeParquet(root, `${folder}/main/test-00000-of-00001.parquet`, gsm8kRows(2))
    expect(locateDataset("gsm8k", "test", [root]).files.map((file) => file.name)).toEqual(["main/test-00000-of-00001.parquet"])
  })

  it("in the hub's own cache, in the snapshot that main refers to", () => {
    const root = temporaryFolder()
    writeIn(root, "datasets--openai--gsm8k/refs/main", "abc123\n")
    writeParquet(root, "datasets--openai--gsm8k/snapshots/old/main/test-00000-of-00001.parquet", gsm8kRows(1))
    const path = writeParquet(root, "datasets--openai--gsm8k/snapshots/abc123/main/test-00000-of-00001.parquet", gsm8kRows(2))
    expect(locateDataset("gsm8k", "test", [root]).files.map((file) => file.path)).toEqual([path])
  })
})

describe("a dataset that is not there", () => {
  it("is reported with the files that lie in its folders under other names", () => {
    const root = temporaryFolder()
    for (const name of ["a.csv", "b.csv", "c.csv", "d.csv", "e.csv", "Train.Parquet"]) writeIn(root, `tinygsm/${name}`, "x")
    const error = failure(() => locateDataset("tinygsm", "train", [root]))
    expect(String(error)).toContain(`${join(root, "tinygsm")}, which holds Train.Parquet, a.csv, b.csv, c.csv, d.csv, and 1 more`)
  })

  it("is reported with what lies beside its folders, in folders of nearly its name, and deeper", () => {
    const root = temporaryFolder()
    for (const name of [
      "train.jsonl",
      "README.md",
      "svamp/test.json",
      "GSM8K_data/train.jsonl",
      "gsm8k/new/a.csv",
      "gsm8k/b.jsonl"
    ])
      writeIn(root, name, "x")
    const error = failure(() => locateDataset("gsm8k", "train", [root]))
    expect(error.message).toContain(`\n  ${root}, which holds GSM8K_data/, train.jsonl\n`)
    expect(error.message).toContain(`\n  ${join(root, "gsm8k")}, which holds b.jsonl, new/a.csv\n`)
  })

  it("is reported with its folders alone where nothing else is there", () => {
    const root = temporaryFolder()
    writeIn(root, "svamp/test.json", "x")
    mkdirSync(join(root, "gsm8k"))
    const error = failure(() => locateDataset("gsm8k", "train", [root]))
    expect(error.message).toContain(`\n  ${root}\n  ${join(root, "gsm8k")}, which holds nothing\n`)
  })

  it("is reported with the files, the folders, where to get it and how to point to it", () => {
    const root = temporaryFolder()
    const error = failure(() => locateDataset("tinygsm", "train", [root, "/does/not/exist"]))
    expect(error).toMatchObject({
      _tag: "DatasetMissing",
      source: "tinygsm",
      split: "train",
      files: ["TinyGSM/TinyGSM/data/*.parquet"]
    })
    for (const part of [
      root,
      "/does/not/exist (does not exist)",
      "TinyGSM/TinyGSM on the Hugging Face hub",
      "pipeline data import tinygsm:train",
      "--data FOLDER",
      "ECHO_CHAMBER_DATA",
      "MIT"
    ])
      expect(error.message).toContain(part)
  })

  it("whose shards are there in part names the missing ones; partial use must be asked for", () => {
    const root = temporaryFolder()
    writeParquet(root, "nvidia/OpenMathInstruct-2/data/train-00001-of-00003.parquet", [
      { problem: "P", generated_solution: "S", expected_answer: "1" }
    ])
    const error = failure(() => locateDataset("omi2", "train", [root]))
    const missing = ["data/train-00000-of-00003.parquet", "data/train-00002-of-00003.parquet"]
    expect(error).toMatchObject({ _tag: "DatasetIncomplete", present: 1, missing })
    expect(error.message).toContain(
      "1 of 3 files are there, missing data/train-00000-of-00003.parquet, data/train-00002-of-00003.parquet"
    )
    expect(locateDataset("omi2", "train", [root], true).missing).toEqual(missing)
  })

  it("because its name or split is wrong gets the near names", () => {
    expect(failure(() => locateDataset("gms8k", "train", []))).toMatchObject({ _tag: "DatasetUnknown", near: ["gsm8k"] })
    expect(failure(() => locateDataset("gsm8", "train", [])).message).toMatch(
      /no dataset "gsm8"\. Did you mean "gsm8k"\? Known: gsm8k, svamp,/
    )
    expect(failure(() => locateDataset("gsm8k", "tets", [])).message).toMatch(/Did you mean "gsm8k:test"/)
    expect(failure(() => locateDataset("gsm8k", "constructor", []))).toMatchObject({ _tag: "DatasetUnknown" })
  })
})

describe("the registry", () => {
  it("keeps every evaluation set out of training", () => {
    const roles = sources.flatMap((source) =>
      Object.entries(source.splits).map(([split, { role }]) => [`${source.name}/${split}`, role])
    )
    expect(roles.filter(([, role]) => role === "training").map(([name]) => name)).toEqual([
      "gsm8k/train",
      "tinygsm/train",
      "omi1/train",
      "omi1/train-incorrect",
      "omi2/train",
      "omi2/train-1M",
      "omi2/train-2M",
      "omi2/train-5M",
      "omi2/train-with-duplicates",
      "metamathqa/train",
      "finemath/train",
      "finemath/train-4plus",
      "algebraic-stack/train"
    ])
  })
})

describe("fingerprints", () => {
  it("are the digests of the files in the order of reading, wherever they lie", async () => {
    const [here, there] = [temporaryFolder(), temporaryFolder()]
    const contents = jsonl(gsm8kRows(3))
    const sha256 = createHash("sha256").update(contents).digest("hex")
    writeIn(here, "gsm8k/train.jsonl", contents)
    writeIn(there, "openai/gsm8k/train.jsonl", contents)
    const expected = (file: string) => ({ files: [{ path: "train.jsonl", file, bytes: contents.length, sha256 }] })
    expect(await datasetFingerprint("gsm8k", "train", alone(here))).toEqual(expected(join(here, "gsm8k/train.jsonl")))
    expect(await datasetFingerprint("gsm8k", "train", alone(there))).toEqual(expected(join(there, "openai/gsm8k/train.jsonl")))
  })

  it("are remembered of a large file until it changes in any way, also under its old size and time", async () => {
    const root = temporaryFolder()
    const cache = join(root, "cache/digests.json")
    const rows = 12_000
    const path = writeIn(root, "gsm8k/train.jsonl", jsonl(gsm8kRows(rows)))
    expect(statSync(path).size).toBeGreaterThan(2 ** 20)
    const options = { ...alone(root), cache }
    const digest = async () => (await datasetFingerprint("gsm8k", "train", options)).files[0]!.sha256
    const contents = () => createHash("sha256").update(readFileSync(path)).digest("hex")

    // Fresh from writing, it might change again within the grain of its times.
    expect(await digest()).toBe(contents())
    expect(existsSync(cache)).toBe(false)
    const later = vi.spyOn(Date, "now").mockImplementation(() => performance.timeOrigin + performance.now() + 60_000)
    expect(await digest()).toBe(contents())
    expect(readFileSync(cache, "utf8")).toContain(contents())

    // The entry is what answers.
    const forged = "f".repeat(64)
    writeFileSync(cache, readFileSync(cache, "utf8").replace(contents(), forged))
    expect(await digest()).toBe(forged)

    const { atime, mtime } = statSync(path)
    writeFileSync(path, readFileSync(path, "utf8").replace("#### 1", "#### 2"))
    utimesSync(path, atime, mtime)
    expect(await digest()).toBe(contents())
    writeFileSync(cache, "{ broken")
    expect(await digest()).toBe(contents())
    later.mockRestore()
  })
})

describe("describeDatasets", () => {
  it("tells for every split what is there, and for the rest how to get it", async () => {
    const root = temporaryFolder()
    const contents = jsonl(gsm8kRows(3))
    writeIn(root, "gsm8k/train.jsonl", contents)
    writeParquet(root, "gsm8k/main/test-00000-of-00001.parquet", gsm8kRows(2))
    writeIn(root, "svamp/SVAMP.json", "[")
    mkdirSync(join(root, "tinygsm"))
    const all = await describeDatasets({ ...alone(root), rows: true, digests: true })
    expect(all.map((entry) => `${entry.source}/${entry.split}`)).toHaveLength(24)
    const of = (source: string, split: string) => all.find((entry) => entry.source === source && entry.split === split)!
    expect(of("gsm8k", "train")).toMatchObject({
      state: "found",
      role: "training",
      licence: "MIT",
      rows: 3,
      bytes: contents.length,
      missing: []
    })
    expect(of("gsm8k", "train").files[0]!.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(of("gsm8k", "test")).toMatchObject({ state: "found", role: "evaluation", rows: 2 })
    expect(of("svamp", "test")).toMatchObject({
      state: "damaged",
      rows: null,
      problems: [expect.stringContaining("ends inside its JSON array")]
    })
    expect(of("tinygsm", "train")).toMatchObject({ state: "missing", files: [], missing: ["TinyGSM/TinyGSM/data/*.parquet"] })
    expect(of("tinygsm", "train").obtain).toContain("pipeline data import tinygsm:train")
  })

  it("is cheap unless asked for more", async () => {
    const root = temporaryFolder()
    writeIn(root, "gsm8k/train.jsonl", "not even JSON")
    const [train] = await describeDatasets({ ...alone(root), only: [{ dataset: "gsm8k", split: "train" }] })
    expect(train).toMatchObject({ state: "found", rows: null, bytes: 13 })
    expect(train!.files[0]!.sha256).toBeNull()
  })
})

describe("files of a source of which no split is found", () => {
  const source = sources.find(({ name }) => name === "svamp")!
  it.each([
    ["svamp/svamp.json", /is called otherwise in capitals and small letters/],
    ["svamp/.SVAMP.json", /is hidden/],
    ["svamp/SVAMP.json.part", /is an unfinished download/],
    ["svamp/testing.csv", /is called otherwise than/],
    ["svamp/README.md", null],
    ["svamp/dataset_infos.json", null],
    ["gsm8k/Train.JSONL", null]
  ] as const)("%s", (name, why) => {
    const root = temporaryFolder()
    writeIn(root, name, "[]")
    const found = unclaimed(source, alone(root))
    if (why === null) expect(found).toEqual([])
    else expect(found).toEqual([{ path: join(root, name), why: expect.stringMatching(why) }])
  })
})
