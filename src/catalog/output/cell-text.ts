/** Cells as text. Numbers keep every digit that tells them apart, in the precision of their column. */
import { isList, type Cell } from "../QueryResult.ts"

/** The shortest decimal that reads back as the same float32: 0.1, not 0.10000000149011612. */
export const shortestFloat32 = (value: number): number => {
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

/** A cell as JSON. Integers beyond 2^53 become text, and NaN and the infinities null, since JSON has neither. */
export const jsonCell = (cell: Cell, type: string): unknown => {
  if (typeof cell === "bigint") return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell)
  if (typeof cell === "number") {
    if (!Number.isFinite(cell)) return null
    return type.startsWith("FLOAT") ? shortestFloat32(cell) : cell
  }
  if (cell instanceof Uint8Array) return Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString("hex")
  if (cell instanceof Date) return dateText(cell, type)
  if (isList(cell)) return cell.map((item) => jsonCell(item, type))
  if (typeof cell === "object" && cell !== null)
    return Object.fromEntries(Object.entries(cell).map(([key, value]) => [key, jsonCell(value, "")]))
  return cell
}

/** A cell as text with all its digits; null is empty. For CSV and other files. */
export const cellText = (cell: Cell, type: string): string => {
  if (cell === null) return ""
  if (typeof cell === "number") return String(type.startsWith("FLOAT") ? shortestFloat32(cell) : cell)
  if (typeof cell === "string") return cell
  if (cell instanceof Date) return dateText(cell, type)
  if (cell instanceof Uint8Array) return Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString("hex")
  return typeof cell === "object" ? JSON.stringify(jsonCell(cell, type)) : String(cell)
}
