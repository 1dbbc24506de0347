/** Plain tables and the words for sizes and times that every listing shares. */

import { maximumOf } from "../../lists/large.ts"
import { plural } from "../../text/plural.ts"
import { visible } from "../../text/visible.ts"
import { widthOf } from "./terminal.ts"

export interface TableOptions {
  /** Columns whose cells stand at their right edge, by index. */
  readonly right?: ReadonlyArray<number>
  /** Spaces before each line. */
  readonly indent?: number
  /** Columns of the terminal. What is wider has its last column broken into lines, where that leaves it some room. */
  readonly width?: number
  /** Columns that can be done without in a narrow terminal, by index, the first to go first. */
  readonly optional?: ReadonlyArray<number>
}

/** Of the terminal that standard output is; no limit elsewhere. */
export const terminalWidth = (): number => widthOf(process.stdout)

/** Least room for a last column that is broken into lines. */
const LEAST_WIDTH = 20

/** A name is no longer, nor is what else stands in a column: a label of megabytes in one row would widen all the others. */
const LONGEST_NAME = 255
/** The last column runs on, but not for ever. */
const LONGEST_LAST = 4000

const shortened = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`)

/** A label from a log, which may say anything, as it is shown by itself. */
export const labelWords = (label: string): string => visible(shortened(label, LONGEST_NAME))

/** Rows under a header, each column as wide as its widest cell but for the last, which runs on. */
export const textTable = (
  header: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  options: TableOptions = {}
): string => {
  const { indent = 2, right = [], width = Number.POSITIVE_INFINITY, optional = [] } = options
  // What a cell holds came from a log, a file or a person: it must not steer the terminal.
  const all = (header.length === 0 ? rows : [header, ...rows]).map((row) =>
    row.map((cell, i) => visible(shortened(cell, i === row.length - 1 ? LONGEST_LAST : LONGEST_NAME)))
  )
  const count = maximumOf(
    all.map((row) => row.length),
    0
  )
  const widths = Array.from({ length: count }, (_, i) => maximumOf(all.map((row) => (row[i] ?? "").length)))
  const left = new Set(widths.keys())
  const spaceOf = (columns: Iterable<number>) => [...columns].reduce((sum, i) => sum + widths[i]! + 2, indent)
  for (const i of optional) if (spaceOf(left) - 2 > width) left.delete(i)
  const before = spaceOf([...left].slice(0, -1))
  const room = width - before >= LEAST_WIDTH ? width - before : Number.POSITIVE_INFINITY
  const margin = " ".repeat(indent)
  return all
    .map((row) => {
      const cells = [...left].map((i) =>
        right.includes(i) ? (row[i] ?? "").padStart(widths[i]!) : (row[i] ?? "").padEnd(widths[i]!)
      )
      const last = brokenAt(cells.pop()?.trimEnd() ?? "", room).join(`\n${" ".repeat(before)}`)
      return `${margin}${[...cells, last].join("  ")}`.trimEnd()
    })
    .join("\n")
}

/** A text in lines of at most `width`, broken at blanks. A longer word stays whole: a path has to be copied. */
export const brokenAt = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let rest = text
  while (rest.length > width) {
    const before = rest.lastIndexOf(" ", width)
    const at = before > 0 ? before : rest.indexOf(" ", width)
    if (at < 0) break
    lines.push(rest.slice(0, at))
    rest = rest.slice(at).trimStart()
  }
  return [...lines, rest]
}

/** `a, b, c and 4 more`. */
export const listed = (names: ReadonlyArray<string>, most: number): string =>
  names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${names.length - most} more`

/** `312 bytes`, `4.1 kB`, `12 MB`, with powers of 1000. */
export const bytesWords = (bytes: number): string => {
  if (bytes < 1000) return plural(bytes, "byte")
  const units = ["kB", "MB", "GB", "TB"]
  let value = bytes / 1000
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`
}

/** The first digits of a digest: enough to name it on the command line. */
export const shortDigest = (digest: string): string => digest.slice(0, 12)

/** `2026-11-22 01:10:45` of an ISO time, in UTC as it is kept. */
export const timeWords = (iso: string): string => iso.slice(0, 19).replace("T", " ")

/** At most `width` characters of one line. */
export const cut = (text: string, width: number): string => {
  const line = text.replaceAll(/\s*\n\s*/g, " ")
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`
}

/** A value as people write it on the command line: text bare, everything else as JSON. */
export const valueWords = (value: unknown): string => {
  if (typeof value === "string") return value === "" ? '""' : value
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return value.join(",")
  return JSON.stringify(value) ?? String(value)
}

/** An argument as a shell takes it back: quoted where it holds more than plain characters. */
export const shellWord = (word: string): string => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
