/** What the commands print, on one store in which the test studies have run. */

import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { temporaryFolder } from "../store/temporary-folder.ts"
import { editableStudies, place, type Ended } from "./command-line.ts"

const at = place()
let chain: Ended
let branches: Ended
beforeAll(async () => {
  chain = await at.pipeline(["run", "chain"])
  branches = await at.pipeline(["run", "branches"])
})

const out = async (...args: ReadonlyArray<string>): Promise<string> => {
  const { code, out, err } = await at.here(args)
  expect({ code, err }).toEqual({ code: 0, err: "" })
  return out
}

const digests = async (): Promise<Readonly<Record<string, string>>> => {
  const plan = JSON.parse(await out("plan", "chain", "--json")) as ReadonlyArray<{ label: string; artifact: string }>
  return Object.fromEntries(plan.map(({ label, artifact }) => [label, artifact]))
}

describe("run", () => {
  it("says what it does in plain lines when piped, and ends with 0", () => {
    expect(chain.code).toBe(0)
    expect(chain.err).toMatch(/^start {3}count\ndone {4}count {2}[\d.]+ s {2}value 506\nstart {3}sum\ndone {4}sum {2}[\d.]+ s\n$/)
    expect(chain.err).not.toContain("\u001B")
  })

  it("ends with 1 when a node failed: the last lines say what failed, in which line, where its log is, how to go on", () => {
    expect(branches.code).toBe(1)
    expect(branches.err).toContain("skipped sum break-down scale=3: needs break-down\n")
    const [, place = "", log = ""] =
      /\nbreak-down: The engine broke down\.\n {4}at (\S+) in .*\n(?: {4}at .*\n)*Its log: (.*)\n/.exec(branches.err) ?? []
    expect(place).toMatch(/^test\/dag\/fixtures\/stages\/break-down\.ts:\d+:\d+$/)
    expect(fs.readFileSync(log, "utf8")).toContain("The engine broke down.")
    expect(branches.err).toMatch(/\nIts inputs and parameters, and the end of the log: pnpm pipeline show break-down\n/)
    expect(branches.err).toMatch(
      /\nWhat was done in these .* is kept\. To go on once that is mended: pnpm pipeline run branches\n$/
    )
  })

  it("tells everything as JSON lines, one event each", async () => {
    const lines = (await at.pipeline(["run", "chain", "--json"])).out.trim().split("\n")
    const events = lines.map((line) => JSON.parse(line) as { event: string; cached?: boolean; status?: string })
    expect(events.map(({ event }) => event)).toEqual([
      "run-started",
      "node-planned",
      "node-planned",
      "node-finished",
      "node-finished",
      "run-finished"
    ])
    expect(events.slice(3)).toMatchObject([{ cached: true }, { cached: true }, { status: "succeeded" }])
  })
})

describe("help", () => {
  it.each([["run"], ["plan"], ["list"], ["status"], ["show"], ["sql"], ["grade"], ["verify"], ["gc"], ["doctor"], ["report"]])(
    "of %s says how it is called and what its flags are",
    async (command) => {
      const text = await out(command, "--help")
      expect(text).toContain(`  pipeline ${command}`)
      expect(text).toMatch(/--store DIR +where artifacts are kept/)
    }
  )

  it("of a study gives its own flags with defaults and ranges", async () => {
    expect(await out("run", "chain", "--help")).toMatch(
      /\nchain: Counts, then sums\n {2}--terms VALUE +rows: a whole number >= 1 and <= 100000 \(default 12\)\n/
    )
  })

  it("of a study shows a dimension that is off by default as a flag without a value", async () => {
    const text = await out("run", "claims", "--help")
    expect(text).toMatch(/\n {2}--quick {2,}three seeds of everything/)
  })

  it("without a command lists them all", async () => {
    const text = await out("--help")
    for (const command of ["list", "run", "plan", "status", "show", "sql", "grade", "report", "verify", "gc", "doctor"])
      expect(text).toMatch(new RegExp(`^ {2}${command} {2,}\\w`, "m"))
  })
})

