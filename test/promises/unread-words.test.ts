/**
 * Promise: where reading fails, that is what is said: what cannot be read, why, and what helps. Never that it is damaged or
 * missing, that there is nothing where nothing could be looked at, or that all is well.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { place } from "../cli/command-line.ts"
import { type CommandServer, commandServer } from "../drills/command-server.ts"
import { type Fault, type Faults, faultsImpossible, makeFaults, type Operation } from "../drills/faults.ts"
import { notASentence } from "../drills/sentences.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const STUDIES = path.join(import.meta.dirname, "../drills/fixtures/studies")
const original = place(STUDIES)
const STRAY = "ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
beforeAll(async () => {
  expect((await original.pipeline(["run", "light"])).code).toBe(0)
  const stray = path.join(original.store, "objects/sha256", STRAY)
  fs.mkdirSync(path.dirname(stray), { recursive: true })
  fs.writeFileSync(stray, "abc")
})

const first = (...names: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...names,
  fs.readdirSync(path.join(original.store, ...names)).toSorted()[0]!
]
const PLACES: Readonly<Record<string, () => ReadonlyArray<string>>> = {
  "the store": () => [],
  objects: () => ["objects"],
  "objects/sha256": () => ["objects", "sha256"],
  "a folder of objects": () => first("objects", "sha256"),
  actions: () => ["actions"],
  "a record": () => first("actions"),
  attempts: () => ["attempts"],
  observations: () => ["observations"],
  "an observation": () => first("observations"),
  code: () => ["code"],
  "a text of code": () => first("code"),
  runs: () => ["runs"],
  "a run": () => first("runs"),
  "a log": () => [...first("runs"), "events.jsonl"],
  reports: () => ["reports"],
  presence: () => ["presence"],
  trash: () => ["trash"]
}

const DISKS: ReadonlyArray<readonly [fault: Fault, operations: ReadonlyArray<Operation>, reason: RegExp]> = [
  ["EACCES", ["open", "read", "list"], /permission is denied/],
  ["EIO", ["open", "read", "list", "look"], /the disk failed/],
  ["EMFILE", ["open", "list"], /too many files open/],
  ["ESTALE", ["open", "list", "look"], /the network disk no longer knows the file/]
]

const REMEDY =
  /Give this user the right|See the system's log|Raise the limit|Mount it again|"pipeline verify" says (more|what helps)/
const FALSE_WORDS = /(?<!nothing |\/)\bdamaged\b|is missing|There (are no|is no such)|moved to|everything is what/

/** False as well where what tells of it could not be looked at. */
const UNFOUNDED = /nothing to remove|that no action needs/
const TELLS_OF_ITSELF = new Set(["an observation", "a text of code", "a run", "a log"])

const impossible = faultsImpossible()
const folder = temporaryFolder()
let faults: Faults
let server: CommandServer
let store = ""
/** A server whose disk fails below these names. */
const sick = (names: ReadonlyArray<string>) => {
  store = path.join(fs.mkdtempSync(path.join(folder, "s-")), "store")
  fs.cpSync(original.store, store, { recursive: true })
  server?.end()
  faults = makeFaults(path.dirname(store), path.join(store, ...names))
  server = commandServer({
    ...faults.environment,
    ECHO_CHAMBER_STUDIES: STUDIES,
    ECHO_CHAMBER_CACHE: path.join(folder, "cache"),
    ECHO_CHAMBER_STORE: store
  })
}
afterAll(() => server?.end())

describe.skipIf(impossible !== null)("where the system does not give out", () => {
  it.each(Object.keys(PLACES))("%s, each command says so, why and what helps", { timeout: 120_000 }, async (what) => {
    const names = PLACES[what]!()
    sick(names)
    for (const [fault, operations, reason] of DISKS)
      for (const args of [["verify"], ["status"], ["status", "light"], ["gc"], ["gc", "--yes"]]) {
        faults.arm({ operations, fault, first: 1 })
        const { code, out, err } = await server.command(args)
        const { failed } = faults.disarm()
        const said = `${fault} met by ${args.join(" ")} [${code}]\n${out}${err}`
        expect(notASentence(said), said).toBeNull()
        // What a command needs nothing of, it does not mention.
        if (!reason.test(said)) {
          if (args[0] === "verify") expect(failed, said).toBe(0)
          continue
        }
        expect(said).not.toMatch(FALSE_WORDS)
        if (!TELLS_OF_ITSELF.has(what)) expect(said).not.toMatch(UNFOUNDED)
        expect(said).toMatch(REMEDY)
        expect(said).toContain(what === "a log" || what === "a run" ? names[1] : store)
        if (args[0] === "verify") expect(code, said).toBe(1)
        expect([0, 1], said).toContain(code)
      }
    expect(fs.existsSync(path.join(store, "damaged"))).toBe(false)
  })
})

describe("a store that cannot be reached", () => {
  const UNREACHABLE: Readonly<Record<string, (at: string) => string>> = {
    "below a file": (at) => {
      fs.writeFileSync(at, "")
      return path.join(at, "store")
    },
    "far below a file": (at) => {
      fs.writeFileSync(at, "")
      return path.join(at, "a", "b", "store")
    },
    "that is a link to itself": (at) => {
      fs.symlinkSync(at, at)
      return at
    },
    "below a link to itself": (at) => {
      fs.symlinkSync(at, at)
      return path.join(at, "store")
    },
    "that is one of two links to each other": (at) => {
      fs.symlinkSync(`${at}.2`, at)
      fs.symlinkSync(at, `${at}.2`)
      return at
    }
  }
  const COMMANDS = [["verify"], ["status"], ["gc"], ["gc", "--yes"], ["show", "x"], ["sql", "select 1"], ["report", "x"]]
  it.each(Object.keys(UNREACHABLE))("%s cannot be read, and is not said to be absent", async (how) => {
    const at = UNREACHABLE[how]!(path.join(temporaryFolder(), "at"))
    for (const args of COMMANDS) {
      const { code, out, err } = await original.here([...args, "--store", at])
      const said = `${args.join(" ")}\n${out}${err}`
      expect([1, 2], said).toContain(code)
      expect(notASentence(said), said).toBeNull()
      expect(said).toMatch(/The store cannot be read\. .*(is not a folder|links there lead in a circle)\. (Name|Mend)/)
      expect(said).not.toMatch(/There is no such|missing|damaged/)
    }
  })
})
