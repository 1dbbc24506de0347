/**
 * A store that someone made to mislead, or that fell apart in odd ways: what it claims is looked at before it is believed. Every
 * command answers in words, and nothing outside the store is read, written or removed.
 */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { seal } from "../../src/store/disk/sealed.ts"
import { type ActionRecord, readRecord } from "../../src/store/objects/records.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { place } from "./command-line.ts"

const original = place()
beforeAll(async () => {
  expect((await original.pipeline(["run", "chain", "--no-report"])).code).toBe(0)
})

const copy = (): string => {
  const root = path.join(temporaryFolder(), "store")
  fs.cpSync(original.store, root, { recursive: true })
  return root
}

/** Those that only look come first: the store is as it was forged when each of them runs. */
const COMMANDS: ReadonlyArray<ReadonlyArray<string>> = [
  ["verify"],
  ["status"],
  ["status", "chain"],
  ["show", "count"],
  ["plan", "chain", "--why"],
  ["sql", "select * from nodes, runs, actions, artifacts, params limit 1"],
  ["sql", "select count(*) from rollouts"],
  ["report", "chain"],
  ["gc"],
  ["verify", "--repair"],
  ["gc", "--yes"]
]
const NOT_WORDS = /Something broke|\n +at |Error:|undefined|Unexpected token|Cannot read propert|Maximum call stack|\[object/

/** Runs every command on the store, and gives all that they said. */
const everyCommand = async (root: string): Promise<string> => {
  let said = ""
  for (const command of COMMANDS) {
    const { out, err, code } = await original.here([...command, "--store", root])
    expect(`${out}${err}`, command.join(" ")).not.toMatch(NOT_WORDS)
    expect([0, 1, 2], command.join(" ")).toContain(code)
    said += `${out}${err}`
  }
  return said
}

/** Replaces a record by what `edit` makes of it, sealed as a forger would seal it. */
const forge = (root: string, edit: (record: ActionRecord) => object | string): void => {
  for (const name of fs.readdirSync(path.join(root, "actions"))) {
    const record = readRecord(root, name.slice(0, 64))!
    if (record.stage !== "count") continue
    const forged = edit(record)
    const file = path.join(root, "actions", name)
    fs.rmSync(file)
    fs.writeFileSync(file, typeof forged === "string" ? forged : `${seal(JSON.stringify(forged, null, 1))}\n`)
  }
}

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`

const records: Readonly<Record<string, (record: ActionRecord) => object | string>> = {
  "names a file outside": (r) => ({
    ...r,
    output: {
      ...r.output,
      tables: { ...r.output.tables, sequence: { ...r.output.tables["sequence"], file: "../../victim.arrow" } }
    }
  }),
  "names an artifact outside": (r) => ({ ...r, output: { ...r.output, digest: "../../../../etc/passwd" } }),
  "has a null table": (r) => ({ ...r, output: { ...r.output, tables: { sequence: null } } }),
  "has no tables": (r) => ({ ...r, output: { ...r.output, tables: undefined } }),
  "has a list of tables": (r) => ({ ...r, output: { ...r.output, tables: [1] } }),
  "has a null component": (r) => ({ ...r, components: [null] }),
  "has null params": (r) => ({ ...r, params: null }),
  "has a null output": (r) => ({ ...r, output: null }),
  "has rows without end": (r) => ({
    ...r,
    output: { ...r.output, tables: { sequence: { ...r.output.tables["sequence"], rows: 1e308 } } }
  }),
  "has a negative size": (r) => ({
    ...r,
    output: { ...r.output, tables: { sequence: { ...r.output.tables["sequence"], bytes: -1 } } }
  }),
  "took no number of seconds": (r) => ({ ...r, seconds: "long" }),
  "claims another key": (r) => ({ ...r, key: "0".repeat(64) }),
  "is a list": () => "[]",
  "is null": () => "null",
  "is a number": () => "7",
  "nests 100,000 levels deep": (r) => JSON.stringify({ ...r, version: 1, params: "@" }).replace('"@"', deep(1e5)),
  "nests 500 levels deep": (r) => `${seal(JSON.stringify({ ...r, params: "@" }).replace('"@"', deep(500)))}\n`,
  "holds escape codes": (r) => ({ ...r, attempt: "\u001B[31mred\u0007", host: "\u001B]0;title\u0007" }),
  "says inputs that are none": (r) => ({ ...r, inputs: { numbers: "../.." } }),
  "was made at no time": (r) => ({ ...r, finishedAt: "never \u001B[31m" }),
  "was made beyond the calendar": (r) => ({ ...r, finishedAt: "+275760-09-13T00:00:00.001Z" }),
  "was made before the calendar": (r) => ({ ...r, finishedAt: "-271821-04-20T00:00:00.000Z" }),
  "was made on the 30th of February": (r) => ({ ...r, finishedAt: "2026-02-30T10:00:00.000Z" }),
  "was made at a local time": (r) => ({ ...r, finishedAt: "2026-02-03T10:00:00.000+02:00" }),
  "was made in a word for a day": (r) => ({ ...r, finishedAt: "Tue, 03 Feb 2026 10:00:00 GMT" }),
  "took less than nothing": (r) => ({ ...r, seconds: -1e308 }),
  "took longer than the world": (r) => ({ ...r, cpuSeconds: 1.7e308 }),
  "has an engine in parts": (r) => ({ ...r, engine: { name: "native", mode: [{}] } }),
  "has an engine in an engine": (r) => ({ ...r, engine: { name: { name: "native" } } }),
  "is of the year 12": (r) => ({ ...r, version: 12 })
}

describe("a record that", () => {
  it.each(Object.keys(records))("%s is not believed", async (what) => {
    const root = copy()
    const victim = path.join(root, "..", "victim.arrow")
    fs.writeFileSync(victim, "precious")
    forge(root, records[what]!)
    const said = await everyCommand(root)
    if (what !== "holds escape codes") expect(said).toMatch(/damaged|left out/)
    // oxlint-disable-next-line no-control-regex
    expect(said).not.toMatch(/[\u0007\u001B]/)
    expect(fs.readFileSync(victim, "utf8")).toBe("precious")
  })
})

/** Writes the log anew, sealed as a forger would. */
const forgeLog = (root: string, edit: (event: Readonly<Record<string, unknown>>) => unknown): void => {
  const [run = ""] = fs.readdirSync(path.join(root, "runs"))
  const file = path.join(root, "runs", run, "events.jsonl")
  let last = run
  const lines = fs
    .readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const { sha256: _, ...event } = JSON.parse(line) as Record<string, unknown>
      const forged = edit(event)
      if (typeof forged !== "object" || forged === null) return String(forged)
      const sealed = seal(JSON.stringify(forged), last)
      last = sealed.slice(-66, -2)
      return sealed
    })
  fs.writeFileSync(file, `${lines.join("\n")}\n`)
}
const only = (kind: string, change: object) => (event: Readonly<Record<string, unknown>>) =>
  event["event"] === kind ? { ...event, ...change } : event

const logs: Readonly<Record<string, (event: Readonly<Record<string, unknown>>) => unknown>> = {
  "calls its study a path": only("run-started", { study: "../../x" }),
  "is another run's": only("run-started", { run: "other-20260101-000000-0000" }),
  "has null params": only("node-planned", { params: null }),
  "has inputs that are no nodes": only("node-planned", { inputs: { a: { b: 1 } } }),
  "has a label of escape codes": only("node-planned", { label: "\u001B[2J\u001B[31mred\u0007" }),
  "has a key that is a path": only("node-finished", { key: "../../../x" }),
  "has an artifact that is a path": only("node-finished", { artifact: "../../../x" }),
  "has a time that is none": only("node-started", { time: "then" }),
  "has a time beyond the calendar": only("node-started", { time: "+275760-09-13T00:00:00.000Z" }),
  "begins at a word": only("run-started", { time: "1" }),
  "took less than nothing": only("node-finished", { seconds: -1e308 }),
  "took longer than the world": only("run-finished", { seconds: 1.7e308 }),
  "has settings that are a number": only("run-started", { settings: 1 }),
  "has a command that is no list": only("run-started", { command: "rm" }),
  "has a process that is no number": only("run-started", { pid: "1" }),
  "has lines that are null": (event) => (event["event"] === "node-started" ? null : event),
  "has lines of numbers": (event) => (event["event"] === "node-started" ? 12 : event),
  "has params that nest deep": only("node-planned", { params: JSON.parse(deep(400)) as object }),
  "has an input that leads back": only("node-planned", { inputs: { numbers: "count" } })
}

describe("a log that", () => {
  it.each(Object.keys(logs))("%s is not believed beyond what is sound", async (what) => {
    const root = copy()
    forgeLog(root, logs[what]!)
    const said = await everyCommand(root)
    // oxlint-disable-next-line no-control-regex
    expect(said).not.toMatch(/[\u0007\u001B]/)
    expect(fs.readdirSync(path.join(root, "..")).toSorted()).toEqual(["store"])
  })
})

describe("a name of megabytes", () => {
  it.each([
    ["a label", only("node-planned", { label: "x".repeat(5_000_000) })],
    ["a stage", only("node-planned", { stage: "y".repeat(5_000_000) })],
    [
      "an error",
      (event: Readonly<Record<string, unknown>>) =>
        event["event"] === "node-finished"
          ? { time: event["time"], event: "node-failed", node: event["node"], error: "e".repeat(5_000_000), log: null }
          : event
    ],
    ["a command", only("run-started", { command: ["z".repeat(5_000_000)] })],
    ["an engine", only("run-started", { engine: "w".repeat(5_000_000) })]
  ] as const)("is cut where it is shown: %s", async (_, edit) => {
    const root = copy()
    forgeLog(root, edit)
    for (const command of [["status"], ["status", "chain"], ["verify"], ["gc"]]) {
      const { out, err, code } = await original.here([...command, "--store", root])
      expect(code, command.join(" ")).toBe(0)
      expect(`${out}${err}`.length, command.join(" ")).toBeLessThan(20_000)
    }
  })
})

describe("a log without a beginning", () => {
  it.each([
    ["is empty", ""],
    ["is damaged from line 1 on", "garbage\n"],
    ["ends within line 1", "{"]
  ])("is named when its study is asked for: it %s", async (words, text) => {
    const root = copy()
    const [run = ""] = fs.readdirSync(path.join(root, "runs"))
    fs.writeFileSync(path.join(root, "runs", run, "events.jsonl"), text)
    const { err, code } = await original.here(["status", "chain", "--store", root])
    expect(code).toBe(2)
    expect(err).toContain(`The log of run ${run} ${words}`)
    expect(err).toContain("so nothing is known of it")
    expect(err).not.toContain("Did you mean")
  })
})

/** Names of every kind of file in the store, and of every folder. */
const places = (root: string) => {
  const [run = ""] = fs.readdirSync(path.join(root, "runs"))
  const [record = ""] = fs.readdirSync(path.join(root, "actions"))
  const { output } = readRecord(root, record.slice(0, 64))!
  const object = (digest: string) => ["objects", "sha256", digest.slice(0, 2), digest]
  const first = (folder: string) => [folder, fs.readdirSync(path.join(root, folder))[0]!]
  return {
    files: {
      manifest: object(output.digest),
      table: object(output.tables["sequence"]!.file),
      document: object(output.documents["about"]!.file),
      record: ["actions", record],
      observation: first("observations"),
      code: first("code"),
      log: ["runs", run, "events.jsonl"]
    },
    folders: {
      objects: ["objects"],
      "objects/sha256": ["objects", "sha256"],
      "objects/sha256/ab": object(output.digest).slice(0, 3),
      actions: ["actions"],
      observations: ["observations"],
      code: ["code"],
      runs: ["runs"],
      "runs/<run>": ["runs", run],
      attempts: ["attempts"],
      damaged: ["damaged"],
      reports: ["reports"]
    }
  }
}

const instead: Readonly<Record<string, (at: string) => void>> = {
  "a FIFO": (at) => void execFileSync("mkfifo", [at]),
  "a link to /dev/zero": (at) => fs.symlinkSync("/dev/zero", at),
  "a link to nothing": (at) => fs.symlinkSync("/nothing/here", at),
  "a folder": (at) => fs.mkdirSync(at),
  "a device": (at) => void execFileSync("mknod", [at, "c", "1", "5"])
}
const KINDS = ["manifest", "table", "document", "record", "observation", "code", "log"] as const
const mayMakeDevices = process.getuid?.() === 0

describe("in place of a file of the store", () => {
  it.each(KINDS.flatMap((kind) => Object.keys(instead).map((what) => [what, kind] as const)))(
    "%s where a %s belongs hangs nothing and is told in words",
    async (what, kind) => {
      if (what === "a device" && !mayMakeDevices) return
      const root = copy()
      const at = path.join(root, ...places(root).files[kind])
      fs.rmSync(at)
      instead[what]!(at)
      const said = await everyCommand(root)
      expect(said).toContain(path.basename(at))
    }
  )
})

describe("a link in place of a folder of the store", () => {
  it.each([
    "objects",
    "objects/sha256",
    "objects/sha256/ab",
    "actions",
    "observations",
    "code",
    "runs",
    "runs/<run>",
    "attempts",
    "damaged",
    "reports"
  ] as const)("at %s is not gone through: what it leads to stays as it is", async (place) => {
    const root = copy()
    const at = path.join(root, ...places(root).folders[place])
    const victim = path.join(root, "..", "victim")
    fs.mkdirSync(path.join(victim, "below"), { recursive: true })
    fs.writeFileSync(path.join(victim, "below", "keep"), "precious")
    fs.writeFileSync(path.join(victim, "tmp-1-abababababab"), "precious")
    fs.utimesSync(path.join(victim, "tmp-1-abababababab"), 0, 0)
    fs.rmSync(at, { recursive: true, force: true })
    fs.symlinkSync(victim, at)
    const before = fs.readdirSync(victim, { recursive: true }).toSorted()
    for (const command of COMMANDS) {
      const { out, err, code } = await original.here([...command, "--store", root])
      expect(`${out}${err}`, command.join(" ")).not.toMatch(NOT_WORDS)
      expect([0, 1, 2]).toContain(code)
    }
    expect(fs.readdirSync(victim, { recursive: true }).toSorted()).toEqual(before)
    expect(fs.readFileSync(path.join(victim, "below", "keep"), "utf8")).toBe("precious")
  })
})
