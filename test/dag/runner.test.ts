/** Runs of small graphs in this process: caching, failures, damage, stops and resumes. */

import * as fs from "node:fs"
import * as path from "node:path"

import { Effect } from "effect"
import { afterEach, describe, expect, it } from "vitest"

import { inProcessExecutor } from "../../src/dag/running/in-process.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { breakDown } from "./fixtures/stages/break-down.ts"
import { count } from "./fixtures/stages/count.ts"
import { sum } from "./fixtures/stages/sum.ts"
import { objectsIn, runNodes } from "./study-in-a-folder.ts"

/** What `count` gives for 12 terms, worked out in Python:
 * s = 0.0
 * for i in range(12): s = (s * 1.25 + 3 * i) % 1009
 */
const LAST_OF_12 = 506.4919309616089

const traced = (): (() => ReadonlyArray<string>) => {
  const file = path.join(temporaryFolder(), "trace")
  process.env["ECHO_TEST_TRACE"] = file
  return () => (fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : []).map((line) => line.split(" ")[0]!)
}
afterEach(() => {
  delete process.env["ECHO_TEST_TRACE"]
})

const chain = (params: { terms?: number; label?: string } = {}, scale = 2) => sum({ numbers: count({}, params) }, { scale })

describe("a node that waits elsewhere to be computed", () => {
  it("took what it took without that time, which is told apart", async () => {
    const here = inProcessExecutor()
    const { happenings } = await runNodes(temporaryFolder(), [count({}, { terms: 2 })], {
      execute: (...args) => Effect.map(Effect.delay(here(...args), "300 millis"), (obtained) => ({ ...obtained, queued: 0.3 }))
    })
    const finished = happenings.find(({ event }) => event === "node-finished")
    expect(finished).toMatchObject({ queued: 0.3, cached: false })
    const whole = await runNodes(temporaryFolder(), [count({}, { terms: 2 })], {
      execute: (...args) => Effect.delay(here(...args), "300 millis")
    })
    const unsaid = whole.happenings.find(({ event }) => event === "node-finished")
    expect(unsaid).not.toHaveProperty("queued")
    expect(unsaid).toMatchObject({ seconds: expect.toSatisfy((seconds: number) => seconds >= 0.29) })
  })
})

describe("a run", () => {
  it("computes what is missing, and a second one computes nothing and gives the same artifacts", async () => {
    const root = temporaryFolder()
    const computed = traced()
    const first = await runNodes(root, [chain()])
    expect(first.status).toBe("succeeded")
    expect(first.states).toEqual(["count: computed", "sum: computed"])
    const second = await runNodes(root, [chain()])
    expect(second.states).toEqual(["count: cached", "sum: cached"])
    expect(second.artifacts).toEqual(first.artifacts)
    expect(computed()).toEqual(["count", "sum"])
  })

  it("keeps what the stage wrote, to the last digit", async () => {
    const root = temporaryFolder()
    const { digest } = await runNodes(root, [count({}, {})])
    const manifest = JSON.parse(
      fs.readFileSync(path.join(root, "objects/sha256", digest("count").slice(0, 2), digest("count")), "utf8")
    )
    const about = manifest.documents.about.file
    expect(JSON.parse(fs.readFileSync(path.join(root, "objects/sha256", about.slice(0, 2), about), "utf8"))).toEqual({
      terms: 12,
      last: LAST_OF_12
    })
    expect(manifest.tables.sequence.rows).toBe(12)
  })

  it("makes equal bytes in another store", async () => {
    const [one, two] = [temporaryFolder(), temporaryFolder()]
    const first = await runNodes(one, [chain()])
    const second = await runNodes(two, [chain()])
    expect(second.artifacts).toEqual(first.artifacts)
    expect(objectsIn(two)).toEqual(objectsIn(one))
  })

  it("runs nothing after a node that gave equal bytes again (early cutoff)", async () => {
    const root = temporaryFolder()
    const first = await runNodes(root, [chain({ label: "a" })])
    const second = await runNodes(root, [chain({ label: "b" })])
    expect(second.states).toEqual(["count: computed", "sum: cached"])
    expect(second.digest("sum")).toBe(first.digest("sum"))
  })

  it("reruns a changed node and what follows when the bytes differ", async () => {
    const root = temporaryFolder()
    await runNodes(root, [chain({ terms: 12 })])
    expect((await runNodes(root, [chain({ terms: 13 })])).states).toEqual(["count: computed", "sum: computed"])
  })

  it("reruns only the node whose param changed", async () => {
    const root = temporaryFolder()
    await runNodes(root, [chain({}, 2)])
    expect((await runNodes(root, [chain({}, 5)])).states).toEqual(["count: cached", "sum: computed"])
  })

  it("computes equal keys once although they are two nodes in flight", async () => {
    const root = temporaryFolder()
    const computed = traced()
    const result = await runNodes(root, [chain({ label: "a" }), chain({ label: "b" })])
    expect(result.status).toBe("succeeded")
    expect(result.digest("sum a")).toBe(result.digest("sum b"))
    expect(computed().filter((stage) => stage === "sum")).toHaveLength(1)
  })

  it("leaves in an attempt's folder nothing but what is told of it", async () => {
    const root = temporaryFolder()
    await runNodes(root, [chain()], { checkpointSeconds: 0 })
    for (const key of fs.readdirSync(path.join(root, "attempts")))
      expect(fs.readdirSync(path.join(root, "attempts", key))).toEqual([])
  })
})

