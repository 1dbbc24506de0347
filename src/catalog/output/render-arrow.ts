/** A query result as an Arrow IPC file, written by apache-arrow. Types that a table file would not have become text. */

import * as Arrow from "apache-arrow"

import { isList, uniqueNames, type SqlValue, type QueryResult } from "../QueryResult.ts"
import { valueText, jsonValue } from "./value-text.ts"

interface ArrowColumn {
  readonly type: Arrow.DataType
  readonly convert: (value: SqlValue) => unknown
}

const same = (value: SqlValue): unknown => value
const fitsInt64 = (value: SqlValue): boolean =>
  value === null || (typeof value === "bigint" && BigInt.asIntN(64, value) === value)

const arrowColumn = (type: string, values: ReadonlyArray<SqlValue>): ArrowColumn => {
  if (type.endsWith("[]")) {
    const inner = arrowColumn(
      type.slice(0, -2),
      values.flatMap((value) => (isList(value) ? value : []))
    )
    const items = (value: SqlValue) => (isList(value) ? value.map((item) => (item === null ? null : inner.convert(item))) : null)
    return { type: new Arrow.List(new Arrow.Field("item", inner.type, true)), convert: items }
  }
  switch (type) {
    case "BOOLEAN":
      return { type: new Arrow.Bool(), convert: same }
    case "TINYINT":
      return { type: new Arrow.Int8(), convert: same }
    case "SMALLINT":
      return { type: new Arrow.Int16(), convert: same }
    case "INTEGER":
      return { type: new Arrow.Int32(), convert: same }
    case "UTINYINT":
      return { type: new Arrow.Uint8(), convert: same }
    case "USMALLINT":
      return { type: new Arrow.Uint16(), convert: same }
    case "UINTEGER":
      return { type: new Arrow.Uint32(), convert: same }
    case "BIGINT":
      return { type: new Arrow.Int64(), convert: same }
    case "UBIGINT":
      return { type: new Arrow.Uint64(), convert: same }
    case "HUGEINT":
    case "UHUGEINT":
      // Sums of integers are HUGEINT in DuckDB; nearly all of them fit.
      if (values.every(fitsInt64)) return { type: new Arrow.Int64(), convert: same }
      break
    case "FLOAT":
      return { type: new Arrow.Float32(), convert: same }
    case "DOUBLE":
      return { type: new Arrow.Float64(), convert: same }
    case "BLOB":
      return { type: new Arrow.Binary(), convert: same }
    case "DATE":
      return { type: new Arrow.DateMillisecond(), convert: same }
    case "TIMESTAMP":
    case "TIMESTAMP_S":
    case "TIMESTAMP_MS":
      return { type: new Arrow.TimestampMillisecond(), convert: same }
    default:
      if (type.startsWith("DECIMAL") && values.every((value) => value === null || typeof value === "number"))
        return { type: new Arrow.Float64(), convert: same }
  }
  const text = (value: SqlValue) => (typeof value === "object" ? JSON.stringify(jsonValue(value, type)) : valueText(value, type))
  return { type: new Arrow.Utf8(), convert: text }
}

/** The bytes of an Arrow IPC file. Repeated column names are numbered. */
export const renderArrow = ({ columns, rows }: QueryResult): Uint8Array => {
  const vectors: Record<string, Arrow.Vector> = {}
  for (const [i, name] of uniqueNames(columns).entries()) {
    const values = rows.map((row) => row[i]!)
    const { type, convert } = arrowColumn(columns[i]!.type, values)
    vectors[name] = Arrow.vectorFromArray(
      values.map((value) => (value === null ? null : convert(value))),
      type
    )
  }
  return Arrow.tableToIPC(new Arrow.Table(vectors), "file")
}
