/** The area under the curve of sensitivity over false alarms, by ranks (Mann and Whitney's U): no threshold has to be chosen. */

import { requireSome } from "../EvaluationInputError.ts"
import { ranksOf } from "./spearman.ts"

/** Chance that a value out of `low` is below one out of `high`, equal ones counting half. */
export const auc = (low: ArrayLike<number>, high: ArrayLike<number>): number => {
  requireSome("low", low)
  requireSome("high", high)
  const ranks = ranksOf(Float64Array.from([...Array.from(low), ...Array.from(high)]))
  let sum = 0
  for (let i = low.length; i < ranks.length; i++) sum += ranks[i]!
  return (sum - (high.length * (high.length + 1)) / 2) / (low.length * high.length)
}
