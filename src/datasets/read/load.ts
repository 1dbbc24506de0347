/**
 * Reads a dataset as a stream of rows: in the order of files and records, in constant memory, from any (file, row) on.
 *
 * No record disappears unseen: each is a row, or filtered for a stated reason, or bad and named. Bad rows beyond what is
 * tolerated (none, unless told otherwise) end the reading with DatasetRowInvalid. Ids that a source gives its rows must differ;
 * this is checked among the rows of one reading.
 */

import { append } from "../../lists/large.ts"
import { canonicalAnswer } from "../answers.ts"
import { type DatasetRow, FieldFault, type FieldMap, fieldsOf } from "../Dataset.ts"
import { DatasetFileCorrupt, DatasetNotForTraining, DatasetRowInvalid } from "../errors.ts"
import { datasetRoots, type Located, type LocatedFile, locateDataset, type RootOptions } from "../locate/locate.ts"
import { formatOf } from "./file-readers.ts"
import type { RawRow } from "./RawRow.ts"

export interface LoadOptions extends RootOptions {
  /** What the rows are for. Sources that are for evaluation only are refused for training. */
  readonly purpose: "training" | "evaluation"
  /** Where to go on: the `next` of the last batch that was used. */
  readonly from?: Cursor
  /** Rows in a batch, at most; default 1,024. */
  readonly batchRows?: number
  /** Stop after so many rows. */
  readonly limit?: number
  /** Bad rows to tolerate: a count, or a share of the records read (judged at the end). Default 0. */
  readonly maxBadRows?: number | { readonly share: number }
  /** Use the shards that are there although others are missing. */
  readonly partial?: boolean
}

/** A place between two records: index into the files, index of the next record. */
export interface Cursor {
  readonly file: number
  readonly row: number
}

export interface DatasetBatch {
  readonly rows: ReadonlyArray<DatasetRow>
  /** Reading from here continues right after this batch. */
  readonly next: Cursor
}

export interface RowFault {
  readonly file: string
  readonly row: number
  readonly field: string
  readonly problem: string
}

/** What reading has met so far. `rows + filtered + bad` is the number of records. */
export interface LoadReport {
  rows: number
  /** Left out by the source's filter, whose reason is `filter`. */
  filtered: number
  readonly filter: string | null
  bad: number
  /** The first 20 bad rows. */
  readonly faults: Array<RowFault>
  /** Rows kept although the source states no answer for them. */
  withoutAnswer: number
  /** Answers whose text changed when it was made canonical: `1,234` to `1234`. */
  normalised: number
}

export interface OpenDataset extends Located {
  readonly report: LoadReport
  readonly batches: () => AsyncGenerator<DatasetBatch, void, undefined>
}

const FAULTS_KEPT = 20

/** Finds a dataset and prepares to read it. Throws a DatasetError when it is not there or not for this purpose. */
export const openDataset = (name: string, split: string, options: LoadOptions): OpenDataset => {
  const located = locateDataset(name, split, datasetRoots(options), options.partial)
  if (options.purpose === "training" && located.split.role === "evaluation")
    throw new DatasetNotForTraining({ source: name, split })
  const report: LoadReport = {
    rows: 0,
    filtered: 0,
    filter: located.layout.fields.keep?.why ?? null,
    bad: 0,
    faults: [],
    withoutAnswer: 0,
    normalised: 0
  }
  return { ...located, report, batches: () => readBatches(located, report, options) }
}

/**
 * All rows of a dataset, for sets that fit in memory. Throws as `openDataset` and its batches do.
 *
 * @internal Tests and benchmarks read small sets; stages read in batches.
 */
export const readDataset = async (name: string, split: string, options: LoadOptions): Promise<ReadonlyArray<DatasetRow>> => {
  const rows: Array<DatasetRow> = []
  for await (const batch of openDataset(name, split, options).batches()) append(rows, batch.rows)
  return rows
}

