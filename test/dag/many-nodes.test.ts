/**
 * That planning and running cost in proportion to the nodes. Counted is work (looks at params, at inputs, at names and files of
 * the store), never time: what grows with the square of a study's size does four times as much for twice the nodes.
 */

import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import path from "node:path"

import { Effect } from "effect"
import { afterEach, describe, expect, it, vi } from "vitest"

import { costsOf } from "../../src/dag/foresight/costs.ts"
import { priorityOf, schedule } from "../../src/dag/foresight/schedule.ts"
import { type Graph, type GraphNode, graphOf } from "../../src/dag/graph.ts"
import { originsIn } from "../../src/dag/inputs-agree.ts"
import * as Param from "../../src/dag/Param.ts"
import type { Node } from "../../src/dag/Stage.ts"
import * as Stage from "../../src/dag/Stage.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { count } from "./fixtures/stages/count.ts"
import { Words } from "./fixtures/stages/kinds.ts"
import { sum } from "./fixtures/stages/sum.ts"
import { grow, plant, recordOf } from "./foresight/stages.ts"
import { planNodes, runNodes } from "./study-in-a-folder.ts"

/** Counts every property that is read of an object. */
const counted = <A extends object>(object: A, look: () => void): A =>
  new Proxy(object, {
    get: (target, name) => (look(), Reflect.get(target, name)),
    getOwnPropertyDescriptor: (target, name) => (look(), Reflect.getOwnPropertyDescriptor(target, name))
  })

/** A graph of which every look at a param or an input is counted. */
const watched = (targets: ReadonlyArray<Node>, look: () => void): Graph => {
  const nodes = graphOf(targets).nodes.map((node): GraphNode => ({
    ...node,
    params: counted(node.params, look),
    inputs: counted(node.inputs, look)
  }))
  return { nodes, byId: new Map(nodes.map((node) => [node.id, node])) }
}

const chain = (length: number): ReadonlyArray<Node> => {
  let node: Node<typeof plant.output, any, any> = plant({}, { width: 2 })
  for (let rounds = 1; rounds < length; rounds++) node = grow({ from: node }, { rounds })
  return [node]
}
const seeds = (n: number, colour = "red"): ReadonlyArray<Node> =>
  Array.from({ length: n }, (_, seed) => grow({ from: plant({}, { seed, colour }) }, { seed }))
const star = (n: number): ReadonlyArray<Node> => {
  const from = plant({}, {})
  return Array.from({ length: n }, (_, seed) => grow({ from }, { seed }))
}

/** What this does to a graph of twice the nodes, by what it does to one. */
const growth = (work: (n: number, look: () => void) => void, n = 200): number => {
  const [once, twice] = [n, 2 * n].map((size) => {
    let looks = 0
    work(size, () => void looks++)
    return looks
  })
  expect(once).toBeGreaterThan(0)
  return twice! / once!
}

describe("in proportion to the nodes is the work of", () => {
  it.each([
    ["a chain", chain],
    ["seeds", seeds],
    ["a star", star]
  ])("priorities and a schedule along %s", (_, nodes) => {
    expect(growth((n, look) => priorityOf(watched(nodes(n), look)))).toBeLessThan(2.5)
    expect(growth((n, look) => schedule(watched(nodes(n), look), 4, () => (look(), () => 1)))).toBeLessThan(2.5)
  })

  it("finding where the documents of each node of a chain come from, whatever is known", () => {
    const passing = (n: number, look: () => void) => {
      const { nodes } = watched(chain(n), look)
      const passed = nodes.map((node) => ({
        ...node,
        stage: { ...node.stage, passesOn: node.stage.name === "grow" ? { about: "from" } : {} } as GraphNode["stage"]
      }))
      const graph = { nodes: passed, byId: new Map(passed.map((node) => [node.id, node])) }
      const origin = originsIn(graph, () => false)
      expect(new Set(passed.map(({ id }) => origin(id, "about")))).toEqual(new Set([nodes[0]!.id]))
    }
    expect(growth(passing)).toBeLessThan(2.5)
  })

  it.each([
    ["that differ in a setting", (seed: number) => ({ steps: 10, width: 1, seed, colour: "blue" })],
    ["of other seeds", (seed: number) => ({ steps: 10, width: 1, seed: -1 - seed, colour: "red" })],
    ["of less work", (seed: number) => ({ steps: 1 + (seed % 3), width: 1, seed, colour: "red" })]
  ])("estimating costs from as many records %s", (_, params) => {
    const estimate = (n: number, look: () => void) => {
      const graph = graphOf(seeds(n))
      const actions = Array.from({ length: n }, (_, seed) => ({
        ...recordOf("plant"),
        get params() {
          look()
          return params(seed)
        }
      }))
      const costOf = costsOf(graph, { actions, spent: new Map(), host: "here", sameEngine: () => true })
      for (const node of graph.nodes) costOf(node)
    }
    expect(growth(estimate)).toBeLessThan(2.5)
  })
})

