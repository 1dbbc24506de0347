/**
 * The linear datamodelling score (Park et al. 2023, TRAK, arXiv 2303.14186, definition 2.3): does the sum of a method's scores
 * over the documents of a subset order the subsets as training on them does?
 *
 *   LDS(t) = Spearman over subsets S of ( sum of score(t, d) over d in S ,  f_t(model trained on S) )
 *
 * f_t: log-probability of target t. A method that adds up need say no more than one number a group, the sum over its documents.
 * Beside each score stands a control: the same with the group sums dealt out to the groups at random, which is 0 in expectation.
 * The ceiling is the score that another seed's measurements get.
 */

import { spearman } from "../../evaluation/statistics/spearman.ts"
import { permutation } from "../../random/philox.ts"

/** What was measured. */
export interface Measured {
  /** How often each subset has each group, `[subsets][groups]`. */
  readonly weights: ReadonlyArray<Uint8Array>
  /** f, `[subsets][targets]`. */
  readonly outcomes: ReadonlyArray<Float64Array>
}

/** What the sums predict for each subset, `[subsets]`. */
const predicted = (sums: Float64Array, weights: ReadonlyArray<Uint8Array>): Float64Array =>
  Float64Array.from(weights, (of) => of.reduce((total, weight, group) => total + weight * sums[group]!, 0))

const outcomesOf = ({ outcomes }: Measured, target: number): Float64Array => Float64Array.from(outcomes, (row) => row[target]!)

/** The score of each target, `[targets]`; `sums`: `[targets][groups]`. */
export const ldsByTarget = (sums: ReadonlyArray<Float64Array>, measured: Measured): Float64Array =>
  Float64Array.from(sums, (of, target) => spearman(predicted(of, measured.weights), outcomesOf(measured, target)))

/** Deals of the control: its mean over them is within a few hundredths of what infinitely many would give. */
const DEALS = 20

/** The control of each target, `[targets]`: the mean score over random deals of the group sums to the groups. */
export const permutedLds = (sums: ReadonlyArray<Float64Array>, measured: Measured, seed: number): Float64Array => {
  const total = new Float64Array(sums.length)
  for (let deal = 0; deal < DEALS; deal++) {
    const order = permutation(sums[0]?.length ?? 0, seed, "permuted groups", deal)
    const dealt = sums.map((of) => Float64Array.from(order, (group) => of[group]!))
    ldsByTarget(dealt, measured).forEach((score, target) => (total[target]! += score))
  }
  return total.map((sum) => sum / DEALS)
}

/** What the measurements of another seed score, `[targets]`: as far as a method could get that predicted those exactly. */
export const noiseCeiling = (one: Measured, other: Measured): Float64Array => {
  const targets = one.outcomes[0]?.length ?? 0
  return Float64Array.from({ length: targets }, (_, target) => spearman(outcomesOf(one, target), outcomesOf(other, target)))
}

/** The mean of two measurements of the same subsets, which is less noisy than each. */
export const meanOfBoth = (one: Measured, other: Measured): Measured => ({
  weights: one.weights,
  outcomes: one.outcomes.map((row, subset) => row.map((value, target) => (value + other.outcomes[subset]![target]!) / 2))
})
