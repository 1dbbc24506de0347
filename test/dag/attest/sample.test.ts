/** Samples of results: how many, which, and what they say of the rest. */

import { describe, expect, it } from "vitest"

import { drawSample, mostUnseen, sizeOf } from "../../../src/dag/attest/sample.ts"

it.each([
  [{ share: 0.05 }, 100, 5],
  [{ share: 0.05 }, 101, 6],
  [{ share: 0.05 }, 1, 1],
  [{ share: 0.05 }, 0, 0],
  [{ share: 1 }, 7, 7],
  [{ share: 0.1 }, 30, 3],
  [{ share: 0.001 }, 2, 1],
  [{ count: 3 }, 10, 3],
  [{ count: 30 }, 10, 10],
  [{ count: 1 }, 0, 0]
])("%j of %i results are %i", (size, of, count) => {
  expect(sizeOf(size, of)).toBe(count)
})

describe("a sample", () => {
  const items = Array.from({ length: 200 }, (_, i) => `key ${i}`)
  const draw = (count: number, seed: number, from = items) => drawSample(from, count, seed, (item) => item)

  it("is the same for the same seed, whatever the order", () => {
    expect(draw(20, 7, items.toReversed())).toEqual(draw(20, 7))
  })
  it("is another for another seed", () => {
    expect(draw(20, 8)).not.toEqual(draw(20, 7))
  })
  it("has each item once, and of a smaller one all", () => {
    expect(new Set(draw(20, 7)).size).toBe(20)
    expect(draw(20, 7).slice(0, 5)).toEqual(draw(5, 7))
  })
  it("hardly changes where one item is added", () => {
    const more = new Set(draw(20, 7, [...items, "one more"]))
    expect(draw(20, 7).filter((item) => more.has(item)).length).toBeGreaterThanOrEqual(19)
  })
  it("draws every item about as often as every other", () => {
    const counts = new Map<string, number>()
    for (let seed = 0; seed < 500; seed++) for (const item of draw(20, seed)) counts.set(item, (counts.get(item) ?? 0) + 1)
    // 50 on average, with a standard deviation of 6.7.
    expect(counts.size).toBe(200)
    expect(Math.min(...counts.values())).toBeGreaterThan(50 - 5 * 6.7)
    expect(Math.max(...counts.values())).toBeLessThan(50 + 5 * 6.7)
  })
})

describe("the most that may differ unseen", () => {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k)
  it.each([
    [16, 1],
    [16, 4],
    [16, 15],
    [20, 3],
    [100, 5],
    [100, 45],
    [3, 2],
    [1, 1]
  ])("of %i with %i drawn is what the hypergeometric distribution says", (total, drawn) => {
    const missed = (different: number) =>
      different > total - drawn ? 0 : choose(total - different, drawn) / choose(total, drawn)
    const most = mostUnseen(total, drawn)
    expect(missed(most)).toBeGreaterThanOrEqual(0.05)
    expect(missed(most + 1)).toBeLessThan(0.05)
  })
  it("is none where all were drawn, and all where none was", () => {
    expect(mostUnseen(9, 9)).toBe(0)
    expect(mostUnseen(9, 0)).toBe(9)
  })
})
