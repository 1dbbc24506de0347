/** What guessing gives, where pass@k crosses, which problems are kept, lost and found: by hand, by enumeration, by simulation. */

import { describe, expect, it } from "vitest"

import { coverageOf, crossingOf } from "../../src/evaluation/metrics/coverage.ts"
import { guessedRight } from "../../src/evaluation/metrics/guessing.ts"
import { passAtK } from "../../src/evaluation/metrics/pass-at-k.ts"
import { draws } from "../../src/random/philox.ts"

describe("guessing", () => {
  it("holds each problem's answers against the references of others, never its own", () => {
    const references = ["1", "2", "3", "4", "5", "6"]
    const own = references.map((reference) => [reference, reference, null])
    for (const right of guessedRight(own, references, 3)) expect([...right]).toEqual([0, 0, 0, 0, 0, 0])
    // One who always says 3 is right wherever another's reference is 3: for each shift at one problem, and not at its own.
    const always = references.map(() => ["3"])
    const shifts = guessedRight(always, references, 3)
    expect(shifts).toHaveLength(4)
    for (const right of shifts) {
      expect(right.reduce((a, b) => a + b, 0)).toBe(1)
      expect(right[2]).toBe(0)
    }
  })

  it("counts answers that are the same however they are written", () => {
    expect(guessedRight([["0.5"], ["7"]], ["7", "\\frac12"], 0).map((right) => [...right])).toEqual([[1, 1]])
  })

  it("is the same for the same seed, and none for a single problem", () => {
    const answers = Array.from({ length: 30 }, (_, i) => [String(i % 5)])
    const references = answers.map((_, i) => String(i % 3))
    expect(guessedRight(answers, references, 1)).toEqual(guessedRight(answers, references, 1))
    expect(guessedRight(answers, references, 1)).not.toEqual(guessedRight(answers, references, 2))
    expect(guessedRight([["1"]], ["1"], 0)).toEqual([])
  })

  it("comes to what chance gives: answers drawn from ten numbers hit one in ten", () => {
    const random = draws(4, "guess")
    const draw = () => String(Math.floor(random.uniform() * 10))
    const answers = Array.from({ length: 200 }, () => Array.from({ length: 8 }, draw))
    const shifts = guessedRight(answers, Array.from({ length: 200 }, draw), 0)
    const right = shifts.reduce((sum, of) => sum + of.reduce((a, b) => a + b, 0), 0)
    expect(right / (200 * 8 * shifts.length)).toBeCloseTo(0.1, 2)
  })
})

describe("the crossing of pass@k", () => {
  const options = { seed: 0, resamples: 500 }
  const n = 16
  /** The smallest k by the definition, over all problems. */
  const byHand = (before: ReadonlyArray<number>, after: ReadonlyArray<number>) => {
    const mean = (counts: ReadonlyArray<number>, k: number) =>
      counts.reduce((sum, c) => sum + passAtK(n, c, k), 0) / counts.length
    for (let k = 1; k <= n; k++) if (mean(after, k) < mean(before, k) - 1e-12) return k
    return null
  }

  it("is the smallest k where after is below before", () => {
    // Before: all problems now and then; after: most of them always, the rest never.
    const before = Array.from({ length: 50 }, (_, i) => 2 + (i % 3))
    const after = Array.from({ length: 50 }, (_, i) => (i % 5 === 0 ? 0 : 15))
    const crossing = crossingOf(before, after, n, options)
    expect(crossing.k).toBe(byHand(before, after))
    expect(crossing.k).toBeGreaterThan(1)
    expect(crossing.low!).toBeLessThanOrEqual(crossing.k!)
    expect(crossing.high ?? n + 1).toBeGreaterThanOrEqual(crossing.k!)
  })

  it("is none where RL only gains, 1 where it only loses, and open above where it may lie beyond the samples", () => {
    const [few, many] = [Array.from({ length: 40 }, () => 3), Array.from({ length: 40 }, () => 9)]
    expect(crossingOf(few, many, n, options)).toEqual({ k: null, low: null, high: null })
    expect(crossingOf(many, few, n, options)).toEqual({ k: 1, low: 1, high: 1 })
    const rare = few.map((c, i) => (i === 0 ? 0 : c + 3))
    expect(crossingOf(few, rare, n, options).high).toBeNull()
  })
})

describe("problems kept, lost and found", () => {
  it("are counted by what both solve", () => {
    const one = [true, true, true, false, false]
    const other = [true, false, false, true, false]
    expect(coverageOf(one, other)).toEqual({ kept: 1, lost: 2, found: 1, neither: 1 })
  })
})