describe("a node that fails", () => {
  const branches = (how: "error" | "bad-row" | "no-document") => {
    const numbers = count({}, {})
    const broken = breakDown({ numbers }, { how })
    return [sum({ numbers: broken }, { scale: 3 }), sum({ numbers }, { scale: 2 })]
  }

  it("fails its dependants as skipped; independent branches finish", async () => {
    const result = await runNodes(temporaryFolder(), branches("error"))
    expect(result.status).toBe("failed")
    expect(result.states).toEqual([
      "count: computed",
      "break-down: failed",
      "sum break-down scale=3: skipped",
      "sum count scale=2: computed"
    ])
    expect(result.failures.map(({ node, problem, badInput }) => ({ node, problem, badInput }))).toEqual([
      { node: "break-down", problem: "The engine broke down.", badInput: false }
    ])
    const skipped = result.happenings.find((happening) => happening.event === "node-skipped")
    expect(skipped).toMatchObject({ because: "break-down" })
  })

  it("is tried again by the next run, and what had finished is not", async () => {
    const root = temporaryFolder()
    await runNodes(root, branches("error"))
    expect((await runNodes(root, branches("error"))).states).toEqual([
      "count: cached",
      "break-down: failed",
      "sum break-down scale=3: skipped",
      "sum count scale=2: cached"
    ])
  })

  it("by a row that its kind does not allow is told table, row and column, and nothing of it is kept", async () => {
    const root = temporaryFolder()
    const result = await runNodes(root, branches("bad-row"))
    expect(result.failures[0]?.problem).toMatch(/numbers\.sequence: Table sequence, row 0, column index: .*1099511627776/)
    expect(result.artifacts.size).toBe(2)
  })

  it("by ending without a document is told which", async () => {
    const result = await runNodes(temporaryFolder(), branches("no-document"))
    expect(result.failures[0]?.problem).toBe("Output numbers.about: the stage ended without writing this document")
  })
})

describe("a damaged artifact", () => {
  it("is set aside and made again before a byte of it is used", async () => {
    const root = temporaryFolder()
    const { digest } = await runNodes(root, [count({}, {})])
    const manifest = JSON.parse(
      fs.readFileSync(path.join(root, "objects/sha256", digest("count").slice(0, 2), digest("count")), "utf8")
    )
    const { file } = manifest.tables.sequence
    const at = path.join(root, "objects/sha256", file.slice(0, 2), file)
    const bytes = fs.readFileSync(at)
    bytes[bytes.length >> 1]! ^= 1
    fs.chmodSync(at, 0o644)
    fs.writeFileSync(at, bytes)
    const result = await runNodes(root, [chain()])
    expect(result.states).toEqual(["count: computed", "sum: computed"])
    expect(result.digest("count")).toBe(digest("count"))
    expect(fs.readdirSync(path.join(root, "damaged"))).toEqual([file])
  })
})

describe("a stage asked to stop", () => {
  it("saves its state and is gone on with: the artifact is that of an uninterrupted run", async () => {
    const [root, other] = [temporaryFolder(), temporaryFolder()]
    const whole = await runNodes(other, [chain({ terms: 40 })])
    for (const stopAt of [1, 17, 39]) {
      let steps = 0
      const stopped = await runNodes(root, [chain({ terms: 40 })], {
        execute: inProcessExecutor(() => steps >= stopAt),
        watch: (happening) => {
          if (happening.event === "progress") steps = happening.done
        }
      })
      expect(stopped.status).toBe("interrupted")
      expect(stopped.states).toEqual(["count: stopped", "sum: skipped"])
    }
    const notes: Array<string> = []
    const resumed = await runNodes(root, [chain({ terms: 40 })], {
      watch: (happening) => {
        if (happening.event === "note") notes.push(happening.line)
      }
    })
    expect(notes).toEqual(["resuming after step 39"])
    expect(resumed.artifacts).toEqual(whole.artifacts)
    expect(objectsIn(root)).toEqual(objectsIn(other))
  })

  it("starts over, and says so, when its checkpoint was damaged", async () => {
    const [root, other] = [temporaryFolder(), temporaryFolder()]
    const whole = await runNodes(other, [count({}, { terms: 40 })])
    let steps = 0
    const watch: Parameters<typeof runNodes>[2] = {
      execute: inProcessExecutor(() => steps >= 20),
      watch: (happening) => {
        if (happening.event === "progress") steps = happening.done
      }
    }
    await runNodes(root, [count({}, { terms: 40 })], watch)
    const [key = ""] = fs.readdirSync(path.join(root, "attempts"))
    const [holder = ""] = fs.readdirSync(path.join(root, "attempts", key))
    const state = path.join(root, "attempts", key, holder, "state-20", "sum.state.bin")
    fs.writeFileSync(state, new Uint8Array(8))
    const notes: Array<string> = []
    const again = await runNodes(root, [count({}, { terms: 40 })], {
      watch: (happening) => {
        if (happening.event === "note") notes.push(happening.line)
      }
    })
    expect(notes).toHaveLength(1)
    expect(notes[0]).toMatch(/cannot be used \(it is damaged: .*sum\.state\.bin does not .*\); starting over/)
    expect(again.artifacts).toEqual(whole.artifacts)
  })
})
