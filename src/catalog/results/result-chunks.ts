/** Results of DuckDB batch by batch: streamed ones, of which the end is known, and those that it holds. */

import type { DuckDBConnection, DuckDBDataChunk, DuckDBMaterializedResult, DuckDBType, DuckDBValue } from "@duckdb/node-api"

import { castTo, hasUnnamed } from "../duckdb/rewritten-types.ts"
import type { ResultColumn, SqlValue } from "../QueryResult.ts"
import { SqlFailed } from "../SqlFailed.ts"
import { plainValue } from "./plain-values.ts"
import { rowWeights } from "./row-weights.ts"

/** A column with all that DuckDB knows of its type. */
export interface TypedColumn extends ResultColumn {
  readonly duckdb: DuckDBType
}

/** Some thousand rows, as DuckDB gives them, or fewer that are large. */
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
  let ended = false
  let batches: Iterator<ResultBatch> = [].values()
  return {
    columns,
    whole: () => ended,
    next: async () => {
      for (;;) {
        const { value: batch } = batches.next()
        if (batch !== undefined || ended) return batch
        const chunk = await result.fetchChunk()
        if (chunk === null || chunk.rowCount === 0) return undefined
        ended = chunk.getColumnVector(columns.length).getItem(chunk.rowCount - 1) === true
        batches = batchesOf(chunk, columns, chunk.rowCount - (ended ? 1 : 0))
      }
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
  const batches = (function* () {
    for (const chunk of held) yield* batchesOf(chunk, columns, chunk.rowCount)
  })()
  let ended = false
  return {
    columns,
    held,
    whole: () => ended,
    next: async () => {
      const { value, done } = batches.next()
      ended = done === true
      return value ?? undefined
    }
  }
}

/**
 * What a batch takes as JavaScript values at most, and so what a row of it may: its text, escaped sixfold, is one string of V8.
 */
const MOST_BYTES = 80e6

/** The first `rows` of a chunk, in batches that are not too large. */
const batchesOf = function* (chunk: DuckDBDataChunk, columns: ReadonlyArray<TypedColumn>, rows: number): Generator<ResultBatch> {
  const types = columns.map(({ duckdb }) => duckdb)
  const weights = rowWeights(chunk.chunk, types, rows)
  for (let from = 0, to = 0; from < rows; from = to) {
    let bytes = weights[to++]!
    if (bytes > MOST_BYTES) throw rowTooLarge(bytes)
    while (to < rows && bytes + weights[to]! <= MOST_BYTES) bytes += weights[to++]!
    yield batchOf(chunk, columns, from, to)
  }
}

const rowTooLarge = (bytes: number): SqlFailed =>
  new SqlFailed({
    problem: `A row of the result is too large to be printed: it takes about ${(bytes / 1e9).toFixed(1)} GB.`,
    hint: "unnest() makes rows of a list; substring() takes a part of a text; --output FILE.parquet holds rows of any size.",
    tooLarge: true
  })

/** Rows of a chunk, and those of its columns that belong to the result. */
const batchOf = (chunk: DuckDBDataChunk, columns: ReadonlyArray<TypedColumn>, from: number, to: number): ResultBatch => {
  const rows = to - from
  const values = (column: number) => {
    const vector = chunk.getColumnVector(column)
    return Array.from({ length: rows }, (_, row) => vector.getItem(from + row))
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
