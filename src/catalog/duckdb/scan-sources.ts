/**
 * What a table function scans: a list of named columns and parts that give their rows. A part is a file of a table with the
 * constants of the node it belongs to, or a small table in memory.
 */

import { ArrowFile } from "../../store/arrow/ArrowFile.ts"
import { buildColumn } from "../../store/arrow/builders/build-column.ts"
import type * as Column from "../../store/schema/Column.ts"
import type { ColumnType } from "../../store/schema/Column.ts"
import type { ColumnData } from "../../store/schema/ColumnData.ts"

/** A value that is the same in every row of a part. */
export type Constant = string | number | boolean | null
export type ConstantType = "VARCHAR" | "DOUBLE" | "BIGINT" | "BOOLEAN"

export type SourceColumn =
  | { readonly name: string; readonly from: "data"; readonly type: ColumnType }
  | { readonly name: string; readonly from: "constant"; readonly type: ConstantType }
  /** The place of a row in its part, from 0. */
  | { readonly name: string; readonly from: "place"; readonly type: "int32" }

/** One column of a batch: data, a constant, or nothing there (null in every row). */
export type BatchColumn = ColumnData | { readonly constant: Constant } | undefined

export interface OpenPart {
  readonly batches: number
  readonly rows: (batch: number) => number
  /** Column `column` of the source, in batch `batch`. */
  readonly read: (batch: number, column: number) => BatchColumn
  readonly close: () => void
}

export interface Part {
  readonly rows: number
  readonly open: () => OpenPart
  /** Is told when the part cannot be opened or read: its rows are left out then. Without it that is an error of the query. */
  readonly lost?: (cause: unknown) => void
}

export interface Source {
  readonly columns: ReadonlyArray<SourceColumn>
  readonly parts: ReadonlyArray<Part>
}

/** A small table in memory, from rows. One that does not fit is left out, and `warn` is told. */
export const memorySource = (
  columns: Column.Columns,
  candidates: ReadonlyArray<Readonly<Record<string, unknown>>>,
  warn: (problem: string) => void
): Source => {
  const names = Object.keys(columns)
  const builders = names.map((name) => [name, buildColumn(columns[name]!)] as const)
  const rows = candidates.filter((row) =>
    builders.every(([name, builder]) => {
      const problem = builder.problem(row[name])
      if (problem !== undefined) warn(`a row of the catalog is left out, because its ${name} ${problem}`)
      return problem === undefined
    })
  )
  const data = builders.map(([name, builder]) => {
    for (const row of rows) builder.push(row[name])
    return builder.data()
  })
  const open = (): OpenPart => ({
    batches: 1,
    rows: () => rows.length,
    read: (_, column) => data[column],
    close: () => {}
  })
  return {
    columns: names.map((name) => ({ name, from: "data", type: columns[name]!.type })),
    parts: rows.length === 0 ? [] : [{ rows: rows.length, open }]
  }
}

/**
 * A file of a table. Columns that the file lacks, or holds with another type (it is older than the table's definition), are null;
 * `warn` is told of the latter.
 */
export const filePart = (
  file: string,
  rows: number,
  columns: ReadonlyArray<SourceColumn>,
  constants: ReadonlyMap<string, Constant>,
  warn: (problem: string) => void
): Part => ({
  rows,
  open: () => {
    const arrow = new ArrowFile(file)
    if (arrow.rows !== rows) {
      arrow.close()
      throw arrow.corrupt(`it holds ${arrow.rows} rows, where its manifest says ${rows}`)
    }
    const fields = columns.map(({ from, name, type }) => {
      if (from !== "data") return undefined
      const field = arrow.fields.find((field) => field.name === name)
      if (field === undefined || field.type === type) return field
      warn(`column ${name} is ${field.type} in ${file} and ${type} now: shown as null`)
      return undefined
    })
    const firstRows: Array<number> = []
    let counted = 0
    for (const batch of arrow.batches) {
      firstRows.push(counted)
      counted += batch.rows
    }
    return {
      batches: arrow.batches.length,
      rows: (batch) => arrow.batches[batch]!.rows,
      read: (batch, column) => {
        const wanted = columns[column]!
        if (wanted.from === "constant") return { constant: constants.get(wanted.name) ?? null }
        if (wanted.from === "place") return placesFrom(firstRows[batch]!, arrow.batches[batch]!.rows)
        const field = fields[column]
        return field === undefined ? undefined : arrow.readColumn(arrow.batches[batch]!, field)
      },
      close: () => arrow.close()
    }
  }
})

/** The numbers `first`, `first + 1`, ... as a column. */
const placesFrom = (first: number, rows: number): ColumnData => ({
  length: rows,
  nullCount: 0,
  validity: undefined,
  offsets: undefined,
  values: Int32Array.from({ length: rows }, (_, i) => first + i),
  child: undefined
})
