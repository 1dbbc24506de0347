/**
 * What is not an ordinary file where a dataset's should be: links to nothing, folders that may not be read, FIFOs, devices. Named
 * by every command that meets it, waited for by none, and no obstacle to what is sound beside it.
 */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"

import { afterAll, describe, expect, it } from "vitest"

import { describeDatasets } from "../../src/datasets/describe.ts"
import { DatasetUnreadable, fileState } from "../../src/datasets/errors.ts"
import { readRefused } from "../../src/datasets/locate/data-file.ts"
import { readDataset } from "../../src/datasets/read/load.ts"
import { place } from "../cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const SVAMP = '[{"ID":"a1","Body":"Tom has 3 coins.","Question":"How many?","Answer":3}]'
const closing: Array<() => void> = []
afterAll(() => closing.forEach((close) => close()))

/** A folder of data in which SVAMP is sound and GSM8K's test split is what `make` puts at its path. */
const dataWith = (make: (file: string) => void, file = "gsm8k/test.jsonl"): string => {
  const data = temporaryFolder()
  fs.mkdirSync(path.join(data, "SVAMP"))
  fs.writeFileSync(path.join(data, "SVAMP/SVAMP.json"), SVAMP)
  fs.mkdirSync(path.join(data, path.dirname(file)), { recursive: true })
  make(path.join(data, file))
  return data
}

const SPECIAL: ReadonlyArray<readonly [what: string, make: (file: string) => void, words: RegExp]> = [
  ["a link to nothing", (file) => fs.symlinkSync("../blobs/gone", file), /is a link to \.\.\/blobs\/gone, where nothing is/],
  ["a link to itself", (file) => fs.symlinkSync(path.basename(file), file), /links there lead in a circle/],
  ["a link through a file", (file) => fs.symlinkSync("../SVAMP/SVAMP.json/x", file), /where nothing is|not a folder/],
  ["a FIFO", (file) => void execFileSync("mkfifo", [file]), /is a FIFO, not a file/],
  [
    "a link to a FIFO",
    (file) => {
      execFileSync("mkfifo", [`${file}.fifo`])
      fs.symlinkSync(`${file}.fifo`, file)
    },
    /is a FIFO, not a file/
  ],
  ["a link to a device without end", (file) => fs.symlinkSync("/dev/zero", file), /is a device, not a file/],
  ["a link to the terminal", (file) => fs.symlinkSync("/dev/tty", file), /is a device, not a file/],
  ["a folder", (file) => fs.mkdirSync(file), /is a folder, not a file/],
  ["a link to a folder", (file) => fs.symlinkSync(".", file), /is a folder, not a file/],
  [
    "a socket",
    (file) => {
      const server = net.createServer().listen(file)
      closing.push(() => server.close())
    },
    /is a socket, not a file|is not there/
  ],
  ["an empty file", (file) => fs.writeFileSync(file, ""), /there is not a single row in it/]
]

