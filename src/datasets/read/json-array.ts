/**
 * A file that is one JSON array of objects, read element by element in constant memory: MetaMathQA's is 400
 * MB, too long for one string.
 *
 * Only brackets, strings and escapes are followed to find where an element ends; JSON.parse judges the element itself, so that
 * one malformed element is one bad row. The row is the element's index.
 */

import { DatasetFileCorrupt } from "../errors.ts"
import { textBytes } from "../unpack/file-bytes.ts"
import { asRow, type RawRow, type Reader } from "./RawRow.ts"
import { exactJson, strictText, withoutMark } from "./text.ts"

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
      if (index >= from) rows.push(parseElement(element, index))
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
  const corrupt = (problem: string) => new DatasetFileCorrupt({ file: path, problem })
  let depth = 0
  let inString = false
  let escaped = false
  let closed = false
  let started = false
  let afterComma = false
  let count = 0
  let pending: Array<Uint8Array> = []

  for await (const bytes of textBytes(path)) {
    const chunk = started ? bytes : withoutMark(bytes)
    started = true
    const elements: Array<Uint8Array> = []
    let begin = 0
    const finish = (end: number): boolean => {
      const element = Buffer.concat([...pending, chunk.subarray(begin, end)])
      pending = []
      begin = end + 1
      if (element.every(isSpace)) return false
      elements.push(element)
      count++
      return true
    }
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!
      if (inString) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else if (byte === QUOTE) inString = false
      } else if (depth === 0) {
        if (isSpace(byte)) continue
        if (closed) throw corrupt("goes on after the end of its JSON array")
        if (byte !== 0x5b) throw corrupt("does not begin with [, so it is not a JSON array")
        depth = 1
        begin = i + 1
      } else if (byte === QUOTE) {
        inString = true
      } else if (opens(byte)) {
        depth++
      } else if (closes(byte)) {
        depth--
        if (depth === 0) {
          if (!finish(i) && afterComma) throw corrupt("ends with a comma, where another record should follow")
          closed = true
        }
      } else if (byte === COMMA && depth === 1) {
        if (!finish(i)) throw corrupt(`has no record between two commas, after record ${count}`)
        afterComma = true
      }
    }
    if (depth > 0) pending.push(chunk.subarray(begin))
    if (elements.length > 0) yield elements
  }
  if (!closed) throw corrupt(`ends inside its JSON array, after ${count} records`)
}

const parseElement = (element: Uint8Array, row: number): RawRow => {
  const decoded = strictText(element)
  if ("problem" in decoded) return { row, field: "", problem: decoded.problem }
  try {
    return asRow(row, exactJson(decoded.text))
  } catch (error) {
    return { row, field: "", problem: `is not valid JSON (${(error as Error).message})` }
  }
}
