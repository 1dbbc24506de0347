/**
 * Ragged batches as rectangles. Documents of a similar length lie under one another, padded at their ends.
 *
 * A document is padded to the next power of two, so that its rectangle's length, and with it every rounding of its forward pass,
 * depends on the document alone and never on its batch mates.
 */

import type { Batch } from "../Engine.ts"

export interface Rectangle {
  readonly rows: number
  readonly length: number
  /** Position of the packed batch at `row * length + column`, or -1 for padding. */
  readonly positions: Int32Array
  /** Token ids, 0 for padding. */
  readonly tokens: Int32Array
  /** The token that comes next in the document, 0 where none does. */
  readonly targets: Int32Array
  /** 1 where a next token exists. */
  readonly hasTarget: Uint8Array
}

const SHORTEST = 8

const paddedLength = (length: number): number => 2 ** Math.ceil(Math.log2(Math.max(SHORTEST, length)))

const rectangleOf = (batch: Batch, documents: ReadonlyArray<number>, length: number): Rectangle => {
  const size = documents.length * length
  const positions = new Int32Array(size).fill(-1)
  const tokens = new Int32Array(size)
  const targets = new Int32Array(size)
  const hasTarget = new Uint8Array(size)
  documents.forEach((document, row) => {
    const start = batch.offsets[document]!
    const end = batch.offsets[document + 1]!
    for (let position = start; position < end; position++) {
      const cell = row * length + position - start
      positions[cell] = position
      tokens[cell] = batch.tokens[position]!
      if (position + 1 === end) continue
      targets[cell] = batch.tokens[position + 1]!
      hasTarget[cell] = 1
    }
  })
  return { rows: documents.length, length, positions, tokens, targets, hasTarget }
}

/** A batch as rectangles of at most `cells` cells, or of one document where that alone is longer. */
export const rectanglesOf = (batch: Batch, cells: number): ReadonlyArray<Rectangle> => {
  const byLength = new Map<number, Array<number>>()
  for (let document = 0; document + 1 < batch.offsets.length; document++) {
    const length = paddedLength(batch.offsets[document + 1]! - batch.offsets[document]!)
    byLength.set(length, [...(byLength.get(length) ?? []), document])
  }
  const rectangles: Array<Rectangle> = []
  for (const [length, documents] of byLength) {
    const rows = Math.max(1, Math.floor(cells / length))
    for (let first = 0; first < documents.length; first += rows)
      rectangles.push(rectangleOf(batch, documents.slice(first, first + rows), length))
  }
  return rectangles
}

/** A per-position array of the batch laid out over a rectangle; 0 in the padding and where `keep` says no. */
export const spread = (
  rectangle: Rectangle,
  perPosition: Float32Array,
  keep: (cell: number) => boolean = () => true
): Float32Array =>
  Float32Array.from(rectangle.positions, (position, cell) => (position >= 0 && keep(cell) ? perPosition[position]! : 0))

/** The inverse: writes a rectangle's cells to their positions. */
export const collect = (
  rectangle: Rectangle,
  cells: ArrayLike<number>,
  perPosition: Float32Array,
  keep: (cell: number) => boolean = () => true
): void => {
  rectangle.positions.forEach((position, cell) => {
    if (position >= 0 && keep(cell)) perPosition[position] = cells[cell]!
  })
}
