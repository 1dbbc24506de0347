/**
 * Builders: rows or whole columns in, `ColumnData` out. There is one for each physical shape (numbers, booleans, bytes, lists)
 * and one that adds nulls to any of them; `buildColumn` picks.
 *
 * Invariant: what `data` returns depends only on the values, never on how they came (`push`, `pushColumn` or `load`). Checking is
 * apart from storing (`problem`, `columnProblem`), so that a writer can check a whole row before it stores any of it.
 */

import type { ColumnData } from "../../schema/ColumnData.ts"

export interface ColumnProblem {
  readonly row: number
  readonly problem: string
}

export interface ColumnBuilder {
  /** Why the value cannot be stored, or undefined. */
  problem(value: unknown): string | undefined
  /** Stores a value that has no problem. */
  push(value: unknown): void
  /** The value that stands under a null. */
  pushEmpty(): void
  /** Number of rows of a whole column, or undefined when the value is no form of a column. */
  columnLength(column: unknown): number | undefined
  columnProblem(column: unknown): ColumnProblem | undefined
  /** Stores rows `from .. to` of a column that has no problem. */
  pushColumn(column: unknown, from: number, to: number): void
  /** Stores the first `rows` rows of canonical data. */
  load(data: ColumnData, rows: number): void
  /** Everything stored since `clear`. Views on the builder's memory: use them before the next push. */
  data(): ColumnData
  clear(): void
}

/** Shows a refused value in a message. */
export const show = (value: unknown): string => {
  if (typeof value === "string") return value.length > 40 ? `"${value.slice(0, 40)}..."` : `"${value}"`
  if (typeof value === "bigint") return `${value}n`
  if (typeof value === "object" && value !== null)
    return Array.isArray(value) ? "an array" : `a ${value.constructor?.name ?? "object"}`
  return String(value)
}

/** Length of an array or typed array; undefined for anything else. */
export const lengthOfArray = (column: unknown): number | undefined =>
  Array.isArray(column) || (ArrayBuffer.isView(column) && "length" in column) ? (column as ArrayLike<unknown>).length : undefined

/** The slow path shared by all builders: a column as an array of values. */
export const arrayProblem = (builder: ColumnBuilder, column: ArrayLike<unknown>): ColumnProblem | undefined => {
  for (let row = 0; row < column.length; row++) {
    const problem = builder.problem(column[row])
    if (problem !== undefined) return { row, problem }
  }
  return undefined
}
/** The same for storing: rows `from .. to` one by one. */
export const pushArray = (builder: ColumnBuilder, column: ArrayLike<unknown>, from: number, to: number): void => {
  for (let row = from; row < to; row++) builder.push(column[row])
}
