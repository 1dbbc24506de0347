/** `pipeline grade`: lines in, grades out, and what is said of lines that are no good. */

import { execFileSync, spawn, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"

import { describe, expect, it } from "vitest"

import { temporaryFolder } from "../store/temporary-folder.ts"
import { place } from "./command-line.ts"

const at = place()
const LAUNCHER = path.resolve(import.meta.dirname, "../../bin/pipeline.mjs")
const folder = temporaryFolder()
const inFolder = (name: string) => path.join(folder, name)
const grade = (...args: ReadonlyArray<string>) => at.here(["grade", ...args])

let files = 0
/** A file of these lines: objects as JSON, texts as they are. */
const fileOf = (lines: ReadonlyArray<unknown>, name = `${files++}.jsonl`): string => {
  const text = lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("")
  fs.writeFileSync(inFolder(name), name.endsWith(".gz") ? gzipSync(text) : text)
  return inFolder(name)
}
const boxed = (answer: string | number, gold: unknown, problem?: unknown) => ({
  completion: `It is \\boxed{${answer}}.`,
  gold,
  ...(problem === undefined ? {} : { problem })
})

/** Three problems: two of three right, one of two right, none of one right. */
const some = [
  boxed(17, "17", "carts"),
  boxed(18, 17, "carts"),
  { completion: "def simple_math_problem():\n    return 17", gold: "17.0", problem: "carts" },
  boxed("\\frac12", "0.5", "halves"),
  { completion: "no idea", gold: "0.5", problem: "halves" },
  boxed("0.5", "0.25", "quarters")
]

interface Row {
  readonly line: number
  readonly format: string
  readonly answer: string | null
  readonly correct: boolean | null
  readonly reason: string | null
}
const rowsOf = (out: string): ReadonlyArray<Row> =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Row)

describe("each completion", () => {
  it("has a line with its format, its answer, whether that is right, and why not", async () => {
    const { code, out } = await grade(fileOf(some), "--format", "jsonl")
    expect(code).toBe(0)
    expect(rowsOf(out).map(({ line, format, answer, correct, reason }) => [line, format, answer, correct, reason])).toEqual([
      [1, "omi2", "17", true, null],
      [2, "omi2", "18", false, "18 is not 17"],
      [3, "tinygsm", "17", true, null],
      [4, "omi2", "1/2", true, null],
      [5, "invalid", null, false, "no known format"],
      [6, "omi2", "0.5", false, "0.5 is not 0.25"]
    ])
  })

  it.each([
    ["json", (out: string) => (JSON.parse(out) as ReadonlyArray<Row>).map(({ answer }) => answer)],
    ["jsonl", (out: string) => rowsOf(out).map(({ answer }) => answer)],
    [
      "csv",
      (out: string) =>
        out
          .trimEnd()
          .split("\n")
          .slice(1)
          .map((line) => line.split(",")[4] || null)
    ],
    [
      "tsv",
      (out: string) =>
        out
          .trimEnd()
          .split("\n")
          .slice(1)
          .map((line) => line.split("\t")[4] || null)
    ]
  ])("is in %s on standard output, which holds nothing else", async (format, answers) => {
    const { out, err } = await grade(fileOf(some), "--format", format)
    expect(answers(out)).toEqual(["17", "18", "17", "1/2", null, "0.5"])
    expect(err).toMatch(/^6 completions of 3 problems, profile corrected: 3 right, 3 wrong \(1 of them without an answer\)\.\n/)
  })

  it("is in a table by default, with the summary below", async () => {
    const { out, err } = await grade(fileOf(some), "--rows", "2")
    expect(out).toMatch(/^┌[\s\S]*│ 18 +│ false +│ 18 is not 17 │\n└[^\n]*\n6 rows, first 2 shown\n6 completions of 3 problems/)
    expect(out).toContain("and 1 more problem (--rows N)")
    expect(err).toBe("")
  })

  it.each([
    ["a solution of GSM8K", "48/2 = <<48/2=24>>24 clips.\n#### 72", true],
    ["a solution of MATH", "We have $70+2=72$, so the answer is $\\boxed{72}$.", true],
    ["a box", "\\boxed{72}", true],
    ["a formula", "$72$", true],
    ["a whole number beyond doubles", "9007199254740993", false],
    ["a solution that takes a box back", "So \\boxed{71}. Wrong. It is \\boxed{72}, not \\boxed{71}.", true],
    ["a solution in a sentence", "70 + 2 = 72. So the answer is 72 clips.", true],
    ["a solution whose last box is denied", "So \\boxed{72}. It is not \\boxed{71}.", true],
    ["a solution that takes its answer back", "So \\boxed{72}. That is wrong.", null],
    ["a solution whose last box is not finished", "So \\boxed{72}, no: \\boxed{7", null]
  ])("is graded against %s", async (_, gold, correct) => {
    const [row] = rowsOf((await grade(fileOf([boxed(72, gold)]), "--format", "jsonl")).out)
    expect(row!.correct).toBe(correct)
  })

  it("is graded by the paper's verifier where that is asked for", async () => {
    const file = fileOf([boxed(31, 31), { completion: "By definition 3 carts have 31", gold: 31 }])
    const answers = async (profile: string) =>
      rowsOf((await grade(file, "--format", "jsonl", "--profile", profile)).out).map(({ answer }) => answer)
    expect(await answers("paper")).toEqual(["31", "31"])
    expect(await answers("corrected")).toEqual(["31", null])
  })

  it("shows no control characters of others to a terminal", async () => {
    const { out } = await grade(fileOf([{ completion: "Answer : \u001b[31m3\u0007", gold: "3", problem: "\u001b[2J" }]))
    for (const control of ["\u0007", "\u001b"]) expect(out).not.toContain(control)
  })
})

