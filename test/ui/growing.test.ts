/** Curves of nodes that are still being computed: what they leave in the store for whoever watches, and what the page gets. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { makeAttemptFolder } from "../../src/dag/running/attempts/folders.ts"
import { liveRowsFile, LiveRowsReader } from "../../src/dag/running/attempts/live-rows.ts"
import { newToken } from "../../src/store/presence/Presence.ts"
import { place } from "../cli/command-line.ts"
import { until } from "../cluster/slurm-cluster.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { served } from "./served.ts"

const STUDIES = path.join(import.meta.dirname, "../exporting/fixtures/studies")
const KEY = "ab".repeat(32)

const rowOf = (step: number) => ({ table: "updates", row: step, step, values: [["updates/reward", step / 2]] as const })
/** Files of rows that anybody left in a store. */
const leftIn = (root: string) =>
  fs.readdirSync(path.join(root, "attempts"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("rows.jsonl"))

describe("rows of an action that is being computed", () => {
  it("are read as far as they are whole, and no line twice", async () => {
    const root = temporaryFolder()
    const token = newToken()
    const folder = makeAttemptFolder(root, KEY, token)
    const file = liveRowsFile(root, KEY, token)
    const reader = new LiveRowsReader(root)
    expect([reader.bytes(KEY), reader.rows(KEY)]).toEqual([0, []])
    file.add(rowOf(0))
    file.add(rowOf(1))
    file.flush()
    const first = reader.rows(KEY)
    expect(first).toEqual([rowOf(0), rowOf(1)])
    const line = `${JSON.stringify(rowOf(2))}\n`
    fs.appendFileSync(path.join(folder, "rows.jsonl"), line.slice(0, 10))
    expect(reader.rows(KEY)).toEqual([rowOf(0), rowOf(1)])
    fs.appendFileSync(path.join(folder, "rows.jsonl"), `${line.slice(10)}no row\n{"table":3}\n`)
    expect(reader.rows(KEY)).toEqual([rowOf(0), rowOf(1), rowOf(2)])
    expect(reader.rows(KEY)[0]).toBe(first[0])
    // It waits for others, and is written by and by.
    file.add({ ...rowOf(3), values: [["updates/reward", null]] })
    await until(() => reader.rows(KEY).length === 4, "the row that waits")
    file.end()
  })

  it("are those of the newest holder, who tells again what was there", () => {
    const root = temporaryFolder()
    const reader = new LiveRowsReader(root)
    const [before, after] = [newToken(), newToken()].map((token) => {
      makeAttemptFolder(root, KEY, token)
      return liveRowsFile(root, KEY, token)
    })
    before!.add(rowOf(0))
    before!.end()
    expect(reader.rows(KEY)).toHaveLength(1)
    fs.utimesSync(path.join(root, "attempts", leftIn(root)[0]!), 1, 1)
    for (const step of [0, 1, 2]) after!.add(rowOf(step))
    after!.end()
    expect(reader.rows(KEY)).toEqual([rowOf(0), rowOf(1), rowOf(2)])
  })

  it("do not come back once the action's scratch is gone, and stop nothing where they cannot be written", () => {
    const root = temporaryFolder()
    const token = newToken()
    const folder = makeAttemptFolder(root, KEY, token)
    const file = liveRowsFile(root, KEY, token)
    file.add(rowOf(0))
    fs.rmSync(path.join(folder, "rows.jsonl"))
    file.add(rowOf(1))
    file.end()
    expect(leftIn(root)).toEqual([])
    const nowhere = liveRowsFile(root, "cd".repeat(32), newToken())
    nowhere.add(rowOf(0))
    nowhere.end()
    expect(leftIn(root)).toEqual([])
  })
})

describe("the page's curves", () => {
  it("grow while a node computes, go on after a kill with what was before, and are those of its result at the end", async () => {
    const at = place(STUDIES)
    // As slow as it has to be for a look at it on a machine that is busy.
    const run = ["run", "drifts", "--no-report", "--steps", "400", "--json", "--checkpoint-seconds", "0"]
    const start = () => at.start(run, { ECHO_TEST_PACE: "100" })
    const first = start()
    await first.reached(8)
    const page = await served(at.store)
    const steps = async (): Promise<ReadonlyArray<number>> => {
      const newest = (await page.json("/api/runs")).runs[0].run
      const { rows } = await page.json(`/api/formats?run=${newest}`)
      return rows
        .filter(([, , , format]: ReadonlyArray<unknown>) => format === "omi1")
        .map(([, , step]: ReadonlyArray<number>) => step)
    }
    const upTo = (end: number) => Array.from({ length: end }, (_, step) => step)
    const growing = await steps()
    expect(growing.length).toBeGreaterThan(3)
    expect(growing).toEqual(upTo(growing.length))
    await more(steps, growing.length + 3)
    first.child.kill("SIGKILL")
    await first.ended

    const again = start()
    await again.reached(growing.length)
    const after = await more(steps, growing.length + 1)
    expect(after).toEqual(upTo(after.length))
    again.child.kill("SIGKILL")
    await again.ended

    const { code, err } = await at.pipeline(run)
    expect(code, err).toBe(0)
    expect(await steps()).toEqual(upTo(400))
    expect(leftIn(at.store)).toEqual([])
  })
})

/** Waits until there are so many. */
const more = async (steps: () => Promise<ReadonlyArray<number>>, count: number): Promise<ReadonlyArray<number>> => {
  for (;;) {
    const now = await steps()
    if (now.length >= count) return now
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
