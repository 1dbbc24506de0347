/**
 * A file that the system does not give out is not a damaged one. It is never moved and never forgotten; it stops what needs it
 * and nothing else; and whoever is stopped is told the file, the reason and what helps. What fails only in a bad moment is not
 * noticed.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { readRecord } from "../../src/store/objects/records.ts"
import { place } from "../cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { type CommandServer, commandServer } from "./command-server.ts"
import { type Fault, faultsImpossible, type Faults, makeFaults, type Operation } from "./faults.ts"
import { notASentence } from "./sentences.ts"

const impossible = faultsImpossible()
const STUDIES = path.join(import.meta.dirname, "fixtures/studies")
const original = place(STUDIES)
beforeAll(async () => {
  expect((await original.pipeline(["run", "light"])).code).toBe(0)
})

const servers: Array<CommandServer> = []
afterAll(() => {
  for (const server of servers) server.end()
})

interface Sick {
  readonly store: string
  readonly faults: Faults
  readonly command: CommandServer["command"]
}

/** A copy of the store on a disk whose faults meet what lies below some names in it. */
const sickStore = (...names: ReadonlyArray<string>): Sick => {
  const folder = temporaryFolder()
  const store = path.join(folder, "store")
  fs.cpSync(original.store, store, { recursive: true })
  const faults = makeFaults(folder, path.join(store, ...names))
  const server = commandServer({
    ...faults.environment,
    ECHO_CHAMBER_STUDIES: STUDIES,
    ECHO_CHAMBER_CACHE: path.join(folder, "cache"),
    ECHO_CHAMBER_STORE: store
  })
  servers.push(server)
  return { store, faults, command: server.command }
}

const filesIn = (store: string): ReadonlyArray<string> =>
  fs
    .readdirSync(store, { recursive: true, encoding: "utf8" })
    .filter((name) => !/^(presence|trash)/.test(name))
    .toSorted()

const DISKS: ReadonlyArray<readonly [fault: Fault, operation: Operation]> = [
  ["ESTALE", "open"],
  ["EMFILE", "open"],
  ["ENFILE", "open"],
  ["ENOMEM", "open"],
  ["EACCES", "open"],
  ["EPERM", "open"],
  ["EAGAIN", "read"],
  ["ESTALE", "read"],
  ["EIO", "read"],
  ["ETIMEDOUT", "read"],
  ["EIO", "list"],
  ["EACCES", "list"],
  ["ESTALE", "look"],
  ["EIO", "look"]
]

describe.skipIf(impossible !== null)("a store on a disk that gives nothing out", () => {
  it("is left as it is by verify, its repair and gc, which say so and fail", { timeout: 120_000 }, async () => {
    const { store, faults, command } = sickStore()
    const before = filesIn(store)
    for (const [fault, operation] of DISKS)
      for (const args of [["verify"], ["verify", "--repair"], ["gc"]]) {
        faults.arm({ operations: [operation], fault, first: 1 })
        const { code, out, err } = await command(args)
        expect(faults.disarm().failed, `${fault} ${operation}`).toBeGreaterThan(0)
        const what = `${args.join(" ")}, ${fault} at ${operation}: ${out}${err}`
        if (args[0] === "verify") expect([1, 2], what).toContain(code)
        expect(notASentence(`${out}${err}`), what).toBeNull()
        expect(`${out}${err}`, what).not.toMatch(/moved to|forgotten|is missing/)
        expect(filesIn(store), what).toEqual(before)
      }
    const { code, out } = await command(["gc", "--yes"])
    expect([code, out]).toEqual([0, "There is nothing to remove.\n"])
    expect((await command(["verify"])).code).toBe(0)
    expect(filesIn(store)).toEqual(before)
  })

  it("that fails from some moment on loses nothing", { timeout: 120_000 }, async () => {
    const { store, faults, command } = sickStore()
    const before = filesIn(store)
    for (const [fault, operation] of DISKS) {
      faults.arm({ operations: [operation], fault, first: null })
      await command(["verify", "--repair"])
      const { counted } = faults.disarm()
      for (const share of [0.2, 0.5, 0.8]) {
        faults.arm({ operations: [operation], fault, first: Math.max(1, Math.floor(counted * share)) })
        const { code, out, err } = await command(["verify", "--repair"])
        faults.disarm()
        const what = `${fault} at ${operation} from ${share} on: ${out}${err}`
        expect([1, 2], what).toContain(code)
        expect(filesIn(store), what).toEqual(before)
      }
    }
  })

  it("for a moment only is not noticed", { timeout: 120_000 }, async () => {
    const { store, faults, command } = sickStore()
    const before = filesIn(store)
    const passing = DISKS.filter(([fault]) => fault !== "EACCES" && fault !== "EPERM")
    for (const [fault, operation] of [...passing, ["EINTR", "read"], ["EINTR", "open"]] as const)
      for (const first of operation === "look" ? [7, 30, 60] : [1, 7, 30]) {
        faults.arm({ operations: [operation], fault, first, times: 2 })
        const { code, out, err } = await command(["verify", "--repair"])
        faults.disarm()
        expect(`${code} ${out}${err}`, `${fault} at ${operation} ${first}`).toMatch(/^0 .*everything is what it says it is/)
      }
    expect(filesIn(store)).toEqual(before)
  })
})