describe("the summary", () => {
  const numbers = (text: string, heading: string) => {
    const lines = text.split("\n").map((line) => line.trim())
    const from = lines.findIndex((line) => line.startsWith(heading)) + 1
    return lines.slice(from, lines.indexOf("", from) < 0 ? undefined : lines.indexOf("", from)).map((line) => line.split(/ {2,}/))
  }

  it("has pass@k and majority@k of the problems that have k completions", async () => {
    const { out } = await grade(fileOf(some))
    // 2/3, 1/2 and 0; then 1 and 1; then 1. A tie of one right and one wrong answer is half a vote; no answer has none.
    expect(numbers(out, "k ")).toEqual([
      ["1", "0.389", "0.389", "3"],
      ["2", "1.000", "0.833", "2"],
      ["3", "1.000", "1.000", "1"]
    ])
  })

  it("has each problem, at the k that all have", async () => {
    const { out } = await grade(fileOf([...some, boxed("1/4", "0.25", "quarters")]))
    expect(numbers(out, "problem ")).toEqual([
      ["carts", "17", "3", "2", "1.000", "0.667"],
      ["halves", "0.5", "2", "1", "1.000", "1.000"],
      ["quarters", "0.25", "2", "1", "1.000", "0.500"]
    ])
  })

  it("merges equal wrong answers, however they are written", async () => {
    const votes = ["7", "7", "7", "0.5", "0.5", "\\frac12", "\\frac12", "50\\%"]
    const { out } = await grade(fileOf(votes.map((vote) => boxed(vote, 7, "one"))))
    expect(numbers(out, "k ").at(-1)).toEqual(["8", "1.000", "0.000", "1"])
  })

  it("tells problems apart by name and reference, and one without a name from all others", async () => {
    const lines = [
      boxed(1, 1, "algebra"),
      boxed(2, 2, "algebra"),
      boxed(1, "1.0", "algebra"),
      boxed(1, 1),
      boxed(1, 1),
      boxed(1, 1, 7)
    ]
    expect((await grade(fileOf(lines))).out).toContain("6 completions of 5 problems")
  })
})

