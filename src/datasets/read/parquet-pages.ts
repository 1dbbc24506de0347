/**
 * Whether the pages of a Parquet column are what its footer says: as many as its bytes hold, with as many values, and each with
 * the checksum that it states. What decodes them looks at none of this.
 */

import { crc32 } from "node:zlib"

import type { ColumnMetaData } from "hyparquet"

import { isPageHeader } from "./parquet-header.ts"

/** Where the pages of a column begin and end in the file. */
export const pageRange = (column: ColumnMetaData): readonly [start: number, end: number] => {
  const dictionary = Number(column.dictionary_page_offset ?? 0)
  const data = Number(column.data_page_offset)
  const start = dictionary > 0 && dictionary < data ? dictionary : data
  return [start, start + Number(column.total_compressed_size)]
}

/** What is wrong with the pages of a column, or null. */
export const pageFault = async (bytes: ArrayBuffer, column: ColumnMetaData): Promise<string | null> => {
  const { parquetHeader } = await import("hyparquet/src/column.js")
  const reader = { view: new DataView(bytes), offset: 0 }
  const stated = Number(column.num_values)
  let values = 0
  // Some writers pad behind the last page.
  for (let page = 1; values < stated && reader.offset < bytes.byteLength; page++) {
    const start = reader.offset
    let header
    try {
      header = parquetHeader(reader)
    } catch {
      return `the header of page ${page} cannot be read`
    }
    if (!isPageHeader(new Uint8Array(bytes), start, reader.offset)) return `the header of page ${page} is damaged`
    const { type, crc, compressed_page_size: size, uncompressed_page_size: unpacked } = header
    if (type === undefined || !(size >= 0) || !(unpacked >= 0) || size > bytes.byteLength - reader.offset)
      return `page ${page} does not fit into it`
    if (crc !== undefined && crc32(new Uint8Array(bytes, reader.offset, size)) !== crc >>> 0)
      return `the checksum of page ${page} is another than it states`
    reader.offset += size
    values += header.data_page_header?.num_values ?? header.data_page_header_v2?.num_values ?? 0
  }
  return values === stated ? null : `it holds ${values} values, and its footer says ${column.num_values}`
}
