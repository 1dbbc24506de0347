/**
 * The first rows of any Arrow file, whatever table it holds, as a person can take them in: one line a
 * column and row, long values cut.
 */

import { ArrowFile } from "../../store/arrow/ArrowFile.ts"
import { valueAt } from "../../store/arrow/view-of-column.ts"
import { errorText } from "../../text/error-text.ts"
import { cut, textTable } from "./text-table.ts"

const VALUE_WIDTH = 100
const ITEMS = 6

/** Never throws on a damaged file: says what is wrong instead, as the rest of what is shown stays useful. */
export const sampleRows = (file: string, count: number): string => {
  try {
    return textTable([], readRows(file, count), { indent: 4 })
  } catch (cause) {
    return `    ${errorText(cause)}`
  }
}

const readRows = (file: string, count: number): ReadonlyArray<ReadonlyArray<string>> => {
  const arrow = new ArrowFile(file)
  try {
    const lines: Array<ReadonlyArray<string>> = []
    let row = 0
    for (const batch of arrow.batches) {
      const columns = row < count ? arrow.fields.map((field) => ({ field, data: arrow.readColumn(batch, field) })) : []
      for (let i = 0; i < batch.rows && row < count; i++, row++)
        for (const [at, { field, data }] of columns.entries())
          lines.push([at === 0 ? `row ${row}` : "", field.name, cell(valueAt(field.type, data, i))])
    }
    return lines
  } finally {
    arrow.close()
  }
}

const cell = (value: unknown): string => {
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const items: Array<unknown> = Array.from(value as ArrayLike<unknown>)
    const shown = items.slice(0, ITEMS).map((item) => (typeof item === "number" ? numberWords(item) : JSON.stringify(item)))
    return cut(`[${shown.join(", ")}${items.length > ITEMS ? `, … ${items.length} in all` : ""}]`, VALUE_WIDTH)
  }
  if (typeof value === "string") return cut(JSON.stringify(value), VALUE_WIDTH)
  if (typeof value === "number") return numberWords(value)
  return String(value)
}

const numberWords = (value: number): string => (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6))))
