/** What a seed's own problems leave of numbers without an interval, held against drawing; and that near-ties are not certain. */

import { describe, expect, test } from "vitest"

import { draws } from "../../../src/random/philox.ts"
import { expertIterationSlower, grpoLessStable } from "../../../src/report/claims/algorithm-claims.ts"
import { completionsIn, entropyError, intervalError, shareError } from "../../../src/report/claims/errors.ts"
import { klKeepsBreadth } from "../../../src/report/claims/outcome-claims.ts"
import { tiltPredicts } from "../../../src/report/claims/prediction-claims.ts"
import { refinesStyle } from "../../../src/report/claims/refinement-claims.ts"
import { judge } from "../../../src/report/claims/verdict.ts"
import { concentration } from "../../../src/report/claims/winner-claims.ts"
import { cell, studyOf } from "../fixtures/made-study.ts"

const deviationOf = (values: ReadonlyArray<number>) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}
const entropy = (shares: ReadonlyArray<number>) => shares.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0)

/** Shares among n completions drawn from these. */
const drawn = (name: string, shares: ReadonlyArray<number>, n: number) => {
  const random = draws(3, name)
  return () => {
    const counts = shares.map(() => 0)
    for (let i = 0; i < n; i++) {
      const at = random.uniform()
      let [below, format] = [0, -1]
      while (format < shares.length - 1 && below <= at) below += shares[++format]!
      counts[format]!++
    }
    return counts.map((count) => count / n)
  }
}

describe("the error of a share", () => {
  test.each([0.5, 0.9, 0.985])("of %d is what drawing leaves", (share) => {
    const draw = drawn(`share-${share}`, [share, 1 - share], 400)
    const seen = deviationOf(Array.from({ length: 1000 }, () => draw()[0]!))
    expect(shareError(share, 400) / seen).toBeGreaterThan(0.9)
    expect(shareError(share, 400) / seen).toBeLessThan(1.15)
  })
  test.each([0, 1])("of %d is not 0", (share) => expect(shareError(share, 100)).toBeGreaterThan(0.005))
  test("rests on the completions of its steps, one a step where nobody counted", () => {
    expect(completionsIn({ updates: new Map([["completions", [10, 20, 30]]]) }, 1, 2)).toBe(50)
    expect(completionsIn({ updates: new Map() }, 1, 2)).toBe(2)
  })
  test("is that of its interval where there is one", () => {
    expect(intervalError({ low: 0.402, high: 0.598 })).toBeCloseTo(0.05, 4)
    expect(intervalError({ low: null, high: 0.5 })).toBe(0)
  })
})

describe("the error of an entropy", () => {
  test.each([[[0.6, 0.3, 0.1]], [[0.9, 0.07, 0.03]], [[0.34, 0.33, 0.33]]])("of %j is what drawing leaves", (shares) => {
    const n = 800
    const draw = drawn(`entropy-${shares.join()}`, shares, n)
    const seen = deviationOf(Array.from({ length: 1000 }, () => entropy(draw())))
    const half = (p: number) => 1.96 * Math.sqrt((p * (1 - p)) / n)
    const error = entropyError(shares.map((value) => ({ value, low: value - half(value), high: value + half(value), seeds: 1 })))
    // Where all are about equal the entropy is at its largest and hardly moves: the delta method says so too.
    expect(Math.abs(error - seen)).toBeLessThan(Math.max(0.15 * seen, 0.003))
  })
  test("of one format alone is not 0", () => {
    expect(entropyError([{ value: 1, low: 0.99, high: 1, seeds: 1 }])).toBeGreaterThan(0.005)
    expect(entropyError([{ value: 1, low: 1, high: 1, seeds: 1 }])).toBe(0)
  })
})

describe("three seeds that all but agree", () => {
  const ppo = { "rl.algorithm": "ppo" }
  const other = { "rl.algorithm": "other" }
  const kl = { "rl.kl": 1 }
  const tiny = (seed: number) => 1e-5 * seed
  const three = <A>(of: (seed: number) => A) => [0, 1, 2].map(of)
  const falls = (depth: number) => three((seed) => ({ accuracy: [0.5, 0.6, 0.6 - depth - tiny(seed), 0.6] }))
  const shares = (omi1: number) =>
    three((seed) => ({
      before: { shares: { omi1: 0.5, omi2: 0.5 } },
      after: { shares: { omi1: omi1 + tiny(seed), omi2: 1 - omi1 - tiny(seed) } }
    }))
  const styles = three((seed) => ({
    before: {
      styleShares: { "omi1/a": 0.5, "omi1/b": 0.5 },
      styleAccuracies: { "omi1/a": 0.3, "omi1/b": 0.6 }
    },
    after: { shares: { omi1: 0.9 }, styleShares: { "omi1/a": 0.499 - tiny(seed) } }
  }))
  const parts = (claim: Parameters<typeof judge>[0][number], ...cells: ReadonlyArray<ReturnType<typeof cell>>) => {
    const [judged] = judge([claim], studyOf(...cells))
    return [...judged!.parts, ...judged!.controls]
  }
  test.each([
    [
      "C1, a final share",
      () =>
        parts(
          concentration({ arms: ppo, seeds: 3 }),
          cell(
            ppo,
            three((seed) => ({
              after: { shares: { omi1: 0.9 } },
              shares: { omi1: [0.3, 0.5, 0.901 + tiny(seed)] },
              accuracy: [0.3, 0.4, 0.5]
            }))
          )
        )[0]
    ],
    [
      "C5, an entropy",
      () =>
        parts(
          klKeepsBreadth({ weak: ppo, strong: other, sharing: [], k: 8, seeds: 3 }),
          cell(ppo, shares(0.9)),
          cell(other, shares(0.899))
        )[0]
    ],
    [
      "C8, a fall",
      () =>
        parts(grpoLessStable({ ppo, grpo: other, sharing: [], seeds: 3 }), cell(ppo, falls(0.1)), cell(other, falls(0.101)))[1]
    ],
    [
      "C9, a shift",
      () =>
        parts(
          expertIterationSlower({ ppo: other, ei: ppo, sharing: [], seeds: 3 }),
          cell(ppo, shares(0.8)),
          cell(other, shares(0.801))
        )[0]
    ],
    ["C10, a sub-style", () => parts(refinesStyle({ arms: ppo, seeds: 3 }), cell(ppo, styles))[0]],
    [
      "C12, a miss",
      () =>
        parts(
          tiltPredicts({ arms: kl, margin: 0.05, seeds: 3 }),
          cell(
            { ...ppo, ...kl },
            three((seed) => ({
              before: { shares: { omi1: 0.5, omi2: 0.5 }, accuracies: { omi1: 0.5, omi2: 0.5 } },
              after: { shares: { omi1: 0.5495 - tiny(seed), omi2: 0.4505 + tiny(seed) } },
              kl: 1
            }))
          )
        )[0]
    ]
  ] as const)("are not certain of a hair's breadth: %s", (_, of) => {
    const part = of()!
    expect([part.n, part.holds]).toEqual([3, true])
    expect(part.problemsDominate).toBe(true)
    expect(part.pFor).toBeGreaterThan(0.05)
  })
})
