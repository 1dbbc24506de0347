/**
 * DuckDB's values as plain ones. What JavaScript has no type for becomes text as DuckDB prints it: times, dates and time stamps
 * with all their digits, intervals, UUIDs, bit strings. Time stamps with a zone are shown in UTC, whatever the machine's zone.
 */

import {
  DuckDBDecimalValue,
  type DuckDBMapType,
  DuckDBMapValue,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  DuckDBUnionValue,
  type DuckDBUnionType,
  JSDuckDBValueConverter,
  type DuckDBType,
  type DuckDBValue
} from "@duckdb/node-api"

import { fieldNames, isUnnamed } from "../duckdb/rewritten-types.ts"
import { ExactNumber, shortestFloat32, type SqlValue } from "../QueryResult.ts"
import { endlessText } from "./endless.ts"

/** Types of which a value is shown as DuckDB prints it. */
const AS_TEXT: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.DATE,
  DuckDBTypeId.TIME,
  DuckDBTypeId.TIME_NS,
  DuckDBTypeId.TIME_TZ,
  DuckDBTypeId.TIMESTAMP,
  DuckDBTypeId.TIMESTAMP_S,
  DuckDBTypeId.TIMESTAMP_MS,
  DuckDBTypeId.TIMESTAMP_NS,
  DuckDBTypeId.INTERVAL,
  DuckDBTypeId.UUID,
  DuckDBTypeId.BIT
])

const plainText = (value: DuckDBValue): string => endlessText(value) ?? String(value)

const utcText = (value: DuckDBTimestampTZValue): string =>
  endlessText(value) ?? `${String(new DuckDBTimestampValue(value.micros))}+00`

// DuckDB's converters are typed for their own union of plain values, which lacks ours.
const convert = (value: DuckDBValue, type: DuckDBType): SqlValue => plainValue(value, type)

/** A value of a result as a plain one. */
export const plainValue = (value: DuckDBValue, type: DuckDBType): SqlValue => {
  if (value === null) return null
  const { typeId } = type
  if (AS_TEXT.has(typeId)) return plainText(value)
  if (value instanceof DuckDBTimestampTZValue) return utcText(value)
  if (value instanceof DuckDBDecimalValue) return new ExactNumber(String(value))
  if (typeId === DuckDBTypeId.FLOAT && typeof value === "number") return shortestFloat32(value)
  if (value instanceof DuckDBUnionValue) return convert(value.value, (type as DuckDBUnionType).memberTypeForTag(value.tag))
  if (value instanceof DuckDBMapValue) {
    const { keyType, valueType } = type as DuckDBMapType
    return Object.fromEntries(
      value.entries.map(({ key, value: held }) => [String(convert(key, keyType)), convert(held, valueType)])
    )
  }
  if (value instanceof DuckDBStructValue && type instanceof DuckDBStructType && isUnnamed(type))
    return fieldNames(type).map((name, i) => convert(value.entries[name] ?? null, type.entryTypes[i]!))
  return JSDuckDBValueConverter(value, type, convert as never) as SqlValue
}