/** Names of a file of each kind, with the exit code of a run that meets it. */
const victims = (store: string): Readonly<Record<string, readonly [names: ReadonlyArray<string>, run: number]>> => {
  const only = (folder: string) => [folder, fs.readdirSync(path.join(store, folder))[0]!]
  const records = fs.readdirSync(path.join(store, "actions")).map((name) => readRecord(store, name.slice(0, 64))!)
  const tally = records.find(({ stage }) => stage === "tally")!
  const object = (digest: string) => ["objects", "sha256", digest.slice(0, 2), digest]
  return {
    record: [["actions", `${tally.key}.json`], 1],
    manifest: [object(tally.output.digest), 1],
    table: [object(Object.values(tally.output.tables)[0]!.file), 1],
    observation: [["observations", `${tally.key}.jsonl`], 0],
    code: [only("code"), 0],
    log: [[...only("runs"), "events.jsonl"], 0],
    report: [only("reports"), 0],
    "folder of a run": [only("runs"), 0],
    "folder of objects": [["objects", "sha256", tally.output.digest.slice(0, 2)], 1]
  }
}

describe.skipIf(impossible !== null).each(["EIO", "EACCES"] as const)("one file that answers %s for good", (fault) => {
  it.each(["record", "manifest", "table", "observation", "code", "log", "report", "folder of a run", "folder of objects"])(
    "a %s: stops only what needs it, is never moved, and the remedy is named",
    { timeout: 120_000 },
    async (kind) => {
      const [names, expected] = victims(original.store)[kind]!
      const { store, faults, command } = sickStore(...names)
      const file = path.join(store, ...names)
      const before = filesIn(store)
      const arm = () => faults.arm({ operations: ["open", "read", "list"], fault, first: 1 })
      for (const args of [
        ["status"],
        ["status", "light"],
        ["show", "sum"],
        ["plan", "light"],
        ["sql", "select * from runs"],
        ["gc"]
      ]) {
        arm()
        const { code, out, err } = await command(args)
        faults.disarm()
        const what = `${args.join(" ")}: ${out}${err}`
        // Labels and studies are known from logs alone.
        const needsIt =
          ["status", "status light", "show sum"].includes(args.join(" ")) && (kind === "log" || kind === "folder of a run")
        if (!needsIt) expect(code, what).toBe(0)
        expect(notASentence(`${out}${err}`), what).toBeNull()
      }
      for (const args of [["verify"], ["verify", "--repair"]]) {
        arm()
        const { code, out } = await command(args)
        faults.disarm()
        expect(code, out).toBe(1)
        expect(out).toContain(file)
        expect(out).toMatch(/could not be read, so nothing can be said of (it|them): mend that and run verify again/)
        expect(out).not.toMatch(/moved to|forgotten|is missing|--repair/)
        expect(filesIn(store)).toEqual(before)
      }
      arm()
      const { code, out, err } = await command(["run", "light", "--no-report"])
      faults.disarm()
      expect(code, `${out}${err}`).toBe(expected)
      if (expected === 1) {
        expect(err).toContain(file)
        expect(err).toMatch(
          /(the disk failed|permission is denied)\. It may be sound, so it is left where it is\. Mend that, or move/
        )
        // The way that is named leads on.
        fs.renameSync(file, path.join(path.dirname(store), "aside"))
      }
      expect((await command(["run", "light", "--no-report"])).code).toBe(0)
      expect((await command(["verify"])).code).toBe(0)
    }
  )
})
