/** Values of a result as text, with every digit that tells them apart. */

import { ExactNumber, isList, type SqlValue } from "../QueryResult.ts"

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")

/**
 * A value as JSON. What it becomes depends on its type alone: numbers of every size are numbers with all their digits, what JSON
 * has no type for is text, bytes are hexadecimal. NaN and the infinities are null, since JSON has neither.
 */
export const jsonText = (value: SqlValue): string => {
  if (value === null) return "null"
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "null"
  if (typeof value === "bigint" || typeof value === "boolean") return String(value)
  if (typeof value === "string") return JSON.stringify(value)
  if (value instanceof ExactNumber) return value.digits
  if (value instanceof Uint8Array) return JSON.stringify(hexOf(value))
  if (isList(value)) return `[${value.map(jsonText).join(",")}]`
  return `{${Object.entries(value)
    .map(([key, part]) => `${JSON.stringify(key)}:${jsonText(part)}`)
    .join(",")}}`
}

/** A value as text; null is empty; lists and structs are JSON. For CSV and other files. */
export const valueText = (value: SqlValue): string => {
  if (value === null) return ""
  if (typeof value === "string") return value
  if (typeof value !== "object" || value instanceof ExactNumber) return String(value)
  return value instanceof Uint8Array ? hexOf(value) : jsonText(value)
}
