/**
 * Promise: what desktops, sync programs, network disks and people leave in a store is harmless. `verify` names it and is content;
 * runs, `gc` and repairs go on as without it; and none of them removes, moves or reads it, whatever it is.
 */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { inProcessExecutor } from "../../src/dag/running/in-process.ts"
import { isOwn } from "../../src/store/disk/own-names.ts"
import { thisMachine } from "../../src/store/presence/machine.ts"
import { place } from "../cli/command-line.ts"
import chain from "../dag/fixtures/studies/chain.ts"
import { objectsIn, runNodes } from "../dag/study-in-a-folder.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const at = place()
const nodes = (terms: number) => chain.nodes({ terms })
let whole: ReadonlyArray<string> = []

/** A store with everything that stores have: two runs, a report, an unfinished attempt, something set aside. */
beforeAll(async () => {
  const sound = temporaryFolder()
  for (const terms of [12, 40]) await runNodes(sound, nodes(terms))
  whole = objectsIn(sound)
  for (const more of [[], ["--terms", "13"]]) expect((await at.pipeline(["run", "chain", ...more])).code).toBe(0)
  let steps = 0
  const stopped = await runNodes(at.store, nodes(40), {
    execute: inProcessExecutor(() => steps >= 17),
    watch: (happening) => {
      if (happening.event === "progress") steps = happening.done
    }
  })
  expect(stopped.status).toBe("interrupted")
  fs.mkdirSync(path.join(at.store, "damaged"))
  fs.writeFileSync(path.join(at.store, "damaged", "ab".repeat(32)), "x")
})

const TOKEN = "12".repeat(16)
const first = (store: string, ...names: ReadonlyArray<string>): string =>
  fs.readdirSync(path.join(store, ...names)).toSorted()[0]!

/** Of the unfinished attempt: its key and its holder. */
const attempt = (store: string): ReadonlyArray<string> => {
  const found = fs
    .readdirSync(path.join(store, "attempts"), { recursive: true, encoding: "utf8" })
    .find((name) => name.endsWith("checkpoint.json"))!
  return found.split("/").slice(0, 2)
}

/** Every folder that a store can have. */
const PLACES: Readonly<Record<string, (store: string) => ReadonlyArray<string>>> = {
  "the store": () => [],
  objects: () => ["objects"],
  "objects/sha256": () => ["objects", "sha256"],
  "objects/sha256/<ab>": (store) => ["objects", "sha256", first(store, "objects", "sha256")],
  actions: () => ["actions"],
  attempts: () => ["attempts"],
  "attempts/<key> of an attempt that goes on": (store) => ["attempts", attempt(store)[0]!],
  "attempts/<key>/<holder>": (store) => ["attempts", ...attempt(store)],
  "attempts/<key>/<holder>/output": (store) => ["attempts", ...attempt(store), "output"],
  "attempts/<key> that is finished": (store) => [
    "attempts",
    fs.readdirSync(path.join(store, "attempts")).find((key) => key !== attempt(store)[0])!
  ],
  observations: () => ["observations"],
  code: () => ["code"],
  runs: () => ["runs"],
  "runs/<run>": (store) => ["runs", first(store, "runs")],
  reports: () => ["reports"],
  presence: () => ["presence"],
  trash: () => ["trash"],
  "the trash of a gc that died": () => ["trash", TOKEN],
  "the trash of a gc that died and is put back": () => ["trash", `back-${TOKEN}`],
  "the rubbish of a gc": () => ["trash", `rubbish-${TOKEN}`],
  damaged: () => ["damaged"]
}

const victim = temporaryFolder()
fs.writeFileSync(path.join(victim, "keep"), "precious")

/** Things by name. */
const THINGS: Readonly<Record<string, (file: string) => void>> = {
  ...Object.fromEntries(
    [
      ".DS_Store",
      "._.DS_Store",
      "Thumbs.db",
      "desktop.ini",
      ".nfs00000000004a1f2c00000001",
      ".fuse_hidden0000a1",
      ".~lock.notes#",
      ".syncthing.x.tmp",
      "notes.txt",
      "tmp-notes",
      "rubbish-notes",
      "back-up",
      "x.claim",
      "x.beat",
      "a copy.html",
      "records.json",
      "state-of-things",
      "back\\slash",
      "red\u001B[31m",
      `${"AB".repeat(32)}`,
      `${"ab".repeat(32)}.json~`,
      `${"ab".repeat(32)} (conflicted copy).jsonl`,
      `${"ab".repeat(32)}.txt.bak`,
      "n".repeat(255)
    ].map((name) => [name, (file: string) => fs.writeFileSync(file, "mine")])
  ),
  "@eaDir": (file) => {
    fs.mkdirSync(path.join(file, "below"), { recursive: true })
    fs.writeFileSync(path.join(file, "below", "keep"), "mine")
  },
  "an empty folder": (file) => fs.mkdirSync(file),
  "a link to a folder": (file) => fs.symlinkSync(victim, file),
  "a link to nowhere": (file) => fs.symlinkSync("/nowhere/at/all", file),
  "a link to itself": (file) => fs.symlinkSync(file, file),
  "a link to zeros": (file) => fs.symlinkSync("/dev/zero", file),
  "a pipe": (file) => void execFileSync("mkfifo", [file]),
  "a terabyte": (file) => {
    fs.writeFileSync(file, "")
    fs.truncateSync(file, 2 ** 40)
  }
}

