/** Where the nodes of a graph stand, and what stands in their boxes. */

import { describe, expect, it } from "vitest"

import { layout, shortLabels } from "../../src/ui/page/layout.ts"

const node = (id: string, ...from: ReadonlyArray<string>) => ({
  id,
  inputs: Object.fromEntries(from.map((at, i) => [`${i}`, at]))
})
const places = (nodes: Parameters<typeof layout>[0]) => new Map(layout(nodes).map((laid) => [laid.id, laid]))

describe("the layout of a graph", () => {
  it("puts each node in a column behind all that it reads", () => {
    const nodes = [node("a"), node("b", "a"), node("c", "a", "b"), node("d")]
    const laid = places(nodes)
    expect(nodes.map(({ id }) => laid.get(id)!.column)).toEqual([0, 1, 2, 0])
  })

  it("gives no two nodes one place, in a graph of a thousand", () => {
    const nodes = Array.from({ length: 1000 }, (_, i) =>
      node(`n${i}`, ...(i === 0 ? [] : [`n${Math.floor(i / 3)}`, `n${i >> 1}`]))
    )
    const laid = places(nodes)
    expect(new Set([...laid.values()].map(({ column, row }) => `${column} ${row}`)).size).toBe(1000)
    for (const { id, inputs } of nodes)
      for (const input of Object.values(inputs)) expect(laid.get(input)!.column).toBeLessThan(laid.get(id)!.column)
  })

  it("keeps lines from crossing where it can", () => {
    const laid = places([node("a"), node("b"), node("y", "b"), node("x", "a")])
    expect(laid.get("a")!.row < laid.get("b")!.row).toBe(laid.get("x")!.row < laid.get("y")!.row)
  })

  it("takes nodes whose inputs are not there, and a circle, which only a damaged log has", () => {
    expect(layout([node("a", "gone")])).toEqual([{ id: "a", column: 0, row: 0 }])
    expect(layout([node("a", "b"), node("b", "a")])).toHaveLength(2)
  })
})

describe("the label of a box", () => {
  it("leaves out what all nodes of a stage share", () => {
    const labels = ["mix tokens=100", "rl xs tokens=100 ppo seed=1", "rl xs tokens=100 grpo seed=2"]
    expect(shortLabels(labels)).toEqual([
      { stage: "mix", rest: "tokens=100" },
      { stage: "rl", rest: "ppo seed=1" },
      { stage: "rl", rest: "grpo seed=2" }
    ])
  })

  it("fits, and tells nodes apart by their seeds where it is cut", () => {
    const labels = [205, 206].map((seed) => `rl xs ${seed} grpo-${seed} maximum=${seed} steps=${seed} seed=${seed}`)
    const [one, other] = shortLabels(labels).map(({ rest }) => rest)
    expect(one).toMatch(/^205 .*….*seed=205$/)
    expect(other).toMatch(/^206 .*….*seed=206$/)
    expect(one!.length).toBeLessThanOrEqual(26)
    expect(shortLabels([`mix ${"x".repeat(100)}`])[0]!.rest).toHaveLength(26)
  })

  it("stands for a node without words beside its stage", () => {
    expect(shortLabels(["sum", "sum"])).toEqual([
      { stage: "sum", rest: "" },
      { stage: "sum", rest: "" }
    ])
  })
})
