/** When nodes start, by the rules of a run: hand-made graphs with known times. */

import { describe, expect, it } from "vitest"

import { endOf, priorityOf, schedule, threadsGiven } from "../../../src/dag/foresight/schedule.ts"
import { graphOf, grow, plant, weigh } from "./stages.ts"

const root = (seed: number, steps = 10) => plant({}, { seed, steps })

/** `label: start to end with threads`, where each node takes the seconds that `takes` says. */
const spansOf = (
  nodes: Parameters<typeof graphOf>[0],
  threads: number,
  takes: (label: string, threads: number) => number | null
) => {
  const graph = graphOf(nodes)
  const spans = schedule(graph, threads, (id) => {
    const { label } = graph.byId.get(id)!
    return takes(label, 1) === null ? null : (given) => takes(label, given)!
  })
  return {
    end: endOf(spans),
    spans: graph.nodes.map(({ id, label }) => {
      const { start, end, threads } = spans.get(id)!
      return `${label}: ${start} to ${end} with ${threads}`
    })
  }
}

describe("threads are given", () => {
  it.each([
    [2, 2, 1, 2],
    [2, 2, 2, 1],
    [1, 2, 1, 1],
    [1, 2, 5, 1],
    [0, 2, 3, 0],
    [2, 2, 0, 0],
    [8, 8, 1, 8],
    [1, 1, 4, 1]
  ])("with %i of %i free and %i waiting: %i", (free, total, waiting, given) => {
    expect(threadsGiven(free, total, waiting)).toBe(given)
  })
})

describe("a schedule", () => {
  it("gives a node that is alone all threads, and takes what it then takes", () => {
    const { spans, end } = spansOf([root(0)], 2, (_, threads) => 12 / threads)
    expect(spans).toEqual(["plant: 0 to 6 with 2"])
    expect(end).toBe(6)
  })

  it("runs two at a time on two threads, the third when one has ended", () => {
    const { spans, end } = spansOf([root(0), root(1), root(2)], 2, () => 4)
    expect(spans).toEqual(["plant seed=0: 0 to 4 with 1", "plant seed=1: 0 to 4 with 1", "plant seed=2: 4 to 8 with 2"])
    expect(end).toBe(8)
  })

  it("starts what has most work behind it first", () => {
    const chain = grow({ from: root(2) }, { rounds: 50 })
    const { spans } = spansOf([root(0), root(1), chain], 1, () => 1)
    expect(spans.find((span) => span.startsWith("plant seed=2"))).toBe("plant seed=2: 0 to 1 with 1")
    expect(spans.find((span) => span.startsWith("grow"))).toBe("grow: 1 to 2 with 1")
  })

  it("waits for every input", () => {
    const { spans } = spansOf([weigh({ a: root(0), b: root(1) }, {})], 2, (label) => (label.endsWith("1") ? 7 : 3))
    expect(spans.at(-1)).toBe("weigh: 7 to 10 with 1")
  })

  it("takes no thread for what runs in the driver", () => {
    const light = weigh({ a: root(0), b: root(0) }, {})
    const { spans } = spansOf([light, root(1), grow({ from: root(0) }, {})], 1, (label) => (label === "weigh" ? 100 : 1))
    expect(spans.find((span) => span.startsWith("weigh"))).toMatch(/: [12] to 10[12] with 1/)
    expect(spans.filter((span) => !span.startsWith("weigh")).every((span) => Number(/to (\d+)/.exec(span)![1]) <= 3)).toBe(true)
  })

  it("takes no time for what is in the store", () => {
    const { spans, end } = spansOf([grow({ from: root(0) }, {})], 2, (label) => (label === "plant" ? null : 5))
    expect(spans).toEqual(["plant: 0 to 0 with 0", "grow: 0 to 5 with 2"])
    expect(end).toBe(5)
  })

  it("of nothing ends at once", () => {
    expect(spansOf([root(0)], 2, () => null).end).toBe(0)
    expect(spansOf([], 2, () => 1).end).toBe(0)
  })

  it("is never shorter than the longest chain, nor than the work over the threads", () => {
    for (const threads of [1, 2, 3, 8]) {
      const nodes = [0, 1, 2, 3, 4].map((seed) => grow({ from: root(seed, seed + 1) }, { rounds: seed + 1 }))
      const { end } = spansOf(nodes, threads, (label) => (label.startsWith("grow") ? 3 : 2))
      expect(end).toBeGreaterThanOrEqual(Math.max(5, 25 / threads))
      expect(end).toBeLessThanOrEqual(25)
    }
  })
})

it("a node's priority is the longest chain of work from it to the end", () => {
  const graph = graphOf([grow({ from: plant({}, { steps: 10, width: 2 }) }, { rounds: 3 })])
  expect(graph.nodes.map(({ id }) => priorityOf(graph).get(id))).toEqual([26, 6])
})
