/**
 * One column of one record batch as Arrow lays it out in memory: the form in which columns travel between builders, files, views
 * and DuckDB. Always canonical: offsets start at 0, buffers have their exact length, values under nulls are zero or empty, bits
 * past the end are clear, and a column without nulls has no validity bitmap.
 */

import type { NumberType } from "./Column.ts"

export type NumberArray = Int8Array | Uint8Array | Int32Array | Uint32Array | BigInt64Array | Float32Array | Float64Array

export interface ColumnData {
  readonly length: number
  readonly nullCount: number
  /** One bit a row, lowest bit first, 1 = valid. */
  readonly validity: Uint8Array | undefined
  /** `[length + 1]` for text, bytes (64-bit in `largeBinary`) and lists. */
  readonly offsets: Int32Array | BigInt64Array | undefined
  /** Numbers, packed bits of booleans, or the bytes of all rows; empty for lists. */
  readonly values: NumberArray
  /** The items of a list column. */
  readonly child: ColumnData | undefined
}

interface NumberLayout {
  readonly bytes: number
  readonly integer: boolean
  readonly minimum: number
  readonly maximum: number
  readonly view: (buffer: ArrayBuffer, byteOffset: number, length: number) => NumberArray
}

const layout = (bytes: number, integer: boolean, minimum: number, maximum: number, view: NumberLayout["view"]): NumberLayout => ({
  bytes,
  integer,
  minimum,
  maximum,
  view
})

/** Width and range of each number type. `int64` is held as bigint and checked apart. */
export const numberLayouts: Readonly<Record<NumberType, NumberLayout>> = {
  int8: layout(1, true, -(2 ** 7), 2 ** 7 - 1, (buffer, offset, length) => new Int8Array(buffer, offset, length)),
  uint8: layout(1, true, 0, 2 ** 8 - 1, (buffer, offset, length) => new Uint8Array(buffer, offset, length)),
  int32: layout(4, true, -(2 ** 31), 2 ** 31 - 1, (buffer, offset, length) => new Int32Array(buffer, offset, length)),
  uint32: layout(4, true, 0, 2 ** 32 - 1, (buffer, offset, length) => new Uint32Array(buffer, offset, length)),
  int64: layout(8, true, -(2 ** 63), 2 ** 63, (buffer, offset, length) => new BigInt64Array(buffer, offset, length)),
  float32: layout(4, false, -Infinity, Infinity, (buffer, offset, length) => new Float32Array(buffer, offset, length)),
  float64: layout(8, false, -Infinity, Infinity, (buffer, offset, length) => new Float64Array(buffer, offset, length))
}

/** Whether a column type is one of plain numbers. */
export const isNumberType = (type: string): type is NumberType => Object.hasOwn(numberLayouts, type)

/** The bytes of a typed array, shared. */
export const bytesOf = (array: NumberArray): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/** Bytes 0 and 1 packed to bits, lowest first; the bits past the end are clear. */
export const packBits = (flags: Uint8Array): Uint8Array => {
  const bits = new Uint8Array((flags.length + 7) >>> 3)
  for (let i = 0; i < flags.length; i++) if (flags[i] !== 0) bits[i >>> 3]! |= 1 << (i & 7)
  return bits
}

/** The first `length` bits as bytes 0 and 1. */
export const unpackBits = (bits: Uint8Array, length: number): Uint8Array => {
  const flags = new Uint8Array(length)
  for (let i = 0; i < length; i++) flags[i] = (bits[i >>> 3]! >>> (i & 7)) & 1
  return flags
}

/** Bit `index`, lowest first. */
export const bitAt = (bits: Uint8Array, index: number): boolean => ((bits[index >>> 3]! >>> (index & 7)) & 1) === 1

/** The start of row `index` in a column with offsets. */
export const offsetAt = (offsets: Int32Array | BigInt64Array, index: number): number => Number(offsets[index])
