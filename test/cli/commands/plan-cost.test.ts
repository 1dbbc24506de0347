/** `plan --cost`: about how long a run would take and how much it would write, and on what that rests. */

import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { place } from "../command-line.ts"

const at = place()
const empty = place()
beforeAll(async () => {
  expect((await at.pipeline(["run", "chain", "--terms", "40", "--no-report"])).code).toBe(0)
})

const cost = async (...args: ReadonlyArray<string>) => {
  const { out, code, err } = await at.here(["plan", "chain", "--cost", ...args])
  expect(err).toBe("")
  expect(code).toBe(0)
  return out
}
const json = async (...args: ReadonlyArray<string>) =>
  JSON.parse(await cost("--json", ...args)) as {
    readonly nodes: ReadonlyArray<{ readonly label: string; readonly state: string; readonly cost: any }>
    readonly cost: any
  }

describe("plan --cost", () => {
  it("of what is in the store costs nothing", async () => {
    expect(await cost("--terms", "40")).toContain(
      "2 nodes, all cached: a run computes nothing.\nNothing runs, which costs nothing."
    )
    expect((await json("--terms", "40")).nodes.map((node) => node.cost)).toEqual([null, null])
  })

  it("of a changed setting says what changed with both values, how long, how much and on what that rests", async () => {
    const out = await cost("--terms", "40", "--set", "sum.scale=5")
    expect(out).toMatch(/node +state +time +size +reason\n/)
    expect(out).toMatch(/count +cached\n/)
    expect(out).toMatch(
      /sum +run +\d+\.\d s +[\d.]+ k?B +changed: scale 2 -> 5\n|sum +run +\d+\.\d s +\d+ bytes +changed: scale 2 -> 5\n/
    )
    expect(out).toMatch(
      /What the estimates rest on\n {2}sum: \d+\.\d s in action [0-9a-f]{12} of 20\d\d-\d\d-\d\d .*, which had scale 2\n/
    )
    expect(out).toMatch(/About \d.* with \d+ threads?, as the recorded runs went.*, and .* more in the store\.\n$/)
  })

  it("tells what may still be cached from what runs in any case", async () => {
    const out = await cost("--terms", "41")
    expect(out).toMatch(/count +run .*changed: terms 40 -> 41\n/)
    expect(out).toMatch(/sum +blocked +up to \d+\.\d s +up to .* waits for count\n/)
    expect(out).toContain("Where nothing turns out to be cached, about ")
    const { nodes, cost: total } = await json("--terms", "41")
    expect(nodes.map((node) => node.cost.certain)).toEqual([true, false])
    expect(total.all.seconds).toBeGreaterThan(total.certain.seconds)
    expect(nodes[1]!.cost.start).toBe(nodes[0]!.cost.end)
  })

  it("names the action that an estimate rests on, which is in the store", async () => {
    const { nodes } = await json("--terms", "41")
    for (const node of nodes) expect(fs.existsSync(path.join(at.store, "actions", `${node.cost.basis.action}.json`))).toBe(true)
  })

  it("is unknown where nothing is recorded, and says so", async () => {
    const { out, code } = await empty.here(["plan", "chain", "--cost"])
    expect(code).toBe(0)
    expect(out).toMatch(/count +run +unknown +unknown +never ran/)
    expect(out).toContain("count and 1 more node: nothing is recorded of this stage")
    expect(out).toContain("What it takes is unknown: nothing is recorded of any of them here.")
    const { nodes } = JSON.parse((await empty.here(["plan", "chain", "--cost", "--json"])).out)
    expect(nodes.map((node: any) => node.cost.seconds)).toEqual([null, null])
    expect(fs.existsSync(empty.store)).toBe(false)
  })

  it("counts with as many threads as it is told of", async () => {
    expect((await json("--terms", "41", "--threads", "1")).cost.threads).toBe(1)
    expect(await cost("--terms", "41", "--threads", "1")).toContain(" with 1 thread, as the recorded runs went")
  })

  it("without --cost the JSON is the list of nodes, without costs", async () => {
    const nodes = JSON.parse((await at.here(["plan", "chain", "--terms", "41", "--json"])).out)
    expect(nodes).toHaveLength(2)
    expect("cost" in nodes[0]).toBe(false)
  })

  it("leaves the store as it was", async () => {
    const before = fs.readdirSync(at.store, { recursive: true }).toSorted()
    await cost("--terms", "41")
    expect(fs.readdirSync(at.store, { recursive: true }).toSorted()).toEqual(before)
  })

  it("goes on from a log that is damaged with what records say", async () => {
    const store = path.join(path.dirname(empty.store), "damaged")
    fs.cpSync(at.store, store, { recursive: true })
    for (const run of fs.readdirSync(path.join(store, "runs")))
      fs.writeFileSync(path.join(store, "runs", run, "events.jsonl"), "x")
    const { out, code } = await at.here(["plan", "chain", "--cost", "--terms", "41", "--store", store])
    expect(code).toBe(0)
    expect(out).toMatch(/About .* more in the store\./)
  })
})
