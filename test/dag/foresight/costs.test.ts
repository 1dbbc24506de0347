/** What a node is likely to cost, from hand-made records. */

import { describe, expect, it } from "vitest"

import { type Cost, costsOf, type Recorded } from "../../../src/dag/foresight/costs.ts"
import type { Spent } from "../../../src/dag/foresight/spent.ts"
import type { ActionRecord } from "../../../src/store/objects/records.ts"
import { digest, graphOf, grow, plant, recordOf, weigh } from "./stages.ts"

const plain = { steps: 10, width: 1, seed: 0, colour: "red" }

/** The cost of the last node of a graph. */
const costOf = (
  node: Parameters<typeof graphOf>[0][number],
  actions: ReadonlyArray<ActionRecord>,
  more: Partial<Recorded> = {}
) => {
  const graph = graphOf([node])
  const recorded = { actions, spent: new Map<string, Spent>(), host: "here", sameEngine: () => true, ...more }
  return costsOf(graph, recorded)(graph.nodes.at(-1)!)
}
const planted = (params: object, more: Parameters<typeof recordOf>[1] = {}) =>
  recordOf("plant", { params: { ...plain, ...params }, ...more })
const keyOf = (cost: Cost | null) => cost?.basis.record.key

describe("an estimate", () => {
  it("of a stage of which nothing is recorded is none", () => {
    expect(costOf(plant({}, {}), [])).toBeNull()
    expect(costOf(plant({}, {}), [recordOf("grow")])).toBeNull()
  })

  it.each([
    ["equal work", {}, 1, []],
    ["twice the steps", { steps: 20 }, 2, ["steps"]],
    ["half the steps", { steps: 5 }, 0.5, ["steps"]],
    ["four times the width", { width: 4 }, 4, ["width"]],
    ["more steps of less width", { steps: 40, width: 2 }, 8, ["steps", "width"]],
    ["another seed", { seed: 5 }, 1, []],
    ["another colour", { colour: "blue" }, 1, []]
  ] as const)("of %s is scaled by it", (_, params, factor, scaledBy) => {
    const cost = costOf(plant({}, params), [planted({})])!
    expect(cost.basis.factor).toBe(factor)
    expect(cost.basis.scaledBy.map(({ param }) => param)).toEqual(scaledBy)
    expect(cost.seconds(1)).toBe(10 * factor)
    expect(cost.cpuSeconds).toBe(10 * factor)
  })

  it("of a node that goes on from a shorter result counts what is left, and of a record what was left for it", () => {
    const node = plant({}, { steps: 20 })
    const left = new Map([[graphOf([node]).nodes[0]!.id, 0.25]])
    expect(costOf(node, [planted({})], { left })!.cpuSeconds).toBe(10 * 2 * 0.25)
    const continued = { key: digest("1"), artifact: digest("2"), step: 5, left: 0.5 }
    expect(costOf(node, [planted({}, { continued })])!.cpuSeconds).toBe((10 / 0.5) * 2)
    expect(costOf(node, [planted({}, { continued: { ...continued, left: 0 } })])!.basis.factor).toBeNull()
  })

  it("names the values that it was scaled by, and the settings by which nothing could be", () => {
    const { basis } = costOf(plant({}, { steps: 30, seed: 1 }), [planted({})])!
    expect(basis.scaledBy).toEqual([{ param: "steps", before: 10, after: 30 }])
    expect(basis.others).toEqual([{ param: "seed", before: 0, after: 1 }])
  })

  it("of bytes lies between what there was and what there would be if all of it grew", () => {
    expect(costOf(plant({}, { steps: 30 }), [planted({})])!.bytes).toEqual({ least: 1000, most: 3000 })
    expect(costOf(plant({}, { steps: 5 }), [planted({})])!.bytes).toEqual({ least: 500, most: 1000 })
    expect(costOf(plant({}, {}), [planted({})])!.bytes).toEqual({ least: 1000, most: 1000 })
  })

  it("follows the params that the work is told by back to the inputs, of the node and of the record", () => {
    const before = [
      planted({ width: 3 }, { result: "a" }),
      recordOf("grow", { params: { rounds: 2, seed: 0 }, inputs: { from: digest("a") } })
    ]
    expect(costOf(grow({ from: plant({}, { width: 12 }) }, { rounds: 2 }), before)!.basis.factor).toBe(4)
  })

  it("is not scaled where the record of an input is gone", () => {
    const before = [recordOf("grow", { params: { rounds: 2, seed: 0 }, inputs: { from: digest("a") } })]
    const cost = costOf(grow({ from: plant({}, { width: 12 }) }, { rounds: 2 }), before)!
    expect(cost.basis.factor).toBeNull()
    expect(cost.seconds(1)).toBe(10)
  })

  it("of a stage that says nothing of its work is that of the record", () => {
    const cost = costOf(weigh({ a: plant({}, {}), b: plant({}, {}) }, { decimals: 9 }), [
      recordOf("weigh", { params: { decimals: 2 } })
    ])!
    expect(cost.basis.factor).toBeNull()
    expect(cost.basis.others).toEqual([{ param: "decimals", before: 2, after: 9 }])
  })

  it.each([[{ steps: 0 }], [{ steps: "many" }], [{ steps: -1 }], [{ steps: null }]])(
    "is not scaled by a record of %j, which is no work",
    (params) => {
      expect(costOf(plant({}, {}), [planted(params)])!.basis.factor).toBeNull()
    }
  )

  it("does not go round in circles where records say that they are made from each other", () => {
    const a = recordOf("grow", { params: { rounds: 1, seed: 0 }, inputs: { from: digest("b") }, result: "a" })
    const b = recordOf("grow", { params: { rounds: 1, seed: 0 }, inputs: { from: digest("a") }, result: "b" })
    expect(costOf(grow({ from: plant({}, {}) }, {}), [a, b])).not.toBeNull()
  })
})

