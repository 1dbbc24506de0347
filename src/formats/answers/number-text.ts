/**
 * Numbers as people write them, to canonical text: `$1,234.50` is `1234.5`, `\frac{3}{6}` is `1/2`, `17 apples` is `17`, `50\%`
 * is `50%`.
 *
 * It reads an answer that stands alone, and refuses (null) what is more than one number: `3, 4`, `10-12`, `3:30`, `2x`. Finding a
 * number inside a text is not its business. Canonical forms: integers without leading zeros or `-0`; decimals without trailing
 * zeros; fractions reduced, with a denominator above 1; a percentage keeps its sign (`equal.ts` lets `50%` equal both 50 and
 * 1/2).
 */

import type { Value } from "../Format.ts"
import { withoutLatex } from "./latex.ts"

/** An answer that stands alone, in canonical form; null where the text is no number, or more than one. */
export const parseValue = (text: string): Value | null => {
  if (canonicalInteger.test(text)) return text
  if (text.length > longest) return null
  const plain = withoutLatex(text)
  const start = plain?.match(/^([-+]?)\s*(?:US)?[$€£¥₹]?\s*([-+]?)\s*/)
  if (plain === null || start === null || start === undefined) return null
  const number = plain
    .slice(start[0].length)
    .match(/^(\d{1,3}(?:,\d{3})+(?![\d,])|\d+|(?=\.\d))(?:\.(\d*))?(?:[eE]([-+]?\d{1,3})(?!\d))?/)
  if (number === null) return null
  const rest = plain.slice(start[0].length + number[0].length)
  const whole = number[1]!.replaceAll(",", "")
  const negative = (start[1] === "-") !== (start[2] === "-")

  const part = rest.match(/^\s*\/\s*(\d{1,40})(?![\d.])|^\s+(\d{1,40})\s*\/\s*(\d{1,40})(?![\d.])/)
  if (part !== null) {
    if (number[2] !== undefined || number[3] !== undefined) return null
    const [, denominator, extra, mixedDenominator] = part
    const bottom = BigInt(denominator ?? mixedDenominator!)
    const top = extra === undefined ? BigInt(whole) : BigInt(whole) * bottom + BigInt(extra)
    return bottom === 0n ? null : finish(rest.slice(part[0].length), negative, fractionText(top, bottom))
  }
  return finish(rest, negative, decimalText(whole, number[2] ?? "", Number(number[3] ?? 0)))
}

/** Most answers are this already. */
const canonicalInteger = /^(?:0|-?[1-9]\d{0,30})$/

/** Longest text that can be an answer; longer ones are refused before any expression runs over them. */
const longest = 400

/** Puts sign and percent sign on, if all that follows the number is a unit. */
const finish = (rest: string, negative: boolean, magnitude: string): Value | null => {
  const percent = rest.match(/^\s*(?:%|percent\b)/)
  const after = percent === null ? rest : rest.slice(percent[0].length)
  if (!unit.test(after)) return null
  return `${negative && magnitude !== "0" ? "-" : ""}${magnitude}${percent === null ? "" : "%"}`
}

/**
 * Words without digits or operators (`apples`, `km/h`, `square feet`, `m^2`), a currency, or nothing; a letter that touches the
 * number is a unit only if it is no usual name of a variable.
 */
const unit = /^(?:\s*[€£¥₹$])?(?:(?:\s+|(?![abknxyz](?![A-Za-z])))[A-Za-z°][A-Za-z°'’/.\s-]*(?:\^[23])?)?\s*[.,;!]*\s*$/

/** `whole.decimals` times ten to the `exponent`, without leading or trailing zeros. */
const decimalText = (whole: string, decimals: string, exponent: number): string => {
  const digits = whole + decimals
  const point = whole.length + exponent
  const left = point <= 0 ? "" : digits.slice(0, point).padEnd(point, "0")
  const right = point <= 0 ? "0".repeat(-point) + digits : digits.slice(point)
  const integer = left.replace(/^0+/, "") || "0"
  const fraction = right.replace(/0+$/, "")
  return fraction === "" ? integer : `${integer}.${fraction}`
}

const fractionText = (top: bigint, bottom: bigint): string => {
  const divisor = greatestCommonDivisor(top, bottom)
  return bottom === divisor ? String(top / divisor) : `${top / divisor}/${bottom / divisor}`
}

const greatestCommonDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : greatestCommonDivisor(b, a % b))
