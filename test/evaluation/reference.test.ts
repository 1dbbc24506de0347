/** Evaluation statistics against exact values computed elsewhere in rational arithmetic (test/fixtures/eval-metrics.json). */

import { readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { shareEntropy } from "../../src/evaluation/metrics/format-shares.ts"
import { type Answer, majorityAtK } from "../../src/evaluation/metrics/majority.ts"
import { passAtK, passAtKByProblem } from "../../src/evaluation/metrics/pass-at-k.ts"
import { meanInterval, wilson } from "../../src/evaluation/statistics/intervals.ts"

interface Reference {
  readonly pass_at_k: {
    readonly rows: ReadonlyArray<{ readonly n: number; readonly c: number; readonly k: number; readonly value: number }>
    readonly mean_over_problems: {
      readonly problems_n_c: ReadonlyArray<readonly [number, number]>
      readonly means: Readonly<Record<string, number>>
    }
  }
  readonly majority: {
    readonly rows: ReadonlyArray<{
      readonly answers: ReadonlyArray<Answer>
      readonly gold: string
      readonly uniform_tie_probability: number
    }>
    readonly expected_over_subsets: ReadonlyArray<{
      readonly answers: ReadonlyArray<Answer>
      readonly gold: string
      readonly values: Readonly<Record<string, { readonly value: number }>>
    }>
  }
  readonly intervals_95: ReadonlyArray<{
    readonly c: number
    readonly n: number
    readonly wilson: readonly [number, number]
  }>
  readonly standard_error_of_mean: ReadonlyArray<{
    readonly values: ReadonlyArray<number>
    readonly mean: number
    readonly standard_error: number
  }>
  readonly format_share_entropy: ReadonlyArray<{
    readonly counts: ReadonlyArray<number>
    readonly nats: number
    readonly bits: number
    readonly normalised_by_log_number_of_classes: number
    readonly effective_number: number
  }>
}

const reference: Reference = JSON.parse(readFileSync(new URL("../fixtures/eval-metrics.json", import.meta.url), "utf8"))

describe("pass@k", () => {
  it.each(reference.pass_at_k.rows)("is exact for n = $n, c = $c, k = $k", ({ n, c, k, value }) => {
    expect(passAtK(n, c, k)).toBeCloseTo(value, 12)
  })

  it("averages over problems with different numbers of samples", () => {
    const { problems_n_c, means } = reference.pass_at_k.mean_over_problems
    const samples = problems_n_c.map(([n]) => n)
    const correct = problems_n_c.map(([, c]) => c)
    expect(Object.keys(means)).toEqual(["1", "4", "8"])
    for (const [k, mean] of Object.entries(means)) {
      const each = passAtKByProblem(samples, correct, Number(k))
      expect(each.reduce((sum, p) => sum + p, 0) / each.length).toBeCloseTo(mean, 12)
    }
  })
})

describe("majority vote", () => {
  it.each(reference.majority.rows)("of all of $answers for $gold", (row) => {
    expect(majorityAtK(row.answers, row.gold, row.answers.length)).toBeCloseTo(row.uniform_tie_probability, 12)
  })

  it.each(reference.majority.expected_over_subsets)("over all subsets of $answers equals enumeration", (row) => {
    for (const [k, { value }] of Object.entries(row.values)) {
      expect(majorityAtK(row.answers, row.gold, Number(k))).toBeCloseTo(value, 12)
    }
  })
})

describe("95 % intervals", () => {
  it.each(reference.intervals_95)("of $c out of $n", (row) => {
    const w = wilson(row.c, row.n)
    expect(w.low).toBeCloseTo(row.wilson[0], 12)
    expect(w.high).toBeCloseTo(row.wilson[1], 12)
  })

  it.each(reference.standard_error_of_mean)("rest on the reference's standard error of a mean", (row) => {
    const estimate = meanInterval(row.values)
    expect(estimate.mean).toBeCloseTo(row.mean, 12)
    expect(estimate.standardError).toBeCloseTo(row.standard_error, 12)
  })
})

describe("entropy of shares", () => {
  it.each(reference.format_share_entropy)("of $counts", (row) => {
    const entropy = shareEntropy(row.counts)
    expect(entropy.nats).toBeCloseTo(row.nats, 12)
    expect(entropy.bits).toBeCloseTo(row.bits, 12)
    expect(entropy.normalised).toBeCloseTo(row.normalised_by_log_number_of_classes, 12)
    expect(entropy.effectiveNumber).toBeCloseTo(row.effective_number, 12)
  })
})
