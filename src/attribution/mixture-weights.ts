/**
 * Which mixture of sources explains a set of texts? Two inverse problems with the same shape, both solved by maximum likelihood
 * over weights that are not negative and add up to 1:
 *
 * - from hard labels of an imperfect classifier: observed shares q, confusion C (rows: truth), solve q = C^T pi;
 * - from scores of each text under each source: pi maximises sum_y log sum_D pi_D exp(score_D(y)).
 *
 * Expectation maximisation keeps the constraints by construction and never lowers the likelihood. Where q = C^T pi has a solution
 * on the simplex, that is the maximum; where it has none, the result is the nearest one in the sense of the likelihood, not an
 * error.
 */

import { AttributionInputError } from "./AttributionInputError.ts"
import { posterior } from "./source-posterior.ts"

/**
 * Shares of the true classes from observed shares (or counts) of predicted ones.
 * `confusion[i][j]` is P(predicted j | true i); rows add up to 1.
 */
export const correctShares = (observed: ArrayLike<number>, confusion: ReadonlyArray<ArrayLike<number>>): Float64Array => {
  const classes = confusion.length
  const total = Array.from(observed).reduce((sum, x) => sum + x, 0)
  if (!(total > 0)) throw new AttributionInputError({ field: "observed", detail: "no predictions to correct" })
  confusion.forEach((row, i) => {
    const sum = Array.from(row).reduce((a, b) => a + b, 0)
    if (row.length !== observed.length || Math.abs(sum - 1) > 1e-6) {
      throw new AttributionInputError({ field: "confusion", detail: `row ${i} has ${row.length} entries that add up to ${sum}` })
    }
  })
  let shares = new Float64Array(classes).fill(1 / classes)
  for (let iteration = 0; iteration < 100_000; iteration++) {
    const next = new Float64Array(classes)
    for (let j = 0; j < observed.length; j++) {
      if (observed[j] === 0) continue
      let expected = 0
      for (let i = 0; i < classes; i++) expected += shares[i]! * confusion[i]![j]!
      if (expected === 0) continue
      for (let i = 0; i < classes; i++) next[i]! += (observed[j]! / total) * ((shares[i]! * confusion[i]![j]!) / expected)
    }
    const sum = next.reduce((a, b) => a + b, 0)
    if (sum === 0) {
      throw new AttributionInputError({ field: "confusion", detail: "no true class ever gives the observed predictions" })
    }
    const moved = next.reduce((most, x, i) => Math.max(most, Math.abs(x / sum - shares[i]!)), 0)
    shares = next.map((x) => x / sum)
    if (moved < 1e-13) break
  }
  return shares
}

/** Mixture weights `[sources]` that make texts with the given scores `[texts][sources]` (nats) most likely. */
export const mixtureWeights = (scores: ReadonlyArray<ArrayLike<number>>, temperature = 1): Float64Array => {
  if (scores.length === 0) throw new AttributionInputError({ field: "scores", detail: "there are no texts" })
  const sources = scores[0]!.length
  let weights = new Float64Array(sources).fill(1 / sources)
  for (let iteration = 0; iteration < 2_000; iteration++) {
    const next = new Float64Array(sources)
    for (const row of scores) {
      const share = posterior(row, { prior: weights, temperature })
      for (let d = 0; d < sources; d++) next[d]! += share[d]! / scores.length
    }
    const moved = next.reduce((most, x, d) => Math.max(most, Math.abs(x - weights[d]!)), 0)
    weights = next
    if (moved < 1e-10) break
  }
  return weights
}
