/**
 * Numbers as people read them: percentages with their uncertainty, sizes, durations. The same in the terminal and in the report.
 */

import type { Estimate, Tally } from "../data/policy-estimates.ts"

/** Stands where a number is unknown. */
export const MISSING = "–"

/** Digits in front of the point beyond which a number is written in powers of ten. */
const LONGEST = 15

/** `12.3`: so many decimals. In powers of ten where digits would fill a line; what is rounded to 0 has no sign; else a dash. */
export const decimals = (value: number, digits: number): string => {
  if (!Number.isFinite(value)) return MISSING
  if (Math.abs(value) >= 10 ** LONGEST) return value.toExponential(1)
  const text = value.toFixed(digits)
  return Number(text) === 0 ? text.replace("-", "") : text
}

/** `34.0`, of a share; a dash where it is unknown (NaN). */
export const percent = (share: number, digits = 1): string =>
  // A hundred of it may be more than a number holds.
  Math.abs(share) < 10 ** LONGEST
    ? decimals(share * 100, digits)
    : Number.isFinite(share)
      ? `${decimals(share, 0)} x 100`
      : MISSING

/**
 * The uncertainty of a share, in percent: `±2.9`, half the width of its interval; or the interval, `[0.0, 16.1]`, where a margin
 * would reach beyond 0 or 100, as next to them, where an interval is lopsided. Ends beyond are cut there: no share lies there.
 * Empty where the interval is unknown.
 */
export const spreadWords = ({ value, low, high }: Estimate): string => {
  const margin = (high - low) / 2
  if (Number.isNaN(margin)) return ""
  return value - margin < 0 || value + margin > 1
    ? `[${percent(Math.max(0, low))}, ${percent(Math.min(1, high))}]`
    : `±${percent(margin)}`
}

/** `34.0 ±2.9`: a share in percent with its uncertainty. */
export const percentWithSpread = (estimate: Estimate | null | undefined): string =>
  estimate === null || estimate === undefined || Number.isNaN(estimate.value)
    ? MISSING
    : `${percent(estimate.value)} ${spreadWords(estimate)}`.trimEnd()

/** `omi1`, `omi1 (2 of 3)`, `tie: omi1, omi2 (1 of 2 each)`: what most seeds say; a dash where none says anything. */
export const tallyWords = ({ names, count, of }: Tally): string => {
  if (names.length === 0) return MISSING
  if (names.length > 1) return `tie: ${names.join(", ")} (${count} of ${of} each)`
  return of === 1 ? names[0]! : `${names[0]} (${count} of ${of})`
}

/** `12.4 MB`. */
export const byteWords = (bytes: number): string => {
  if (!Number.isFinite(bytes)) return MISSING
  const units = ["B", "kB", "MB", "GB", "TB"]
  // What three digits round up to a thousand is one of the next unit.
  const exponent = units.findIndex((_, i) => bytes < 999.5 * 1000 ** i)
  if (exponent === 0) return `${bytes} B`
  const value = bytes / 1000 ** (exponent < 0 ? units.length - 1 : exponent)
  return `${exponent < 0 ? plainNumber(value) : value.toPrecision(3)} ${units.at(exponent)}`
}

/** Three significant digits, without exponents for what people meet: `0.0123`, `1.24`, `3,200`. */
export const plainNumber = (value: number): string => {
  const size = Math.abs(value)
  if (!Number.isFinite(value) || size >= 10 ** LONGEST) return decimals(value, 0)
  if (value === 0) return "0"
  if (size >= 999.5) return Math.round(value).toLocaleString("en-US")
  if (size < 1e-4) return value.toExponential(1)
  return String(Number(value.toPrecision(3)))
}
