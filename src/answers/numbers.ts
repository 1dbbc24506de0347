/**
 * Whether two rational numbers are the same answer.
 *
 *   exact       integers and fractions, at any size
 *   rounding    where one is a decimal with d >= 2 places, the other rounded half away from zero to d places, and no more than a
 *               hundredth away from it
 *   noise       where one is a decimal: |a - b| <= 1e-9 max(|a|, |b|), what floating point makes of a sum
 *
 * The rounding rule serves both ways: a label `2.67` for a program that computes 2.6666..., and an answer `0.33` to 1/3. It is
 * not applied at one place or none, where too much would pass; nor where there are places and no digits, as 0.006 rounds to 0.01.
 * Zeros at the end are no places: 2.50 and 2.5 must equal the same numbers. It is what makes this relation symmetric and not
 * transitive: 0.67 is 2/3 and 0.674, and these are not each other.
 */

import { spend } from "./mathematics/work.ts"

/** An exact number, with the places its decimal text has; null where it was not written as a decimal. */
interface Exact {
  readonly top: bigint
  readonly bottom: bigint
  readonly places: number | null
}

/** Two numbers in canonical form (`numeral.ts`), `b` a hundred times smaller where `hundredth`. */
export const equalNumbers = (a: string, b: string, hundredth = false): boolean => {
  if (a === b && !hundredth) return true
  // Whole numbers cost nothing; others are multiplied out.
  if (/[./]/.test(a) || /[./]/.test(b)) spend(1 + (a.length + b.length) ** 2 / 8000)
  const [left, right] = [exactNumber(a), exactNumber(b)]
  if (left === null || right === null) return false
  return hundredth ? equal(left, overHundred(right)) : equal(left, right)
}

const CANONICAL = /^(-?\d+)(?:\.(\d+)|\/(\d+))?$/

/** Whether a text is a number in canonical form. */
export const isCanonical = (text: string): boolean => CANONICAL.test(text)

/** Members of two sets are compared each with each. Bounded, and without it all is the same. */
const exacts = new Map<string, Exact | null>()
const MOST_EXACTS = 1000

const exactNumber = (text: string): Exact | null => {
  const known = exacts.get(text)
  if (known !== undefined) return known
  if (exacts.size >= MOST_EXACTS) exacts.clear()
  const found = exactNow(text)
  exacts.set(text, found)
  return found
}

const exactNow = (text: string): Exact | null => {
  const match = CANONICAL.exec(text)
  if (match === null) return null
  const [, whole, written, bottom] = match
  if (bottom !== undefined) return bottom === "0" ? null : { top: BigInt(whole!), bottom: BigInt(bottom), places: null }
  const decimals = written?.replace(/0+$/, "")
  if (decimals === undefined || decimals === "") return { top: BigInt(whole!), bottom: 1n, places: null }
  return { top: BigInt(whole! + decimals), bottom: 10n ** BigInt(decimals.length), places: decimals.length }
}

const overHundred = ({ top, bottom, places }: Exact): Exact => ({
  top,
  bottom: bottom * 100n,
  places: places === null ? null : places + 2
})

const equal = (a: Exact, b: Exact): boolean => {
  if (a.bottom === 1n && b.bottom === 1n && a.places === null && b.places === null) return a.top === b.top
  const left = a.top * b.bottom
  const right = b.top * a.bottom
  if (left === right) return true
  if (a.places === null && b.places === null) return false
  const [apart, size] = [magnitude(left - right), larger(magnitude(left), magnitude(right))]
  if (apart * 1_000_000_000n <= size) return true
  return apart * 100n <= size && (roundsTo(a, b) || roundsTo(b, a))
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
