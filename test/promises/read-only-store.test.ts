/** A store that one may only read: what is in it can be shown, and a clock that went back does not hide it. */

import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { listRuns, newRunId } from "../../src/store/objects/Runs.ts"
import { place } from "../cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const ROOT = path.resolve(import.meta.dirname, "../..")
const NOBODY = 65_534
const other = process.getuid?.() === 0 && spawnSync("setpriv", ["--version"]).status === 0

describe.skipIf(!other)("a store of another user (needs root and setpriv)", async () => {
  const at = place()
  const folder = temporaryFolder()
  const command = (...args: ReadonlyArray<string>) => {
    const { status, stdout, stderr } = spawnSync(
      "setpriv",
      [
        `--reuid=${NOBODY}`,
        `--regid=${NOBODY}`,
        "--clear-groups",
        process.execPath,
        path.join(ROOT, "bin/pipeline.mjs"),
        ...args
      ],
      {
        encoding: "utf8",
        cwd: folder,
        env: { PATH: process.env["PATH"], HOME: folder, ECHO_CHAMBER_STUDIES: at.studies, ECHO_CHAMBER_STORE: at.store }
      }
    )
    return { code: status, out: stdout, err: stderr }
  }

  it("gives its results by run, report, sql and status, and takes nothing", async () => {
    expect((await at.pipeline(["run", "chain", "--no-report"])).code).toBe(0)
    fs.chownSync(folder, NOBODY, NOBODY)
    for (let up = path.dirname(at.store); up !== path.dirname(up); up = path.dirname(up))
      if ((fs.statSync(up).mode & 0o005) !== 0o005) fs.chmodSync(up, 0o755)
    const before = fs.readdirSync(at.store, { recursive: true }).toSorted()

    const run = command("run", "chain", "--no-report")
    expect(run).toMatchObject({ code: 0, err: expect.stringContaining("may only be read: this run is not recorded in it") })
    expect(run.out).toContain("chain: 2 of 2 nodes done, 2 from cache")

    const report = path.join(folder, "report.html")
    expect(command("report", "chain", "--output", report)).toMatchObject({ code: 0, out: `${report}\n` })
    expect(fs.readFileSync(report, "utf8")).toContain("<html")
    expect(command("report", "chain")).toMatchObject({ code: 1, err: expect.stringContaining("could not be written") })

    expect(command("sql", "select count(*) n from nodes", "--format", "csv")).toMatchObject({ code: 0, out: "n\n2\n" })
    expect(command("status", "chain")).toMatchObject({ code: 0 })
    const fresh = command("run", "chain", "--no-report", "--terms", "13")
    expect(fresh.code).toBeGreaterThan(0)
    expect(fresh.err).not.toMatch(/^\s+at .*node:/m)
    expect(fs.readdirSync(at.store, { recursive: true }).toSorted()).toEqual(before)
  }, 120_000)
})

describe("the latest run of a study", () => {
  const times = (...dates: ReadonlyArray<string>) =>
    dates.reduce<Array<string>>((runs, date) => [...runs, newRunId("s", new Date(date), runs)], [])
  const inOrder = (runs: ReadonlyArray<string>) => {
    const root = temporaryFolder()
    for (const run of runs.toReversed()) {
      fs.mkdirSync(path.join(root, "runs", run), { recursive: true })
      fs.writeFileSync(path.join(root, "runs", run, "events.jsonl"), "")
    }
    expect(listRuns(root)).toEqual(runs)
  }

  it.each([
    ["by a minute", ["2026-11-22T00:45:12.345Z", "2026-11-22T00:44:12.345Z"]],
    ["by a millisecond", ["2026-11-22T00:45:12.345Z", "2026-11-22T00:45:12.344Z"]],
    ["by years", ["2026-11-22T00:45:12.345Z", "2001-01-01T00:00:00.000Z"]],
    ["to 1970", ["2026-11-22T00:45:12.345Z", "1970-01-01T00:00:00.000Z"]],
    [
      "again and again",
      ["2026-11-22T00:45:12.345Z", "2025-01-01T00:00:00.000Z", "2024-01-01T00:00:00.000Z", "2023-01-01T00:00:00.000Z"]
    ],
    ["and forward again", ["2026-11-22T00:45:12.345Z", "2020-01-01T00:00:00.000Z", "2026-11-22T00:45:13.000Z"]],
    ["over a second's end", ["2026-11-22T00:45:12.999Z", "2026-11-22T00:45:12.000Z"]],
    ["over a year's end", ["2026-12-31T23:59:59.999Z", "2026-01-01T00:00:00.000Z"]],
    ["not at all", ["2026-11-22T00:45:12.345Z", "2026-11-22T00:45:12.345Z"]],
    ["after it stood in the future", ["2099-01-01T00:00:00.000Z", "2026-11-22T00:45:12.345Z"]]
  ])("is the last one to start, though the clock went back %s", (_, dates) => inOrder(times(...dates)))

  it("is told by its id, whatever other folders are there", () => {
    const at = new Date("2026-11-22T00:45:12.345Z")
    expect(newRunId("s", at, ["x", "a-b-c", "s-20260101-000000-zzz", "s-99991231-235959-3e7aaaa"])).toMatch(
      /^s-20261122-004512-159/
    )
  })

  it("keeps its place in status, report and sql when the clock of its log is behind", async () => {
    const at = place()
    const shim = path.join(temporaryFolder(), "clock.mjs")
    fs.writeFileSync(
      shim,
      `const Real = Date
      const shift = 400 * 86_400_000
      globalThis.Date = class extends Real {
        constructor(...args) { if (args.length === 0) super(Real.now() - shift); else super(...args) }
        static now() { return Real.now() - shift }
      }`
    )
    expect((await at.pipeline(["run", "chain", "--no-report"])).code).toBe(0)
    const second = await at.pipeline(["run", "chain", "--no-report", "--terms", "13"], { NODE_OPTIONS: `--import ${shim}` })
    expect(second.code).toBe(0)
    const newest = /Run (chain-\S+)/.exec(second.out)![1]!
    const { out } = await at.here(["sql", "select run from runs where latest", "--format", "csv"])
    expect(out).toBe(`run\n${newest}\n`)
    expect(JSON.parse((await at.here(["status", "chain", "--json"])).out)).toMatchObject({ run: newest })
  }, 60_000)
})