/** Everything below a folder, without following anything. */
const listing = (folder: string): ReadonlyArray<string> =>
  fs
    .readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => [
      entry.name,
      ...(entry.isDirectory() ? listing(path.join(folder, entry.name)).map((name) => `${entry.name}/${name}`) : [])
    ])

const NOT_WORDS = /Something broke|\n +at |Error:|undefined|Cannot read propert/

describe("foreign things", () => {
  it.each(Object.keys(PLACES))("in %s are named, stop nothing and stay", { timeout: 60_000 }, async (what) => {
    const store = path.join(temporaryFolder(), "store")
    fs.cpSync(at.store, store, { recursive: true, verbatimSymlinks: true })
    const names = PLACES[what]!(store)
    const folder = path.join(store, ...names)
    fs.mkdirSync(folder, { recursive: true })
    // Beside the notes of a gc that died, where there is one: then something is put back.
    if (what.startsWith("the trash of")) {
      const { boot, namespace } = thisMachine().self
      const gone = { token: TOKEN, pid: 2 ** 22 + 1, started: "1", host: "x", boot, namespace }
      fs.mkdirSync(path.join(store, "presence"), { recursive: true })
      fs.writeFileSync(path.join(store, "presence", `gc-${TOKEN}.json`), JSON.stringify(gone))
      const record = first(store, "actions")
      fs.renameSync(path.join(store, "actions", record), path.join(folder, `actions!${record}`))
    }
    for (const [name, put] of Object.entries(THINGS)) put(path.join(folder, name))
    const stray = path.join(store, "objects", "sha256", "ba", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    fs.mkdirSync(path.dirname(stray), { recursive: true })
    fs.writeFileSync(stray, "abc")
    const foreign = listing(folder).filter((name) => Object.hasOwn(THINGS, name.split("/")[0]!))
    // What a gc that died had moved is put back from a folder of another name.
    const now = () => (fs.existsSync(folder) ? folder : path.join(path.dirname(folder), `back-${path.basename(folder)}`))
    const left = () => listing(now()).filter((name) => foreign.includes(name))

    const command = async (args: ReadonlyArray<string>, inside = true) => {
      const { code, out, err } = await (inside ? at.here : at.pipeline)([...args, "--store", store])
      const said = `${args.join(" ")}: ${out}${err}`
      expect(said).not.toMatch(NOT_WORDS)
      expect(code, said).toBe(0)
      expect(left(), said).toEqual(foreign)
      return out
    }
    // A gc that died is put right by the first run.
    await command(["run", "chain", "--no-report"], false)
    const said = await command(["verify"])
    expect(said).toContain(`Not of this store, and harmless: ${Object.keys(THINGS).length}. `)
    expect(said).toContain(`${now()}/`)
    // oxlint-disable-next-line no-control-regex
    expect(said).not.toMatch(/\u001B\[31m/)
    expect(said).toContain("everything is what it says it is.")
    for (const args of [["status"], ["status", "chain"], ["show", "count"], ["plan", "chain"], ["sql", "select * from runs"]])
      await command(args)
    await command(["verify", "--repair"])
    await command(["gc"])
    await command(["gc", "--yes", "--keep-runs", "1"])
    expect(fs.existsSync(stray)).toBe(false)
    expect(await command(["gc", "--yes", "--keep-runs", "1"])).toContain("There is nothing to remove.\n")
    for (const terms of [12, 40]) expect((await runNodes(store, nodes(terms))).status).toBe("succeeded")
    expect(objectsIn(store).filter((name) => whole.includes(name))).toEqual(whole)
    await command(["verify"])
    expect(fs.readdirSync(victim)).toEqual(["keep"])
  })

  it("do not hide that something of the store is gone: a run's log, beside which only they are left", async () => {
    const store = path.join(temporaryFolder(), "store")
    fs.cpSync(at.store, store, { recursive: true })
    const run = path.join(store, "runs", first(store, "runs"))
    fs.rmSync(path.join(run, "events.jsonl"))
    fs.writeFileSync(path.join(run, ".DS_Store"), "mine")
    const found = await at.here(["verify", "--store", store])
    expect([found.code, found.out]).toEqual([1, expect.stringContaining(`${run}/events.jsonl is missing`)])
    expect((await at.here(["verify", "--repair", "--store", store])).code).toBe(0)
    expect((await at.here(["verify", "--store", store])).code).toBe(0)
    expect(fs.readFileSync(path.join(store, "damaged", path.basename(run), ".DS_Store"), "utf8")).toBe("mine")
  })
})

describe("the names of a store", () => {
  it("are those of everything in it", () => {
    const folders = fs.readdirSync(at.store, { recursive: true, encoding: "utf8" })
    expect(folders.filter((name) => !isOwn(name.split("/")))).toEqual([])
  })
})
