/** Exact counts, tests over seeds, their power, and several hypotheses at once: known values, identities, and simulation. */

import { describe, expect, it } from "vitest"

import { exactShare, lowerTail, upperTail } from "../../src/evaluation/statistics/binomial.ts"
import { holm } from "../../src/evaluation/statistics/holm.ts"
import { meanInterval } from "../../src/evaluation/statistics/intervals.ts"
import { pAbove, pBelow, power, seedsNeeded } from "../../src/evaluation/statistics/mean-tests.ts"
import { studentQuantile } from "../../src/evaluation/statistics/special-functions.ts"
import { draws } from "../../src/random/philox.ts"

describe("counts", () => {
  it("have the tails that adding up gives", () => {
    expect(upperTail(7, 8, 0.5)).toBeCloseTo(9 / 256, 14)
    expect(lowerTail(1, 10, 0.5)).toBeCloseTo(11 / 1024, 14)
    expect([upperTail(0, 5, 0.3), upperTail(6, 5, 0.3), lowerTail(-1, 5, 0.3), lowerTail(5, 5, 0.3)]).toEqual([1, 0, 0, 1])
    expect(lowerTail(0, 100, 0.5) * 2 ** 100).toBeCloseTo(1, 10)
  })
  it("have Clopper and Pearson's interval", () => {
    // By scipy.stats.binomtest(7, 8).proportion_ci(method="exact") and (5, 5), (0, 3).
    expect(exactShare(7, 8).low).toBeCloseTo(0.47349, 5)
    expect(exactShare(7, 8).high).toBeCloseTo(0.996841, 5)
    expect(exactShare(5, 5)).toEqual({ low: expect.closeTo(0.478176, 5), high: 1 })
    expect(exactShare(0, 3)).toEqual({ low: 0, high: expect.closeTo(0.707598, 5) })
  })
})

describe("a mean over seeds", () => {
  const values = [0.12, 0.2, 0.16, 0.11, 0.17]
  it("lies above a margin exactly where its interval does", () => {
    const mean = meanInterval(values)
    expect(pAbove(mean, mean.low)).toBeCloseTo(0.025, 10)
    expect(pBelow(mean, mean.high)).toBeCloseTo(0.025, 10)
    expect(pAbove(mean, mean.mean)).toBeCloseTo(0.5, 10)
  })
  it("says nothing with one seed", () => {
    expect(pAbove(meanInterval([0.4]), 0)).toBe(1)
    expect(pBelow(meanInterval([0.4]), 1)).toBe(1)
  })
})

describe("power", () => {
  it("at the margin is the level, and grows with seeds", () => {
    for (const n of [2, 3, 5, 20]) expect(power(0, 1, { low: 0, high: Infinity }, n, 0.025)).toBeCloseTo(0.025, 4)
    const powers = [3, 5, 8, 12].map((n) => power(1, 1, { low: 0, high: Infinity }, n, 0.025))
    expect(powers).toEqual(powers.toSorted((a, b) => a - b))
    // By statsmodels' TTestPower().power(effect_size=1, nobs=10, alpha=0.025, alternative="larger").
    expect(power(1, 1, { low: 0, high: Infinity }, 10, 0.025)).toBeCloseTo(0.8031, 3)
  })
  it("is what drawing says, of a test of superiority and of one of equivalence", () => {
    const random = draws(7, "power")
    const normal = () => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())
    const cases = [
      { mean: 0.1, deviation: 0.08, range: { low: 0, high: Infinity }, n: 6 },
      { mean: 0.01, deviation: 0.04, range: { low: -0.05, high: 0.05 }, n: 8 }
    ]
    for (const { mean, deviation, range, n } of cases) {
      let shown = 0
      for (let draw = 0; draw < 4000; draw++) {
        const found = meanInterval(Array.from({ length: n }, () => mean + deviation * normal()))
        if (found.low > range.low && found.high < range.high) shown++
      }
      expect(Math.abs(shown / 4000 - power(mean, deviation, range, n, 0.025)), JSON.stringify(range)).toBeLessThan(0.025)
    }
  })
  it("names the fewest seeds that reach it", () => {
    const range = { low: 0, high: Infinity }
    const n = seedsNeeded(0.1, 0.1, range, 0.025)!
    expect(power(0.1, 0.1, range, n, 0.025)).toBeGreaterThanOrEqual(0.8)
    expect(power(0.1, 0.1, range, n - 1, 0.025)).toBeLessThan(0.8)
    expect(seedsNeeded(-0.1, 0.1, range, 0.025)).toBeNull()
    expect(seedsNeeded(1e-6, 0.1, range, 0.025)).toBeNull()
    expect(studentQuantile(0.975, n - 1)).toBeGreaterThan(1.96)
  })
})

describe("Holm", () => {
  it("stops at the first that fails", () => {
    const steps = holm([0.01, 0.04, 0.03, 0.005])
    expect(steps.map(({ rejected }) => rejected)).toEqual([true, false, false, true])
    expect(steps.map(({ level }) => level)).toEqual([0.05 / 3, 0.025, 0.025, 0.0125].map((x) => expect.closeTo(x, 12)))
    expect(holm([])).toEqual([])
    // A later one that would pass by itself does not, behind one that fails.
    expect(holm([0.03, 0.049]).map(({ rejected }) => rejected)).toEqual([false, false])
  })
})
