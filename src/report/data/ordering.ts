/**
 * Orders that are total: things come out in the same order whatever order they came in, so that no table, figure or verdict hangs
 * on it. `a - b` is no such order: where one of the two is not a number the difference is NaN, which a sort takes for "equal".
 */

import { INVALID } from "../../evaluation/metrics/format-shares.ts"

/** From small to large; NaN comes last. */
export const compareNumbers = (a: number, b: number): number => {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return a < b ? -1 : a > b ? 1 : 0
}

/** By code unit, the same in every locale. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Formats by name; `invalid`, which is none, last. */
export const compareFormats = (a: string, b: string): number =>
  Number(a === INVALID) - Number(b === INVALID) || compareTexts(a, b)

/** Formats with a number each (a share, an accuracy) from the largest number to the smallest, ties by name; `invalid` last. */
export const largestFirst = (
  [a, x]: readonly [format: string, value: number],
  [b, y]: readonly [format: string, value: number]
): number => Number(a === INVALID) - Number(b === INVALID) || compareNumbers(-x, -y) || compareTexts(a, b)
