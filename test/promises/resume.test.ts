/** Promise: whatever ends a run, at whatever moment, the next one goes on from what is done and gives the same bytes. */

import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { nodeStates, place } from "../cli/command-line.ts"
import { objectsIn } from "../dag/study-in-a-folder.ts"

const TERMS = "40"
const RUN = ["run", "chain", "--terms", TERMS, "--no-report", "--checkpoint-seconds", "0"]
const SLOW = { ECHO_TEST_PACE: "20" }

let whole: ReadonlyArray<string> = []
beforeAll(async () => {
  const at = place()
  const { code, err } = await at.pipeline(RUN)
  if (code !== 0) throw new Error(err)
  whole = objectsIn(at.store)
})

/** Folders and files in a store that are neither results nor records. */
const leftovers = (store: string): ReadonlyArray<string> =>
  fs
    .readdirSync(store, { recursive: true, encoding: "utf8" })
    .filter((name) => /(^|\/)(tmp-|lease\.json|checkpoint\.json|state-|request)/.test(name))

describe("a run that is interrupted", () => {
  it("exits with 130, says so, and is gone on with to the same bytes", async () => {
    const at = place()
    const run = at.start([...RUN, "--json"], SLOW)
    await run.reached(5)
    run.child.kill("SIGINT")
    const ended = await run.ended
    expect(ended.code).toBe(130)
    expect(ended.err).toContain("stopping: stages save their state; the next run goes on from there")
    expect(await nodeStates(at, "chain")).toMatchObject({ count: "stopped", sum: "not reached" })
    expect(leftovers(at.store).filter((name) => /tmp-|lease|request/.test(name))).toEqual([])

    const again = await at.pipeline([...RUN, "--json"])
    expect(again.code).toBe(0)
    expect(again.out).toMatch(/"line":"resuming after step \d+"/)
    expect(objectsIn(at.store)).toEqual(whole)
    expect(leftovers(at.store)).toEqual([])
  })
})

describe("a run that is killed", () => {
  it("as its stage starts is gone on with to the same bytes, and known to have died", async () => {
    const at = place()
    const run = at.start([...RUN, "--json"], SLOW)
    await run.said(`"event":"node-started"`)
    run.child.kill("SIGKILL")
    expect((await run.ended).signal).toBe("SIGKILL")
    // Its stage notices and leaves; the next run waits for it where it must.
    const again = await at.pipeline([...RUN, "--json"])
    expect(again.code).toBe(0)
    expect(objectsIn(at.store)).toEqual(whole)
    const runs = JSON.parse((await at.here(["status", "--json"])).out) as ReadonlyArray<{ readonly state: string }>
    expect(runs.map(({ state }) => state)).toEqual(["succeeded", "died"])
  })

  it("together with its stage leaves nothing that the next run does not take over", async () => {
    const at = place()
    const run = at.start([...RUN, "--json"], SLOW)
    await run.reached(10)
    const [key = ""] = fs.readdirSync(path.join(at.store, "attempts"))
    const lease = JSON.parse(fs.readFileSync(path.join(at.store, "attempts", key, "lease.json"), "utf8")) as {
      readonly pid: number
    }
    process.kill(lease.pid, "SIGKILL")
    run.child.kill("SIGKILL")
    await run.ended
    // As if it had been killed in the middle of writing a checkpoint.
    const holders = fs.readdirSync(path.join(at.store, "attempts", key)).filter((name) => /^[0-9a-f]{32}$/.test(name))
    expect(holders.length).toBeGreaterThan(0)
    for (const holder of holders) fs.writeFileSync(path.join(at.store, "attempts", key, holder, `tmp-1-${"ab".repeat(6)}`), "{")

    const again = await at.pipeline([...RUN, "--json"])
    expect(again.code).toBe(0)
    expect(again.out).toMatch(/"line":"resuming after step \d+"/)
    expect(objectsIn(at.store)).toEqual(whole)
    expect(leftovers(at.store)).toEqual([])
  })
})

describe("a stage whose process is killed", () => {
  it("fails its node, saying by which signal and where the log is; the next run resumes it", async () => {
    const at = place()
    const run = at.start([...RUN, "--json"], SLOW)
    await run.reached(10)
    const [key = ""] = fs.readdirSync(path.join(at.store, "attempts"))
    const lease = JSON.parse(fs.readFileSync(path.join(at.store, "attempts", key, "lease.json"), "utf8")) as {
      readonly pid: number
    }
    process.kill(lease.pid, "SIGKILL")
    const ended = await run.ended
    expect(ended.code).toBe(1)
    expect(ended.err).toMatch(
      /the process computing it ended early: signal SIGKILL \(somebody ended it, [^)]*\); its log is empty\n/
    )
    expect(`${ended.out}${ended.err}`).not.toContain("the end of its log")
    const [, log = ""] = /\nIts log: (.*)\n/.exec(ended.err) ?? []
    expect(path.dirname(path.dirname(log))).toBe(path.join(at.store, "attempts", key))
    expect(fs.existsSync(log)).toBe(true)
    expect((await at.pipeline(RUN)).code).toBe(0)
    expect(objectsIn(at.store)).toEqual(whole)
  })
})

describe("two runs at once", () => {
  it("compute each key once: one waits for the other and adopts its result", async () => {
    const at = place()
    const first = at.start([...RUN, "--json"], { ECHO_TEST_PACE: "60" })
    const second = at.start([...RUN, "--json"], { ECHO_TEST_PACE: "60" })
    const [one, two] = await Promise.all([first.ended, second.ended])
    expect([one.code, two.code]).toEqual([0, 0])
    expect(`${one.out}${two.out}`).toMatch(/process \d+ on .* computes this already; waiting for it/)
    expect(at.computed().toSorted()).toEqual(["count", "sum"])
    expect(objectsIn(at.store)).toEqual(whole)
  })
})
