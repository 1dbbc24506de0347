/** Averages that claims take: of a few values, and of a curve, whose single steps are noisy. */

export const meanOf = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Steps that one value of a smoothed curve is the mean of. */
export const windowOf = (curve: ReadonlyArray<number>): number => Math.max(1, Math.floor(curve.length / 10))

/** The mean over a window of a tenth of the curve's length, from each step at which one fits; none of an empty curve. */
export const smoothed = (curve: ReadonlyArray<number>): ReadonlyArray<number> => {
  const window = windowOf(curve)
  return Array.from({ length: Math.max(0, curve.length - window + 1) }, (_, i) => meanOf(curve.slice(i, i + window)))
}
