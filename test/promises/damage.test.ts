/**
 * Promise: no damage to a store is believed. Every kind of file in it, damaged in every way: `verify` names it, no command ends
 * in a stack trace, and the next run ends with the results of an undamaged store.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { inProcessExecutor } from "../../src/dag/running/in-process.ts"
import { draws } from "../../src/random/philox.ts"
import { readRecord } from "../../src/store/objects/records.ts"
import { type Place, place } from "../cli/command-line.ts"
import chain from "../dag/fixtures/studies/chain.ts"
import { objectsIn, runNodes } from "../dag/study-in-a-folder.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const original: Place = place()
let results: ReadonlyArray<string> = []
/** Files of the store by kind: the one that is damaged, and another sound one of its kind. */
let files: Readonly<Record<string, readonly [victim: string, other: string]>> = {}

beforeAll(async () => {
  // Two runs of two studies' worth, so that there are two of every kind.
  for (const args of [
    ["--terms", "12"],
    ["--terms", "13"]
  ])
    expect((await original.pipeline(["run", "chain", ...args])).code).toBe(0)
  results = objectsIn(original.store)
  const list = (...names: ReadonlyArray<string>) =>
    fs.readdirSync(path.join(original.store, ...names)).map((name) => path.join(...names, name))
  const records = list("actions")
  const outputs = records.map((name) => readRecord(original.store, path.basename(name, ".json"))!.output)
  const object = (digest: string) => path.join("objects", "sha256", digest.slice(0, 2), digest)
  const pair = (names: ReadonlyArray<string>) => [names[0]!, names[1]!] as const
  files = {
    manifest: pair(outputs.map(({ digest }) => object(digest))),
    table: pair(outputs.map(({ tables }) => object(tables["sequence"]!.file))),
    document: pair(outputs.map(({ documents }) => object(documents["about"]!.file))),
    record: pair(records),
    observation: pair(list("observations")),
    code: pair(list("code")),
    log: pair(list("runs").map((folder) => path.join(folder, "events.jsonl"))),
    report: pair(list("reports"))
  }
})

const FLIPS = 20

/** What is done to a file: each a way of damage by name. */
const damages: Readonly<Record<string, (file: string, other: string) => void>> = {
  ...Object.fromEntries(
    Array.from({ length: FLIPS }, (_, k) => [
      `bit ${k + 1} of ${FLIPS} flipped`,
      (file: string) => {
        const bytes = fs.readFileSync(file)
        const { uniform } = draws(k, "damage")
        // One place in each twentieth of the file, so that beginning and end are among them.
        const at = Math.min(
          bytes.length - 1,
          Math.floor(((k + (k === 0 ? 0 : k === FLIPS - 1 ? 0.999 : uniform())) / FLIPS) * bytes.length)
        )
        bytes[at]! ^= 1 << Math.floor(uniform() * 8)
        fs.writeFileSync(file, bytes)
      }
    ])
  ),
  "cut to half": (file) => fs.truncateSync(file, fs.statSync(file).size >> 1),
  "cut by its last byte": (file) => fs.truncateSync(file, fs.statSync(file).size - 1),
  emptied: (file) => fs.truncateSync(file, 0),
  "given garbage at its end": (file) => fs.appendFileSync(file, "\0garbage\n"),
  deleted: (file) => fs.rmSync(file),
  "replaced by another valid one": (file, other) => fs.copyFileSync(other, file)
}

/** A copy of the store in which one file was damaged. */
const damagedStore = (kind: string, damage: string): { readonly root: string; readonly file: string } => {
  const root = path.join(temporaryFolder(), "store")
  fs.cpSync(original.store, root, { recursive: true })
  const [victim, other] = files[kind]!
  const file = path.join(root, victim)
  fs.chmodSync(file, 0o644)
  damages[damage]!(file, path.join(root, other))
  return { root, file }
}

const COMMANDS: ReadonlyArray<ReadonlyArray<string>> = [
  ["status"],
  ["status", "chain"],
  ["show", "count"],
  ["show", "sum"],
  ["plan", "chain", "--why"],
  ["sql", "select count(*) from metrics"],
  ["sql", "select * from nodes, runs, actions, artifacts limit 1"],
  ["report", "chain"],
  ["gc"],
  ["gc", "--keep-runs", "1"]
]

const TRACE = /Something broke|\n +at |Error:|undefined|Unexpected token|Cannot read propert/

