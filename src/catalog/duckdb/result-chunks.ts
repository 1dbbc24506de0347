/** Results of DuckDB batch by batch: streamed ones, of which the end is known, and those that it holds. */

import type { DuckDBConnection, DuckDBDataChunk, DuckDBMaterializedResult, DuckDBType, DuckDBValue } from "@duckdb/node-api"

import type { ResultColumn, SqlValue } from "../QueryResult.ts"
import { SqlFailed } from "../SqlFailed.ts"
import { plainValue } from "./plain-values.ts"
import { castTo, hasUnnamed } from "./rewritten-types.ts"

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

/** A result to be taken batch by batch; undefined after the last. */
export interface Chunks {
  readonly columns: ReadonlyArray<TypedColumn>
  readonly next: () => Promise<ResultBatch | undefined>
  /** Whether its end was reached. */
  readonly whole: () => boolean
  /** All of it, where it is held. */
  readonly held?: ReadonlyArray<DuckDBDataChunk>
}

/**
 * A SELECT as it comes. A stream that fails on its way just ends, and DuckDB's package for Node does not say that it failed: so
 * one row more is asked for behind all others, and a stream without it is not whole.
 */
export const streamedChunks = async (
  connection: DuckDBConnection,
  select: string,
  columns: ReadonlyArray<TypedColumn>
): Promise<Chunks> => {
  const names = columns.map((_, i) => `c${i}`)
  const nulls = columns.map(() => "null")
  const values = columns.map(({ duckdb }, i) => castTo(names[i]!, duckdb))
  const result = await connection.stream(
    `select ${values.join(", ")}, false from (${select}) as result(${names.join(", ")}) ` +
      `union all select ${[...nulls, "true"].join(", ")}`
  )
  let whole = false
  return {
    columns,
    whole: () => whole,
    next: async () => {
      const chunk = whole ? null : await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) return undefined
      whole = chunk.getColumnVector(columns.length).getItem(chunk.rowCount - 1) === true
      return batchOf(chunk, columns, chunk.rowCount - (whole ? 1 : 0))
    }
  }
}

/** A result that DuckDB holds: that of a statement which cannot stand inside another, and is small as a rule. */
export const heldChunks = (result: DuckDBMaterializedResult): Chunks => {
  const types = result.columnTypes()
  const columns = result.columnNames().map((name, i) => ({ name, type: types[i]!.toString(), duckdb: types[i]! }))
  const unnamed = columns.find(({ duckdb }) => hasUnnamed(duckdb))
  if (unnamed !== undefined)
    throw new SqlFailed({
      problem: `The fields of ${unnamed.name} have no names, and their values can be had of a single SELECT only.`,
      hint: "Name them, as in {'a': 1, 'b': 2}, or ask by one SELECT."
    })
  const held = Array.from({ length: result.chunkCount }, (_, i) => result.getChunk(i))
  let at = 0
  return {
    columns,
    held,
    whole: () => at >= held.length,
    next: async () => {
      const chunk = held[at++]
      return chunk && batchOf(chunk, columns, chunk.rowCount)
    }
  }
}

/** The first `rows` of a chunk, and those of its columns that belong to the result. */
const batchOf = (chunk: DuckDBDataChunk, columns: ReadonlyArray<TypedColumn>, rows: number): ResultBatch => {
  const values = (column: number) => {
    const all = chunk.getColumnValues(column)
    return all.length === rows ? all : all.slice(0, rows)
  }
  return {
    rows,
    values,
    plain: () => {
      const plain = columns.map(({ duckdb }, i) => values(i).map((value) => plainValue(value, duckdb)))
      return Array.from({ length: rows }, (_, row) => plain.map((column) => column[row]!))
    }
  }
}
