/** Run logs: appended, torn, listed. */

import * as fs from "node:fs"

import { describe, expect, it } from "vitest"

import { eventsFile, listRuns, newRunId, openRunLog, readRun, type RunEvent } from "../../src/store/objects/Runs.ts"
import { temporaryFolder } from "./temporary-folder.ts"

const started = (run: string): RunEvent => ({
  event: "run-started",
  run,
  study: "scale-sweep",
  settings: { seeds: 2 },
  command: ["scale-sweep", "--seeds", "2"],
  host: "here",
  pid: 7,
  processStarted: null,
  engine: "native f32 avx2"
})

const withRun = (root: string, run: string): string => {
  const log = openRunLog(root, run)
  log.append(started(run))
  log.append({ event: "node-skipped", node: "rl-1", because: "sft" })
  log.close()
  return eventsFile(root, run)
}

describe("the log of a run", () => {
  it("reads back as what was appended, each event with its time", () => {
    const root = temporaryFolder()
    withRun(root, "r-20260101-000000-aaaa")
    const events = readRun(root, "r-20260101-000000-aaaa")
    expect(events).toMatchObject([started("r-20260101-000000-aaaa"), { event: "node-skipped", node: "rl-1", because: "sft" }])
    for (const { time } of events) expect(new Date(time).toISOString()).toBe(time)
  })

  it("loses only its last line when that is torn by a killed process", () => {
    const root = temporaryFolder()
    const file = withRun(root, "r-20260101-000000-aaaa")
    const whole = fs.readFileSync(file, "utf8")
    for (const cut of [1, 2, 20, 60]) {
      fs.writeFileSync(file, whole.slice(0, whole.length - cut))
      const events = readRun(root, "r-20260101-000000-aaaa")
      // Without its newline alone the line is still whole.
      expect(events.map(({ event }) => event)).toEqual(cut === 1 ? ["run-started", "node-skipped"] : ["run-started"])
    }
  })

  it("with a damaged line in its middle is refused rather than read in part", () => {
    const root = temporaryFolder()
    const file = withRun(root, "r-20260101-000000-aaaa")
    const lines = fs.readFileSync(file, "utf8").split("\n")
    fs.writeFileSync(file, [lines[0]!.slice(5), lines[1], ""].join("\n"))
    expect(() => readRun(root, "r-20260101-000000-aaaa")).toThrow(SyntaxError)
  })

  it("is empty when the process was killed before its first whole line", () => {
    const root = temporaryFolder()
    const file = withRun(root, "r-20260101-000000-aaaa")
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").slice(0, 30))
    expect(readRun(root, "r-20260101-000000-aaaa")).toEqual([])
  })
})

describe("runs", () => {
  it("have ids that say study and time", () => {
    expect(newRunId("scale-sweep", new Date("2026-11-22T00:45:12.345Z"))).toMatch(/^scale-sweep-20261122-004512-159[0-9a-f]{4}$/)
  })

  it("are listed oldest first over all studies; folders without a log are no runs", () => {
    const root = temporaryFolder()
    for (const run of ["b-20260102-000000-aaaa", "a-b-20260101-235959-ffff", "a-20260103-000000-0000"]) withRun(root, run)
    fs.mkdirSync(`${root}/runs/stray`)
    expect(listRuns(root)).toEqual(["a-b-20260101-235959-ffff", "b-20260102-000000-aaaa", "a-20260103-000000-0000"])
  })

  it("are none in a store that is not there", () => {
    expect(listRuns(`${temporaryFolder()}/none`)).toEqual([])
  })
})
