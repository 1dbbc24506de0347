/** A longer node goes on from a shorter one that is recorded, and comes to the bytes that it would have come to by itself. */

import * as fs from "node:fs"
import * as path from "node:path"

import { Effect } from "effect"
import { afterEach, beforeAll, describe, expect, it } from "vitest"

import { beginningOf, shorterNodes } from "../../../src/dag/foresight/continuation.ts"
import { graphOf } from "../../../src/dag/graph.ts"
import { inProcessExecutor } from "../../../src/dag/running/in-process.ts"
import { actionKeys, type ActionRecord, readRecord, recordIn, recordText } from "../../../src/store/objects/records.ts"
import { Store } from "../../../src/store/objects/Store.ts"
import { temporaryFolder } from "../../store/temporary-folder.ts"
import { count } from "../fixtures/stages/count.ts"
import { walk } from "../fixtures/stages/walk.ts"
import { type Outcome, planNodes, runNodes } from "../study-in-a-folder.ts"

type Way = { readonly steps: number; readonly slowing?: number; readonly stride?: number; readonly keeps?: boolean }

const run = (root: string, way: Way, options: Parameters<typeof runNodes>[2] = {}) => runNodes(root, [walk({}, way)], options)
const artifact = (outcome: Outcome) => outcome.digest("walk")
const notes = ({ happenings }: Outcome) => happenings.flatMap((one) => (one.event === "note" ? [one.line] : []))

/** Steps that are computed from here on. */
const stepping = (): (() => number) => {
  const file = path.join(temporaryFolder(), "steps")
  process.env["ECHO_TEST_STEPS"] = file
  return () => (fs.existsSync(file) ? fs.statSync(file).size : 0)
}
afterEach(() => {
  delete process.env["ECHO_TEST_STEPS"]
})

const recordOf = (root: string, outcome: Outcome): ActionRecord =>
  actionKeys(root)
    .map((key) => readRecord(root, key)!)
    .find(({ output }) => output.digest === artifact(outcome))!

/** What a plan would say of a way from here. */
const beginning = async (root: string, way: Way) => {
  const [node] = graphOf([walk({}, way)]).nodes
  const decision = (await planNodes(root, [walk({}, way)])).get("walk")
  if (node === undefined || decision?._tag !== "run") return null
  return Effect.runPromise(
    Effect.provide(
      beginningOf(node, decision.components),
      Store.reading(root, () => {})
    )
  )
}

/** Another content under the same name and of the same size. */
const damage = (root: string, digest: string) => {
  const file = path.join(root, "objects/sha256", digest.slice(0, 2), digest)
  fs.chmodSync(file, 0o600)
  const bytes = fs.readFileSync(file)
  bytes[bytes.length - 20]! ^= 0xff
  fs.writeFileSync(file, bytes)
}

/** What a way of 20 steps gives by itself. */
let uninterrupted = ""
beforeAll(async () => {
  uninterrupted = artifact(await run(temporaryFolder(), { steps: 20 }))
})

