/** A query result as an Arrow IPC file, written by apache-arrow. Types that a table file would not have become text. */
import * as Arrow from "apache-arrow"

import { isList, uniqueNames, type Cell, type QueryResult } from "../QueryResult.ts"
import { cellText, jsonCell } from "./cell-text.ts"

interface ArrowColumn {
  readonly type: Arrow.DataType
  readonly value: (cell: Cell) => unknown
}

const same = (cell: Cell): unknown => cell
const fitsInt64 = (cell: Cell): boolean => cell === null || (typeof cell === "bigint" && BigInt.asIntN(64, cell) === cell)

const arrowColumn = (type: string, cells: ReadonlyArray<Cell>): ArrowColumn => {
  if (type.endsWith("[]")) {
    const inner = arrowColumn(
      type.slice(0, -2),
      cells.flatMap((cell) => (isList(cell) ? cell : []))
    )
    const items = (cell: Cell) => (isList(cell) ? cell.map((item) => (item === null ? null : inner.value(item))) : null)
    return { type: new Arrow.List(new Arrow.Field("item", inner.type, true)), value: items }
  }
  switch (type) {
    case "BOOLEAN":
      return { type: new Arrow.Bool(), value: same }
    case "TINYINT":
      return { type: new Arrow.Int8(), value: same }
    case "SMALLINT":
      return { type: new Arrow.Int16(), value: same }
    case "INTEGER":
      return { type: new Arrow.Int32(), value: same }
    case "UTINYINT":
      return { type: new Arrow.Uint8(), value: same }
    case "USMALLINT":
      return { type: new Arrow.Uint16(), value: same }
    case "UINTEGER":
      return { type: new Arrow.Uint32(), value: same }
    case "BIGINT":
      return { type: new Arrow.Int64(), value: same }
    case "UBIGINT":
      return { type: new Arrow.Uint64(), value: same }
    case "HUGEINT":
    case "UHUGEINT":
      // Sums of integers are HUGEINT in DuckDB; nearly all of them fit.
      if (cells.every(fitsInt64)) return { type: new Arrow.Int64(), value: same }
      break
    case "FLOAT":
      return { type: new Arrow.Float32(), value: same }
    case "DOUBLE":
      return { type: new Arrow.Float64(), value: same }
    case "BLOB":
      return { type: new Arrow.Binary(), value: same }
    case "DATE":
      return { type: new Arrow.DateMillisecond(), value: same }
    case "TIMESTAMP":
    case "TIMESTAMP_S":
    case "TIMESTAMP_MS":
      return { type: new Arrow.TimestampMillisecond(), value: same }
    default:
      if (type.startsWith("DECIMAL") && cells.every((cell) => cell === null || typeof cell === "number"))
        return { type: new Arrow.Float64(), value: same }
  }
  const text = (cell: Cell) => (typeof cell === "object" ? JSON.stringify(jsonCell(cell, type)) : cellText(cell, type))
  return { type: new Arrow.Utf8(), value: text }
}

/** The bytes of an Arrow IPC file. Repeated column names are numbered. */
export const renderArrow = ({ columns, rows }: QueryResult): Uint8Array => {
  const vectors: Record<string, Arrow.Vector> = {}
  for (const [i, name] of uniqueNames(columns).entries()) {
    const cells = rows.map((row) => row[i]!)
    const { type, value } = arrowColumn(columns[i]!.type, cells)
    vectors[name] = Arrow.vectorFromArray(
      cells.map((cell) => (cell === null ? null : value(cell))),
      type
    )
  }
  return Arrow.tableToIPC(new Arrow.Table(vectors), "file")
}
