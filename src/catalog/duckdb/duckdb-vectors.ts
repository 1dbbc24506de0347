/**
 * Copies Arrow columns into DuckDB vectors: the only module that touches DuckDB's memory.
 *
 * A wrong byte count here would corrupt the process instead of raising, so every copy goes through `copyData` or `copyValidity`,
 * which check it against the source and against the room in the vector. The columns were checked when they were read
 * (`ArrowFile`), so offsets are monotonic and inside their buffers.
 *
 * Layouts are those of DuckDB's C API (duckdb.h): `duckdb_list_entry` is { uint64 offset, length }; `duckdb_string_t` is 16
 * bytes, uint32 length and then either up to 12 bytes of text or 4 bytes of prefix and a pointer.
 */

import duckdb, { type Vector } from "@duckdb/node-bindings"

import { itemType, type ColumnType } from "../../store/schema/Column.ts"
import { bytesOf, isNumberType, type ColumnData } from "../../store/schema/ColumnData.ts"
import type { Constant, ConstantType } from "./scan-sources.ts"

/** Rows in a data chunk. */
export const chunkRows = duckdb.vector_size()

/** A vector and how many rows there is room for. */
interface Target {
  readonly vector: Vector
  readonly capacity: number
}

const plainBuffer = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Uint8Array.from(bytes)

const copyData = (target: Target, source: Uint8Array, from: number, bytes: number, bytesPerRow: number): void => {
  if (from < 0 || bytes < 0 || from + bytes > source.byteLength || bytes > target.capacity * bytesPerRow)
    throw new RangeError(`copy of ${bytes} bytes at ${from} of ${source.byteLength} into room for ${target.capacity} rows`)
  const plain = plainBuffer(source)
  if (bytes > 0) duckdb.copy_data_to_vector(target.vector, 0, plain.buffer, plain.byteOffset + from, bytes)
}

const copyValidity = (target: Target, bits: Uint8Array, rows: number): void => {
  const bytes = (rows + 7) >>> 3
  if (bytes > bits.byteLength || rows > target.capacity)
    throw new RangeError(`copy of ${rows} validity bits of ${bits.byteLength} bytes into room for ${target.capacity} rows`)
  const plain = plainBuffer(bits)
  duckdb.vector_ensure_validity_writable(target.vector)
  duckdb.copy_data_to_vector_validity(target.vector, 0, plain.buffer, plain.byteOffset, bytes)
}

/** Bits `start .. start + rows`. Chunks start at multiples of their size, so at whole bytes. */
const bitsFrom = (bits: Uint8Array, start: number, rows: number): Uint8Array => {
  if ((start & 7) !== 0) throw new RangeError(`validity from row ${start}, which is not at a whole byte`)
  return bits.subarray(start >>> 3, (start + rows + 7) >>> 3)
}

export interface FillOptions {
  /** Hand over strings one by one instead of building their records: slow, for checking the fast way. */
  readonly eachString?: boolean
}

const inlineBytes = 12

/**
 * Strings: their bytes are handed over once as one long string; its record then tells where DuckDB put them, and the record of
 * each string points inside. The bytes belong to the vector's heap and live as long as the vector.
 */
const fillStrings = (target: Target, data: ColumnData, start: number, rows: number, options: FillOptions): void => {
  const bytes = bytesOf(data.values)
  const offsets = data.offsets
  if (offsets === undefined) throw new Error("a column of text or bytes without offsets")
  const base = Number(offsets[start])
  const end = Number(offsets[start + rows])
  // A record holds the length of its string in 32 bits: tensors of more than that together are handed over apart.
  if (options.eachString === true || end - base > 2 ** 31) {
    for (let i = 0; i < rows; i++) {
      const one = bytes.subarray(Number(offsets[start + i]), Number(offsets[start + i + 1]))
      duckdb.vector_assign_string_element_len(target.vector, i, one)
    }
    return
  }
  let address = 0
  if (end - base > inlineBytes) {
    duckdb.vector_assign_string_element_len(target.vector, 0, bytes.subarray(base, end))
    const record = duckdb.vector_get_data(target.vector, 16)
    address = Number(new DataView(record.buffer, record.byteOffset, 16).getBigUint64(8, true))
  }
  const words = new Uint32Array(rows * 4)
  const records = new Uint8Array(words.buffer)
  let from = base
  for (let i = 0; i < rows; i++) {
    const to = Number(offsets[start + i + 1])
    const length = to - from
    words[i * 4] = length
    // The first four bytes stand in the record either way; a short string goes on where a long one has its pointer.
    const shown = length <= inlineBytes ? length : 4
    for (let k = 0; k < shown; k++) records[i * 16 + 4 + k] = bytes[from + k]!
    if (length > inlineBytes) {
      const at = address + (from - base)
      words[i * 4 + 2] = at >>> 0
      words[i * 4 + 3] = Math.floor(at / 2 ** 32)
    }
    from = to
  }
  copyData(target, records, 0, rows * 16, 16)
}