describe("list", () => {
  it("names the studies with their dimensions and the model sizes", async () => {
    const text = await out("list")
    expect(text).toContain("chain\n  Counts, then sums\n    --terms  12  rows; a whole number >= 1 and <= 100000\n")
    expect(text).toMatch(/^ {4}xs +2 +64 +2 +0\.13 M +512 +tied$/m)
    expect(text).toMatch(/^ {4}150m +12 +768 +12 +113 M +2048 +untied$/m)
  })

  it("of a study gives every param of its stages, with the study's own values", async () => {
    const text = await out("list", "chain")
    expect(text).toContain("sum  (numbers: numbers) -> numbers")
    expect(text).toMatch(/^ {4}scale +1 +2 +factor; a number > 0 and <= 100$/m)
    expect(text).toMatch(/^ {4}offset +0 +where to start; a number$/m)
  })
})

describe("list --json", () => {
  it("gives what the text gives: parameters with defaults, wiring, nodes", async () => {
    const study = JSON.parse(await out("list", "chain", "--json")) as {
      readonly params: ReadonlyArray<Record<string, unknown>>
      readonly stages: ReadonlyArray<{ readonly stage: string; readonly inputs: unknown }>
      readonly nodes: ReadonlyArray<{ readonly label: string }>
    }
    expect(study.params[0]).toEqual({
      name: "terms",
      description: "rows",
      expected: "a whole number >= 1 and <= 100000",
      default: 12
    })
    expect(study.stages.map(({ stage, inputs }) => ({ stage, inputs }))).toEqual([
      { stage: "count", inputs: {} },
      { stage: "sum", inputs: { numbers: "numbers" } }
    ])
    expect(study.nodes.map(({ label }) => label)).toEqual(["count", "sum"])
    const all = JSON.parse(await out("list", "--json")) as ReadonlyArray<{ readonly study: string }>
    expect(all.map((one) => one.study)).toContain("branches")
  })
})

describe("status", () => {
  it("lists runs, newest first, with what was computed and what was cached", async () => {
    const runs = JSON.parse(await out("status", "--json")) as ReadonlyArray<Record<string, unknown>>
    const first = runs.slice(-2)
    expect(first).toMatchObject([
      { study: "branches", state: "failed", done: 0, cached: 2, failed: 1, total: 4 },
      { study: "chain", state: "succeeded", done: 2, cached: 0, failed: 0, total: 2 }
    ])
    expect(first[1]!["cpuSeconds"]).toBeGreaterThan(0)
  })

  it("of a study shows each node of its newest run", async () => {
    const text = await out("status", "branches")
    expect(text).toMatch(/^ {2}break-down +failed +break-down-[0-9a-f]{8} +The engine broke down\.$/m)
    expect(text).toMatch(/^ {2}sum break-down scale=3 +skipped +sum-[0-9a-f]{8} +needs break-down$/m)
    expect(text).toMatch(/^ {2}sum count scale=2 +cached +sum-[0-9a-f]{8} +[0-9a-f]{12}$/m)
  })

  it("takes the beginning of a run's id", async () => {
    const run = fs.readdirSync(path.join(at.store, "runs")).find((name) => name.startsWith("branches")) ?? ""
    expect(await out("status", run.slice(0, -2))).toMatch(new RegExp(`^${run}\n`))
  })

  it("of a store in which nothing ran says how to start", async () => {
    expect(await out("status", "--store", temporaryFolder())).toMatch(
      /^There are no runs in .* yet\. Start with: pipeline run smoke\n$/
    )
  })
})

