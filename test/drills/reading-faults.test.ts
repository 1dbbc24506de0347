/**
 * Reading a store from a disk that fails: at the k-th operation of any command that only looks. It says so in a sentence, with an
 * exit code that is not 0 where what it prints is not whole, and the store is as it was.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { temporaryFolder } from "../store/temporary-folder.ts"
import { type CommandServer, commandServer } from "./command-server.ts"
import { type Fault, type Faults, faultsImpossible, makeFaults, type Operation } from "./faults.ts"
import { notASentence } from "./sentences.ts"

const impossible = faultsImpossible()
const folder = temporaryFolder()
const root = path.join(folder, "root")
const store = path.join(root, "store")
const ALL = process.env["ECHO_TEST_DRILL"] === "all"

let faults: Faults
let server: CommandServer
beforeAll(async () => {
  if (impossible !== null) return
  fs.mkdirSync(root)
  faults = makeFaults(folder, root)
  server = commandServer({
    ...faults.environment,
    ECHO_CHAMBER_STUDIES: path.join(import.meta.dirname, "fixtures/studies"),
    ECHO_CHAMBER_CACHE: path.join(folder, "cache"),
    ECHO_CHAMBER_STORE: store
  })
  const { code, err } = await server.command(["run", "light", "--no-report"])
  if (code !== 0) throw new Error(err)
})
afterAll(() => server?.end())

const files = (): ReadonlyArray<string> => fs.readdirSync(store, { recursive: true, encoding: "utf8" }).toSorted()

const COMMANDS: ReadonlyArray<ReadonlyArray<string>> = [
  ["status"],
  ["status", "light"],
  ["show", "tally"],
  ["show", "sum", "--rows", "2"],
  ["plan", "light"],
  ["plan", "light", "--why"],
  ["verify"],
  ["gc"],
  ["sql", "select * from nodes", "--format", "csv"],
  ["sql", "select run from runs", "--format", "csv"],
  ["sql", "select * from actions", "--format", "json"],
  ["sql", "select * from artifacts", "--format", "csv"],
  ["run", "light", "--no-report"]
]

/** How a command tells that something of what it shows is not there. */
const TOLD = /cannot be|is damaged|left out/
/** A run prints its times; status tells of a log once in a process. */
const SAYS_ONCE = new Set(["run", "status"])

const FAULTS: ReadonlyArray<{ readonly fault: Fault; readonly operations: ReadonlyArray<Operation>; readonly times?: number }> = [
  { fault: "EIO", operations: ["open", "read", "list", "look"], times: 1 },
  { fault: "EIO", operations: ["open", "read", "list", "look"] },
  { fault: "EACCES", operations: ["open", "list"], times: 1 },
  { fault: "ESTALE", operations: ["read"], times: 1 },
  { fault: "EINTR", operations: ["open", "read"], times: 3 },
  { fault: "SHORT", operations: ["read"] }
]

describe.skipIf(impossible !== null)("a disk that cannot be read", () => {
  for (const args of COMMANDS)
    it(`pipeline ${args.join(" ")}`, { timeout: 3_600_000 }, async () => {
      const before = files()
      const { out: whole } = await server.command(args)
      const wrong: Array<string> = []
      for (const trial of FAULTS) {
        faults.arm({ operations: trial.operations, fault: trial.fault, first: null })
        await server.command(args)
        const { counted } = faults.disarm()
        const stride = ALL ? 1 : Math.max(1, Math.floor(counted / 12))
        for (let first = 1; first <= counted; first += stride) {
          faults.arm({ ...trial, first })
          const ended = await server.command(args)
          const { failed, last } = faults.disarm()
          const object = (what: string) =>
            wrong.push(
              `${trial.operations.join("+")} ${trial.fault} #${first} at ${path.relative(root, last)} (${ended.code}): ${what}`
            )
          const problem = notASentence(`${ended.out}\n${ended.err}`)
          if (problem !== null) object(`says ${JSON.stringify(problem)} in ${ended.out}${ended.err}`)
          if (![0, 1, 2].includes(ended.code ?? -1)) object("this is no exit code")
          if (ended.code !== 0 && `${ended.out}${ended.err}`.trim() === "") object("it failed without a word")
          if (failed === 0 && ended.code !== 0) object(`nothing failed: ${ended.err}`)
          const harmless = trial.fault === "EINTR" || trial.fault === "SHORT"
          if (harmless && ended.code !== 0) object(`it failed: ${ended.err}`)
          if (harmless && args[0] !== "run" && ended.out !== whole) object("it says something else")
          if (ended.code === 0 && !TOLD.test(ended.out + ended.err) && !SAYS_ONCE.has(args[0]!) && ended.out !== whole)
            object(`in silence: ${ended.out}`)
        }
      }
      expect(wrong.join("\n\n")).toBe("")
      const kept = (names: ReadonlyArray<string>) => names.filter((name) => !/^(runs|damaged|presence)/.test(name))
      expect(kept(files())).toEqual(kept(before))
    })
})
