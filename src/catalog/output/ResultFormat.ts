/** How a result becomes a file or a stream: column by column known at its start, then batch by batch, whatever its size. */

import type { ResultColumn } from "../QueryResult.ts"
import type { ResultBatch, TypedColumn } from "../results/result-chunks.ts"

/** A part of what is written. */
export type Piece = string | Uint8Array

/** A result on its way out. `rows`: how many there were. */
export interface ResultWriter {
  readonly head: () => ReadonlyArray<Piece>
  readonly batch: (batch: ResultBatch) => ReadonlyArray<Piece>
  readonly tail: () => ReadonlyArray<Piece>
}

export type ResultFormat = (columns: ReadonlyArray<TypedColumn>) => ResultWriter

/** One that needs to know no more than the names of columns and the plain values of rows, wherever they come from. */
export type RowFormat = (columns: ReadonlyArray<Pick<ResultColumn, "name">>) => Omit<ResultWriter, "batch"> & {
  readonly batch: (batch: Pick<ResultBatch, "plain">) => ReadonlyArray<Piece>
}
