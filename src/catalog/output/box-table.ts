/** Query results for people: a box table as wide as the terminal, with a line below it that counts. */

import { maximumOf } from "../../lists/large.ts"
import { cutToWidth, displayWidth } from "../../text/display-width.ts"
import { countWords, plural } from "../../text/plural.ts"
import { visible } from "../../text/visible.ts"
import { isList, type SqlValue, type QueryResult } from "../QueryResult.ts"
import { valueText } from "./value-text.ts"

export interface TableOptions {
  /** Columns of the terminal. */
  readonly width?: number
  /** Rows shown at most; the rest is counted below the table. */
  readonly maxRows?: number
}

/** Numbers as a reader wants them: whole ones whole, others to six digits, very large and small ones with an exponent. */
const readableNumber = (value: number): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "inf" : "-inf"
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1e15) return Object.is(value, -0) ? "0" : String(value)
  if (size < 1e-4 || size >= 1e15) return Number(value.toPrecision(4)).toExponential()
  return String(Number(value.toPrecision(6)))
}

const readableValue = (value: SqlValue): string => {
  if (value === null) return "null"
  if (typeof value === "number") return readableNumber(value)
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value.subarray(0, 8)).toString("hex")
    return value.length <= 8 ? `0x${hex}` : `0x${hex}… (${value.length} bytes)`
  }
  if (isList(value)) return `[${value.map((item) => readableValue(item)).join(", ")}]`
  return valueText(value)
}

const pad = (text: string, width: number, right: boolean): string => {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)))
  return right ? space + text : text + space
}

/** Whether values of a type of DuckDB are numbers: such columns stand on the right. */
export const isNumeric = (type: string): boolean => /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*)$/.test(type)

const narrowest = 5

/** Takes width from the widest columns until the table fits; text is cut before numbers are. Returns how many columns fit. */
const fit = (widths: Array<number>, numeric: ReadonlyArray<boolean>, available: number): number => {
  const total = (count: number) => widths.slice(0, count).reduce((sum, width) => sum + width + 3, 1)
  while (total(widths.length) > available) {
    let widest = -1
    for (const [i, width] of widths.entries())
      if (!numeric[i] && width > narrowest && (widest < 0 || width > widths[widest]!)) widest = i
    if (widest < 0) break
    // In one step to the next width below, or to what is needed.
    const excess = total(widths.length) - available
    const others = widths.filter((width, i) => i !== widest && !numeric[i] && width < widths[widest]!)
    const floor = maximumOf(others, narrowest)
    widths[widest] = Math.max(floor, widths[widest]! - excess, floor === widths[widest] ? widths[widest]! - 1 : 0)
  }
  let count = widths.length
  while (count > 1 && total(count) > available) count--
  return count
}

/** A box table with a line below it that counts rows, and columns where some had to be left out. */
export const renderTable = ({ columns, rows, rowCount, uncounted }: QueryResult, options: TableOptions = {}): string => {
  const { maxRows = 40, width = 120 } = options
  const shown = rows.slice(0, maxRows)
  const numeric = columns.map(({ type }) => isNumeric(type))
  const header = columns.map(({ name }) => visible(name))
  // Longer texts than any terminal are cut before they are measured.
  const texts = shown.map((row) => row.map((value) => visible(readableValue(value).slice(0, 4 * width))))
  const widths = header.map((name, i) =>
    maximumOf(
      texts.map((row) => displayWidth(row[i]!)),
      Math.max(displayWidth(name), 1)
    )
  )
  const count = fit(widths, numeric, width)
  const used = widths.slice(0, count)
  const rule = (left: string, middle: string, right: string) =>
    left + used.map((width) => "─".repeat(width + 2)).join(middle) + right
  const line = (fields: ReadonlyArray<string>, right: (i: number) => boolean) =>
    `│${used.map((width, i) => ` ${pad(cutToWidth(fields[i]!, width), width, right(i))} `).join("│")}│`
  const isRight = (i: number) => numeric[i] === true
  const counted = `${uncounted ? "more than " : ""}${plural(rowCount, "row")}`
  const notes = [
    counted,
    ...(shown.length < rowCount ? [`first ${countWords(shown.length)} shown`] : []),
    ...(count < columns.length ? [`${count} of ${columns.length} columns shown`] : [])
  ]
  return [
    rule("┌", "┬", "┐"),
    line(header, isRight),
    rule("├", "┼", "┤"),
    ...texts.map((row) => line(row, isRight)),
    rule("└", "┴", "┘"),
    notes.join(", "),
    ""
  ].join("\n")
}
