/** Paired tests, bootstrap, aggregation, shares and the distribution functions, against known values and exact identities. */

import { describe, expect, it } from "vitest"

import { diversity } from "../../src/evaluation/metrics/diversity.ts"
import { timeToDominance } from "../../src/evaluation/metrics/dominance.ts"
import { shareEntropy, totalVariation } from "../../src/evaluation/metrics/format-shares.ts"
import { type Answer, majorityAtK } from "../../src/evaluation/metrics/majority.ts"
import { passAtK, passAtKByProblem } from "../../src/evaluation/metrics/pass-at-k.ts"
import { bootstrapMean, pairedBootstrap } from "../../src/evaluation/statistics/bootstrap.ts"
import { meanInterval, wilson } from "../../src/evaluation/statistics/intervals.ts"
import { mcnemar } from "../../src/evaluation/statistics/mcnemar.ts"
import { logGamma, normalQuantile, studentQuantile } from "../../src/evaluation/statistics/special-functions.ts"
import { draws } from "../../src/random/philox.ts"

describe("pass@k", () => {
  it("is exact for a million samples, and keeps the digits of small probabilities", () => {
    expect(passAtK(1_000_000, 500_000, 2)).toBeCloseTo(1 - (500_000 * 499_999) / (1_000_000 * 999_999), 13)
    expect(passAtK(1_000_000, 1, 3) / 3e-6).toBeCloseTo(1, 12)
  })

  it("is c / n for k = 1 and 'any correct' for k = n", () => {
    for (let c = 0; c <= 12; c++) {
      expect(passAtK(12, c, 1)).toBeCloseTo(c / 12, 14)
      expect(passAtK(12, c, 12)).toBe(c > 0 ? 1 : 0)
    }
  })

  it("equals enumeration of all subsets", () => {
    const correct = [1, 0, 0, 1, 0, 0, 0]
    const subsets = Array.from({ length: 2 ** 7 }, (_, bits) => correct.filter((_, i) => (bits >> i) & 1)).filter(
      (s) => s.length === 3
    )
    expect(passAtK(7, 2, 3)).toBeCloseTo(subsets.filter((s) => s.includes(1)).length / subsets.length, 14)
  })

  it("refuses k beyond n and more correct than samples", () => {
    expect(() => passAtK(4, 1, 5)).toThrow(/"k" cannot be used: it must be an integer from 1 to 4; got 5/)
    expect(() => passAtK(4, 5, 1)).toThrow(/"c" cannot be used/)
    expect(() => passAtKByProblem([], [], 1)).toThrow(/"samples" cannot be used: it is empty/)
  })
})

describe("majority@k", () => {
  /** The vote of all the answers, ties drawn: by counting, as one would by hand. */
  const vote = (answers: ReadonlyArray<Answer>, gold: string): number => {
    const counts = Map.groupBy(
      answers.filter((answer) => answer !== null),
      (answer) => answer
    )
    const most = Math.max(0, ...[...counts.values()].map((same) => same.length))
    const tied = [...counts].filter(([, same]) => same.length === most).map(([answer]) => answer)
    return tied.includes(gold) ? 1 / tied.length : 0
  }

  it("equals enumeration of all subsets for random votes", () => {
    const random = draws(2, "majority-test")
    for (let round = 0; round < 25; round++) {
      const n = random.between(1, 9)
      const answers: ReadonlyArray<Answer> = Array.from({ length: n }, () => random.pick<Answer>(["a", "b", "c", null]))
      const k = random.between(1, n)
      const subsets = Array.from({ length: 2 ** n }, (_, bits) => answers.filter((_, i) => (bits >> i) & 1)).filter(
        (s) => s.length === k
      )
      const exact = subsets.reduce((sum, s) => sum + vote(s, "a"), 0) / subsets.length
      expect(majorityAtK(answers, "a", k)).toBeCloseTo(exact, 12)
    }
  })

  it("stays a probability for hundreds of samples", () => {
    const answers = Array.from({ length: 600 }, (_, i) => (i % 3 === 0 ? "a" : `other ${i % 5}`))
    const value = majorityAtK(answers, "a", 300)
    expect(value).toBeGreaterThan(0.99)
    expect(value).toBeLessThanOrEqual(1 + 1e-12)
  })
})

describe("quantiles", () => {
  it("have their known values", () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13)
    expect(logGamma(11)).toBeCloseTo(Math.log(3628800), 12)
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12)
    expect(normalQuantile(0.995)).toBeCloseTo(2.5758293035489, 12)
    // Both branches of the error function, the series and the tail.
    expect(normalQuantile(0.0013498980316301)).toBeCloseTo(-3, 10)
    expect(normalQuantile(0.5 + 0.19146246127401312)).toBeCloseTo(0.5, 12)
    // Tables of Student's t.
    expect(studentQuantile(0.975, 1)).toBeCloseTo(12.706204736174694, 9)
    expect(studentQuantile(0.975, 2)).toBeCloseTo(4.302652729749462, 10)
    expect(studentQuantile(0.975, 9)).toBeCloseTo(2.262157162798205, 10)
    // P(T <= -2) with two degrees of freedom is (1 - sqrt(2 / 3)) / 2.
    expect(studentQuantile((1 - Math.sqrt(2 / 3)) / 2, 2)).toBeCloseTo(-2, 12)
  })
})