afterEach(() => vi.unstubAllEnvs())

/** Names listed in folders and files opened while something runs. */
const diskWork = async (work: () => Promise<unknown>): Promise<number> => {
  let looks = 0
  const { readdirSync, openSync } = fs
  Object.assign(fs, {
    readdirSync: (...args: Parameters<typeof readdirSync>) => {
      const names = readdirSync(...args)
      looks += names.length
      return names
    },
    openSync: (...args: Parameters<typeof openSync>) => {
      looks++
      return openSync(...args)
    }
  })
  syncBuiltinESMExports()
  try {
    await work()
    return looks
  } finally {
    Object.assign(fs, { readdirSync, openSync })
    syncBuiltinESMExports()
  }
}

const numbers = (n: number, terms = 1): ReadonlyArray<Node> => [
  ...Array.from({ length: n }, (_, offset) => count({}, { terms, offset })),
  ...Array.from({ length: n }, (_, i) => sum({ numbers: count({}, { terms, offset: 0 }) }, { scale: 1 + i / 100 }))
]

it("the store is looked at in proportion to the nodes, run cold and warm, planned as it is and with all changed", async () => {
  // What was hashed before is noted in the cache at intervals of a clock: without one, every look is the first.
  const file = path.join(temporaryFolder(), "file")
  fs.writeFileSync(file, "")
  vi.stubEnv("ECHO_CHAMBER_CACHE", path.join(file, "no-folder"))
  const works = async (n: number) => {
    const root = temporaryFolder()
    return [
      await diskWork(() => runNodes(root, numbers(n))),
      await diskWork(() => runNodes(root, numbers(n))),
      await diskWork(() => planNodes(root, numbers(n))),
      await diskWork(() => planNodes(root, numbers(n, 2))),
      await diskWork(() => planNodes(root, numbers(n), { numerics: { engine: "x" }, assumeUnchanged: ["count", "sum"] }))
    ]
  }
  const [once, twice] = [await works(40), await works(80)]
  expect(once.every((looks) => looks >= 80)).toBe(true)
  expect(twice.map((looks, i) => looks / once[i]!).filter((ratio) => ratio > 2.5)).toEqual([])
})

type Call = "openSync" | "fstatSync" | "mkdirSync" | "linkSync" | "renameSync"

/** How often each of these calls is made. */
const calls = async (names: ReadonlyArray<Call>, work: () => Promise<unknown>): Promise<ReadonlyArray<number>> => {
  const counts = names.map(() => 0)
  const real = names.map((name) => fs[name])
  const counting = names.map((name, i) => {
    const call = (...args: ReadonlyArray<unknown>): unknown => {
      counts[i]!++
      return Reflect.apply(real[i]!, fs, args)
    }
    return [name, call] as const
  })
  Object.assign(fs, Object.fromEntries(counting))
  syncBuiltinESMExports()
  try {
    await work()
    return counts
  } finally {
    Object.assign(fs, Object.fromEntries(names.map((name, i) => [name, real[i]!])))
    syncBuiltinESMExports()
  }
}

it("a node that is there takes one open file, and one that is computed a few folders and names", async () => {
  vi.stubEnv("ECHO_CHAMBER_CACHE", temporaryFolder())
  const root = temporaryFolder()
  const each = async (names: ReadonlyArray<Call>) => (await calls(names, () => runNodes(root, numbers(30)))).map((n) => n / 60)
  // What a store's first node takes besides is not counted.
  await runNodes(root, numbers(1))
  const [made = 9, linked = 9, renamed = 9] = await each(["mkdirSync", "linkSync", "renameSync"])
  expect([made < 8, linked < 5, renamed < 3.5], `${made} ${linked} ${renamed}`).toEqual([true, true, true])
  // The first run that finds results looks through them.
  await runNodes(root, numbers(30))
  const [opened = 9, asked = 9, tried = 9] = await each(["openSync", "fstatSync", "mkdirSync"])
  expect([opened < 1.5, asked < 1.5, tried < 0.2], `${opened} ${asked} ${tried}`).toEqual([true, true, true])
})

let under = 0
let most = 0
const slow = Stage.make({
  name: "slow",
  inputs: {},
  params: { seed: Param.integer(0, "which") },
  output: Words,
  resources: { process: false },
  module: new URL("fixtures/stages/rule.ts", import.meta.url).href,
  run: Effect.fn("slow")(function* () {
    most = Math.max(most, ++under)
    yield* Effect.sleep("20 millis")
    under--
  })
})

it("of light stages that wait only some are under way at once: each that comes in looks at all others", async () => {
  const nodes = Array.from({ length: 70 }, (_, seed) => slow({}, { seed }))
  const { status } = await runNodes(temporaryFolder(), nodes)
  expect([status, under]).toEqual(["succeeded", 0])
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThan(40)
})
