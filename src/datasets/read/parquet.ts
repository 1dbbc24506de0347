/**
 * Parquet, one row group at a time: memory is one group of the wanted columns, and resuming skips whole groups by the footer.
 *
 * The format has no checksum of the footer, and the library that decodes pages believes it. So what the footer says is held
 * against what is in the file, and pages against the checksums that they have.
 */

import type { AsyncBuffer, FileMetaData, RowGroup } from "hyparquet"

import { DatasetFileCorrupt, NO_COLUMN, ofAnotherKind } from "../errors.ts"
import { readRefused, requireDataFile } from "../locate/data-file.ts"
import { kindOf, LONGEST_MARK } from "../unpack/kinds.ts"
import { pageCodecs } from "../unpack/page-codecs.ts"
import { pageFault, pageRange } from "./parquet-pages.ts"
import { parquetRow, parsers, takeConversions } from "./parquet-values.ts"
import type { Reader } from "./RawRow.ts"

/** Reads Parquet. Throws DatasetFileCorrupt, or DatasetUnreadable where the system does not give the file. */
export const readParquet: Reader = async function* ({ path, from, columns }) {
  const { parquetReadObjects } = await import("hyparquet")
  const compressors = await pageCodecs()
  const { file, metadata } = await open(path)
  const conversions = takeConversions(metadata)
  await refuseColumns(path, metadata, columns)

  let start = 0
  for (const [index, group] of metadata.row_groups.entries()) {
    const end = start + Number(group.num_rows)
    const rowStart = Math.max(start, from)
    if (rowStart < end) {
      const here = `row group ${index} (rows ${start} to ${end - 1})`
      const corrupt = (problem: string) => new DatasetFileCorrupt({ file: path, problem: `${here} ${problem}` })
      const records = await decoded(path, `${here} cannot be read: its pages cannot be decoded`, async () => {
        const fault = await groupFault(file, group, columns)
        if (fault !== null) throw corrupt(fault)
        const found = await parquetReadObjects({
          file,
          metadata,
          columns: [...columns],
          rowStart,
          rowEnd: end,
          compressors,
          parsers
        })
        // A value that is null is null: what is not there was never decoded.
        if (found.some((record) => columns.some((column) => record[column] === undefined)))
          throw corrupt("cannot be read: its pages hold fewer values than they say")
        return found
      })
      yield records.map((record, i) => parquetRow(rowStart + i, record, conversions))
    }
    start = end
  }
}

/** Number of rows by the footer. Throws DatasetFileCorrupt. */
export const countParquet = async (path: string): Promise<number> => Number((await open(path)).metadata.num_rows)

/** What the library does with a file; where it cannot, `problem` is what to say, for its own words are for who knows its code. */
const decoded = async <A>(file: string, problem: string, work: () => Promise<A>): Promise<A> => {
  try {
    return await work()
  } catch (error) {
    const known = readRefused(file, error)
    throw known !== error || error instanceof DatasetFileCorrupt ? known : new DatasetFileCorrupt({ file, problem })
  }
}

const WRITE_ANEW = "Write its rows as Parquet, and put that file in its place"
const NO_FOOTER = "its Parquet footer cannot be read"

const open = async (path: string): Promise<{ readonly file: AsyncBuffer; readonly metadata: FileMetaData }> => {
  const { asyncBufferFromFile, parquetMetadataAsync } = await import("hyparquet")
  const corrupt = (problem: string) => new DatasetFileCorrupt({ file: path, problem })
  requireDataFile(path)
  return decoded(path, NO_FOOTER, async () => {
    const file = await asyncBufferFromFile(path)
    const head = new Uint8Array(await file.slice(0, LONGEST_MARK))
    const kind = kindOf(head)
    if (Buffer.from(head.subarray(0, 4)).toString("latin1") !== "PAR1") {
      const text = /^\s*[[{]/.test(Buffer.from(head).toString("latin1")) ? { name: "JSON", remedy: WRITE_ANEW } : null
      const found = kind ?? text
      throw found === null
        ? corrupt(
            head.length === 0 ? "is empty: its Parquet footer cannot be read" : "is no Parquet file: it does not begin as one"
          )
        : ofAnotherKind(path, `is ${found.name} and not Parquet`, found)
    }
    const metadata = await parquetMetadataAsync(file)
    const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
    if (Number.isNaN(rows)) throw corrupt("its Parquet footer does not say how many rows a row group holds")
    if (rows !== Number(metadata.num_rows) || metadata.row_groups.some((group) => Number(group.num_rows) < 0))
      throw corrupt(`its row groups hold ${rows} rows, and its Parquet footer says ${metadata.num_rows}`)
    // Some writers call the root repeated. The library would take every column for a list.
    delete metadata.schema[0]?.repetition_type
    return { file, metadata }
  })
}

const refuseColumns = async (path: string, metadata: FileMetaData, columns: ReadonlyArray<string>): Promise<void> => {
  const { parquetSchema } = await import("hyparquet")
  const refused = (problem: string, remedy: string) => new DatasetFileCorrupt({ file: path, problem, state: "refused", remedy })
  const present = await decoded(path, NO_FOOTER, async () => parquetSchema(metadata).children.map((child) => child.element.name))
  const missing = columns.filter((column) => !present.includes(column))
  if (missing.length > 0) throw refused(`has no column ${missing.join(", ")}; its columns are ${present.join(", ")}`, NO_COLUMN)
  const twice = columns.find((column) => present.filter((name) => name.trim() === column.trim()).length > 1)
  if (twice !== undefined)
    throw refused(`has the column ${twice} twice, and nothing says which one counts`, "Write it anew with a name for each column")
}

const KNOWN_CODECS = new Set(["UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"])

/** What in the wanted columns of a row group is not as the footer says, or null. */
const groupFault = async (file: AsyncBuffer, group: RowGroup, columns: ReadonlyArray<string>): Promise<string | null> => {
  const wanted = group.columns.flatMap(({ meta_data }) => {
    const [name = ""] = meta_data?.path_in_schema ?? []
    return meta_data !== undefined && columns.includes(name) ? [{ name, column: meta_data }] : []
  })
  for (const name of columns) if (!wanted.some((one) => one.name === name)) return `has no pages of the column ${name}`
  for (const { name, column } of wanted) {
    if (!KNOWN_CODECS.has(column.codec))
      return `is packed with ${(column.codec as string | undefined) ?? "a codec without a name"}, which is not read here`
    const flat = column.path_in_schema.length === 1
    if (flat && Number(column.num_values) !== Number(group.num_rows))
      return `cannot be read: its column ${name} has ${column.num_values} values`
    const [start, end] = pageRange(column)
    if (start < 4 || end <= start || end > file.byteLength) return `cannot be read: its column ${name} lies outside the file`
    const fault = await pageFault(await file.slice(start, end), column)
    if (fault !== null) return `cannot be read: in its column ${name} ${fault}`
  }
  return null
}