describe.each(["manifest", "table", "document", "record", "observation", "code", "log", "report"])("a damaged %s", (kind) => {
  it.each(Object.keys(damages))(
    "%s: verify names it, and the next run ends with the results of a sound store",
    async (damage) => {
      const { root, file } = damagedStore(kind, damage)
      const found = await original.here(["verify", "--store", root])
      expect(`${found.out}${found.err}`).not.toMatch(TRACE)
      // A lost text of code harms nothing but an explanation, and is named by the module it belongs to. A report that was removed
      // is written again when it is asked for.
      const harmless = (kind === "code" || kind === "report") && damage === "deleted"
      if (!harmless) expect(found.out).toContain(path.basename(file))
      else if (kind === "code") expect(found.out).toContain("The code texts of ")
      expect(found.code).toBe(harmless ? 0 : 1)

      for (const terms of [12, 13]) expect((await runNodes(root, chain.nodes({ terms }))).status).toBe("succeeded")
      expect(objectsIn(root)).toEqual(results)
      const repaired = await original.here(["verify", "--repair", "--store", root])
      expect(`${repaired.out}${repaired.err}`).not.toMatch(TRACE)
      expect((await original.here(["verify", "--store", root])).code).toBe(0)
      expect(objectsIn(root)).toEqual(results)
    }
  )

  it.each(Object.keys(damages).filter((name) => !name.startsWith("bit") || name.startsWith("bit 7 ")))(
    "%s: every command answers in plain words",
    async (damage) => {
      const { root } = damagedStore(kind, damage)
      for (const command of COMMANDS) {
        const { out, err, code } = await original.here([...command, "--store", root])
        expect(`${out}${err}`, command.join(" ")).not.toMatch(TRACE)
        expect([0, 1, 2], command.join(" ")).toContain(code)
      }
    }
  )
})

describe("an unfinished attempt", () => {
  let root = ""
  /** Its checkpoint, the state and the rows that it lists. */
  let parts: ReadonlyArray<string> = []
  let whole: ReadonlyArray<string> = []
  beforeAll(async () => {
    const sound = temporaryFolder()
    await runNodes(sound, chain.nodes({ terms: 40 }))
    whole = objectsIn(sound)
    root = path.join(temporaryFolder(), "store")
    let steps = 0
    const stopped = await runNodes(root, chain.nodes({ terms: 40 }), {
      execute: inProcessExecutor(() => steps >= 17),
      watch: (happening) => {
        if (happening.event === "progress") steps = happening.done
      }
    })
    expect(stopped.status).toBe("interrupted")
    parts = fs
      .readdirSync(path.join(root, "attempts"), { recursive: true, encoding: "utf8" })
      .filter((name) => /checkpoint\.json$|\.bin$|\.arrow$/.test(name))
    expect(parts.map((name) => path.extname(name)).toSorted()).toEqual([".arrow", ".bin", ".json"])
  })

  it.each([".json", ".bin", ".arrow"].flatMap((sort) => Object.keys(damages).map((damage) => [sort, damage] as const)))(
    "whose %s has %s is named by verify, and gone on with or begun anew: the result is that of a sound one",
    async (sort, damage) => {
      const own = path.join(temporaryFolder(), "store")
      fs.cpSync(root, own, { recursive: true })
      const file = path.join(
        own,
        "attempts",
        parts.find((name) => name.endsWith(sort))!
      )
      const other = path.join(
        own,
        "attempts",
        parts.find((name) => !name.endsWith(sort))!
      )
      fs.chmodSync(file, 0o644)
      damages[damage]!(file, other)
      // Without its first file there is no checkpoint to be damaged, only scratch.
      const gone = sort === ".json" && damage === "deleted"
      const found = await original.here(["verify", "--store", own])
      expect(`${found.out}${found.err}`).not.toMatch(TRACE)
      expect(found.code).toBe(gone ? 0 : 1)
      if (!gone) expect(found.out).toContain("checkpoint.json")

      expect((await runNodes(own, chain.nodes({ terms: 40 }))).status).toBe("succeeded")
      expect(objectsIn(own)).toEqual(whole)
      expect((await original.here(["verify", "--store", own])).code).toBe(0)
    }
  )
})

describe("the name of a seal", () => {
  it("made unreadable does not make a line of an earlier program of one of ours", async () => {
    for (const kind of ["record", "observation", "log"]) {
      const root = path.join(temporaryFolder(), "store")
      fs.cpSync(original.store, root, { recursive: true })
      const file = path.join(root, files[kind]![0])
      fs.chmodSync(file, 0o644)
      fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(/"sha256":"(?=[^"]*"\}\n)/, '"rha256":"'))
      const found = await original.here(["verify", "--store", root])
      expect(found.out, kind).toContain(path.basename(file))
      expect(found.code, kind).toBe(1)
    }
  })
})

