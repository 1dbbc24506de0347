/** `pipeline sql`: what it writes where. Endings, files that are whole or untouched, links, pipes, devices, signals. */

import { execFileSync, spawn, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { gunzipSync } from "node:zlib"

import * as Arrow from "apache-arrow"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

import cases from "../fixtures/sql-cases.json" with { type: "json" }
import { temporaryFolder } from "../store/temporary-folder.ts"
import { place } from "./command-line.ts"

const at = place()
const LAUNCHER = path.resolve(import.meta.dirname, "../../bin/pipeline.mjs")
const folder = temporaryFolder()
const inFolder = (name: string) => path.join(folder, name)
fs.mkdirSync(at.store)

const ROWS = "select range as n, 'row ' || n as text from range(100)"
const sql = (...args: ReadonlyArray<string>) => at.here(["sql", ...args])

describe("the field's cases", () => {
  it.each(cases)("$query", async ({ query, format, expect: expected }) => {
    const { code, out, err } = await sql(query, "--format", format)
    if (expected.startsWith("one JSON type")) {
      expect(code).toBe(0)
      expect(new Set((JSON.parse(out) as Array<{ a: unknown }>).map(({ a }) => typeof a))).toEqual(new Set(["number"]))
      expect(out).toContain("9007199254740993")
    } else {
      expect([code, out]).toEqual([2, ""])
      expect(err).toMatch(expected.startsWith("a sentence") ? /^There is no statement in the query\.\n$/ : /disabled|Permission/)
    }
  })
})

/** What each ending must give, told from the first bytes and from what reads it. */
const isCsv = (bytes: Buffer) => expect(bytes.toString().split("\n").slice(0, 3)).toEqual(["n,text", "0,row 0", "1,row 1"])
const isTsv = (bytes: Buffer) => expect(bytes.toString().split("\n").slice(0, 2)).toEqual(["n\ttext", "0\trow 0"])
const isJson = (bytes: Buffer) => expect(JSON.parse(bytes.toString())).toHaveLength(100)
const isJsonl = (bytes: Buffer) => expect(JSON.parse(bytes.toString().split("\n")[99]!)).toEqual({ n: 99, text: "row 99" })
const isMarkdown = (bytes: Buffer) =>
  expect(bytes.toString().split("\n").slice(0, 3)).toEqual(["| n | text |", "| --: | --- |", "| 0 | row 0 |"])
const isLatex = (bytes: Buffer) => expect(bytes.toString()).toMatch(/\\midrule\n0 & row 0 \\\\\n[^]*\\end\{tabular\}\n$/)
const isArrow = (bytes: Buffer) => expect(Arrow.tableFromIPC(bytes).numRows).toBe(100)
const isParquet = (bytes: Buffer) => expect(bytes.subarray(0, 4).toString()).toBe("PAR1")
const isTable = (bytes: Buffer) => expect(bytes.toString()).toMatch(/^┌[\s\S]*100 rows, first 40 shown\n$/)
const zipped = (check: (bytes: Buffer) => void) => (bytes: Buffer) => check(gunzipSync(bytes))

describe("an ending of --output", () => {
  it.each([
    ["csv", isCsv],
    ["CSV", isCsv],
    ["tsv", isTsv],
    ["tab", isTsv],
    ["json", isJson],
    ["Json", isJson],
    ["jsonl", isJsonl],
    ["ndjson", isJsonl],
    ["md", isMarkdown],
    ["markdown", isMarkdown],
    ["tex", isLatex],
    ["arrow", isArrow],
    ["feather", isArrow],
    ["ipc", isArrow],
    ["IPC", isArrow],
    ["parquet", isParquet],
    ["pq", isParquet],
    ["parq", isParquet],
    ["txt", isTable],
    ["csv.gz", zipped(isCsv)],
    ["txt.gz", zipped(isTable)],
    ["tsv.gz", zipped(isTsv)],
    ["json.gz", zipped(isJson)],
    ["jsonl.gz", zipped(isJsonl)],
    ["ndjson.GZ", zipped(isJsonl)],
    ["of.dots.csv", isCsv]
  ])(".%s gives that format", async (ending, check) => {
    const file = inFolder(`result.${ending}`)
    const { code, out, err } = await sql(ROWS, "--output", file)
    expect([code, out, err]).toEqual([0, "", expect.stringContaining(` written to ${file}\n`)])
    check(fs.readFileSync(file))
  })

  it.each([
    "xlsx",
    "db",
    "duckdb",
    "sqlite",
    "html",
    "rst",
    "xml",
    "yaml",
    "npy",
    "h5",
    "orc",
    "avro",
    "csv.zst",
    "csv.bz2",
    "zip",
    "cvs"
  ])(".%s is refused with the endings that there are", async (ending) => {
    const file = inFolder(`refused.${ending}`)
    const { code, err } = await sql(ROWS, "--output", file)
    expect(code).toBe(2)
    expect(err).toContain(
      ".csv, .tsv, .tab, .json, .jsonl, .ndjson, .md, .markdown, .tex, .arrow, .feather, .ipc, .parquet, .pq, .parq"
    )
    expect(fs.existsSync(file)).toBe(false)
  })

  it.each([
    ["arrow.gz", [], "arrow is not compressed as a whole"],
    ["parquet.gz", [], "parquet is not compressed as a whole"],
    ["parquet", ["--format", "csv"], ".parquet is parquet, and --format says csv"],
    ["csv", ["--format", "json"], ".csv is csv, and --format says json"],
    ["", [], "no ending tells the format"]
  ])(".%s %s is refused", async (ending, flags, words) => {
    const file = inFolder(`refused${ending === "" ? "" : `.${ending}`}`)
    const { code, err } = await sql(ROWS, "--output", file, ...flags)
    expect([code, err]).toEqual([2, expect.stringContaining(words)])
    expect(fs.existsSync(file)).toBe(false)
  })

  it("unknown, or none, goes with --format; .gz too", async () => {
    const file = inFolder("results.dat")
    expect((await sql(ROWS, "--output", file, "--format", "tsv")).code).toBe(0)
    isTsv(fs.readFileSync(file))
    expect((await sql(ROWS, "--output", inFolder("results"), "--format", "jsonl")).code).toBe(0)
    isJsonl(fs.readFileSync(inFolder("results")))
    expect((await sql(ROWS, "--output", inFolder("results.gz"), "--format", "csv")).code).toBe(0)
    isCsv(gunzipSync(fs.readFileSync(inFolder("results.gz"))))
  })

  it("of a file of thousands of rows holds them all", async () => {
    for (const ending of ["feather", "jsonl", "csv.gz"]) {
      const file = inFolder(`many.${ending}`)
      expect((await sql("select range as n from range(11520)", "--output", file)).err).toContain("11,520 rows written")
      const bytes = fs.readFileSync(file)
      if (ending === "feather") expect(Arrow.tableFromIPC(bytes).numRows).toBe(11_520)
      else expect((ending === "jsonl" ? bytes : gunzipSync(bytes)).toString().trim().split("\n").at(-1)).toMatch(/11519/)
    }
  })
})

describe("a date or time stamp without an end", () => {
  const TYPES = ["date", "timestamp", "timestamptz", "timestamp_s", "timestamp_ms", "timestamp_ns"]
  const query = (type: string, value: string) => `select n, case when n = 50 then ${value}::${type} end as t from (${ROWS})`

  it.each(["arrow", "parquet"].flatMap((format) => TYPES.map((type) => [format, type])))(
    "has no place in %s and is refused with what helps: %s",
    async (format, type) => {
      for (const value of ["infinity", "-infinity"]) {
        const file = inFolder(`endless.${format}`)
        const { code, err } = await sql(query(type!, `'${value}'`), "--output", file)
        expect([code, err]).toEqual([2, expect.stringMatching(new RegExp(`^A date or time stamp is ${value}, which Arrow and`))])
        expect(err).toContain(`nullif(COLUMN, '${value}')`)
        expect(fs.existsSync(file)).toBe(false)
      }
    }
  )

  it.each(TYPES)("is taken as null or as text, as the words say, and by formats of text: %s", async (type) => {
    for (const format of ["arrow", "parquet"])
      for (const helped of ["nullif(t, 'infinity')", "t::varchar"])
        expect(
          await sql(`select ${helped} from (${query(type, "'infinity'")})`, "--output", inFolder(`helped.${format}`))
        ).toMatchObject({
          code: 0
        })
    const { out } = await sql(query(type, "'-infinity'"), "--format", "csv")
    expect(out).toContain("50,-infinity")
  })

  it("is seen in lists and structs of an Arrow file too", async () => {
    for (const value of ["[date 'infinity']", "{ 't': timestamp 'infinity' }", "map { 'a': timestamptz 'infinity' }"])
      expect((await sql(`select ${value} as t`, "--output", inFolder("nested.arrow"))).err).toMatch(
        /^A date or time stamp is infinity/
      )
  })

  it("is another thing than the largest times that there are", async () => {
    for (const format of ["arrow", "parquet"])
      expect(
        await sql(
          "select date '5881580-07-10' a, time '24:00:00' b, timestamp '290309-12-22 (BC) 00:00:00' c",
          "--output",
          inFolder(`farthest.${format}`)
        )
      ).toMatchObject({ code: 0 })
  })
})

describe("every statement works in every format", () => {
  it.each([
    "describe runs",
    "show tables",
    "explain select 1",
    "pragma version",
    "summarize runs",
    "select sum(range) s from range(3)"
  ])("%s", async (query) => {
    for (const format of ["table", "csv", "tsv", "json", "jsonl", "arrow"])
      expect([format, (await sql(query, "--format", format)).code]).toEqual([format, 0])
    const file = inFolder("any.parquet")
    expect((await sql(query, "--output", file)).err).toMatch(/^\d+ rows? written/)
    isParquet(fs.readFileSync(file))
  })
})

describe("--output", () => {
  it.each([
    ["selec 1", "csv"],
    ["selec 1", "parquet"],
    ["selec 1", "arrow"],
    ["select * from nowhere", "json"],
    ["select error('no')", "csv"],
    ["select case when range = 900000 then error('late') else range end from range(1000000)", "csv"],
    ["select case when range = 900000 then error('late') else range end from range(1000000)", "jsonl.gz"],
    ["select case when range = 900000 then error('late') else range end from range(1000000)", "parquet"],
    ["select case when range = 900000 then error('late') else range end from range(1000000)", "arrow"],
    ["-- nothing", "txt"],
    [";", "tsv"],
    ["select 1/0::int % 0 + 'x'::int", "csv"]
  ])("is untouched when the query fails: %s to .%s", async (query, ending) => {
    const own = temporaryFolder()
    const file = path.join(own, `keep.${ending}`)
    fs.writeFileSync(file, "precious")
    expect((await sql(query, "--output", file)).code).toBe(2)
    expect(fs.readFileSync(file, "utf8")).toBe("precious")
    expect(fs.readdirSync(own)).toEqual([path.basename(file)])
  })

  it.each(["csv", "parquet", "arrow", "txt"])("replaces a .%s file at once, with its permissions", async (ending) => {
    const own = temporaryFolder()
    const file = path.join(own, `old.${ending}`)
    fs.writeFileSync(file, "old")
    fs.chmodSync(file, 0o640)
    const before = fs.statSync(file).ino
    expect((await sql(ROWS, "--output", file)).code).toBe(0)
    const now = fs.statSync(file)
    expect([now.mode & 0o777, now.ino === before, fs.readdirSync(own)]).toEqual([0o640, false, [path.basename(file)]])
  })

  it("follows a link to what it names, also to nothing yet", async () => {
    const own = temporaryFolder()
    fs.mkdirSync(path.join(own, "real"))
    fs.writeFileSync(path.join(own, "real/a.csv"), "old")
    fs.symlinkSync("real/a.csv", path.join(own, "a.csv"))
    fs.symlinkSync("real/b.csv", path.join(own, "b.csv"))
    for (const name of ["a", "b"]) {
      expect((await sql(ROWS, "--output", path.join(own, `${name}.csv`))).code).toBe(0)
      expect(fs.lstatSync(path.join(own, `${name}.csv`)).isSymbolicLink()).toBe(true)
      isCsv(fs.readFileSync(path.join(own, `real/${name}.csv`)))
    }
  })

  it.each([
    ["a folder", () => folder, "is a folder: name a file in it"],
    ["a folder with an ending", () => (fs.mkdirSync(inFolder("f.csv"), { recursive: true }), inFolder("f.csv")), "is a folder"],
    ["a name that ends in a slash", () => `${inFolder("g.csv")}/`, "is a folder"],
    ["a file in no folder", () => inFolder("none/x.csv"), "does not exist"],
    ["a file below a file", () => (fs.writeFileSync(inFolder("plain"), ""), inFolder("plain/x.csv")), "--output"],
    ["a link in a circle", () => (fs.symlinkSync("c.csv", inFolder("c.csv")), inFolder("c.csv")), "--output"],
    ["nothing", () => "", "--output"],
    ["a name of 300 letters", () => inFolder(`${"x".repeat(300)}.csv`), "--output"]
  ])("that is %s is refused in a sentence", async (_, make, words) => {
    const { code, err } = await sql(ROWS, `--output=${make()}`)
    expect(code).toBeGreaterThan(0)
    expect(err).toContain(words)
    expect(err).not.toMatch(/^\s+at /m)
  })

  it.skipIf(process.platform === "win32")("beyond the size that files may have names the file", () => {
    for (const name of ["large.parquet", "large.csv"]) {
      const file = inFolder(name)
      const command = `ulimit -f 64; exec "$0" "$@"`
      const words = ["sql", "select md5(range::varchar) as a from range(20000)", "--output", file]
      const { status, stderr } = spawnSync("sh", ["-c", command, process.execPath, LAUNCHER, ...words], {
        env: { ...process.env, ECHO_CHAMBER_STORE: at.store },
        encoding: "utf8"
      })
      expect([status, stderr]).toEqual([1, expect.stringContaining(`${file} cannot be written: the file would be larger`)])
      expect(fs.existsSync(file)).toBe(false)
    }
  })

  it("of - and /dev/stdout is standard output", async () => {
    for (const name of ["-", "/dev/stdout"]) {
      const { code, out } = await at.pipeline(["sql", ROWS, "--output", name, "--format", "csv"])
      expect([code, out.split("\n")[1]]).toEqual([0, "0,row 0"])
    }
  })

  it.skipIf(!fs.existsSync("/dev/full"))("to a device that takes nothing is an error", async () => {
    const { code, err } = await at.pipeline(["sql", ROWS, "--output", "/dev/full", "--format", "csv"])
    expect([code, err]).toEqual([1, expect.stringContaining("/dev/full")])
    expect((await sql(ROWS, "--output", "/dev/null", "--format", "csv")).code).toBe(0)
  })

  it.skipIf(process.platform === "win32")("to a pipe is written as it is read; one that nobody reads is refused", async () => {
    const pipe = inFolder("pipe.csv")
    execFileSync("mkfifo", [pipe])
    expect(await sql(ROWS, "--output", pipe)).toMatchObject({ code: 1, err: expect.stringContaining(pipe) })
    const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "inherit"] })
    let read = ""
    reader.stdout.setEncoding("utf8").on("data", (text: string) => (read += text))
    const closed = new Promise((resolve) => reader.on("close", resolve))
    // `cat` has to have opened it first.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect((await sql("select range as n from range(50000)", "--output", pipe)).code).toBe(0)
    await closed
    expect(read.split("\n")).toHaveLength(50_002)
    expect((await sql(ROWS, "--output", pipe, "--format", "parquet")).code).toBe(2)
  })
})

