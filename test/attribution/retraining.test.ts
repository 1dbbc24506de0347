/** What attribution is judged by: designs of retrainings, and the linear datamodelling score, on numbers worked out by hand. */

import { describe, expect, it } from "vitest"

import { designs, groupWeights } from "../../src/attribution/retraining/design.ts"
import { ldsByTarget, meanOfBoth, type Measured, noiseCeiling, permutedLds } from "../../src/attribution/retraining/lds.ts"
import { draws } from "../../src/random/philox.ts"

const rows = (weights: ReadonlyArray<Uint8Array>) => weights.map((row) => [...row])

describe("a design", () => {
  const of = (design: (typeof designs)[number], seed = 1) => groupWeights({ design, groups: 5, subsets: 40, seed })

  it("of halves has half of the groups in each, rounded down, every group somewhere, and other ones in the next", () => {
    const halves = rows(of("halves"))
    expect(halves).toHaveLength(40)
    for (const half of halves) expect(half.reduce((a, b) => a + b, 0)).toBe(2)
    for (let group = 0; group < 5; group++) expect(halves.some((half) => half[group] === 1)).toBe(true)
    expect(new Set(halves.map(String)).size).toBeGreaterThan(5)
  })

  it("of halves is a function of its seed, and a longer one begins with a shorter one", () => {
    expect(rows(of("halves", 2))).not.toEqual(rows(of("halves")))
    expect(rows(groupWeights({ design: "halves", groups: 5, subsets: 3, seed: 1 }))).toEqual(rows(of("halves")).slice(0, 3))
  })

  it("of single groups has the whole first, then each group changed alone", () => {
    expect(rows(groupWeights({ design: "without", groups: 3, subsets: 9, seed: 1 }))).toEqual([
      [1, 1, 1],
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 0]
    ])
    expect(rows(groupWeights({ design: "twice", groups: 2, subsets: 9, seed: 1 }))).toEqual([
      [1, 1],
      [2, 1],
      [1, 2]
    ])
  })
})

describe("the linear datamodelling score", () => {
  // Four subsets of three groups. Group sums 3, 1, 2 predict 4, 5, 3, 2.
  const weights = [Uint8Array.of(1, 1, 0), Uint8Array.of(1, 0, 1), Uint8Array.of(0, 1, 1), Uint8Array.of(0, 0, 1)]
  const measuring = (...outcomes: ReadonlyArray<ReadonlyArray<number>>): Measured => ({
    weights,
    outcomes: outcomes.map((row) => Float64Array.from(row))
  })
  const sums = [Float64Array.of(3, 1, 2)]

  it("is the rank correlation of predicted sums and log-probabilities over the subsets", () => {
    expect([...ldsByTarget(sums, measuring([-3], [-1], [-8], [-9]))]).toEqual([1])
    // Ranks 3, 4, 2, 1 against 4, 3, 2, 1: d^2 sums to 2, 1 - 12 / 60.
    expect(ldsByTarget(sums, measuring([-1], [-3], [-8], [-9]))[0]).toBeCloseTo(0.8, 12)
  })

  it("counts a group twice that was trained on twice", () => {
    const twice = { weights: [Uint8Array.of(1), Uint8Array.of(2)], outcomes: [Float64Array.of(-2), Float64Array.of(-1)] }
    expect([...ldsByTarget([Float64Array.of(5)], twice)]).toEqual([1])
    expect([...ldsByTarget([Float64Array.of(-5)], twice)]).toEqual([-1])
  })

  it("is taken target by target", () => {
    const both = measuring([-3, 9], [-1, 8], [-8, 11], [-9, 12])
    expect([...ldsByTarget([sums[0]!, sums[0]!], both)]).toEqual([1, -1])
  })

  it("has for a ceiling what another seed's measurements score", () => {
    const one = measuring([1, 4], [2, 3], [3, 2], [4, 1])
    const other = measuring([1, 1], [2, 2], [4, 3], [3, 4])
    expect(noiseCeiling(one, other)[0]).toBeCloseTo(0.8, 12)
    expect(noiseCeiling(one, other)[1]).toBe(-1)
    expect(meanOfBoth(one, other).outcomes.map((row) => [...row])).toEqual([
      [1, 2.5],
      [2, 2.5],
      [3.5, 2.5],
      [3.5, 2.5]
    ])
  })
})

describe("a world where the truth is a sum over groups", () => {
  // Sixteen groups with an effect each on three targets; 64 halves.
  const random = draws(7, "world")
  const effects = Array.from({ length: 3 }, () => Float64Array.from({ length: 16 }, () => random.normal()))
  const weights = groupWeights({ design: "halves", groups: 16, subsets: 64, seed: 3 })
  const outcomes = weights.map((row) =>
    Float64Array.from(effects, (of) => of.reduce((sum, effect, group) => sum + effect * row[group]!, 0))
  )

  it("gives a method that knows it 1, and its scores at the wrong groups nothing", () => {
    expect([...ldsByTarget(effects, { weights, outcomes })]).toEqual([1, 1, 1])
    const permuted = permutedLds(effects, { weights, outcomes }, 1)
    const mean = permuted.reduce((a, b) => a + b, 0) / permuted.length
    expect(Math.abs(mean)).toBeLessThan(0.15)
  })
})
