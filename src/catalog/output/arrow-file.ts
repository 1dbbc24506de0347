/** A query's result as an Arrow IPC file, written record batch by record batch by apache-arrow. Repeated names are numbered. */

import type { DuckDBValue } from "@duckdb/node-api"
import * as Arrow from "apache-arrow"

import { uniqueNames } from "../QueryResult.ts"
import type { ResultBatch } from "../results/result-chunks.ts"
import { arrowColumn } from "./arrow-types.ts"
import type { Piece, ResultFormat } from "./ResultFormat.ts"

const ROWS_PER_BATCH = 65_536
/** Text and bytes of a batch, about: with 32-bit offsets a column of a batch must stay below 2 GiB. */
const BYTES_PER_BATCH = 64 * 2 ** 20

/** What the writer gives, kept until it is asked for. */
class Pieces extends Arrow.AsyncByteQueue {
  private pieces: Array<Uint8Array> = []
  override write(piece: Uint8Array): void {
    this.pieces.push(piece.slice())
  }
  override close(): void {}
  take(): ReadonlyArray<Piece> {
    const taken = this.pieces
    this.pieces = []
    return taken
  }
}

const sizeOf = (value: DuckDBValue): number => {
  if (typeof value === "string") return value.length
  if (typeof value !== "object" || value === null) return 8
  if ("bytes" in value) return value.bytes.length
  if ("items" in value) return value.items.reduce<number>((sum, item) => sum + sizeOf(item), 8)
  if ("entries" in value) return Object.values(value.entries).reduce<number>((sum, item) => sum + sizeOf(item as DuckDBValue), 8)
  return 16
}

/** Starts an Arrow file of these columns. */
export const arrowFile: ResultFormat = (columns) => {
  const encoders = columns.map(({ duckdb }) => arrowColumn(duckdb))
  const schema = new Arrow.Schema(uniqueNames(columns).map((name, i) => new Arrow.Field(name, encoders[i]!.type, true)))
  const row = new Arrow.Struct(schema.fields)
  const pieces = new Pieces()
  const writer = new Arrow.RecordBatchFileWriter()
  writer.reset(pieces, schema)

  let waiting = columns.map((): Array<DuckDBValue> => [])
  let rows = 0
  let bytes = 0
  const flush = () => {
    if (rows === 0) return
    const children = encoders.map((encoder, i) => encoder.data(waiting[i]!))
    const data = Arrow.makeData({ type: row, length: rows, nullCount: 0, children })
    writer.write(new Arrow.RecordBatch(schema, data))
    waiting = columns.map(() => [])
    rows = 0
    bytes = 0
  }
  const add = (batch: ResultBatch): ReadonlyArray<Piece> => {
    const values = columns.map((_, i) => batch.values(i))
    for (let at = 0; at < batch.rows; at++) {
      for (let i = 0; i < values.length; i++) {
        const value = values[i]![at] ?? null
        waiting[i]!.push(value)
        bytes += sizeOf(value)
      }
      rows++
      if (rows === ROWS_PER_BATCH || bytes >= BYTES_PER_BATCH) flush()
    }
    return pieces.take()
  }
  return {
    head: () => pieces.take(),
    batch: add,
    tail: () => {
      flush()
      writer.finish()
      return pieces.take()
    }
  }
}