describe("a line that is no good", () => {
  const good = boxed(1, 1)
  it.each<readonly [string, unknown, string]>([
    ["is no JSON", "not json", 'line 2 is not valid JSON: unexpected "o".'],
    ["is cut off", '{"completion": "a', "line 2 is not valid JSON: it ends too early."],
    ["is a list", "[1]", "line 2 is a list, not an object."],
    ["is a number", "17", "line 2 is 17, not an object."],
    ["has no completion", { gold: 1, text: "x" }, 'line 2 has no field "completion"; its fields are "gold", "text".'],
    ["has no gold answer", { completion: "x" }, 'line 2 has no field "gold"; its fields are "completion".'],
    ["has nothing", {}, 'line 2 has no field "completion".'],
    ["has a completion of another type", { completion: 17, gold: 1 }, "line 2 has a completion that is a number, not text."],
    [
      "has many completions",
      { completion: ["a"], gold: 1 },
      "line 2 has a completion that is a list (write a line for each), not text."
    ],
    ["has no completion but null", { completion: null, gold: 1 }, "line 2 has a completion that is null, not text."],
    [
      "has a gold answer of another type",
      { completion: "a", gold: true },
      "line 2 has a gold answer that is true or false, not text or a number."
    ],
    ["has an empty gold answer", { completion: "a", gold: " " }, "line 2 has an empty gold answer."],
    [
      "has a problem of another type",
      { completion: "a", gold: 1, problem: {} },
      "line 2 has a problem that is an object, not text or a number."
    ],
    [
      "has a name twice",
      '{"completion": "a", "gold": 1, "gold": 2}',
      'line 2 has the name "gold" twice in one object, and nothing says which one counts.'
    ]
  ])("%s: it is named, and the others are graded", async (_, bad, sentence) => {
    const file = fileOf([good, bad, good])
    const { code, out, err } = await grade(file, "--format", "jsonl")
    expect([code, rowsOf(out).map(({ line }) => line)]).toEqual([1, [1, 3]])
    expect(err).toContain(`not counted: 1 line that cannot be read.`)
    expect(err.trimEnd().split("\n").at(-1)).toBe(`${file}: ${sentence}`)
    expect((await grade(file, "--max-bad", "1")).code).toBe(0)
  })

  it("is no UTF-8", async () => {
    const file = fileOf([good])
    fs.appendFileSync(file, Buffer.from([0x7b, 0xff, 0x7d, 0x0a]))
    expect((await grade(file)).err).toMatch(/line 2 is not valid UTF-8/)
  })

  it("and many more: the first twenty are named, the rest counted", async () => {
    const { err } = await grade(fileOf([good, ...Array.from({ length: 30 }, () => ({}))]))
    expect(err.trimEnd().split("\n")).toHaveLength(21)
    expect(err).toMatch(/: 10 more lines that cannot be read\.\n$/)
  })

  it.each(["\\frac{1}", "10-12", "\\sum_{k}"])(
    "has a gold answer that cannot be graded, %s: that is its reason, and it is counted",
    async (gold) => {
      const file = fileOf([good, boxed(3, gold), { completion: "no idea", gold }])
      const { code, out, err } = await grade(file, "--format", "jsonl")
      expect(code).toBe(1)
      expect(rowsOf(out).slice(1)).toEqual([
        expect.objectContaining({ answer: "3", correct: null, reason: expect.stringMatching(/^the gold answer /) as unknown }),
        expect.objectContaining({ answer: null, correct: null, reason: expect.stringMatching(/^the gold answer /) as unknown })
      ])
      expect(err).toContain(
        "3 completions of 1 problem, profile corrected: 1 right, 0 wrong; not counted: 2 with a gold answer that"
      )
      expect((await grade(file, "--max-bad", "2")).code).toBe(0)
    }
  )
})

