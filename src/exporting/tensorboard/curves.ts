/** The curves of an artifact: the numbers of its tables over steps, under the tags that TensorBoard groups them by. */

import { ArrowFile } from "../../store/arrow/ArrowFile.ts"
import { openTable } from "../../store/arrow/TableReader.ts"
import { Column } from "../../store/schema/Column.ts"
import type { Table } from "../../store/schema/Table.ts"

/** Numbers of a step. */
export interface CurvePoint {
  readonly step: number
  readonly values: ReadonlyArray<readonly [tag: string, value: number]>
}

const isNumber = (type: string): boolean => /^(?:u?int(?:8|32|64)|float(?:32|64))$/.test(type)

/**
 * Whether a table is one of curves: rows of numbers over `step`, with at most one text that says whose they are, as the format is
 * in `formatShares`.
 */
export const isOfCurves = (table: Table.Any): boolean => partsOf(table) !== null

/** What the columns of a table are to its curves; null: it is none of curves. */
const partsOf = ({
  columns
}: Table.Any): { readonly whose: string | undefined; readonly numbers: ReadonlyArray<string> } | null => {
  const others = Object.entries(columns).filter(([name]) => name !== "step")
  const texts = others.flatMap(([name, { type }]) => (type === "utf8" ? [name] : []))
  const numbers = others.flatMap(([name, { type }]) => (isNumber(type) ? [name] : []))
  return columns["step"]?.type === "int32" &&
    texts.length <= 1 &&
    numbers.length > 0 &&
    texts.length + numbers.length === others.length
    ? { whose: texts[0], numbers }
    : null
}

/** What makes a point of a row of this table, by its values; null where it is none of curves. A null among them is no value. */
export const toPoint = (table: Table.Any): ((row: Readonly<Record<string, unknown>>) => CurvePoint) | null => {
  const parts = partsOf(table)
  if (parts === null) return null
  const { whose, numbers } = parts
  return (row) => {
    const prefix = whose === undefined ? table.name : `${table.name}/${String(row[whose])}`
    return {
      step: Number(row["step"]),
      values: numbers.flatMap((name) => {
        const value = row[name]
        return typeof value === "number" || typeof value === "bigint" ? [[`${prefix}/${name}`, Number(value)] as const] : []
      })
    }
  }
}

/** What columns of curves can be, by their type. */
const COLUMNS: Readonly<Record<string, (() => Column.Any) | undefined>> = {
  int8: Column.int8,
  uint8: Column.uint8,
  int32: Column.int32,
  uint32: Column.uint32,
  int64: Column.int64,
  float32: Column.float32,
  float64: Column.float64,
  utf8: Column.utf8
}

/** The table of curves of this name that a file holds, as the file says it; null: it holds another. Throws `ArrowFileCorrupt`. */
export const curvesIn = (name: string, file: string): Table.Any | null => {
  const arrow = new ArrowFile(file)
  arrow.close()
  const columns: Record<string, Column.Any> = {}
  for (const { name: column, type, nullable } of arrow.fields) {
    const made = COLUMNS[type]?.()
    if (made === undefined) return null
    columns[column] = nullable ? Column.nullable(made) : made
  }
  const table = { name, description: "", columns, rowsPerBatch: Math.max(1, arrow.rows), metrics: false, numbered: false }
  return isOfCurves(table) ? table : null
}

/** The points of a table of curves in a file, in the order of its rows. Throws `ArrowFileCorrupt`. */
export const pointsOf = function* (table: Table.Any, file: string): Generator<CurvePoint> {
  const pointOf = toPoint(table)
  if (pointOf !== null) for (const row of openTable(table, file)) yield pointOf(row)
}
