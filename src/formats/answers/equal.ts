/**
 * Whether two answers are the same number.
 *
 *   exact       integers and fractions, at any size
 *   rounding    where one is a decimal with d >= 2 places, the other rounded half away from zero to d places
 *   tolerance   where one is a decimal: |a - b| <= 1e-6 max(|a|, |b|)
 *
 * The rounding rule serves both ways: a label `2.67` for a program that computes 2.6666..., and an answer `0.33` to 1/3. It is
 * not applied at one place or none, where too much would pass. A percentage equals its number and its fraction: `50%` is 50 and
 * 0.5 and 1/2.
 */

import type { Value } from "../Format.ts"

/** Whether two answers are equal by these rules. Text that is no canonical value equals nothing but itself. */
export const equalValues = (a: Value, b: Value): boolean => {
  if (a === b) return true
  return readings(a).some((left) => readings(b).some((right) => equalNumbers(left, right)))
}

/** An exact number, with the places its decimal text has; null where it was not written as a decimal. */
interface Exact {
  readonly top: bigint
  readonly bottom: bigint
  readonly places: number | null
}

/** A percentage can be read in two ways; text that is no canonical value in none. */
const readings = (value: Value): ReadonlyArray<Exact> => {
  const percent = value.endsWith("%")
  const exact = exactNumber(percent ? value.slice(0, -1) : value)
  if (exact === null) return []
  if (!percent) return [exact]
  return [exact, { top: exact.top, bottom: exact.bottom * 100n, places: exact.places === null ? null : exact.places + 2 }]
}

const exactNumber = (text: string): Exact | null => {
  const match = text.match(/^(-?\d+)(?:\.(\d+)|\/(\d+))?$/)
  if (match === null) return null
  const [, whole, decimals, bottom] = match
  if (bottom !== undefined) return bottom === "0" ? null : { top: BigInt(whole!), bottom: BigInt(bottom), places: null }
  if (decimals === undefined) return { top: BigInt(whole!), bottom: 1n, places: null }
  return { top: BigInt(whole! + decimals), bottom: 10n ** BigInt(decimals.length), places: decimals.length }
}

const equalNumbers = (a: Exact, b: Exact): boolean => {
  const left = a.top * b.bottom
  const right = b.top * a.bottom
  if (left === right) return true
  if (a.places === null && b.places === null) return false
  const difference = magnitude(left - right)
  if (difference * 1_000_000n <= larger(magnitude(left), magnitude(right))) return true
  return roundsTo(a, b) || roundsTo(b, a)
}

/** Whether `exact`, rounded to the places of `rounded`, is `rounded`. A decimal with more places is never the rounded one. */
const roundsTo = (exact: Exact, rounded: Exact): boolean => {
  if (rounded.places === null || rounded.places < 2) return false
  if (exact.places !== null && exact.places < rounded.places) return false
  // round(|top| / bottom * scale), half away from zero, in integers
  const scale = 10n ** BigInt(rounded.places)
  const nearest = (magnitude(exact.top) * scale * 2n + exact.bottom) / (exact.bottom * 2n)
  return (exact.top < 0n ? -nearest : nearest) * rounded.bottom === rounded.top * scale
}

const magnitude = (n: bigint): bigint => (n < 0n ? -n : n)
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