describe("what was given is wrong", () => {
  it.each<readonly [string, () => ReadonlyArray<string>, RegExp]>([
    ["no file", () => [], /^pipeline grade needs one file of completions, or - for standard input/],
    ["two files", () => ["a", "b"], /what is "b"/],
    ["a file that is not there", () => [inFolder("nope.jsonl")], /^There is no file .*nope\.jsonl/],
    ["a folder", () => [folder], /is a folder\. Name a file/],
    ["an empty file", () => [fileOf([])], /holds no line\. Each line is a JSON object/],
    ["a file of blank lines", () => [fileOf(["", " "])], /holds no line/],
    [
      "a JSON array",
      () => [fileOf(["[", JSON.stringify(some[0]), "]"])],
      /begins with \[, so it is a JSON array and not JSON Lines/
    ],
    [
      "a CSV file",
      () => [fileOf(["completion,gold", "a,1", "b,2"])],
      /is not JSON Lines: its first lines are no JSON but "completion,gold"/
    ],
    ["a damaged archive", () => [damaged()], /^.*cut\.jsonl\.gz: .*\.\n$/],
    [
      "another format",
      () => [fileOf(some), "--format", "xml"],
      /^--format must be one of table, csv, tsv, json, jsonl; got "xml"/
    ],
    ["a format of sql alone", () => [fileOf(some), "--format", "parquet"], /^--format must be one of table, csv/],
    [
      "an ending of sql alone",
      () => [fileOf(some), "--output", inFolder("x.arrow")],
      /\.arrow is arrow, which is not written here/
    ],
    [
      "an ending against --format",
      () => [fileOf(some), "--format", "csv", "--output", inFolder("x.json")],
      /\.json is json, and --format says csv/
    ],
    ["another profile", () => [fileOf(some), "--profile", "strict"], /^--profile must be one of corrected, paper; got "strict"/],
    ["a folder that is not there", () => [fileOf(some), "--output", inFolder("no/x.csv")], /the folder .*no does not exist/],
    ["a number of rows", () => [fileOf(some), "--rows", "-1"], /--rows/]
  ])("%s: exit code 2 and a sentence", async (_, args, sentence) => {
    const { code, out, err } = await grade(...args())
    expect([code, out]).toEqual([2, ""])
    expect(err).toMatch(sentence)
    expect(err).not.toMatch(/ at .*\.ts|ECHO_CHAMBER_DATA/)
  })

  const damaged = (): string => {
    const file = fileOf(
      Array.from({ length: 500 }, () => some[0]),
      "cut.jsonl.gz"
    )
    fs.truncateSync(file, fs.statSync(file).size - 9)
    return file
  }
})

describe("files and pipes", () => {
  const run = (args: ReadonlyArray<string>, input: string) =>
    spawnSync(process.execPath, [LAUNCHER, "grade", ...args], { input, encoding: "utf8", cwd: folder })
  const fifo = (name: string) => {
    execFileSync("mkfifo", [inFolder(name)])
    return inFolder(name)
  }
  const text = some.map((line) => `${JSON.stringify(line)}\n`).join("")

  it("reads standard input, writes standard output", () => {
    const { status, stdout, stderr } = run(["-", "--format", "jsonl"], text)
    expect([status, rowsOf(stdout).length]).toEqual([0, 6])
    expect(stderr).toMatch(/^6 completions/)
    expect(run(["-"], "{}\n").stderr).toBe('standard input: line 1 has no field "completion".\n')
  })

  it("reads pipes by their names, and packed files", async () => {
    expect(run(["/dev/stdin", "--format", "csv"], text).status).toBe(0)
    const writer = spawn("bash", ["-c", 'cat > "$0" <<< "$1"', fifo("fifo"), text], { stdio: "ignore" })
    expect(rowsOf((await grade(inFolder("fifo"), "--format", "jsonl")).out)).toHaveLength(6)
    expect(writer.exitCode ?? 0).toBe(0)
    expect(rowsOf((await grade(fileOf(some, "packed.jsonl.gz"), "--format", "jsonl")).out)).toHaveLength(6)
  })

  it("ends at a signal with exit code 130 and nothing on disk, also while it waits for its input", async () => {
    const started = at.start(["grade", fifo("waiting"), "--output", inFolder("never.csv")])
    const writer = fs.createWriteStream(inFolder("waiting"))
    writer.write(text)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    started.child.kill("SIGINT")
    expect(await started.ended).toMatchObject({ code: 130, out: "" })
    writer.destroy()
    expect(fs.readdirSync(folder).filter((name) => /never|tmp/.test(name))).toEqual([])
  })

  it("ends quietly where its reader has gone", () => {
    const many = text.repeat(3000)
    fs.writeFileSync(inFolder("many.jsonl"), many)
    const { stdout, stderr } = spawnSync(
      "bash",
      ["-c", `"${process.execPath}" "${LAUNCHER}" grade many.jsonl --format csv | head -2`],
      {
        cwd: folder,
        encoding: "utf8"
      }
    )
    expect([stdout, stderr]).toEqual(["line,problem,gold,format,answer,correct,reason\n1,carts,17,omi2,17,true,\n", ""])
  })

  it("goes through a file of many lines in order, whatever stands in it", async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => (i % 1000 === 999 ? "" : boxed(i, i % 2 === 0 ? i : -1, i % 100)))
    const { code, err } = await grade(fileOf(lines, "long.jsonl"), "--output", inFolder("long.csv.gz"))
    expect([code, err]).toEqual([0, `19,980 lines written to ${inFolder("long.csv.gz")}\n`])
    const rows = gunzipSync(fs.readFileSync(inFolder("long.csv.gz")))
      .toString()
      .trimEnd()
      .split("\n")
      .slice(1)
    expect(rows).toHaveLength(19_980)
    expect(rows.at(-1)).toBe("19999,98,19998,omi2,19998,true,")
  })

  it("writes a file whole or not at all, and says the summary on standard output", async () => {
    fs.writeFileSync(inFolder("old.csv"), "old")
    const cut = fileOf(
      Array.from({ length: 500 }, () => some[0]),
      "broken.jsonl.gz"
    )
    fs.truncateSync(cut, fs.statSync(cut).size - 9)
    expect((await grade(cut, "--output", inFolder("old.csv"))).code).toBe(2)
    expect(fs.readFileSync(inFolder("old.csv"), "utf8")).toBe("old")
    const { out } = await grade(fileOf(some), "--output", inFolder("old.csv"))
    expect(out).toMatch(/^6 completions of 3 problems/)
    expect(fs.readFileSync(inFolder("old.csv"), "utf8").split("\n")).toHaveLength(8)
    expect(fs.readdirSync(folder).filter((name) => name.includes("tmp") || name.includes("partial"))).toEqual([])
  })
})
