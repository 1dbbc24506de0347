/**
 * McNemar's exact test (1947): do two checkpoints differ on the same problems, judged right or wrong once each?
 *
 * Only problems on which they disagree say anything. If neither is better, each disagreement is a fair coin:
 *   p = min(1, 2 P(X <= min(b, c))),  X ~ Binomial(b + c, 1/2)
 */

import { EvaluationInputError } from "../EvaluationInputError.ts"
import { lowerTail } from "./binomial.ts"

export interface McNemar {
  /** Wrong before, right after. */
  readonly gained: number
  /** Right before, wrong after. */
  readonly lost: number
  /** Two-sided. */
  readonly p: number
}

/** `before` and `after` hold 0 or 1 per problem, `[problems]`. */
export const mcnemar = (before: ArrayLike<number>, after: ArrayLike<number>): McNemar => {
  if (before.length !== after.length) {
    throw new EvaluationInputError({ field: "after", detail: `${after.length} problems, but ${before.length} before` })
  }
  let gained = 0
  let lost = 0
  for (let i = 0; i < before.length; i++) {
    if (before[i] === 0 && after[i] !== 0) gained++
    if (before[i] !== 0 && after[i] === 0) lost++
  }
  return { gained, lost, p: Math.min(1, 2 * lowerTail(Math.min(gained, lost), gained + lost, 0.5)) }
}
