/**
 * How much memory the rows of a chunk take once they are JavaScript values: looked up in DuckDB's vectors before anything is
 * made of them. A chunk has some thousand rows, whatever they hold, and what fits in DuckDB's memory need not fit in that of V8,
 * which ends the process when it has no more.
 */

import {
  type DuckDBArrayType,
  type DuckDBListType,
  type DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBUnionType
} from "@duckdb/node-api"
import duckdb, { type Vector } from "@duckdb/node-bindings"

/** What a value takes, about: a number of 64 bits is an object in JavaScript, and then a text of twenty digits. */
const VALUE_BYTES = 32

/** What rows `from .. to` of a vector take, in bytes, about. */
type Weigh = (from: number, to: number) => number

const ofValues: Weigh = (from, to) => (to - from) * VALUE_BYTES

/** Types whose values DuckDB keeps as `duckdb_string_t`: 16 bytes, of which the first four are the length. */
const STRINGS: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.VARCHAR,
  DuckDBTypeId.BLOB,
  DuckDBTypeId.BIT,
  DuckDBTypeId.BIGNUM
])

/** Whether a row holds a value; what a null has in place of it means nothing. */
const validityOf = (vector: Vector, rows: number): ((row: number) => boolean) => {
  const bits: Uint8Array | null = duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8)
  return bits === null ? () => true : (row) => ((bits[row >>> 3]! >>> (row & 7)) & 1) === 1
}

const ofStrings = (vector: Vector, rows: number): Weigh => {
  const { buffer, byteOffset } = duckdb.vector_get_data(vector, rows * 16)
  const records = new Uint32Array(buffer, byteOffset, rows * 4)
  const isValid = validityOf(vector, rows)
  return (from, to) => {
    let bytes = ofValues(from, to)
    for (let row = from; row < to; row++) if (isValid(row)) bytes += records[row * 4]!
    return bytes
  }
}

/** A list's record is the number of its first item and how many it has, 64 bits each. */
const ofLists = (vector: Vector, item: DuckDBType, rows: number): Weigh => {
  const { buffer, byteOffset } = duckdb.vector_get_data(vector, rows * 16)
  const entries = new BigUint64Array(buffer, byteOffset, rows * 2)
  const isValid = validityOf(vector, rows)
  const items = weigherOf(duckdb.list_vector_get_child(vector), item, duckdb.list_vector_get_size(vector))
  return (from, to) => {
    let bytes = ofValues(from, to)
    for (let row = from; row < to; row++) {
      const first = Number(entries[row * 2]!)
      if (isValid(row)) bytes += items(first, first + Number(entries[row * 2 + 1]!))
    }
    return bytes
  }
}

const ofFields = (vector: Vector, types: ReadonlyArray<DuckDBType>, rows: number): Weigh => {
  const fields = types.map((type, i) => weigherOf(duckdb.struct_vector_get_child(vector, i), type, rows))
  return (from, to) => fields.reduce((bytes, field) => bytes + field(from, to), ofValues(from, to))
}

const TAG: DuckDBType = { typeId: DuckDBTypeId.UTINYINT } as DuckDBType

/** Of a vector of DuckDB with so many rows. */
const weigherOf = (vector: Vector, type: DuckDBType, rows: number): Weigh => {
  if (STRINGS.has(type.typeId)) return ofStrings(vector, rows)
  switch (type.typeId) {
    case DuckDBTypeId.LIST:
      return ofLists(vector, (type as DuckDBListType).valueType, rows)
    case DuckDBTypeId.MAP: {
      const { keyType, valueType } = type as DuckDBMapType
      return ofLists(vector, new DuckDBStructType(["key", "value"], [keyType, valueType]), rows)
    }
    case DuckDBTypeId.STRUCT:
      return ofFields(vector, (type as DuckDBStructType).entryTypes, rows)
    case DuckDBTypeId.UNION:
      // A struct of the tag and of all members, of which one has a value.
      return ofFields(vector, [TAG, ...(type as DuckDBUnionType).memberTypes], rows)
    case DuckDBTypeId.ARRAY: {
      const { length, valueType } = type as DuckDBArrayType
      const items = weigherOf(duckdb.array_vector_get_child(vector), valueType, rows * length)
      return (from, to) => items(from * length, to * length)
    }
    default:
      return ofValues
  }
}

/** Bytes that each row of a chunk takes, about. */
export const rowWeights = (chunk: duckdb.DataChunk, types: ReadonlyArray<DuckDBType>, rows: number): Float64Array => {
  const weigh = types.map((type, column) => weigherOf(duckdb.data_chunk_get_vector(chunk, column), type, rows))
  return Float64Array.from({ length: rows }, (_, row) => weigh.reduce((bytes, column) => bytes + column(row, row + 1), 0))
}
