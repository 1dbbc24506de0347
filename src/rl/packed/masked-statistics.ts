/**
 * Mean and variance over the entries that a mask keeps.
 *
 * Every library whitens and normalises; they differ in the divisor of the variance (n - 1 or n), which is why it has a name here.
 * A variance with divisor n - 1 of fewer than two entries is undefined and given as NaN: callers decide what that means for them.
 */

/** What a sum of squares over n entries is divided by. */
export type Divisor = (n: number) => number

/** The two divisors of a variance that libraries use. */
export const DIVISORS = {
  sample: (n: number) => n - 1,
  population: (n: number) => n
} as const satisfies Readonly<Record<string, Divisor>>

/** Non-zero keeps the entry. Absent: every entry is kept. */
export type Mask = ArrayLike<number>

/** Number of entries kept. */
export const count = (length: number, mask?: Mask): number => {
  if (mask === undefined) return length
  let n = 0
  for (let i = 0; i < length; i++) if (mask[i] !== 0) n++
  return n
}

/** Mean of the kept entries; NaN when there are none. */
export const mean = (values: ArrayLike<number>, mask?: Mask): number => {
  let sum = 0
  let n = 0
  for (let i = 0; i < values.length; i++) {
    if (mask !== undefined && mask[i] === 0) continue
    sum += values[i]!
    n++
  }
  return sum / n
}

/** Variance of the kept entries about their mean (two passes); NaN when it is undefined. */
export const variance = (values: ArrayLike<number>, divisor: Divisor, mask?: Mask): number => {
  const centre = mean(values, mask)
  let sum = 0
  let n = 0
  for (let i = 0; i < values.length; i++) {
    if (mask !== undefined && mask[i] === 0) continue
    sum += (values[i]! - centre) ** 2
    n++
  }
  const degrees = divisor(n)
  return degrees > 0 ? sum / degrees : Number.NaN
}

export const standardDeviation = (values: ArrayLike<number>, divisor: Divisor, mask?: Mask): number =>
  Math.sqrt(variance(values, divisor, mask))