describe("the nearest record is", () => {
  const far = { key: digest("1"), finishedAt: "2026-03-01T00:00:00.000Z" }
  const near = { key: digest("2"), finishedAt: "2026-02-01T00:00:00.000Z" }

  it.each([
    ["the newer of equals", planted({}, { ...far, finishedAt: "2026-01-01T00:00:00.000Z" }), planted({}, near)],
    ["the one of as much work", planted({ steps: 1000 }, far), planted({ steps: 11 }, near)],
    ["the one that has less to be scaled down", planted({ steps: 1 }, far), planted({ steps: 30 }, near)],
    ["the one with the same settings", planted({ colour: "blue" }, far), planted({ steps: 500 }, near)],
    ["the one of this machine", planted({}, { ...far, host: "there" }), planted({ colour: "blue" }, near)],
    ["the one that can be scaled", planted({ steps: "many" }, far), planted({ steps: 20 }, near)]
  ])("%s", (_, other, wanted) => {
    for (const actions of [
      [other, wanted],
      [wanted, other]
    ])
      expect(keyOf(costOf(plant({}, {}), actions))).toBe(digest("2"))
  })

  it("the one of the engine that would compute, even of another machine", () => {
    const actions = [planted({}, { ...far, engine: { name: "wasm" } }), planted({ steps: 99 }, { ...near, host: "there" })]
    const cost = costOf(plant({}, {}), actions, { sameEngine: ({ name }) => name === "native" })
    expect(keyOf(cost)).toBe(digest("2"))
    expect(cost!.basis.sameHost).toBe(false)
  })
})

describe("with other threads than the record had", () => {
  const timed = (seconds: number, cpuSeconds: number, threads: unknown) =>
    costOf(plant({}, {}), [planted({}, { seconds, cpuSeconds, engine: { threads } })])!

  it("fewer take as long as the processors were busy", () => {
    expect(timed(10, 18, 2).seconds(1)).toBe(18)
    expect(timed(10, 18, 2).seconds(2)).toBe(10)
  })

  it("fewer take no less than before", () => {
    expect(timed(40, 18, 2).seconds(1)).toBe(40)
  })

  it("more share the work of an engine", () => {
    expect(timed(10, 10, 1).seconds(2)).toBe(5)
  })

  it("nothing changes for a stage without an engine", () => {
    expect(costOf(grow({ from: plant({}, {}) }, {}), [recordOf("grow", { engine: null })])!.seconds(8)).toBe(10)
  })

  it.each([["two"], [0], [-1], [1.5], [null], [undefined]])("a record that says %j had one", (threads) => {
    expect(timed(10, 10, threads).seconds(1)).toBe(10)
  })

  it("the time of an idle machine is that of the processors", () => {
    expect(timed(40, 10, 1).busySeconds(1)).toBe(10)
    expect(timed(40, 10, 1).busySeconds(2)).toBe(5)
  })
})

it("what a log knows of stretches before the last counts", () => {
  const record = planted({}, { seconds: 10, cpuSeconds: 8 })
  const cost = costOf(plant({}, {}), [record], { spent: new Map([[record.key, { seconds: 25, stopped: true }]]) })!
  expect(cost.seconds(1)).toBe(25)
  expect(cost.cpuSeconds).toBe(20)
})
