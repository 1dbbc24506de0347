/** What `gc` must never touch: what links lead to, folders that are no store, and what a run at work may need. */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { thisMachine } from "../../src/store/presence/machine.ts"
import { objectsIn } from "../dag/study-in-a-folder.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { place } from "./command-line.ts"

const at = place()
beforeAll(async () => {
  const { code, err } = await at.pipeline(["run", "chain", "--no-report"])
  if (code !== 0) throw new Error(err)
})

/** A copy of the store in which what has these names is a link to a folder full of someone's files. */
const linkedAt = (names: string): { readonly store: string; readonly victim: string } => {
  const folder = temporaryFolder()
  const [store, victim] = [path.join(folder, "store"), path.join(folder, "victim")]
  fs.cpSync(at.store, store, { recursive: true })
  fs.mkdirSync(path.join(victim, "ab"), { recursive: true })
  for (const name of ["a.txt", "tmp-1-abababababab", `${"ab".repeat(32)}`, "ab/tmp-2-abababababab"])
    fs.writeFileSync(path.join(victim, name), "dear")
  fs.rmSync(path.join(store, names), { recursive: true, force: true })
  fs.mkdirSync(path.dirname(path.join(store, names)), { recursive: true })
  fs.symlinkSync(victim, path.join(store, names))
  return { store, victim }
}

/** Where Linux tells which boot of which machine this is. */
const BOOT = "/proc/sys/kernel/random/boot_id"

const KEY = "cd".repeat(32)