describe("aggregation over seeds", () => {
  it("gives a t interval: five seeds", () => {
    const { mean, low, high, n } = meanInterval([0.1, 0.2, 0.3, 0.4, 0.5])
    expect(n).toBe(5)
    expect(mean).toBeCloseTo(0.3, 14)
    // t(0.975, 4) = 2.776445105; standard error sqrt(0.025 / 5)
    expect(high - low).toBeCloseTo(2 * 2.7764451051977934 * Math.sqrt(0.005), 10)
  })

  it("claims nothing about the spread of a single seed", () => {
    const { mean, low, high } = meanInterval([0.4])
    expect([mean, low, high]).toEqual([0.4, Number.NaN, Number.NaN])
  })
})

describe("bootstrap over problems", () => {
  const values = Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? 1 : 0))

  it("agrees with the normal approximation for a share", () => {
    const { low, high } = bootstrapMean(values, { seed: 5, resamples: 4000 })
    const half = 1.96 * Math.sqrt((0.25 * 0.75) / 200)
    expect(Math.abs(low - (0.25 - half))).toBeLessThan(0.01)
    expect(Math.abs(high - (0.25 + half))).toBeLessThan(0.01)
  })

  it("sees a difference between checkpoints that unpaired intervals would hide", () => {
    // Hard and easy problems; the second checkpoint gains 0.05 on each.
    const before = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 0.1 : 0.9))
    const after = before.map((x, i) => x + 0.05 + 0.01 * (i % 3))
    const paired = pairedBootstrap(before, after, { seed: 1 })
    expect(paired.difference).toBeCloseTo(0.0599, 4)
    expect(paired.low).toBeGreaterThan(0.05)
    expect(paired.p).toBeLessThan(0.002)
    const alone = bootstrapMean(before, { seed: 1 })
    expect(alone.high - alone.low).toBeGreaterThan(paired.difference)
  })

  it("never gives p = 0: with every resample above 0 it is 2 / (resamples + 1)", () => {
    const { p } = pairedBootstrap([0, 0, 0], [1, 1, 1], { seed: 1, resamples: 99 })
    expect(p).toBeCloseTo(0.02, 14)
  })

  it("finds no difference between equal checkpoints", () => {
    const same = pairedBootstrap(values, values, { seed: 1 })
    expect([same.difference, same.low, same.high, same.p]).toEqual([0, 0, 0, 1])
  })
})

describe("McNemar's exact test", () => {
  const pairs = (gained: number, lost: number, both: number) => ({
    before: [...Array<number>(gained).fill(0), ...Array<number>(lost).fill(1), ...Array<number>(both).fill(1)],
    after: [...Array<number>(gained).fill(1), ...Array<number>(lost).fill(0), ...Array<number>(both).fill(1)]
  })
  it("counts disagreements as fair coins", () => {
    const { before, after } = pairs(9, 1, 50)
    // 2 (1 + 10) / 2^10
    expect(mcnemar(before, after)).toEqual({ gained: 9, lost: 1, p: expect.closeTo(22 / 1024, 12) })
    const even = pairs(4, 4, 0)
    expect(mcnemar(even.before, even.after).p).toBe(1)
    expect(mcnemar([1, 0], [1, 0])).toEqual({ gained: 0, lost: 0, p: 1 })
  })

  it("refuses different numbers of problems", () => {
    expect(() => mcnemar([1], [1, 0])).toThrow(/2 problems, but 1 before/)
  })
})

describe("shares of formats", () => {
  it("have an entropy only where there are some", () => {
    expect(() => shareEntropy([0, 0])).toThrow(/one must be above 0/)
  })

  it("are compared by total variation", () => {
    expect(totalVariation([0.7, 0.2, 0.1], [0.2, 0.7, 0.1])).toBeCloseTo(0.5, 14)
  })
})

describe("intervals", () => {
  it("widen with the level and narrow with the sample", () => {
    expect(wilson(5, 10, 0.99).low).toBeLessThan(wilson(5, 10).low)
    expect(wilson(50, 100).low).toBeGreaterThan(wilson(5, 10).low)
    expect(() => wilson(5, 10, 95)).toThrow(/"level" cannot be used: it must be between 0 and 1; got 95/)
    expect(() => wilson(11, 10)).toThrow(/"correct" cannot be used/)
  })
})

describe("diversity", () => {
  it("counts different completions, and different correct ones", () => {
    expect(diversity(["x", "x", "y", "z"], [1, 1, 0, 1])).toEqual({
      samples: 4,
      distinct: 3,
      distinctShare: 0.75,
      correct: 3,
      distinctCorrect: 2
    })
  })
})

describe("time to dominance", () => {
  const share = [0.5, 0.95, 0.6, 0.85, 0.9, 0.92, 0.9, 0.94, 0.99, 1]
  const shares = new Map([
    ["omi2", share.map((x) => 1 - x)],
    ["tinygsm", share],
    ["invalid", share.map(() => 1)]
  ])

  it("is the first step from which a format holds nine tenths on average over five steps; one high step is not enough", () => {
    // Means of five: .76, .844, .834, .902, ...
    expect(timeToDominance(shares)).toEqual({ format: "tinygsm", step: 3 })
    expect(timeToDominance(shares, { window: 1 })).toEqual({ format: "tinygsm", step: 1 })
    expect(timeToDominance(shares, { threshold: 0.97 })).toBeNull()
  })

  it("is none for a run shorter than the window, or without rollouts", () => {
    expect(timeToDominance(new Map([["tinygsm", [1, 1, 1, 1]]]))).toBeNull()
    expect(timeToDominance(new Map())).toBeNull()
  })
})
