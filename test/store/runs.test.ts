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
    const { events, damage } = readRun(root, "r-20260101-000000-aaaa")
    expect(damage).toBeNull()
    expect(events).toEqual([
      { time: expect.any(String), ...started("r-20260101-000000-aaaa") },
      { time: expect.any(String), event: "node-skipped", node: "rl-1", because: "sft" }
    ])
    for (const { time } of events) expect(new Date(time).toISOString()).toBe(time)
  })

  it("has each event in its file at once, those of planned nodes with the one after them", () => {
    const root = temporaryFolder()
    const run = "r-20260101-000000-aaaa"
    const log = openRunLog(root, run)
    const kinds = () => readRun(root, run).events.map(({ event }) => event)
    log.append(started(run))
    expect(kinds()).toEqual(["run-started"])
    for (let i = 0; i < 1200; i++)
      log.append({ event: "node-planned", node: `n${i}`, label: "n", stage: "n", params: { i }, inputs: {} })
    expect(kinds()).toEqual(["run-started"])
    log.append({ event: "node-stopped", node: "n0" })
    const { events, damage } = readRun(root, run)
    expect([events.length, damage]).toEqual([1202, null])
    expect(events).toEqual(log.events())
    log.append({ event: "node-planned", node: "last", label: "n", stage: "n", params: {}, inputs: {} })
    log.close()
    expect(kinds()).toHaveLength(1203)
  })

  it("has nodes whose results were there in its file at the end of a turn, and when it is closed", async () => {
    const root = temporaryFolder()
    const run = "r-20260101-000000-aaaa"
    const log = openRunLog(root, run)
    const lines = () => readRun(root, run).events.length
    const found = (node: string) => ({
      event: "node-finished" as const,
      node,
      key: "ab".repeat(32),
      artifact: "cd".repeat(32),
      cached: true,
      seconds: 0
    })
    log.append(started(run))
    for (let i = 0; i < 1200; i++) log.append(found(`n${i}`))
    expect(lines()).toBe(1)
    await new Promise((resolve) => void setImmediate(resolve))
    expect(lines()).toBe(1201)
    log.append({ ...found("computed"), cached: false })
    expect(lines()).toBe(1202)
    log.append(found("last"))
    log.close()
    expect(lines()).toBe(1203)
    // Nothing is written to a log that is closed.
    await new Promise((resolve) => void setImmediate(resolve))
    expect([lines(), log.problem()]).toEqual([1203, null])
  })

  it("loses only its last line when that is torn, and says so", () => {
    const root = temporaryFolder()
    const file = withRun(root, "r-20260101-000000-aaaa")
    const whole = fs.readFileSync(file, "utf8")
    for (const cut of [1, 2, 20, 60]) {
      fs.writeFileSync(file, whole.slice(0, whole.length - cut))
      const { events, damage } = readRun(root, "r-20260101-000000-aaaa")
      expect(events.map(({ event }) => event)).toEqual(["run-started"])
      expect(damage).toBe("ends within line 2")
    }
  })

  it("is believed up to a line that was changed, lost, swapped or taken from another run", () => {
    const root = temporaryFolder()
    const run = "r-20260101-000000-aaaa"
    const file = withRun(root, run)
    const other = fs.readFileSync(withRun(root, "r-20260101-000000-bbbb"), "utf8")
    const [first = "", second = ""] = fs.readFileSync(file, "utf8").split("\n")
    const read = (...lines: ReadonlyArray<string>) => {
      fs.writeFileSync(file, lines.map((line) => `${line}\n`).join(""))
      const { events, damage } = readRun(root, run)
      return [events.length, damage]
    }
    const broken = "is damaged from line 2 on: that line does not have the contents that its own digest speaks of"
    expect(read(first, second)).toEqual([2, null])
    expect(read(first, second.replace("sft", "rl"))).toEqual([1, broken])
    expect(read(first, second, second)).toEqual([2, broken.replace("2", "3")])
    expect(read(first, other.split("\n")[1]!)).toEqual([1, broken])
    expect(read(second)).toEqual([0, broken.replace("2", "1")])
    expect(read(other.split("\n")[0]!)).toEqual([0, broken.replace("2", "1")])
    expect(read(first, "")).toEqual([1, "is damaged from line 2 on: that line is empty"])
    expect(read()).toEqual([0, "is empty"])
    fs.rmSync(file)
    expect(readRun(root, run)).toEqual({ events: [], damage: "is missing", unread: false })
  })

  it("of an earlier program, without seals, is read; events of other shapes are not believed", () => {
    const root = temporaryFolder()
    const run = "r-20260101-000000-aaaa"
    const file = withRun(root, run)
    const begin = { time: "2026-01-01T00:00:00.000Z", ...started(run) }
    const read = (...events: ReadonlyArray<unknown>) => {
      fs.writeFileSync(
        file,
        [begin, ...events].map((event) => `${typeof event === "string" ? event : JSON.stringify(event)}\n`).join("")
      )
      const { events: found, damage } = readRun(root, run)
      return [found.length, damage]
    }
    const at = { time: begin.time }
    expect(read({ ...at, event: "node-stopped", node: "a" })).toEqual([2, null])
    expect(read({ ...at, event: "of-the-future", what: 1 })).toEqual([1, null])
    for (const wrong of [
      null,
      7,
      [],
      {},
      { event: "node-stopped", node: "a" },
      { time: "yesterday", event: "node-stopped", node: "a" },
      { ...at, event: "node-stopped" },
      { ...at, event: "node-planned", node: "a", label: "a", stage: "a", params: null, inputs: {} },
      { ...at, event: "node-planned", node: "a", label: "a", stage: "a", params: {}, inputs: { x: 1 } },
      { ...at, event: "node-finished", node: "a", key: "k", artifact: "x", cached: "no", seconds: 1 },
      { ...at, event: "run-finished", status: "well", seconds: 1 },
      { ...at, event: "constructor", node: 1 },
      `{"time":"${at.time}","event":"node-planned","params":${"[".repeat(1e5)}${"]".repeat(1e5)}}`,
      '{"time":'
    ])
      if (wrong === null || typeof wrong !== "object" || !("event" in wrong) || wrong.event !== "constructor")
        expect(read(wrong), JSON.stringify(wrong)?.slice(0, 100)).toEqual([
          1,
          expect.stringMatching(/^is damaged from line 2 on: that line /)
        ])
      else expect(read(wrong)).toEqual([1, null])
  })

  it("that cannot be written keeps its events, says why, and leaves nothing half", () => {
    const root = temporaryFolder()
    fs.writeFileSync(`${root}/runs`, "no folder")
    const log = openRunLog(root, "r-20260101-000000-aaaa")
    log.append(started("r-20260101-000000-aaaa"))
    expect(log.problem()).toMatch(/is a file where a folder belongs/)
    expect(log.events()).toHaveLength(1)
    // It can be written again: what is missing follows.
    fs.rmSync(`${root}/runs`)
    log.append({ event: "node-stopped", node: "a" })
    expect(log.problem()).toBeNull()
    log.close()
    expect(readRun(root, "r-20260101-000000-aaaa").events).toHaveLength(2)
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
