/** Numbers as people read them: percentages with their uncertainty, sizes, durations. The same in the terminal and in the report. */
import type { Estimate } from "./measures.ts"

export const MISSING = "–"

/** `34.0`, of a share. */
export const percent = (share: number, digits = 1): string => (share * 100).toFixed(digits)

/** `34.0 ±2.9`: a share in percent with half the width of its interval; without it where the interval is unknown. */
export const percentWithMargin = (estimate: Estimate | null | undefined): string => {
  if (estimate === null || estimate === undefined || Number.isNaN(estimate.value)) return MISSING
  const margin = (estimate.high - estimate.low) / 2
  return Number.isNaN(margin) ? percent(estimate.value) : `${percent(estimate.value)} ±${percent(margin)}`
}

/** `34.0 [31.1, 36.9]`. */
export const percentWithInterval = (estimate: Estimate | null | undefined): string => {
  if (estimate === null || estimate === undefined || Number.isNaN(estimate.value)) return MISSING
  if (Number.isNaN(estimate.low) || Number.isNaN(estimate.high)) return percent(estimate.value)
  return `${percent(estimate.value)} [${percent(estimate.low)}, ${percent(estimate.high)}]`
}

/** `12.4 MB`. */
export const byteWords = (bytes: number): string => {
  const units = ["B", "kB", "MB", "GB", "TB"]
  const exponent = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
  return exponent === 0 ? `${bytes} B` : `${(bytes / 1000 ** exponent).toPrecision(3)} ${units[exponent]}`
}

/** Three significant digits, without exponents for what people meet: `0.0123`, `1.24`, `3,200`. */
export const plainNumber = (value: number): string => {
  if (!Number.isFinite(value)) return MISSING
  if (value === 0) return "0"
  const size = Math.abs(value)
  if (size >= 1000) return Math.round(value).toLocaleString("en-US")
  if (size < 1e-4) return value.toExponential(1)
  return String(Number(value.toPrecision(3)))
}