describe("show", () => {
  it("finds a node by label, id, key and artifact, or the beginning of one", async () => {
    const digest = (await digests())["sum"]!
    const byLabel = await out("show", "sum")
    const [, id = "", key = ""] = /node +(\S+), stage sum[\s\S]*?key +([0-9a-f]{64})/.exec(byLabel) ?? []
    for (const name of [id, id.slice(0, -2), key, key.slice(0, 10), digest, digest.slice(0, 10)])
      expect(await out("show", name)).toBe(byLabel)
    expect(byLabel).toContain(`artifact  ${digest} (numbers)`)
  })

  it("tells params, inputs and who made them, and the first rows of each table", async () => {
    const text = await out("show", "sum count scale=2", "--rows", "2")
    expect(text).toMatch(/^Parameters\n {2}scale {2}2$/m)
    expect(text).toMatch(/^ {2}numbers {2}[0-9a-f]{12} {2}made by count, action [0-9a-f]{12}, 12 sequence$/m)
    expect(text).toMatch(/^Table sequence: 12 rows, \d+ bytes, .*objects\/sha256\//m)
    // 2 * 3, from the second term.
    expect(text).toMatch(/^ {4}row 1 {2}index {2}1\n {11}value {2}6$/m)
    expect(text).not.toContain("row 2")
  })

  it("of a failed node says why, in which line, with which params, how its log ends and how to run it again", async () => {
    const text = await out("show", "break-down")
    expect(text).toMatch(/^ {2}state +failed: The engine broke down\.$/m)
    expect(text).toMatch(/^ {2}at +test\/dag\/fixtures\/stages\/break-down\.ts:\d+:\d+ in /m)
    expect(text).toMatch(/^ {2}log +.*\/attempts\/[0-9a-f]{64}\/[0-9a-f]{32}\/log$/m)
    expect(text).toMatch(/^ {2}run it again +pnpm pipeline run branches {4}\(with what needs it; what is done is kept\)$/m)
    expect(text).toMatch(/^Parameters\n {2}how {2}error$/m)
    expect(text).toMatch(/^The end of its log\n(?: {2}.*\n)* {2}BrokeDown: The engine broke down\.\n {6}at /m)
  })

  it("of a node that failed after it had succeeded tells of the failure", async () => {
    const own = place()
    const { studies, edit } = editableStudies()
    const environment = { ECHO_CHAMBER_STUDIES: studies }
    await own.pipeline(["run", "chain", "--no-report"], environment)
    edit("stages/sum.ts", "yield* output", "if (params.scale > 0) throw new TypeError('no sum')\n    yield* output")
    await own.pipeline(["run", "chain", "--no-report"], environment)
    const { out: text } = await own.here(["show", "sum"])
    expect(text).toMatch(/^ {2}state +failed: no sum$/m)
    expect(text).toMatch(/^ {2}at +build\/tests\/studies-.*\/stages\/sum\.ts:\d+:\d+/m)
  })
})

describe("plan", () => {
  it("takes the command line of a run with one word changed", async () => {
    const settings = ["chain", "--threads", "1", "--no-report", "--checkpoint-seconds", "5"]
    expect(await out("plan", ...settings)).toBe(await out("plan", "chain"))
  })

  it("of what has run is cached, in a table", async () => {
    expect(await out("plan", "chain")).toBe(
      "  node   state   reason\n  count  cached\n  sum    cached\n\n2 nodes, all cached: a run computes nothing.\n"
    )
  })

  it("with --why shows old and new values, defaults as what they are", async () => {
    const text = await out("plan", "chain", "--terms", "20", "--set", "sum.scale=5", "--why")
    expect(text).toMatch(/count: compared with action [0-9a-f]{12} of .*, which took .*\n {2}param terms: 12 \(default\) -> 20\n/)
    expect(text).toMatch(/sum: compared with action .*\n {2}param scale: 2 -> 5\n/)
  })

  it("writes nothing", async () => {
    const before = fs.readdirSync(at.store, { recursive: true }).length
    await out("plan", "chain", "--terms", "30")
    expect(fs.readdirSync(at.store, { recursive: true }).length).toBe(before)
  })
})

describe("sql", () => {
  it("without a query lists the tables there are and their columns, without DuckDB", async () => {
    const text = await out("sql")
    expect(text).toMatch(/^rollouts: .*\n {2}\w+ \w+/m)
    expect(text).toMatch(/^runs: .*\n {2}run VARCHAR, study VARCHAR/m)
  })

  it("answers over all runs as table, CSV, JSON and in files", async () => {
    const query = "select label, status from nodes where study = 'branches' order by label"
    expect(await out("sql", query)).toContain("│ break-down             │ failed    │")
    expect(await out("sql", query, "--format", "csv")).toBe(
      "label,status\nbreak-down,failed\ncount,succeeded\nsum break-down scale=3,skipped\nsum count scale=2,succeeded\n"
    )
    expect(JSON.parse(await out("sql", query, "--format", "json"))).toHaveLength(4)
    expect(await out("sql", query, "--rows", "2")).toMatch(/4 rows, first 2 shown\n$/)
    const file = path.join(at.store, "..", "nodes.csv")
    expect((await at.here(["sql", query, "--output", file])).err).toBe(`4 rows written to ${path.resolve(file)}\n`)
    expect(fs.readFileSync(file, "utf8")).toContain("count,succeeded\n")
    const parquet = path.join(at.store, "..", "nodes.parquet")
    expect((await at.here(["sql", query, "--output", parquet])).code).toBe(0)
    expect(fs.readFileSync(parquet).subarray(0, 4).toString()).toBe("PAR1")
  })

  it("of bad SQL gives DuckDB's message with its caret and near names, and ends with 2", async () => {
    const { code, err } = await at.here(["sql", "select * from node"])
    expect(code).toBe(2)
    expect(err).toMatch(/node does not exist!\n\nLINE 1: select \* from node\n +\^\n\nNear names: nodes/)
  })
})

describe("verify and gc", () => {
  it("find a sound store sound", async () => {
    expect(await out("verify")).toMatch(
      /^\d+ objects \(.*\), 2 actions, 2 tables and \d+ runs checked: everything is what it says it is\.\n$/
    )
  })

  it("say first and remove only with --yes: what no action needs", async () => {
    const stray = path.join(at.store, "objects/sha256/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    fs.mkdirSync(path.dirname(stray), { recursive: true })
    fs.writeFileSync(stray, "abc")
    // However old it looks: nobody is there whose it could be.
    const unfinished = ["tmp-1-abababababab", `tmp-${"ab".repeat(16)}`].map((name) => path.join(at.store, "actions", name))
    for (const file of unfinished) fs.writeFileSync(file, "x")
    const deleting = path.join(at.store, "trash", `rubbish-${"ab".repeat(16)}`)
    fs.mkdirSync(deleting, { recursive: true })
    fs.writeFileSync(path.join(deleting, "code!x"), "abc")
    fs.utimesSync(unfinished[0]!, new Date(0), new Date(0))
    const said = await out("gc")
    expect(said).toMatch(/^ {2}objects that no action needs +1 +3 bytes$/m)
    expect(said).toMatch(/^ {2}temporary files of killed processes +3 +5 bytes$/m)
    expect(said).toMatch(/ would be freed\. Nothing was removed yet: add --yes\.$/m)
    expect(fs.existsSync(stray)).toBe(true)
    expect(await out("gc", "--yes")).toMatch(/ freed\.$/m)
    expect([stray, deleting, ...unfinished].filter((file) => fs.existsSync(file))).toEqual([])
    expect(await out("plan", "chain")).toContain("all cached")
  })
})

describe("gc --keep-runs", () => {
  it("lets go of results that the newest runs of each study did not use, and of nothing else", async () => {
    const own = place()
    await own.pipeline(["run", "chain", "--no-report", "--terms", "5"])
    await own.pipeline(["run", "chain", "--no-report"])
    await own.pipeline(["run", "branches", "--no-report"])
    const { out: said } = await own.here(["gc", "--keep-runs", "1", "--yes"])
    expect(said).toMatch(/^ {2}results of old runs \(records\) +2 /m)
    expect(said).toMatch(/^ {2}attempts of old runs +2 /m)
    expect(fs.readdirSync(path.join(own.store, "actions"))).toHaveLength(2)
    expect((await own.here(["plan", "chain"])).out).toContain("2 nodes, all cached")
    expect((await own.here(["plan", "chain", "--terms", "5"])).out).toMatch(/count +run +changed: terms/)
    expect((await own.here(["verify"])).code).toBe(0)
    // The history of the old runs stays, and SQL over it still answers.
    const { out: rows } = await own.here(["sql", "select count(*) as n from nodes where study = 'chain'", "--format", "csv"])
    expect(rows).toBe("n\n4\n")
  })
})

describe("doctor", () => {
  it("tells what a run would use and that studies can run", async () => {
    const text = await out("doctor")
    expect(text).toMatch(/^ {2}ok +Node +v\d+/m)
    expect(text).toMatch(/^ {2}ok +packages +\d+ dependencies, as pinned$/m)
    expect(text).toMatch(/^ {2}ok +engine +a run uses \w+ \w+ with [\w-]+(: .+)?$/m)
    expect(text).toMatch(/^ {2}ok +store +.*$/m)
    expect(text.trimEnd().endsWith("Studies can run here.")).toBe(true)
  })

  it("says what cannot be written and what to do, and ends with 1", async () => {
    const file = path.join(at.store, "..", "file")
    fs.writeFileSync(file, "")
    const { code, out: text } = await at.here(["doctor", "--store", path.join(file, "store")])
    expect(text).toMatch(/MISSING +store +.*cannot be written \(.*not a folder\)\n +-> give another folder with --store/)
    expect(code).toBe(1)
  })
})