describe("gc --yes", () => {
  it.each([
    "code",
    "damaged",
    "objects",
    "objects/sha256",
    "objects/sha256/aa",
    "actions",
    "attempts",
    `attempts/${KEY}`,
    `attempts/${KEY}/${"ef".repeat(16)}`,
    `attempts/${KEY}/output`,
    "presence",
    "trash",
    "trash/rubbish-1",
    `trash/${"ef".repeat(16)}`,
    "runs/x-1-2-3",
    "observations"
  ])("leaves alone what a link at %s leads to", async (names) => {
    const { store, victim } = linkedAt(names)
    const { code, out, err } = await at.here(["gc", "--yes", "--keep-runs", "1", "--store", store])
    expect(`${out}${err}`).not.toMatch(/^\s+at |Something broke/m)
    expect([0, 2]).toContain(code)
    if (code === 2) expect(err).toMatch(/is a link|is no store/)
    expect(fs.readdirSync(victim).toSorted()).toEqual(["a.txt", "ab", "ab".repeat(32), "tmp-1-abababababab"])
    expect(fs.readdirSync(path.join(victim, "ab"))).toEqual(["tmp-2-abababababab"])
  })

  it.each([
    ["an empty folder", () => {}],
    ["a home", (folder: string) => fs.mkdirSync(path.join(folder, "objects"))],
    [
      "one with files of those names",
      (folder: string) => ["actions", "objects"].map((n) => fs.writeFileSync(path.join(folder, n), ""))
    ],
    ["a clone of a repository", (folder: string) => ["code", "runs", "damaged"].map((n) => fs.mkdirSync(path.join(folder, n)))]
  ] as const)("refuses a folder that is no store (%s) and says how a store is known", async (_, fill) => {
    const folder = temporaryFolder()
    fill(folder)
    const before = fs.readdirSync(folder)
    const { code, err } = await at.here(["gc", "--yes", "--store", folder])
    expect(code).toBe(2)
    expect(err).toMatch(/is no store.*actions and objects\/sha256|where a folder belongs/)
    expect(fs.readdirSync(folder)).toEqual(before)
  })

  it("removes nothing while a run is at work, says who that is, and the run ends well", async () => {
    const own = place()
    const run = own.start(["run", "chain", "--terms", "40", "--no-report", "--json"], { ECHO_TEST_PACE: "30" })
    await run.reached(5)
    const said = await own.here(["gc", "--yes", "--keep-runs", "1"])
    expect(said.out).toMatch(new RegExp(`Something is running: nothing was removed.*process ${run.child.pid} on `))
    expect((await run.ended).code).toBe(0)
    expect((await own.here(["verify"])).code).toBe(0)
  })

  it("and runs that start at the same time get along: all succeed, and the store is sound", async () => {
    const own = place()
    await own.pipeline(["run", "chain", "--no-report"])
    const before = objectsIn(own.store)
    for (let i = 0; i < 3; i++) {
      const [run, gc] = await Promise.all([
        own.pipeline(["run", "chain", "--no-report", "--terms", String(12 + i)]),
        own.pipeline(["gc", "--yes", "--keep-runs", "1"])
      ])
      expect([run.code, gc.code], run.err + gc.err).toEqual([0, 0])
      expect((await own.here(["verify"])).code).toBe(0)
    }
    expect((await own.pipeline(["run", "chain", "--no-report"])).code).toBe(0)
    expect(objectsIn(own.store)).toEqual(expect.arrayContaining([...before]))
  })

  it.skipIf(!fs.existsSync(BOOT))("puts back what an earlier gc that died had moved", async () => {
    const own = place()
    await own.pipeline(["run", "chain", "--no-report"])
    const token = "12".repeat(16)
    const trash = path.join(own.store, "trash", token)
    fs.mkdirSync(trash, { recursive: true })
    const [record = ""] = fs.readdirSync(path.join(own.store, "actions"))
    fs.renameSync(path.join(own.store, "actions", record), path.join(trash, `actions!${record}`))
    const gone = {
      token,
      pid: 2 ** 22 + 1,
      started: "1",
      host: "x",
      boot: fs.readFileSync(BOOT, "utf8").trim(),
      namespace: thisMachine().self.namespace
    }
    fs.mkdirSync(path.join(own.store, "presence"), { recursive: true })
    fs.writeFileSync(path.join(own.store, "presence", `gc-${token}.json`), JSON.stringify(gone))
    const { err } = await own.pipeline(["run", "chain", "--no-report"])
    expect(err).not.toContain("start")
    expect(fs.readdirSync(path.join(own.store, "actions"))).toContain(record)
    expect(fs.readdirSync(path.join(own.store, "trash"))).toEqual([])
  })

  it.each([
    ["a folder in place of a beat", `presence/${"ab".repeat(16)}.beat/x`],
    ["a file in place of a folder of a gc", `trash/${"ab".repeat(16)}`],
    ["a file in place of a folder that is put back", `trash/back-${"ab".repeat(16)}`],
    ["what an earlier gc could not remove", `trash/rubbish-${"ab".repeat(16)}/code!x/y`]
  ])("is not stopped by %s, and leaves none of it", async (_, names) => {
    const own = place()
    fs.cpSync(at.store, own.store, { recursive: true })
    const file = path.join(own.store, names)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, "x")
    const { code, err } = await own.pipeline(["gc", "--yes"], { ECHO_CHAMBER_SILENCE: "1" })
    expect({ code, words: err.replace(/Looking whether .*/, "").trim() }).toEqual({ code: 0, words: "" })
    expect(fs.existsSync(file)).toBe(false)
    expect(fs.readdirSync(path.join(own.store, "trash"))).toEqual([])
  })

  it.each<[string, (file: string) => void]>([
    ["a folder", (file) => fs.mkdirSync(file)],
    ["a link to zeros", (file) => fs.symlinkSync("/dev/zero", file)],
    ["a link to nowhere", (file) => fs.symlinkSync("/nowhere/at/all", file)],
    ["a pipe", (file) => void execFileSync("mkfifo", [file])]
  ])("waits for nobody and leaves it where %s has the name of a presence, which verify names", async (_, put) => {
    const own = place()
    fs.cpSync(at.store, own.store, { recursive: true })
    fs.mkdirSync(path.join(own.store, "presence"), { recursive: true })
    const files = ["run", "attempt", "gc"].map((sort, i) =>
      path.join(own.store, "presence", `${sort}-${String(i).repeat(32)}.json`)
    )
    files.forEach(put)
    // Whoever waits for one of these waits for an hour.
    const { code, err } = await own.pipeline(["gc", "--yes"], { ECHO_CHAMBER_SILENCE: "3600" })
    expect({ code, err }).toEqual({ code: 0, err: "" })
    const { out } = await own.pipeline(["verify"])
    for (const file of files) expect(out).toContain(file)
    expect(out).toContain("everything is what it says it is")
  })
})