describe.skipIf(process.platform === "win32")("in place of a data file", () => {
  it.each(SPECIAL)("%s is named, and the rest works", async (what, make, words) => {
    const data = dataWith(make)
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (what !== "an empty file") {
      const described = await describeDatasets({ data, only: [{ dataset: "gsm8k", split: "test" }] })
      expect(described[0]!.state).toBe(/ not a file/.test(described[0]!.problems.join()) ? "of another kind" : "cannot be read")
      expect(described[0]!.problems.join()).toMatch(words)
      expect(described[0]!.problems.join()).not.toMatch(/(?:another|place).*\bOr name another/)
      await expect(readDataset("gsm8k", "test", { data, purpose: "evaluation" })).rejects.toThrow(words)
    }
    expect(await readDataset("svamp", "test", { data, purpose: "evaluation" })).toHaveLength(1)

    const at = place()
    for (const args of [["data", "list", "gsm8k:test"], ["data", "check", "gsm8k:test", "svamp:test"], ["doctor"]]) {
      const { out, err } = await at.here([...args, "--data", data])
      expect(`${out}${err}`).not.toMatch(/\n\s+at |Something broke|is damaged or not what/)
      expect(`${out}${err}`).not.toContain("damaged")
      if (args[0] === "data" && args[1] === "check") expect(`${out}${err}`).toMatch(words)
    }
    const plan = await at.here([
      "plan",
      "smoke",
      "--data",
      data,
      "--set",
      "mix.tokenizer=bpe",
      "--set",
      "mix.suites=gsm8k:test,train-easy,unseen-values,unseen-template,harder"
    ])
    if (what !== "an empty file") {
      expect(plan.err).toMatch(words)
      expect(plan.code).toBe(2)
    }
  })

  it("a sound file is read through a link, as a hub's cache has them", async () => {
    const data = dataWith((file) => {
      fs.mkdirSync(path.join(path.dirname(file), "blobs"))
      fs.writeFileSync(path.join(path.dirname(file), "blobs/x"), '{"question":"1+1?","answer":"2\\n#### 2"}\n')
      fs.symlinkSync("blobs/x", file)
    })
    expect(await readDataset("gsm8k", "test", { data, purpose: "evaluation" })).toHaveLength(1)
  })

  it.each([
    ["refs/main that is a folder", (main: string) => fs.mkdirSync(main)],
    ["refs/main that is a FIFO", (main: string) => void execFileSync("mkfifo", [main])],
    ["refs/main that leads out", (main: string) => fs.writeFileSync(main, "../../../..\n")],
    ["refs/main without end", (main: string) => fs.symlinkSync("/dev/zero", main)]
  ])("a hub's cache with %s hangs nothing", async (_, make) => {
    const data = dataWith(make, "datasets--openai--gsm8k/refs/main")
    const described = await describeDatasets({
      data,
      repository: temporaryFolder(),
      environment: {},
      only: [{ dataset: "gsm8k", split: "test" }]
    })
    expect(described[0]!.state).not.toBe("found")
  })

  it("a hub's cache with a link to nothing in place of a shard", async () => {
    const data = dataWith((file) => {
      fs.mkdirSync(path.join(path.dirname(file), "snapshots/abc/main"), { recursive: true })
      fs.mkdirSync(path.join(path.dirname(file), "refs"))
      fs.writeFileSync(path.join(path.dirname(file), "refs/main"), "abc")
      fs.symlinkSync("../../../blobs/gone", path.join(path.dirname(file), "snapshots/abc/main/train-00000-of-00001.parquet"))
    }, "datasets--openai--gsm8k/x")
    const described = await describeDatasets({ data, only: [{ dataset: "gsm8k", split: "train" }] })
    expect(described[0]).toMatchObject({ state: "cannot be read" })
    expect(described[0]!.problems.join()).toContain("where nothing is")
  })

  const isRoot = process.getuid?.() === 0
  it.skipIf(!isRoot).each([
    ["a folder", (file: string) => fs.chmodSync(path.dirname(file), 0o700), "gsm8k/test.jsonl"],
    ["a file", (file: string) => fs.chmodSync(file, 0o600), "gsm8k/test.jsonl"],
    ["a packed file", (file: string) => fs.chmodSync(file, 0o600), "gsm8k/test.jsonl.zst"],
    ["a Parquet file", (file: string) => fs.chmodSync(file, 0o600), "gsm8k/main/test-00000-of-00001.parquet"]
  ] as const)("%s that may not be read (skipped unless root, who can become someone else)", (_, forbid, name) => {
    const data = dataWith((file) => {
      fs.writeFileSync(file, "")
      forbid(file)
    }, name)
    fs.chmodSync(data, 0o755)
    const source = `
      import { checkDataset } from ${JSON.stringify(path.resolve(import.meta.dirname, "../../src/datasets/check.ts"))}
      import { describeDatasets } from ${JSON.stringify(path.resolve(import.meta.dirname, "../../src/datasets/describe.ts"))}
      process.setuid(65534)
      const roots = { data: ${JSON.stringify(data)}, repository: "/nowhere/x", environment: {} }
      const found = await describeDatasets(roots)
      const here = found.filter(({ state }) => state !== "missing")
      console.log(JSON.stringify(here.map(({ source, state, problems }) => [source, state, problems])))
      const check = await checkDataset({ dataset: "gsm8k", split: "test" }, roots).catch((cause) => ({ unread: cause.message }))
      console.log(JSON.stringify(check.unread))`
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", source], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"]
    })
    const [listed, checked] = out.split("\n")
    expect(checked).toMatch(/: permission is denied\. Give this user the right to it, or name another folder with --data/)
    if (checked!.startsWith("{")) expect(JSON.parse(checked!)).toMatchObject({ state: "cannot be read" })
    const states = JSON.parse(listed!) as ReadonlyArray<readonly [string, string, ReadonlyArray<string>]>
    expect(states.find(([source]) => source === "svamp")?.[1]).toBe("found")
    expect(states.find(([source]) => source === "gsm8k")).toMatchObject([
      "gsm8k",
      "cannot be read",
      [expect.stringMatching(/: permission is denied\. Give this user the right to it, or name another folder with --data/)]
    ])
  })

  it.skipIf(!isRoot).each([
    ["the folder itself", ""],
    ["the folder of the source", "gsm8k"],
    ["a folder below it", "gsm8k/main"],
    ["the owner's folder", "openai"]
  ])("that the user named and may not read: %s; no other folder is read instead", (_, forbidden) => {
    const [data, other] = ["gsm8k/main/test-00000-of-00001.parquet", "gsm8k/test.jsonl"].map((name) =>
      dataWith((file) => fs.writeFileSync(file, '{"question":"1+1?","answer":"2\\n#### 2"}\n'), name)
    )
    fs.mkdirSync(path.join(data!, "openai"))
    for (const folder of [data!, other!]) fs.chmodSync(folder, 0o755)
    fs.chmodSync(path.join(data!, forbidden), 0o000)
    const source = `
      import { locateDataset } from ${JSON.stringify(path.resolve(import.meta.dirname, "../../src/datasets/locate/locate.ts"))}
      process.setuid(65534)
      try { console.log(locateDataset("gsm8k", "test", ${JSON.stringify([data, other])}).folder) }
      catch (cause) { console.log(cause.message) }`
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", source], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"]
    })
    expect(out).toMatch(
      /cannot be read: permission is denied\. Give this user the right to it, or name another folder with --data/
    )
    expect(out.startsWith(path.join(data!, forbidden))).toBe(true)
  })

  it.skipIf(!isRoot)("a folder below the one that is read, which may not be looked into, is named with those passed over", () => {
    const data = dataWith((file) => fs.writeFileSync(file, '{"question":"1+1?","answer":"2\\n#### 2"}\n'), "gsm8k/test.jsonl")
    fs.chmodSync(data, 0o755)
    for (const folder of ["locked", "data/locked"]) {
      fs.mkdirSync(path.join(data, "gsm8k", folder), { recursive: true })
      fs.chmodSync(path.join(data, "gsm8k", folder), 0o000)
    }
    const source = `
      import { locateDataset } from ${JSON.stringify(path.resolve(import.meta.dirname, "../../src/datasets/locate/locate.ts"))}
      import { passedOver } from ${JSON.stringify(path.resolve(import.meta.dirname, "../../src/datasets/locate/passed-over.ts"))}
      process.setuid(65534)
      const data = ${JSON.stringify(data)}
      const found = passedOver(locateDataset("gsm8k", "test", [data]), { data, environment: {} })
      console.log(JSON.stringify(found.map(({ path, why }) => path + " " + why)))`
    const out = execFileSync(process.execPath, ["--input-type=module", "-e", source], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"]
    })
    const words = "cannot be read: permission is denied"
    expect(JSON.parse(out)).toEqual(["data/locked", "locked"].map((name) => `${path.join(data, "gsm8k", name)} ${words}`))
  })

  it.skipIf(!fs.existsSync("/proc/self/mem")).each(["test.jsonl", "test.jsonl.gz", "main/test-00000-of-00001.parquet"])(
    "a file that the disk does not give (%s) is not called damaged",
    async (name) => {
      const data = dataWith((file) => fs.symlinkSync("/proc/self/mem", file), `gsm8k/${name}`)
      const words = /cannot be read: the disk failed\. See the system's log/
      const only = [{ dataset: "gsm8k", split: "test" }]
      const [described] = await describeDatasets({ data, rows: true, digests: true, only })
      if (!name.endsWith("parquet")) expect(described!.state).toBe("cannot be read")
      if (!name.endsWith("parquet")) expect(described!.problems[0]).toMatch(words)
      expect(described!.problems.at(-1)).toMatch(words)
      const reading = readDataset("gsm8k", "test", { data, purpose: "evaluation" })
      if (!name.endsWith("parquet")) await expect(reading).rejects.toThrow(words)
      else await expect(reading).rejects.toThrow()
    }
  )

  it("what the system refuses is said with one way to another place, whatever it refuses", () => {
    const codes = Object.entries(os.constants.errno)
    expect(codes.length).toBeGreaterThan(50)
    for (const [code, errno] of codes) {
      const cause = Object.assign(new Error(code), { code, errno: -errno, syscall: "open", path: "/x" })
      const found = readRefused("/x", cause)
      if (!(found instanceof DatasetUnreadable)) throw new Error(code)
      expect(found.message).toMatch(/^\/x cannot be read: .*name another folder with --data or ECHO_CHAMBER_DATA\.$/i)
      expect(found.message.match(/name (?:a|another) (?:place|folder)/gi), found.message).toHaveLength(1)
      expect(found.message).not.toMatch(/\.\.|\. ,|\s,|\.,|Or name/)
      expect(fileState(found)).toBe("cannot be read")
    }
  })

  it("imported from, is refused by name", async () => {
    for (const [, make, words] of SPECIAL.slice(3, 7)) {
      const file = path.join(temporaryFolder(), "test.jsonl")
      make(file)
      const { code, err } = await place().here(["data", "import", "gsm8k:test", "--from", file, "--data", temporaryFolder()])
      expect(err).toMatch(words)
      expect(code).toBe(2)
    }
  })
})

