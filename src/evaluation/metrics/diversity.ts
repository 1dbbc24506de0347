/**
 * How many different solutions does a policy find for a problem? Collapse shows here before it shows in pass@k.
 */

import { requireSome } from "../EvaluationInputError.ts"

export interface Diversity {
  readonly samples: number
  /** Different completions, compared as strings. */
  readonly distinct: number
  readonly distinctShare: number
  readonly correct: number
  /** Different completions among the correct ones. */
  readonly distinctCorrect: number
}

/** For the completions of one problem; normalise (or use a token digest) before, when spelling should not count. */
export const diversity = (completions: ReadonlyArray<string>, correct: ArrayLike<number>): Diversity => {
  requireSome("completions", completions)
  const right = completions.filter((_, i) => correct[i] !== 0)
  const distinct = new Set(completions).size
  return {
    samples: completions.length,
    distinct,
    distinctShare: distinct / completions.length,
    correct: right.length,
    distinctCorrect: new Set(right).size
  }
}
