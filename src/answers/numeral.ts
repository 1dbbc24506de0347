/**
 * Numbers as they are written, without signs of arithmetic: `1,234.50`, `1 234 567`, `-.5`, `6.02e23`, `3 1/2`, `7/3`. And
 * numbers in canonical form: whole numbers without leading zeros or `-0`, decimals without trailing zeros, fractions in lowest
 * terms.
 */

import { rational, type Rational } from "./mathematics/rational.ts"
import { spend } from "./mathematics/work.ts"

/** A number and its canonical text. */
export interface Numeral {
  readonly value: Rational
  readonly text: string
}

const DECIMAL = /^([-+]?)\s*([1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?: \d{3})+|\d*)(?:\.(\d*))?(?:[eE]([-+]?\d{1,3}))?$/
const FRACTION = /^([-+]?)\s*(?:(\d{1,40})\s+)?(\d{1,40})\s*\/\s*([-+]?)\s*(\d{1,40})$/

export const numeralIn = (text: string): Numeral | null => {
  const fraction = FRACTION.exec(text)
  if (fraction !== null) {
    const [, sign, whole, top, belowSign, bottom] = fraction
    if (whole !== undefined && belowSign !== "") return null
    const size = rational(BigInt(whole ?? 0) * BigInt(bottom!) + BigInt(top!), BigInt(bottom!))
    const negative = (sign === "-") !== (belowSign === "-")
    return size && numeral({ top: negative ? -size.top : size.top, bottom: size.bottom }, false)
  }
  const decimal = DECIMAL.exec(text)
  if (decimal === null) return null
  const [, sign, whole, decimals = "", exponent = "0"] = decimal
  const digits = whole!.replaceAll(/[, ]/g, "")
  if (digits === "" && decimals === "") return null
  const shift = BigInt(exponent) - BigInt(decimals.length)
  const size = BigInt(digits + decimals) * (sign === "-" ? -1n : 1n)
  const value = shift < 0n ? rational(size, 10n ** -shift) : rational(size * 10n ** shift)
  return value && numeral(value, true)
}

const numeral = (value: Rational, decimal: boolean): Numeral => ({ value, text: numberText(value, decimal) })

/** Canonical text: a decimal where it was written as one and ends, else a whole number or a fraction. */
export const numberText = ({ top, bottom }: Rational, decimal: boolean): string => {
  if (bottom === 1n) return top.toString()
  const places = decimal ? placesOf(bottom) : null
  if (places === null) return `${top}/${bottom}`
  const size = ((top < 0n ? -top : top) * 10n ** BigInt(places)) / bottom
  const digits = size.toString().padStart(places + 1, "0")
  return `${top < 0n ? "-" : ""}${digits.slice(0, -places)}.${digits.slice(-places)}`
}

/** Decimal places of 1 / bottom; null where it does not end. */
const placesOf = (bottom: bigint): number | null => {
  let [rest, twos, fives] = [bottom, 0, 0]
  for (; rest % 2n === 0n; rest /= 2n, spend(3)) twos++
  for (; rest % 5n === 0n; rest /= 5n, spend(3)) fives++
  return rest === 1n ? Math.max(twos, fives) : null
}

/** `10-12`: from a number to a larger one, with nothing that would make it a difference. */
export const isRange = (text: string): boolean => {
  const found = /^(\d[\d,.]*)\s*-\s*(\d[\d,.]*)$/.exec(text)
  return found !== null && Number(found[1]!.replaceAll(",", "")) < Number(found[2]!.replaceAll(",", ""))
}
