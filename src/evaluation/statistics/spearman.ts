/**
 * Spearman's rank correlation: Pearson's correlation of the ranks, where equal values share the mean of their ranks. Without ties
 * it is 1 - 6 sum(d^2) / (n (n^2 - 1)), d the differences of the ranks.
 */

import { EvaluationInputError } from "../EvaluationInputError.ts"

/** Ranks from 1, the least value first; equal values have the mean of the ranks that they take up. */
export const ranksOf = (values: ArrayLike<number>): Float64Array => {
  const order = Int32Array.from(values, (_, i) => i).toSorted((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < order.length;) {
    let to = from + 1
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + 1 + to) / 2
    from = to
  }
  return ranks
}

/**
 * The correlation, from -1 to 1. Values that are all equal order nothing, and agree with no order: 0. Throws
 * `EvaluationInputError` where the two are not of one length, or a value is not a number.
 */
export const spearman = (one: ArrayLike<number>, other: ArrayLike<number>): number => {
  if (one.length !== other.length)
    throw new EvaluationInputError({ field: "other", detail: `it has ${other.length} values beside ${one.length}` })
  for (const [field, values] of Object.entries({ one, other }))
    if (Array.from(values).some(Number.isNaN)) throw new EvaluationInputError({ field, detail: "it holds NaN" })
  const [a, b] = [ranksOf(one), ranksOf(other)]
  const mean = (one.length + 1) / 2
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]! - mean, b[i]! - mean]
    ab += x * y
    aa += x * x
    bb += y * y
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb)
}
