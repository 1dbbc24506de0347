/**
 * Whether the header of a Parquet page is written as the format's own description says (parquet.thrift, in Thrift's compact
 * protocol): each of its fields in its type. No checksum is over it, and the library that reads it takes a field in any type.
 */

/** Types of the compact protocol; a boolean stands in its type. */
const [TRUE, FALSE, I32, I64, BINARY, STRUCT] = [1, 2, 5, 6, 8, 12]
const BOOLEAN = TRUE

/** The fields of a struct by their numbers: a type, or the fields of a struct. */
interface Fields {
  readonly [field: number]: number | Fields
}
const STATISTICS: Fields = { 1: BINARY, 2: BINARY, 3: I64, 4: I64, 5: BINARY, 6: BINARY, 7: BOOLEAN, 8: BOOLEAN }
const PAGE: Fields = {
  1: I32,
  2: I32,
  3: I32,
  4: I32,
  5: { 1: I32, 2: I32, 3: I32, 4: I32, 5: STATISTICS },
  6: {},
  7: { 1: I32, 2: I32, 3: BOOLEAN },
  8: { 1: I32, 2: I32, 3: I32, 4: I32, 5: I32, 6: I32, 7: BOOLEAN, 8: STATISTICS }
}

/** Whether the header between two places of a column's bytes is one, to its last byte. */
export const isPageHeader = (bytes: Uint8Array, start: number, end: number): boolean => structEnd(bytes, start, PAGE) === end

/** Behind a struct; NaN where it is none, nor has one a field that the format does not know. */
const structEnd = (bytes: Uint8Array, start: number, fields: Fields): number => {
  let at = start
  for (let field = 0; at < bytes.length;) {
    const head = bytes[at++]!
    if (head === 0) return at
    // The number of a field is written in whole only where it is far from the one before.
    if (head >> 4 === 0) return Number.NaN
    field += head >> 4
    const wanted = fields[field]
    const type = head & 15
    if (wanted === undefined) return Number.NaN
    if (typeof wanted !== "number") at = type === STRUCT ? structEnd(bytes, at, wanted) : Number.NaN
    else if (wanted === BOOLEAN) at = type === TRUE || type === FALSE ? at : Number.NaN
    else if (type !== wanted) return Number.NaN
    else at = behindNumber(bytes, at, type === BINARY)
  }
  return Number.NaN
}

/** No number has more bytes in sevens of bits. */
const LONGEST = 10

/** Behind a number; `isLength`: and behind as many bytes. */
const behindNumber = (bytes: Uint8Array, start: number, isLength: boolean): number => {
  let value = 0
  for (let i = 0; i < LONGEST && start + i < bytes.length; i++) {
    const byte = bytes[start + i]!
    value += (byte & 127) * 2 ** (7 * i)
    if (byte < 128) return start + i + 1 + (isLength ? value : 0)
  }
  return Number.NaN
}
