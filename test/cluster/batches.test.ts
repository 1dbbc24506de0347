/** Batches in a store: what jobs and drivers leave each other there. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import {
  askToStop,
  batchesIn,
  endingsIn,
  finishedBatches,
  forgetEnding,
  isAskedToStop,
  layDown,
  leaveEnding,
  newsFrom,
  takeAway,
  tellFrom
} from "../../src/cluster/batches.ts"
import type { StageRequest } from "../../src/dag/running/Executor.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const key = (letter: string) => letter.repeat(64)
const request = (letter: string): StageRequest => ({
  key: key(letter),
  attempt: "0".repeat(32),
  stage: "mix",
  module: "stages/mix.ts",
  params: {},
  inputs: {},
  components: [],
  placement: { store: "", threads: 1, checkpointSeconds: 20, services: {} }
})
const owner = { cluster: "lab", user: "me", run: "smoke-1" }

describe("a batch", () => {
  it("is read back as it was laid down, and what is no whole one is left out", () => {
    const root = temporaryFolder()
    const laid = layDown(root, owner, [[request("a")], [request("b"), request("c")]])
    fs.mkdirSync(path.join(root, "cluster", "f".repeat(32)))
    fs.mkdirSync(path.join(root, "cluster", "my notes"))
    expect(batchesIn(root)).toEqual([laid])
    takeAway(root, laid)
    expect(fs.existsSync(laid.folder)).toBe(false)
  })

  it("is finished when each of its actions has ended or has its record", () => {
    const root = temporaryFolder()
    const { folder, token } = layDown(root, owner, [[request("a")], [request("b")]])
    const finished = (recorded: ReadonlyArray<string>) => finishedBatches(root, new Set(recorded)).map(({ names }) => names[1])
    expect(finished([])).toEqual([])
    leaveEnding(folder, key("a"), { type: "stopped", step: 3 })
    expect(finished([])).toEqual([])
    expect(finished([key("b")])).toEqual([token])
    leaveEnding(folder, key("b"), { type: "done", computed: true })
    expect(finished([])).toEqual([token])
    expect(endingsIn(root, { token, folder }).get(key("a"))).toEqual({ type: "stopped", step: 3 })
    // The scheduler has started it again.
    forgetEnding(folder, key("a"))
    expect(finished([])).toEqual([])
  })

  it("tells its news in whole lines, from where they were read last", () => {
    const { folder } = layDown(temporaryFolder(), owner, [[request("a")]])
    const tell = tellFrom(folder, 0)
    tell({ key: key("a"), type: "began", host: "n1" })
    tell({ key: key("a"), type: "note", line: "one" })
    const first = newsFrom(folder, 0, 0)
    expect(first.news.map(({ type }) => type)).toEqual(["began", "note"])
    fs.appendFileSync(path.join(folder, "news.0.jsonl"), '{"key":"')
    expect(newsFrom(folder, 0, first.next)).toEqual({ news: [], next: first.next })
    fs.appendFileSync(path.join(folder, "news.0.jsonl"), `${key("a")}","type":"note","line":"two"}\nbroken\n`)
    expect(newsFrom(folder, 0, first.next).news).toEqual([{ key: key("a"), type: "note", line: "two" }])
    expect(newsFrom(folder, 7, 0)).toEqual({ news: [], next: 0 })
  })

  it("tells of progress every few seconds, and of the last step in any case", () => {
    const { folder } = layDown(temporaryFolder(), owner, [[request("a")]])
    const tell = tellFrom(folder, 0)
    for (let done = 1; done <= 50; done++) tell({ key: key("a"), type: "progress", done, total: 50, metrics: {} })
    expect(newsFrom(folder, 0, 0).news.map((news) => ("done" in news ? news.done : null))).toEqual([1, 50])
  })

  it("tells of rows together, in order and without leaving one out", () => {
    const { folder } = layDown(temporaryFolder(), owner, [[request("a")]])
    const tell = tellFrom(folder, 0)
    const rows = (row: number) => ({ type: "rows", rows: [{ table: "t", row, step: row, values: [["t/x", row]] }] }) as const
    for (let row = 0; row < 50; row++) tell({ key: key("a"), ...rows(row) })
    expect(newsFrom(folder, 0, 0).news).toEqual([{ key: key("a"), ...rows(0) }])
    tell({ key: key("a"), type: "note", line: "one" })
    const told = newsFrom(folder, 0, 0).news.flatMap((news) => (news.type === "rows" ? news.rows : []))
    expect(told.map(({ row }) => row)).toEqual(Array.from({ length: 50 }, (_, row) => row))
  })

  it("asks one task to stop, and not another", () => {
    const { folder } = layDown(temporaryFolder(), owner, [[request("a")], [request("b")]])
    askToStop(folder, 1)
    expect([0, 1, 11].map((task) => isAskedToStop(folder, task))).toEqual([false, true, false])
  })
})
