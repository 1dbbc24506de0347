/**
 * CSV with a header line (RFC 4180: quoted fields may hold commas, newlines and doubled quotes); the row is the record's index
 * after the header. One small evaluation set is published only so; all values are text.
 */

import { append } from "../../lists/large.ts"
import { DatasetFileCorrupt } from "../errors.ts"
import { textBytes } from "../unpack/file-bytes.ts"
import type { RawRow, Reader } from "./RawRow.ts"
import { LONGEST_RECORD } from "./text.ts"

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
      const { fields, count, problem } = record
      const wrong = problem ?? (count === header.length ? null : `has ${count} fields, and the header ${header.length}`)
      rows.push(
        wrong === null
          ? { row: index, record: Object.fromEntries(header.map((name, i) => [name, fields[i]!])) }
          : { row: index, field: "", problem: wrong }
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
  const refuse = (what: string, remedy: string) => new DatasetFileCorrupt({ file: path, problem: what, remedy })
  const [first = ""] = fields
  if (problem !== null || count > MOST_FIELDS)
    throw refuse(problem === null ? `has a header of ${count} columns` : `has a header that ${problem}`, "Write it anew as CSV")
  if (/^\s*[[{]/.test(first)) throw refuse("is JSON and not CSV", "Write it anew as CSV, with a header")
  if (fields.some((field) => field.includes("\r")))
    throw refuse("ends its lines with a carriage return alone", "End them with a line feed (tr '\\r' '\\n')")
  const seen = new Set<string>()
  for (const column of fields) {
    if (seen.has(column))
      throw refuse(
        `names the column ${column} twice in its header, and nothing says which one counts`,
        "Give each column a name of its own"
      )
    seen.add(column)
  }
  const missing = columns.filter((column) => !seen.has(column))
  if (missing.length > 0)
    throw new DatasetFileCorrupt({ file: path, problem: `has no column ${missing.join(", ")}; its columns are ${shown(fields)}` })
}

const shown = (columns: ReadonlyArray<string>): string =>
  JSON.stringify(columns.join(", ").slice(0, 200)).slice(1, -1) + (columns.join(", ").length > 200 ? " ..." : "")

interface CsvRecord {
  readonly fields: ReadonlyArray<string>
  /** Of its fields, which may be more than are kept. */
  readonly count: number
  /** What of it is not as CSV is written, or null. */
  readonly problem: string | null
}

/** Fields of a record that are kept; no header has as many. */
const MOST_FIELDS = 10_000

/** Records, those that end in one chunk together; blank lines are none. */
async function* recordsOf(path: string): AsyncGenerator<Array<CsvRecord>> {
  const corrupt = (problem: string) => new DatasetFileCorrupt({ file: path, problem })
  const decoder = new TextDecoder("utf-8", { fatal: true })
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
    } catch {
      throw corrupt("is not valid UTF-8")
    }
  }
  const parser = new CsvParser()
  for await (const bytes of textBytes(path)) {
    const records = parser.take(decode(bytes))
    if (parser.length > LONGEST_RECORD)
      throw corrupt(`${parser.openQuote ?? "has a record"} of more than ${LONGEST_RECORD / 2 ** 20} MiB`)
    if (records.length > 0) yield records
  }
  const last = parser.take(decode())
  if (parser.openQuote !== null) throw corrupt(`ends inside a quoted field: it ${parser.openQuote} that is never closed`)
  append(last, parser.end())
  if (last.length > 0) yield last
}

type Place = "start" | "plain" | "quoted" | "quote" | "return"

const QUOTE = 0x22
const COMMA = 0x2c
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** Goes through text piece by piece; what a piece leaves open goes on in the next. */
class CsvParser {
  /** Characters of the record that is being read. */
  length = 0
  private place: Place = "start"
  private field = ""
  private fields: Array<string> = []
  private count = 0
  /** Whether the field that is being read, or that was read last, was quoted. */
  private quoted = false
  private problem: string | null = null
  private records = 0

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
        recordStart = at
      } else if (this.place === "quoted") {
        const end = text.indexOf('"', at)
        this.field += end < 0 ? text.slice(at) : text.slice(at, end)
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
    if (this.fields.length < MOST_FIELDS) this.fields.push(this.field)
    this.count++
    this.quoted = this.place === "quote" || this.place === "return"
    this.field = ""
    this.place = "start"
  }

  private endRecord(): CsvRecord | null {
    const { count, fields, problem, quoted } = this
    const last = fields.at(-1)!
    // A carriage return before the line end belongs to it.
    if (!quoted && last.endsWith("\r")) fields[fields.length - 1] = last.slice(0, -1)
    this.fields = []
    this.count = 0
    this.problem = null
    if (count === 1 && !quoted && fields[0] === "") return null
    this.records++
    return { fields, count, problem }
  }
}

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
