/** What nodes took, from logs that runs wrote. */

import * as fs from "node:fs"
import * as path from "node:path"

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"

import { spentIn } from "../../../src/dag/foresight/spent.ts"
import { openRunLog, type RunEvent } from "../../../src/store/objects/Runs.ts"
import { temporaryFolder } from "../../store/temporary-folder.ts"

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 0, 1) }))
afterEach(() => void vi.useRealTimers())

const key = "a".repeat(64)
const begin = (run: string): RunEvent => ({
  event: "run-started",
  run,
  study: "chain",
  settings: {},
  command: [],
  host: "here",
  pid: 1,
  processStarted: null,
  engine: ""
})
const started: RunEvent = { event: "node-started", node: "n", key }
const stopped: RunEvent = { event: "node-stopped", node: "n" }
const finished = (seconds: number, cached = false): RunEvent => ({
  event: "node-finished",
  node: "n",
  key,
  artifact: "b".repeat(64),
  cached,
  seconds
})

/** The log of a run: events, and how many seconds pass before the next. */
const write = (root: string, run: string, ...events: ReadonlyArray<RunEvent | number>) => {
  const log = openRunLog(root, run)
  log.append(begin(run))
  for (const event of events)
    if (typeof event === "number") vi.setSystemTime(Date.now() + event * 1000)
    else log.append(event)
  log.close()
}
const RUNS = ["chain-20260101-000000-0000000", "chain-20260102-000000-0000000", "chain-20260103-000000-0000000"] as const
const spent = (...runs: ReadonlyArray<ReadonlyArray<RunEvent | number>>) => {
  const root = path.join(temporaryFolder(), "store")
  fs.mkdirSync(root)
  runs.forEach((events, i) => write(root, RUNS[i]!, ...events))
  return spentIn(root).get(key)
}

describe("what a key's result took", () => {
  it.each<[string, ReadonlyArray<ReadonlyArray<RunEvent | number>>, ReturnType<typeof spent>]>([
    ["at once", [[started, 9, finished(8)]], { seconds: 8, stopped: false }],
    [
      "in two stretches",
      [
        [started, 5, stopped],
        [started, 9, finished(8)]
      ],
      { seconds: 13, stopped: true }
    ],
    [
      "in three",
      [
        [started, 5, stopped],
        [started, 7, stopped],
        [started, finished(8)]
      ],
      { seconds: 20, stopped: true }
    ],
    ["stopped before it began", [[stopped], [started, finished(8)]], { seconds: 8, stopped: false }],
    [
      "again, after it was lost",
      [
        [started, finished(8)],
        [started, finished(3)]
      ],
      { seconds: 3, stopped: false }
    ],
    ["again, and cached in between", [[started, finished(8)], [finished(0, true)]], { seconds: 8, stopped: false }],
    ["never to its end", [[started, 5, stopped]], undefined],
    ["nothing, as it was there", [[finished(0, true)]], undefined],
    [
      "less than nothing, by a clock that went back",
      [
        [started, -50, stopped],
        [started, finished(8)]
      ],
      { seconds: 8, stopped: true }
    ],
    ["nothing that is known", [], undefined]
  ])("%s", (_, runs, seconds) => {
    expect(spent(...runs)).toEqual(seconds)
  })
})
