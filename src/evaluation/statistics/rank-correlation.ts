/**
 * Spearman's rank correlation: Pearson's correlation of average ranks. The linear datamodeling score is a mean of these.
 */
import { EvaluationInputError } from "../EvaluationInputError.ts"

/** Ranks from 1; tied values share the average of the ranks they cover. */
export const averageRanks = (values: ArrayLike<number>): Float64Array => {
  const order = Array.from({ length: values.length }, (_, i) => i).toSorted((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}

/** Spearman's rho; null when one side is constant, where no correlation exists. */
export const spearman = (x: ArrayLike<number>, y: ArrayLike<number>): number | null => {
  if (x.length !== y.length) throw new EvaluationInputError({ field: "y", detail: `${y.length} values, but ${x.length} in x` })
  return pearson(averageRanks(x), averageRanks(y))
}

/** Pearson's correlation; null when one side is constant. */
export const pearson = (x: ArrayLike<number>, y: ArrayLike<number>): number | null => {
  const n = x.length
  let meanX = 0
  let meanY = 0
  for (let i = 0; i < n; i++) {
    meanX += x[i]! / n
    meanY += y[i]! / n
  }
  let xx = 0
  let yy = 0
  let xy = 0
  for (let i = 0; i < n; i++) {
    xx += (x[i]! - meanX) ** 2
    yy += (y[i]! - meanY) ** 2
    xy += (x[i]! - meanX) * (y[i]! - meanY)
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy)
}