async function* readBatches(
  located: Located,
  report: LoadReport,
  options: LoadOptions
): AsyncGenerator<DatasetBatch, void, undefined> {
  const batchRows = options.batchRows ?? 1024
  const limit = options.limit ?? Infinity
  const start = options.from ?? { file: 0, row: 0 }
  const toRow = rowReader(located, report, options)
  let rows: Array<DatasetRow> = []
  if (limit <= 0) return

  for (let index = start.file; index < located.files.length; index++) {
    const file = located.files[index]!
    const request = { path: file.path, from: index === start.file ? start.row : 0, columns: located.layout.fields.columns }
    try {
      for await (const raws of formatOf(file.path).read(request))
        for (const raw of raws) {
          const row = toRow(file, raw)
          if (row === null) continue
          rows.push(row)
          report.rows++
          if (rows.length < batchRows && report.rows < limit) continue
          yield { rows, next: { file: index, row: raw.row + 1 } }
          rows = []
          if (report.rows >= limit) return
        }
    } catch (error) {
      // What came before the damage is handed on, so that the rows counted are the rows seen.
      if (error instanceof DatasetFileCorrupt && rows.length > 0) yield { rows, next: { file: index, row: rows.at(-1)!.row + 1 } }
      throw error
    }
    if (rows.length > 0) yield { rows, next: { file: index + 1, row: 0 } }
    rows = []
  }
  checkShare(report, options)
}

/** Record to row, keeping the report; null for a record that gives none. */
const rowReader = (located: Located, report: LoadReport, options: LoadOptions) => {
  const { source, layout } = located
  const seen = new Set<string>()

  const bad = (file: LocatedFile, row: number, field: string, problem: string): null => {
    const fault = { file: file.name, row, field, problem }
    report.bad++
    if (report.faults.length < FAULTS_KEPT) report.faults.push(fault)
    const most = options.maxBadRows ?? 0
    if (typeof most === "number" && report.bad > most)
      throw new DatasetRowInvalid({ ...fault, file: file.path, bad: report.bad, tolerated: tolerance(options) })
    return null
  }

  return (file: LocatedFile, raw: RawRow): DatasetRow | null => {
    if (!("record" in raw)) return bad(file, raw.row, raw.field, raw.problem)
    try {
      const content = rowContent(raw.record, layout.fields)
      if (content === null) {
        report.filtered++
        return null
      }
      if (content.answer === null && layout.fields.answer === "optional") report.withoutAnswer++
      if (content.id !== undefined) {
        if (seen.has(content.id)) return bad(file, raw.row, "", `has the id ${content.id}, which an earlier row has`)
        seen.add(content.id)
      }
      const id = content.id ?? `${file.name}#${raw.row}`
      const { question, solution, stated, answer } = content
      if (answer !== null && String(stated).trim() !== answer) report.normalised++
      return { source: source.name, file: file.name, row: raw.row, id, question, solution, answer }
    } catch (error) {
      if (error instanceof FieldFault) return bad(file, raw.row, error.field, error.message)
      throw error
    }
  }
}

const rowContent = (record: Readonly<Record<string, unknown>>, fields: FieldMap) => {
  const values = fieldsOf(record)
  if (fields.keep !== undefined && !fields.keep.test(values)) return null
  const content = fields.row(values)
  const answer = canonicalAnswer(content.answer)
  if (answer === null && fields.answer === "required") throw new FieldFault("", "has no final answer")
  return { ...content, stated: content.answer, answer }
}

const checkShare = (report: LoadReport, options: LoadOptions): void => {
  if (typeof options.maxBadRows !== "object" || report.bad === 0) return
  const records = report.rows + report.filtered + report.bad
  if (report.bad / records > options.maxBadRows.share)
    throw new DatasetRowInvalid({ ...report.faults[0]!, bad: report.bad, tolerated: tolerance(options) })
}

const tolerance = ({ maxBadRows = 0 }: LoadOptions): string =>
  typeof maxBadRows === "number" ? `${maxBadRows}` : `${maxBadRows.share * 100} % of the records`