describe("numbers and columns of data", () => {
  it("whole numbers beyond 2^53 keep their digits", async () => {
    const data = temporaryFolder()
    fs.mkdirSync(path.join(data, "SVAMP"))
    const row = (id: string, answer: string) => `{"ID":"${id}","Body":"b ${id}","Question":"q?","Answer":${answer}}`
    const answers = ["12345678901234567891", "9007199254740993", "-9007199254740993", "9007199254740991", "10000000000000000"]
    fs.writeFileSync(path.join(data, "SVAMP/SVAMP.json"), `[${answers.map((answer, i) => row(`a${i}`, answer)).join(",\n")}]`)
    const rows = await readDataset("svamp", "test", { data, purpose: "evaluation" })
    expect(rows.map(({ answer }) => answer)).toEqual(answers)
  })

  it("a CSV header that names a column twice is refused", async () => {
    const data = temporaryFolder()
    fs.mkdirSync(path.join(data, "aime-1983-2024"))
    fs.writeFileSync(path.join(data, "aime-1983-2024/AIME_Dataset_1983_2024.csv"), "ID,Question,Answer,Answer\n1,q,5,7\n")
    await expect(readDataset("aime", "1983-2024", { data, purpose: "evaluation" })).rejects.toThrow(
      "names the column Answer twice in its header"
    )
  })
})
