/** Several hypotheses at once: Holm's step-down procedure (1979), which keeps the chance of any false rejection at its level. */

export interface HolmStep {
  readonly rejected: boolean
  /** What the p-value was compared with; behind one that failed, what that one was: it would have to come before it. */
  readonly level: number
}

/**
 * For each p-value, in the order given: the smallest is compared with level / m, the next with level / (m - 1), until one fails.
 */
export const holm = (pValues: ReadonlyArray<number>, level = 0.05): ReadonlyArray<HolmStep> => {
  const steps: Array<HolmStep> = []
  let going = true
  let compared = level
  const inOrder = pValues.map((p, i) => ({ p, i })).toSorted((a, b) => a.p - b.p)
  inOrder.forEach(({ p, i }, rank) => {
    if (going) compared = level / (pValues.length - rank)
    going &&= p <= compared
    steps[i] = { rejected: going, level: compared }
  })
  return steps
}