describe("a longer node", () => {
  it("goes on from the recorded shorter one, says so, and gives the bytes of an uninterrupted run", async () => {
    const root = temporaryFolder()
    const shorter = await run(root, { steps: 10 })
    const { key } = recordOf(root, shorter)
    const steps = stepping()
    const longer = await run(root, { steps: 20 })
    expect(longer.states).toEqual(["walk: computed"])
    expect(artifact(longer)).toBe(uninterrupted)
    expect(steps()).toBe(12)
    expect(notes(longer)).toEqual([`continues walk of steps 10, slowing 2 (action ${key.slice(0, 12)}) from step 8`])
    expect(recordOf(root, longer).continued).toEqual({ key, artifact: artifact(shorter), step: 8, left: 0.6 })
    expect(recordOf(root, shorter)).not.toHaveProperty("continued")
  })

  it("is foreseen to by a plan, which computes nothing", async () => {
    const root = temporaryFolder()
    await run(root, { steps: 10 })
    const steps = stepping()
    expect(await beginning(root, { steps: 20 })).toMatchObject({
      words: expect.stringMatching(/^continues walk of steps 10, slowing 2 \(action [0-9a-f]{12}\) from step 8$/),
      continuation: { step: 8 },
      passedOver: []
    })
    expect(steps()).toBe(0)
  })

  it("takes the longest of those that are not too long, itself a beginning of others", async () => {
    const root = temporaryFolder()
    for (const steps of [6, 10, 14, 40]) await run(root, { steps })
    expect((await beginning(root, { steps: 20 }))?.continuation?.step).toBe(12)
    expect((await beginning(root, { steps: 13 }))?.continuation?.step).toBe(8)
    expect((await beginning(root, { steps: 5 }))?.continuation).toBeNull()
    expect(artifact(await run(root, { steps: 20 }))).toBe(uninterrupted)
    expect((await beginning(root, { steps: 24 }))?.continuation?.step).toBe(18)
  })

  it("of the same shared part keeps the same state, whoever computed it", async () => {
    const root = temporaryFolder()
    await run(root, { steps: 10 })
    const steps = stepping()
    const other = await run(root, { steps: 12, slowing: 4 })
    expect(steps()).toBe(4)
    expect(artifact(other)).toBe(artifact(await run(temporaryFolder(), { steps: 12, slowing: 4 })))
  })

  it.each([
    ["another param", { steps: 20, stride: 2 }],
    ["params that share nothing", { steps: 20, keeps: false }],
    ["a shared part that ends before", { steps: 20, slowing: 13 }]
  ] as const)("of %s begins anew", async (_, way) => {
    const root = temporaryFolder()
    await run(root, { steps: 10 })
    const steps = stepping()
    const longer = await run(root, way)
    expect(steps()).toBe(20)
    expect(notes(longer)).toEqual([])
    expect(recordOf(root, longer)).not.toHaveProperty("continued")
  })

  it("of a stage whose results begin no others, or in an empty store, begins anew without a word", async () => {
    const root = temporaryFolder()
    await runNodes(root, [count({}, { terms: 5 })])
    expect(notes(await runNodes(root, [count({}, { terms: 9 })]))).toEqual([])
    expect(await beginning(root, { steps: 20 })).toMatchObject({ continuation: null, words: "", passedOver: [] })
  })
})

describe("of several lengths in one graph", () => {
  const lengths = [walk({}, { steps: 20 }), walk({}, { steps: 6 }), walk({}, { steps: 10 }), walk({}, { steps: 10, stride: 2 })]

  it("each waits for the next shorter one and goes on from it, so that the shared part is computed once", async () => {
    const root = temporaryFolder()
    const steps = stepping()
    const outcome = await runNodes(root, lengths)
    expect(outcome.status).toBe("succeeded")
    expect(steps()).toBe(6 + (10 - 4) + (20 - 8) + 10)
    expect(outcome.artifacts.get(outcome.graph.nodes.find(({ params }) => params["steps"] === 20)!.id)).toBe(uninterrupted)
    expect(notes(outcome).filter((line) => line.startsWith("waits for"))).toHaveLength(2)
  })

  it("none waits where the store has as much, or for one that fails", async () => {
    const root = temporaryFolder()
    await run(root, { steps: 12 })
    expect(notes(await runNodes(root, lengths)).filter((line) => line.startsWith("waits for"))).toHaveLength(1)
    const failing: ReturnType<typeof inProcessExecutor> = (node, request, watch) =>
      node.params["steps"] === 10 ? Effect.die(new Error("broke")) : inProcessExecutor()(node, request, watch)
    const outcome = await runNodes(temporaryFolder(), lengths, { execute: failing })
    expect(outcome.states.filter((state) => state.endsWith("computed"))).toHaveLength(2)
    expect([...outcome.artifacts.values()]).toContain(uninterrupted)
  })

  it("they are found by the order of their shared parts, among equals by the order of the graph", () => {
    const graph = graphOf([...lengths, walk({}, { steps: 12, slowing: 4 })])
    const lengthsBefore = [...shorterNodes(graph)].map(([id, { node }]) => [
      graph.byId.get(id)!.params["steps"],
      node.params["steps"]
    ])
    expect(lengthsBefore).toEqual([
      [10, 6],
      [12, 10],
      [20, 12]
    ])
  })
})

