/**
 * CSV with a header line (RFC 4180: quoted fields may hold commas, newlines and doubled quotes); the row is the record's index
 * after the header. One small evaluation set is published only so; all values are text.
 */

import { append } from "../../lists/large.ts"
import { DatasetFileCorrupt } from "../errors.ts"
import { textBytes } from "../unpack/file-bytes.ts"
import type { RawRow, Reader } from "./RawRow.ts"

/** Reads CSV. Throws DatasetFileCorrupt. */
export const readCsv: Reader = async function* ({ path, from, columns }) {
  let header: ReadonlyArray<string> | null = null
  let row = 0
  for await (const records of recordsOf(path)) {
    const rows: Array<RawRow> = []
    for (const record of records) {
      if (header === null) {
        header = record
        const twice = record.find((column, i) => record.indexOf(column) < i)
        if (twice !== undefined)
          throw new DatasetFileCorrupt({
            file: path,
            problem: `names the column ${twice} twice in its header: which one counts?`
          })
        const missing = columns.filter((column) => !record.includes(column))
        if (missing.length > 0)
          throw new DatasetFileCorrupt({
            file: path,
            problem: `has no column ${missing.join(", ")}; its columns are ${record.join(", ")}`
          })
        continue
      }
      const index = row++
      if (index < from) continue
      rows.push(
        record.length === header.length
          ? { row: index, record: Object.fromEntries(header.map((name, i) => [name, record[i]!])) }
          : { row: index, field: "", problem: `has ${record.length} fields, and the header ${header.length}` }
      )
    }
    if (rows.length > 0) yield rows
  }
  if (header === null) throw new DatasetFileCorrupt({ file: path, problem: "is empty; a CSV file begins with a header" })
}

/** Number of records, the header left out. Throws DatasetFileCorrupt. */
export const countCsv = async (path: string): Promise<number> => {
  let count = -1
  for await (const records of recordsOf(path)) count += records.length
  return Math.max(0, count)
}

/** Records as lists of fields, those that end in one chunk together. */
async function* recordsOf(path: string): AsyncGenerator<Array<Array<string>>> {
  const corrupt = (problem: string) => new DatasetFileCorrupt({ file: path, problem })
  const decoder = new TextDecoder("utf-8", { fatal: true })
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
    } catch {
      throw corrupt("is not valid UTF-8")
    }
  }
  let field = ""
  let record: Array<string> = []
  let quoted = false
  let quoteSeen = false

  const take = (text: string): Array<Array<string>> => {
    const records: Array<Array<string>> = []
    for (const character of text) {
      if (quoted && !quoteSeen) {
        if (character === '"') quoteSeen = true
        else field += character
      } else if (quoteSeen && character === '"') {
        field += '"'
        quoteSeen = false
      } else if (character === '"' && field === "") {
        quoted = true
      } else if (character === "," || character === "\n") {
        record.push(character === "\n" && !quoted ? field.replace(/\r$/, "") : field)
        field = ""
        quoted = quoteSeen = false
        if (character === "\n") {
          if (record.length > 1 || record[0] !== "") records.push(record)
          record = []
        }
      } else if (!(quoteSeen && character === "\r")) {
        field += character
      }
    }
    return records
  }

  for await (const bytes of textBytes(path)) {
    const records = take(decode(bytes))
    if (records.length > 0) yield records
  }
  const last = take(`${decode()}`)
  if (quoted && !quoteSeen) throw corrupt("ends inside a quoted field")
  append(last, field !== "" || record.length > 0 || quoted ? take("\n") : [])
  if (last.length > 0) yield last
}
