/** Values of a result as text. Numbers keep every digit that tells them apart, in the precision of their column. */

import { isList, type SqlValue } from "../QueryResult.ts"

/** The shortest decimal that reads back as the same float32: 0.1, not 0.10000000149011612. */
const shortestFloat32 = (value: number): number => {
  if (!Number.isFinite(value)) return value
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

/** A date or timestamp without the time zone, which is UTC: `2026-11-22`, `2026-11-22 00:45:12.123`. */
export const dateText = (date: Date, type: string): string => {
  const iso = date.toISOString()
  if (type === "DATE") return iso.slice(0, 10)
  return iso
    .slice(0, -1)
    .replace("T", " ")
    .replace(/\.000$/, "")
}

/** A value as JSON. Integers beyond 2^53 become text, and NaN and the infinities null, since JSON has neither. */
export const jsonValue = (value: SqlValue, type: string): unknown => {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return null
    return type.startsWith("FLOAT") ? shortestFloat32(value) : value
  }
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")
  if (value instanceof Date) return dateText(value, type)
  if (isList(value)) return value.map((item) => jsonValue(item, type))
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, jsonValue(part, "")]))
  return value
}

/** A value as text with all its digits; null is empty. For CSV and other files. */
export const valueText = (value: SqlValue, type: string): string => {
  if (value === null) return ""
  if (typeof value === "number") return String(type.startsWith("FLOAT") ? shortestFloat32(value) : value)
  if (typeof value === "string") return value
  if (value instanceof Date) return dateText(value, type)
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")
  return typeof value === "object" ? JSON.stringify(jsonValue(value, type)) : String(value)
}