describe("a signal", () => {
  const temporary = temporaryFolder()
  const start = (query: string, ...flags: ReadonlyArray<string>) => at.start(["sql", query, ...flags], { TMPDIR: temporary })
  const spilling = "select range, repeat('y', 200) as y from range(100000000) order by hash(range)"
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const folders = () => fs.readdirSync(temporary).filter((name) => name.startsWith("echo-chamber-sql-"))

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s ends a query that spills with 130, and leaves nothing",
    async (signal) => {
      const file = inFolder(`${signal}.csv`)
      const started = start(spilling, "--output", file)
      await until(() => folders().length > 0)
      await new Promise((resolve) => setTimeout(resolve, 700))
      started.child.kill(signal)
      expect(await started.ended).toMatchObject({ code: 130, signal: null, out: "", err: "" })
      expect([folders(), fs.existsSync(file)]).toEqual([[], false])
      expect(fs.readdirSync(folder).filter((name) => name.startsWith("tmp-"))).toEqual([])
    }
  )

  it("SIGINT ends a query whose reader has stopped reading", async () => {
    const started = start("from range(100000000)", "--format", "csv")
    started.child.stdout!.pause()
    started.child.stdout!.removeAllListeners("data")
    await until(() => folders().length > 0)
    await new Promise((resolve) => setTimeout(resolve, 500))
    started.child.kill("SIGINT")
    const ended = new Promise((resolve) => started.child.on("exit", (code) => resolve(code)))
    expect(await ended).toBe(130)
    started.child.stdout!.resume()
    expect(folders()).toEqual([])
  })

  it("SIGKILL leaves what the next query removes", async () => {
    const started = start(spilling)
    await until(() => folders().length > 0)
    started.child.kill("SIGKILL")
    await started.ended
    expect(folders()).toHaveLength(1)
    // As of a query that had spilled; to spill here one would have to fill half of the machine's memory first.
    fs.writeFileSync(path.join(temporary, folders()[0]!, "duckdb_temp_storage_DEFAULT-0.tmp"), "spilled")
    expect((await start("select 1").ended).code).toBe(0)
    expect(folders()).toEqual([])
  })
})

describe("the types that pipeline sql lists", () => {
  let listed: ReadonlyMap<string, ReadonlyMap<string, string>>
  beforeAll(async () => {
    const { out } = await sql()
    const sections = [...out.matchAll(/^(\w+): .*\n((?: {2}.*\n?)+)/gm)]
    listed = new Map(
      sections.map(([, name, columns]) => [
        name!,
        new Map(
          columns!
            .trim()
            .split(/,\s+/)
            .map((column) => column.split(" ") as [string, string])
        )
      ])
    )
  })

  it("are those that come", async () => {
    expect(listed.size).toBeGreaterThan(25)
    for (const [table, columns] of listed) {
      if (table === "Params") continue
      const { out } = await sql(`select column_name, column_type from (describe "${table}")`, "--format", "json")
      const come = new Map(
        (JSON.parse(out) as Array<Record<string, string>>).map((row) => [row["column_name"], row["column_type"]])
      )
      for (const [column, type] of columns) expect([table, column, come.get(column)]).toEqual([table, column, type])
    }
  })
})

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
