/**
 * Parquet, one row group at a time: memory is one group of the wanted columns, and resuming skips whole groups by the footer.
 */

import type { AsyncBuffer, FileMetaData } from "hyparquet"

import { DatasetFileCorrupt } from "../errors.ts"
import { requireDataFile } from "../locate/data-file.ts"
import type { Reader } from "./RawRow.ts"

/** Loaded when a Parquet file is read: every command imports this module, and few meet one. */
const library = async () => ({ ...(await import("hyparquet")), ...(await import("hyparquet-compressors")) })

/** Reads Parquet. Throws DatasetFileCorrupt. */
export const readParquet: Reader = async function* ({ path, from, columns }) {
  const { compressors, parquetReadObjects, parquetSchema } = await library()
  const { file, metadata } = await open(path)
  const present = parquetSchema(metadata).children.map((child) => child.element.name)
  const missing = columns.filter((column) => !present.includes(column))
  if (missing.length > 0)
    throw new DatasetFileCorrupt({
      file: path,
      problem: `has no column ${missing.join(", ")}; its columns are ${present.join(", ")}`
    })

  let start = 0
  for (const [index, group] of metadata.row_groups.entries()) {
    const end = start + Number(group.num_rows)
    const rowStart = Math.max(start, from)
    if (rowStart < end) {
      const records = await parquetReadObjects({
        file,
        metadata,
        columns: [...columns],
        rowStart,
        rowEnd: end,
        compressors
      }).catch((error: Error) => {
        throw new DatasetFileCorrupt({
          file: path,
          problem: `row group ${index} (rows ${start} to ${end - 1}) cannot be read (${error.message})`
        })
      })
      if (records.length !== end - rowStart)
        throw new DatasetFileCorrupt({
          file: path,
          problem: `row group ${index} holds ${records.length} rows, and its footer says ${end - rowStart}`
        })
      yield records.map((record, i) => ({ row: rowStart + i, record }))
    }
    start = end
  }
}

/** Number of rows by the footer. Throws DatasetFileCorrupt. */
export const countParquet = async (path: string): Promise<number> => Number((await open(path)).metadata.num_rows)

const open = async (path: string): Promise<{ file: AsyncBuffer; metadata: FileMetaData }> => {
  const { asyncBufferFromFile, parquetMetadataAsync } = await library()
  requireDataFile(path)
  try {
    const file = await asyncBufferFromFile(path)
    return { file, metadata: await parquetMetadataAsync(file) }
  } catch (error) {
    throw new DatasetFileCorrupt({ file: path, problem: `its Parquet footer cannot be read (${(error as Error).message})` })
  }
}
