/** How a result becomes a file or a stream: column by column known at its start, then batch by batch, whatever its size. */

import type { DuckDBType, DuckDBValue } from "@duckdb/node-api"

import type { ResultColumn, SqlValue } from "../QueryResult.ts"

/** A column with all that DuckDB knows of its type. */
export interface TypedColumn extends ResultColumn {
  readonly duckdb: DuckDBType
}

/** Some thousand rows, as DuckDB gives them. */
export interface ResultBatch {
  readonly rows: number
  /** DuckDB's own values of a column. */
  readonly values: (column: number) => ReadonlyArray<DuckDBValue>
  /** All rows as plain values. */
  readonly plain: () => ReadonlyArray<ReadonlyArray<SqlValue>>
}

/** A part of what is written. */
export type Piece = string | Uint8Array

/** A result on its way out. `rows`: how many there were. */
export interface ResultWriter {
  readonly head: () => ReadonlyArray<Piece>
  readonly batch: (batch: ResultBatch) => ReadonlyArray<Piece>
  readonly tail: () => ReadonlyArray<Piece>
}

export type ResultFormat = (columns: ReadonlyArray<TypedColumn>) => ResultWriter
