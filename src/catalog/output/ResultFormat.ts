/** How a result becomes a file or a stream: column by column known at its start, then batch by batch, whatever its size. */

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