describe("a longer node that is stopped", () => {
  it("at every step, goes on from where it was and gives the same bytes", async () => {
    const root = temporaryFolder()
    await run(root, { steps: 10 })
    const steps = stepping()
    const stopping = { execute: inProcessExecutor(() => true), checkpointSeconds: 0 }
    let outcome = await run(root, { steps: 20 }, stopping)
    for (let i = 0; i < 20 && outcome.status === "interrupted"; i++) outcome = await run(root, { steps: 20 }, stopping)
    expect(outcome.status).toBe("succeeded")
    expect(artifact(outcome)).toBe(uninterrupted)
    expect(steps()).toBe(12)
  })

  it("before there was a shorter one, takes over only what it has not done itself", async () => {
    const root = temporaryFolder()
    let offers = 0
    const stopAt3 = { execute: inProcessExecutor(() => ++offers >= 3), checkpointSeconds: 0 }
    expect((await run(root, { steps: 20 }, stopAt3)).status).toBe("interrupted")
    await run(root, { steps: 10 })
    const steps = stepping()
    expect(artifact(await run(root, { steps: 20 }))).toBe(uninterrupted)
    expect(steps()).toBe(12)
  })
})

describe("a shorter result that is", () => {
  it("damaged is passed over with a line for a shorter one still, or the node begins anew; it is set aside", async () => {
    const root = temporaryFolder()
    await run(root, { steps: 6 })
    const shorter = await run(root, { steps: 10 })
    damage(root, recordOf(root, shorter).output.tables["kept"]!.file)
    const steps = stepping()
    const longer = await run(root, { steps: 20 })
    expect(artifact(longer)).toBe(uninterrupted)
    expect(steps()).toBe(16)
    expect(notes(longer)).toEqual([
      expect.stringMatching(
        /^walk of steps 10, slowing 2 \(action .*\) cannot be continued: .*does not have the contents its name says$/
      ),
      expect.stringMatching(/^continues walk of steps 6, .* from step 4$/)
    ])
    expect(fs.readdirSync(path.join(root, "damaged")).length).toBeGreaterThan(0)
    damage(root, recordOf(root, longer).output.tables["kept"]!.file)
    expect(notes(await run(root, { steps: 30, slowing: 12 }))).toEqual([
      expect.stringContaining("walk of steps 20, slowing 2"),
      expect.stringMatching(/^walk of steps 10, .* is missing$/),
      expect.stringMatching(/^continues walk of steps 6, /)
    ])
  })

  it("damaged behind the planner's back is found by whoever computes from it, which begins anew and says so", async () => {
    const root = temporaryFolder()
    const shorter = await run(root, { steps: 10 })
    const { file } = recordOf(root, shorter).output.tables["places"]!
    const steps = stepping()
    const execute: ReturnType<typeof inProcessExecutor> = (node, request, watch) => {
      expect(request.continues?.step).toBe(8)
      damage(root, file)
      return inProcessExecutor()(node, request, watch)
    }
    const longer = await run(root, { steps: 20 }, { execute })
    expect(artifact(longer)).toBe(uninterrupted)
    expect(steps()).toBe(20)
    expect(notes(longer).at(-1)).toMatch(/^the shorter result cannot be continued: .*\. The stage begins anew\.$/s)
    expect(recordOf(root, longer)).not.toHaveProperty("continued")
  })

  it.each([
    ["no object", "this"],
    ["no key", { artifact: "a".repeat(64), step: 1, left: 1 }],
    ["a step below 0", { key: "a".repeat(64), artifact: "a".repeat(64), step: -1, left: 1 }],
    ["a share that is none", { key: "a".repeat(64), artifact: "a".repeat(64), step: 1, left: "all" }]
  ])("said to have gone on from what is %s has no sound record", async (_, continued) => {
    const root = temporaryFolder()
    const record = recordOf(root, await run(root, { steps: 10 }))
    const sealed = recordText(record)
    expect(recordIn(record.key, sealed)).toEqual(record)
    const forged = JSON.parse(JSON.stringify(record))
    forged.continued = continued
    expect(() => recordIn(record.key, recordText(forged))).toThrow(
      expect.objectContaining({ problem: expect.stringMatching(/went on/) })
    )
  })

  it("forgotten is no beginning any more", async () => {
    const root = temporaryFolder()
    const { key } = recordOf(root, await run(root, { steps: 10 }))
    await Effect.runPromise(
      Effect.provide(
        Effect.flatMap(Store, (store) => store.forget(key)),
        Store.layer(root)
      )
    )
    expect(await beginning(root, { steps: 20 })).toMatchObject({ continuation: null, words: "" })
  })
})
