/**
 * CSV with a header line (RFC 4180: quoted fields may hold commas, newlines and doubled quotes); the row is the record's index
 * after the header. One small evaluation set is published only so; all values are text.
 *
 * Records are cut from bytes, a character each, and every field is decoded by itself: what CSV is made of is ASCII, and one byte
 * that is no UTF-8 is then a fault of its record and not of the file.
 */

import { DatasetFileCorrupt, NO_COLUMN, ofAnotherKind } from "../errors.ts"
import { textBytes } from "../unpack/file-bytes.ts"
import type { RawRow, Reader } from "./RawRow.ts"
import { LONGEST_RECORD, strictText, withoutMark } from "./text.ts"

/** Reads CSV. Throws DatasetFileCorrupt. */
export const readCsv: Reader = async function* ({ path, from, columns }) {
  let header: ReadonlyArray<string> | null = null
  let row = 0
  for await (const records of recordsOf(path)) {
    const rows: Array<RawRow> = []
    for (const record of records) {
      if (header === null) {
        refuseHeader(path, record, columns)
        header = record.fields
        continue
      }
      const index = row++
      if (index < from) continue
      const { fields, count, line, problem } = record
      const wrong = problem ?? (count === header.length ? null : `has ${count} fields, and the header ${header.length}`)
      rows.push(
        wrong === null
          ? { row: index, record: Object.fromEntries(header.map((name, i) => [name, fields[i]!])) }
          : { row: index, field: "", problem: `line ${line} ${wrong}` }
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

const refuseHeader = (path: string, { fields, count, problem }: CsvRecord, columns: ReadonlyArray<string>): void => {
  const refuse = (what: string, remedy: string) => new DatasetFileCorrupt({ file: path, problem: what, state: "refused", remedy })
  const [first = ""] = fields
  if (problem !== null || count > MOST_FIELDS)
    throw refuse(
      problem === null ? `has a header of ${count} columns` : `has a header that ${problem}`,
      "Write it anew as CSV in UTF-8"
    )
  if (/^\s*[[{]/.test(first)) throw ofAnotherKind(path, "is JSON and not CSV", { remedy: "Write it anew as CSV, with a header" })
  if (fields.some((field) => field.includes("\r")))
    throw refuse("ends its lines with a carriage return alone", "End them with a line feed (tr '\\r' '\\n')")
  const seen = new Map<string, number>()
  for (const [i, column] of fields.entries()) {
    // Names that only blanks tell apart are one name to whoever reads the file.
    const name = column.trim()
    const before = seen.get(name)
    if (before !== undefined)
      throw refuse(
        name === ""
          ? `has no name for columns ${before + 1} and ${i + 1} in its header`
          : `names the column ${name} twice in its header, and nothing says which one counts`,
        "Give each column a name of its own"
      )
    seen.set(name, i)
  }
  const missing = columns.filter((column) => !fields.includes(column))
  if (missing.length > 0) throw refuse(`has no column ${missing.join(", ")}; its columns are ${shown(fields)}`, NO_COLUMN)
}

const shown = (columns: ReadonlyArray<string>): string =>
  JSON.stringify(columns.join(", ").slice(0, 200)).slice(1, -1) + (columns.join(", ").length > 200 ? " ..." : "")

interface CsvRecord {
  readonly fields: ReadonlyArray<string>
  /** Of its fields, which may be more than are kept. */
  readonly count: number
  /** Line that it begins in, from 1. */
  readonly line: number
  /** What of it is not as CSV is written, or null. */
  readonly problem: string | null
}

/** Fields of a record that are kept; no header has as many. */
const MOST_FIELDS = 10_000

/** Records, those that end in one chunk together; blank lines are none. */
async function* recordsOf(path: string): AsyncGenerator<Array<CsvRecord>> {
  const corrupt = (problem: string) => new DatasetFileCorrupt({ file: path, problem })
  const parser = new CsvParser()
  let start = true
  for await (const bytes of textBytes(path)) {
    const chunk = start ? withoutMark(bytes) : bytes
    start = false
    const records = parser.take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1"))
    if (parser.length > LONGEST_RECORD)
      throw corrupt(`${parser.openQuote ?? "has a record"} of more than ${LONGEST_RECORD / 2 ** 20} MiB`)
    if (records.length > 0) yield records
  }
  if (parser.openQuote !== null) throw corrupt(`ends inside a quoted field: it ${parser.openQuote} that is never closed`)
  const last = parser.end()
  if (last.length > 0) yield last
}

type Place = "start" | "plain" | "quoted" | "quote" | "return"

const QUOTE = 0x22
const COMMA = 0x2c
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** Goes through bytes, a character each, piece by piece; what a piece leaves open goes on in the next. */
class CsvParser {
  /** Bytes of the record that is being read. */
  length = 0
  private place: Place = "start"
  private field = ""
  private fields: Array<string> = []
  private count = 0
  /** Whether the field that is being read, or that was read last, was quoted. */
  private quoted = false
  private problem: string | null = null
  private records = 0
  /** The line that is being read, and that in which the record began, from 1. */
  private line = 1
  private first = 1

  /** That a quote was opened and not closed, in words; null where none is open. */
  get openQuote(): string | null {
    return this.place === "quoted" ? `has a quote in record ${this.records}, field ${this.count + 1},` : null
  }

  /** The records that end in this piece. */
  take(text: string): Array<CsvRecord> {
    const records: Array<CsvRecord> = []
    let at = 0
    let recordStart = 0
    while (at < text.length) {
      const code = text.charCodeAt(at)
      if (this.place === "start" && this.count === 0 && isLineEnd(text, at)) {
        at += code === LINE_FEED ? 1 : 2
        this.first = ++this.line
        recordStart = at
      } else if (this.place === "quoted") {
        const end = text.indexOf('"', at)
        const part = end < 0 ? text.slice(at) : text.slice(at, end)
        this.field += part
        for (let feed = part.indexOf("\n"); feed >= 0; feed = part.indexOf("\n", feed + 1)) this.line++
        if (end >= 0) this.place = "quote"
        at = end < 0 ? text.length : end + 1
      } else if (this.place === "start" && code === QUOTE) {
        this.place = "quoted"
        at++
      } else if (this.place === "quote" && code === QUOTE) {
        this.field += '"'
        this.place = "quoted"
        at++
      } else if (code === LINE_FEED || (code === COMMA && this.place !== "return")) {
        this.endField()
        at++
        if (code === COMMA) continue
        this.line++
        const record = this.endRecord()
        if (record !== null) records.push(record)
        recordStart = at
      } else if (this.place === "quote" && code === CARRIAGE_RETURN) {
        this.place = "return"
        at++
      } else {
        if (this.place === "quote" || this.place === "return")
          this.problem ??= `has text behind the closing quote of field ${this.count + 1}`
        const end = endOfPlain(text, at)
        this.field += text.slice(at, end)
        this.place = "plain"
        at = end
      }
    }
    this.length = recordStart === 0 ? this.length + text.length : text.length - recordStart
    return records
  }

  /** The last record, where no line end closes it. */
  end(): Array<CsvRecord> {
    return this.count === 0 && this.place === "start" ? [] : this.take("\n")
  }

  private endField(): void {
    this.count++
    if (this.fields.length < MOST_FIELDS) this.fields.push(this.decoded(this.field))
    this.quoted = this.place === "quote" || this.place === "return"
    this.field = ""
    this.place = "start"
  }

  /** The text of a field; what is wrong with one that is none is a problem of its record. */
  private decoded(field: string): string {
    if (!BEYOND_ASCII.test(field)) return field
    const decoded = strictText(Buffer.from(field, "latin1"))
    if ("text" in decoded) return decoded.text
    this.problem ??= `has a field ${this.count} that ${decoded.problemInTextFile}`
    return ""
  }

  private endRecord(): CsvRecord | null {
    const { count, fields, problem, quoted, first } = this
    const last = fields.at(-1)!
    // A carriage return before the line end belongs to it.
    if (!quoted && last.endsWith("\r")) fields[fields.length - 1] = last.slice(0, -1)
    this.fields = []
    this.count = 0
    this.problem = null
    this.first = this.line
    if (count === 1 && !quoted && fields[0] === "" && problem === null) return null
    this.records++
    return { fields, count, line: first, problem }
  }
}

// oxlint-disable-next-line no-control-regex -- all of ASCII, what controls are in it included
const BEYOND_ASCII = /[^\u0000-\u007f]/

const isLineEnd = (text: string, at: number): boolean =>
  text.charCodeAt(at) === LINE_FEED || (text.charCodeAt(at) === CARRIAGE_RETURN && text.charCodeAt(at + 1) === LINE_FEED)

const endOfPlain = (text: string, start: number): number => {
  let end = start
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === COMMA || code === LINE_FEED) break
  }
  return end
}
