/** Rank correlation, against values worked out by hand. */

import { describe, expect, it } from "vitest"

import { EvaluationInputError } from "../../src/evaluation/EvaluationInputError.ts"
import { ranksOf, spearman } from "../../src/evaluation/statistics/spearman.ts"

describe("ranks", () => {
  it("count from 1, and equal values share the mean of theirs", () => {
    expect([...ranksOf([30, 10, 20])]).toEqual([3, 1, 2])
    expect([...ranksOf([5, 1, 5, 5, 0])]).toEqual([4, 2, 4, 4, 1])
  })
})

describe("Spearman's correlation", () => {
  it("is 1 - 6 sum(d^2) / (n (n^2 - 1)) where no values are equal", () => {
    // Ranks 1..5 against 2, 1, 4, 3, 5: d^2 sums to 4, 1 - 24 / 120.
    expect(spearman([1, 2, 3, 4, 5], [20, 10, 40, 30, 50])).toBeCloseTo(0.8, 12)
  })

  it("is Pearson's of the shared ranks where some are", () => {
    // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: covariance 4.5, squares 4.5 and 5.
    expect(spearman([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12)
  })

  it("is 1 and -1 for the same and the opposite order, however far apart the values are", () => {
    expect(spearman([1, 2, 3], [-100, 0, 1e9])).toBe(1)
    expect(spearman([1, 2, 3], [1e9, 0, -100])).toBe(-1)
  })

  it("is 0 where one of the two is constant: it orders nothing", () => {
    expect(spearman([7, 7, 7], [1, 2, 3])).toBe(0)
  })

  it("refuses values that are not pairs of numbers", () => {
    expect(() => spearman([1, 2], [1])).toThrow(EvaluationInputError)
    expect(() => spearman([1, NaN], [1, 2])).toThrow(/"one" cannot be used: it holds NaN/)
  })
})
