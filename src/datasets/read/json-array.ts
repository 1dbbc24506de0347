/**
 * A file that is one JSON array of objects, read element by element in constant memory: MetaMathQA's is 400
 * MB, too long for one string.
 *
 * Only brackets, strings and escapes are followed to find where an element ends; the element itself is judged as a line of
 * JSON Lines is, so that one malformed element is one bad row. The row is the element's index.
 */

import { DatasetFileCorrupt, ofAnotherKind } from "../errors.ts"
import { textBytes } from "../unpack/file-bytes.ts"
import { jsonRow } from "./json.ts"
import type { RawRow, Reader } from "./RawRow.ts"
import { LONGEST_RECORD, withoutMark } from "./text.ts"

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c]
const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const opens = (byte: number) => byte === 0x5b || byte === 0x7b
const closes = (byte: number) => byte === 0x5d || byte === 0x7d

/** Reads a JSON array. Throws DatasetFileCorrupt. */
export const readJsonArray: Reader = async function* ({ path, from }) {
  let row = 0
  for await (const elements of elementsOf(path)) {
    const rows: Array<RawRow> = []
    for (const element of elements) {
      const index = row++
      if (index >= from) rows.push(jsonRow(element, index, ""))
    }
    if (rows.length > 0) yield rows
  }
}

/** Number of elements. Throws DatasetFileCorrupt. */
export const countJsonArray = async (path: string): Promise<number> => {
  let count = 0
  for await (const elements of elementsOf(path)) count += elements.length
  return count
}

/** Elements of the outer array as bytes, those that end in one chunk together. */
async function* elementsOf(path: string): AsyncGenerator<Array<Uint8Array>> {
  const corrupt = (problem: string, remedy?: string) =>
    remedy === undefined ? new DatasetFileCorrupt({ file: path, problem }) : ofAnotherKind(path, problem, { remedy })
  let depth = 0
  let inString = false
  let escaped = false
  let closed = false
  let started = false
  let afterComma = false
  let count = 0
  /** The element that is being read: whether it has begun, its bytes in earlier chunks and their number. */
  let begun = false
  let pending: Array<Uint8Array> = []
  let length = 0

  for await (const bytes of textBytes(path)) {
    const chunk = started ? bytes : withoutMark(bytes)
    started = true
    const elements: Array<Uint8Array> = []
    let begin = 0
    const finish = (end: number): boolean => {
      const whole = begun
      if (whole) elements.push(Buffer.concat([...pending, chunk.subarray(begin, end)]))
      if (whole) count++
      pending = []
      length = 0
      begun = false
      return whole
    }
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!
      if (inString) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else if (byte === QUOTE) inString = false
        continue
      }
      if (isSpace(byte)) continue
      if (depth === 0) {
        if (closed) throw corrupt("goes on after the end of its JSON array")
        if (byte !== 0x5b)
          throw byte === 0x7b
            ? corrupt("does not begin with [, so it is not a JSON array", "Write its records as one JSON array: [{...}, {...}]")
            : corrupt("does not begin with [, so it is not a JSON array")
        depth = 1
        continue
      }
      if (byte === COMMA && depth === 1) {
        if (!finish(i)) throw corrupt(`has no record between two commas, after record ${count}`)
        afterComma = true
        continue
      }
      if (closes(byte) && --depth === 0) {
        if (!finish(i) && afterComma) throw corrupt("ends with a comma, where another record should follow")
        closed = true
        continue
      }
      // Spaces before an element are no part of it, so that a file of nothing else fills no memory.
      if (!begun) begin = i
      begun = true
      if (byte === QUOTE) inString = true
      else if (opens(byte)) depth++
    }
    if (begun) {
      pending.push(chunk.subarray(begin))
      length += chunk.length - begin
    }
    if (length > LONGEST_RECORD) throw corrupt(`has a record of more than ${LONGEST_RECORD / 2 ** 20} MiB, record ${count}`)
    if (elements.length > 0) yield elements
  }
  if (!closed) throw corrupt(`ends inside its JSON array, after ${count} records`)
}
