/** Results for other programs as text, row by row: CSV (RFC 4180), the same with tabs, JSON and JSON lines. */

import { uniqueNames, type SqlValue } from "../QueryResult.ts"
import type { RowFormat } from "./ResultFormat.ts"
import { jsonText, valueText } from "./value-text.ts"

/** A header line and a line a row. Null is an empty field; an empty text is `""`. Fields that would be misread are quoted. */
const separated =
  (separator: string): RowFormat =>
  (columns) => {
    const quoted = (text: string) => (text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
    const field = (value: SqlValue) => (value === "" ? '""' : quoted(valueText(value)))
    return {
      head: () => [`${columns.map(({ name }) => quoted(name)).join(separator)}\n`],
      batch: (batch) => [
        batch
          .plain()
          .map((row) => `${row.map(field).join(separator)}\n`)
          .join("")
      ],
      tail: () => []
    }
  }

export const csv: RowFormat = separated(",")
export const tsv: RowFormat = separated("\t")

const objectOf = (names: ReadonlyArray<string>) => {
  const keys = names.map((name) => JSON.stringify(name))
  return (row: ReadonlyArray<SqlValue>) => `{${row.map((value, i) => `${keys[i]}:${jsonText(value)}`).join(",")}}`
}

/** A JSON array of objects, one a line. Repeated column names are numbered. */
export const json: RowFormat = (columns) => {
  const object = objectOf(uniqueNames(columns))
  let rows = 0
  return {
    head: () => ["["],
    batch: (batch) => [
      batch
        .plain()
        .map((row) => `${rows++ === 0 ? "" : ","}\n${object(row)}`)
        .join("")
    ],
    tail: () => [rows === 0 ? "]\n" : "\n]\n"]
  }
}

/** A JSON object a line. Repeated column names are numbered. */
export const jsonl: RowFormat = (columns) => {
  const object = objectOf(uniqueNames(columns))
  return {
    head: () => [],
    batch: (batch) => [
      batch
        .plain()
        .map((row) => `${object(row)}\n`)
        .join("")
    ],
    tail: () => []
  }
}
