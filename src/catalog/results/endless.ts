/** Dates and time stamps without an end: DuckDB has the largest number of their unit for them, and they are no time at all. */

import type { DuckDBValue } from "@duckdb/node-api"

const [LAST_DAY, LAST_COUNT] = [2n ** 31n - 1n, 2n ** 63n - 1n]

/** `infinity` or `-infinity` where a value is a date or time stamp without an end; null for every other value. */
export const endlessText = (value: DuckDBValue): "infinity" | "-infinity" | null => {
  if (typeof value !== "object" || value === null || "months" in value) return null
  const count: unknown = ["seconds", "millis", "micros", "nanos", "days"].map((unit) => Reflect.get(value, unit)).find(isCount)
  if (!isCount(count)) return null
  const at = BigInt(count)
  const last = "days" in value ? LAST_DAY : LAST_COUNT
  return at === last ? "infinity" : at === -last ? "-infinity" : null
}

const isCount = (count: unknown): count is bigint | number => typeof count === "bigint" || typeof count === "number"