describe("a damaged store", () => {
  it("is mended by verify --repair: nothing is left to object to, and a run makes what is missing again", async () => {
    const root = path.join(temporaryFolder(), "store")
    fs.cpSync(original.store, root, { recursive: true })
    // The record of other objects than those that are damaged: of objects without a record nothing is asked.
    const victims = Object.entries(files).map(([kind, [victim, other]]) => (kind === "record" ? other : victim))
    for (const victim of victims) {
      fs.chmodSync(path.join(root, victim), 0o644)
      fs.appendFileSync(path.join(root, victim), "x")
    }
    const found = await original.here(["verify", "--store", root])
    for (const victim of victims) expect(found.out).toContain(path.basename(victim))
    const { out } = await original.here(["verify", "--repair", "--store", root])
    expect(out).toMatch(/8 files moved to /)
    expect((await original.here(["verify", "--store", root])).code).toBe(0)
    const run = await original.pipeline(["run", "chain", "--no-report", "--store", root])
    expect(run.code).toBe(0)
    await original.pipeline(["run", "chain", "--no-report", "--terms", "13", "--store", root])
    expect(objectsIn(root)).toEqual(results)
  })

  it("heals in a run that meets the damage, which says so in a line each", async () => {
    const { root, file } = damagedStore("table", "bit 3 of 20 flipped")
    const run = await original.pipeline(["run", "chain", "--no-report", "--terms", "12", "--store", root])
    const again = await original.pipeline(["run", "chain", "--no-report", "--terms", "13", "--store", root])
    expect(`${run.err}${again.err}`).toContain(`${file} does not have the contents its name says; it was moved to `)
    expect([run.code, again.code]).toEqual([0, 0])
    expect(objectsIn(root)).toEqual(results)
    expect((await original.here(["verify", "--store", root])).code).toBe(0)
  })
})

describe("the log of a run that goes on", () => {
  it("is left to it by verify --repair, whatever is wrong with it, and mended when the run has ended", async () => {
    const at = place()
    const run = at.start(["run", "chain", "--terms", "60", "--no-report", "--json"], { ECHO_TEST_PACE: "40" })
    await run.reached(3)
    const [id = ""] = fs.readdirSync(path.join(at.store, "runs"))
    const log = path.join(at.store, "runs", id, "events.jsonl")
    expect((await original.here(["verify", "--repair", "--store", at.store])).code).toBe(0)
    // Its second line, in place: the run goes on writing to the same file.
    const handle = fs.openSync(log, "r+")
    fs.writeSync(handle, "#", fs.readFileSync(log, "utf8").indexOf("\n") + 5)
    fs.closeSync(handle)
    const { ino } = fs.statSync(log)
    const { code, out } = await original.here(["verify", "--repair", "--store", at.store])
    expect(code).toBe(1)
    expect(out).toContain("1 log of runs that go on, which nothing was done about: run verify again when they have ended.")
    expect(out).toContain(`${log} is damaged from line 2 on`)
    expect(fs.existsSync(path.join(at.store, "damaged"))).toBe(false)
    expect((await run.ended).code).toBe(0)
    expect(fs.statSync(log).ino).toBe(ino)
    const after = await original.here(["verify", "--repair", "--store", at.store])
    expect(after.out).toContain("1 file moved to ")
    expect((await original.here(["verify", "--store", at.store])).code).toBe(0)
  })
})

describe("what stands in place of a folder", () => {
  const places = [
    ["code"],
    ["damaged"],
    ["objects"],
    ["objects", "sha256", "ab"],
    ["attempts", "ab".repeat(32)],
    ["runs"],
    ["reports"],
    ["actions"]
  ]
  it.each(places.flatMap((names) => (["a link", "a file"] as const).map((what) => [what, names] as const)))(
    "%s at %s is named by verify, moved aside by verify --repair, and runs go on",
    async (what, names) => {
      const root = path.join(temporaryFolder(), "store")
      fs.cpSync(original.store, root, { recursive: true })
      const victim = temporaryFolder()
      fs.writeFileSync(path.join(victim, "keep"), "precious")
      const at = path.join(root, ...names)
      fs.rmSync(at, { recursive: true, force: true })
      if (what === "a link") fs.symlinkSync(victim, at)
      else fs.writeFileSync(at, "in the way")

      const found = await original.here(["verify", "--store", root])
      expect(`${found.out}${found.err}`).not.toMatch(TRACE)
      expect(found.out).toContain(at)
      expect(found.code).toBe(1)
      const repaired = await original.here(["verify", "--repair", "--store", root])
      expect(`${repaired.out}${repaired.err}`).not.toMatch(TRACE)
      expect(repaired.code).toBe(0)
      for (const terms of [12, 13]) expect((await runNodes(root, chain.nodes({ terms }))).status).toBe("succeeded")
      expect(objectsIn(root)).toEqual(results)
      expect((await original.here(["verify", "--store", root])).code).toBe(0)
      expect(fs.readdirSync(victim)).toEqual(["keep"])
    }
  )
})

describe("gc over a damaged log", () => {
  it("takes no result for an old one", async () => {
    const root = path.join(temporaryFolder(), "store")
    fs.cpSync(original.store, root, { recursive: true })
    const [, newest] = fs.readdirSync(path.join(root, "runs")).toSorted()
    const log = path.join(root, "runs", newest!, "events.jsonl")
    fs.writeFileSync(log, fs.readFileSync(log, "utf8").replace("run-started", "run-stXrted"))
    const { out, err } = await original.here(["gc", "--keep-runs", "1", "--yes", "--store", root])
    expect(out).toMatch(new RegExp(`The log of run ${newest} is damaged .*, so results of old runs are left alone`))
    expect(`${out}${err}`).not.toMatch(TRACE)
    expect(objectsIn(root)).toEqual(results)
    expect(fs.readdirSync(path.join(root, "actions"))).toHaveLength(4)
  })
})
