/**
 * A table: a name, a description and named columns. Tables are what artifacts are made of, and each
 * becomes one SQL view over all runs.
 *
 *     const Rollouts = Table.make("rollouts", "One sampled completion a row", {
 *       step: Column.int32("RL step, from 0"),
 *       text: Column.utf8("the completion"),
 *       logProbs: Column.list(Column.float32(), "log-probability of each sampled token")
 *     })
 *     type Rollout = Table.Row<typeof Rollouts>     // { step: number; text: string; logProbs: Float32Array }
 *
 * Names and descriptions are written into the file and so are part of an artifact's identity; nothing volatile may enter them.
 */

import type * as Column from "./Column.ts"

export interface TableOf<out Name extends string, out Columns extends Column.Columns> {
  readonly name: Name
  readonly description: string
  readonly columns: Columns
  /** Rows in each record batch but the last. */
  readonly rowsPerBatch: number
  /** Numeric columns over `step` also appear in the SQL table `metrics`, one row a value. */
  readonly metrics: boolean
  /** SQL shows the place of each row in its artifact's table, from 0, as the column `row`: what other tables point at. */
  readonly numbered: boolean
  /** An artifact without a row of it has no such table: those made before it was declared are what they were. */
  readonly optional?: boolean
}
export type Any = TableOf<string, Column.Columns>

/** A row as it is read. */
export type Row<T extends Any> = { readonly [K in keyof T["columns"]]: Column.Read<T["columns"][K]> }
/** A row as it is appended: lists of numbers may be plain arrays. */
export type Input<T extends Any> = { readonly [K in keyof T["columns"]]: Column.Write<T["columns"][K]> }
/** Many rows as columns. */
export type BulkInput<T extends Any> = { readonly [K in keyof T["columns"]]: Column.Bulk<T["columns"][K]> }
export type ColumnName<T extends Any> = keyof T["columns"] & string

export interface TableOptions {
  readonly rowsPerBatch?: number
  readonly metrics?: boolean
  readonly numbered?: boolean
}

/** The column of row numbers that the SQL views add to numbered tables; the files hold rows in this order. */
export const ROW = "row"
/** Columns that the SQL views add to every table: where its rows come from. */
export const provenanceColumns = ["run", "study", "node", "stage", "artifact", "latest"] as const
/** Tables that the SQL catalog makes itself. */
export const catalogTables = [
  "runs",
  "nodes",
  "actions",
  "components",
  "artifacts",
  "lineage",
  "ancestors",
  "params",
  "metrics"
] as const

const refuse = (table: string, problem: string): never => {
  throw new Error(`Table.make("${table}"): ${problem}`)
}

/** Defines a table. Throws on names that SQL could not tell apart: a definition is code, so this is a bug of its author. */
export const make = <const Name extends string, const Columns extends Column.Columns>(
  name: Name,
  description: string,
  columns: Columns,
  options: TableOptions = {}
): TableOf<Name, Columns> => {
  const { rowsPerBatch = 65_536, metrics = false, numbered = false } = options
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) refuse(name, "a table name is camelCase letters and digits")
  if (catalogTables.some((taken) => taken === name)) refuse(name, "the SQL catalog has a table of this name")
  if (!Number.isInteger(rowsPerBatch) || rowsPerBatch < 1) refuse(name, `rowsPerBatch is ${rowsPerBatch}`)
  const seen = new Map<string, string>()
  for (const column of Object.keys(columns)) {
    const lower = column.toLowerCase()
    if (!/^[a-z][A-Za-z0-9]*$/.test(column)) refuse(name, `column name "${column}" is not camelCase letters and digits`)
    if (seen.has(lower)) refuse(name, `columns ${seen.get(lower)} and ${column} are one name in SQL`)
    if (provenanceColumns.some((taken) => taken === lower)) refuse(name, `column "${column}" is added by the SQL views`)
    if (numbered && lower === ROW) refuse(name, `column "${column}" is added by the SQL views, since its rows are numbered`)
    seen.set(lower, column)
  }
  if (seen.size === 0) refuse(name, "a table needs a column")
  if (metrics && columns["step"]?.type !== "int32") refuse(name, "a metrics table needs an int32 column named step")
  return { name, description, columns, rowsPerBatch, metrics, numbered }
}

/** The same table, which an artifact has only where it has a row. */
export const optional = <T extends Any>(table: T): T & { readonly optional: true } => ({ ...table, optional: true as const })

// The namespace form of this module, for `import { Table }`.
// oxlint-disable-next-line import/no-self-import
export * as Table from "./Table.ts"