const fillList = (
  target: Target,
  type: ColumnType,
  data: ColumnData,
  start: number,
  rows: number,
  options: FillOptions
): void => {
  const { child, offsets } = data
  const item = itemType(type)
  if (child === undefined || offsets === undefined || item === undefined) throw new Error("a list column without items")
  const base = Number(offsets[start])
  const total = Number(offsets[start + rows]) - base
  const entries = new Uint32Array(rows * 4)
  for (let i = 0; i < rows; i++) {
    entries[i * 4] = Number(offsets[start + i]) - base
    entries[i * 4 + 2] = Number(offsets[start + i + 1]) - Number(offsets[start + i])
  }
  duckdb.list_vector_reserve(target.vector, total)
  duckdb.list_vector_set_size(target.vector, total)
  copyData(target, bytesOf(entries), 0, rows * 16, 16)
  if (total > 0) {
    const items = { vector: duckdb.list_vector_get_child(target.vector), capacity: total }
    fill(items, item, child, base, total, options)
  }
}

const fill = (target: Target, type: ColumnType, data: ColumnData, start: number, rows: number, options: FillOptions): void => {
  if (start + rows > data.length) throw new RangeError(`rows ${start} to ${start + rows} of ${data.length}`)
  if (data.validity !== undefined) copyValidity(target, bitsFrom(data.validity, start, rows), rows)
  if (isNumberType(type)) {
    const width = data.values.BYTES_PER_ELEMENT
    copyData(target, bytesOf(data.values), start * width, rows * width, width)
  } else if (type === "bool") {
    const bits = bytesOf(data.values)
    const flags = new Uint8Array(rows)
    for (let i = 0; i < rows; i++) flags[i] = (bits[(start + i) >>> 3]! >>> ((start + i) & 7)) & 1
    copyData(target, flags, 0, rows, 1)
  } else if (itemType(type) !== undefined) fillList(target, type, data, start, rows, options)
  else fillStrings(target, data, start, rows, options)
}

/** Rows `start .. start + rows` of a column, into the vector of a chunk. */
export const fillColumn = (
  vector: Vector,
  type: ColumnType,
  data: ColumnData,
  start: number,
  rows: number,
  options: FillOptions = {}
): void => fill({ vector, capacity: chunkRows }, type, data, start, rows, options)

/** Null in each of `rows` rows. */
export const fillNull = (vector: Vector, rows: number): void =>
  copyValidity({ vector, capacity: chunkRows }, new Uint8Array((rows + 7) >>> 3), rows)

/** The same value in every row: a constant vector, whatever the number of rows. */
export const fillConstant = (vector: Vector, type: ConstantType, value: Constant, rows: number): void => {
  if (value === null) fillNull(vector, rows)
  else if (type === "VARCHAR") duckdb.vector_reference_value(vector, duckdb.create_varchar(String(value)))
  else if (type === "DOUBLE") duckdb.vector_reference_value(vector, duckdb.create_double(Number(value)))
  else if (type === "BIGINT") duckdb.vector_reference_value(vector, duckdb.create_int64(BigInt(value)))
  else duckdb.vector_reference_value(vector, duckdb.create_bool(value === true))
}
