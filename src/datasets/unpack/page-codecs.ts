/**
 * How pages of Parquet files are unpacked. By node:zlib where it can: its decoders verify the checksums of GZIP and ZSTD pages,
 * which those that hyparquet brings along do not.
 */

import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib"

import type { Compressors } from "hyparquet"

/** Loaded with the first Parquet file: few commands meet one. */
export const pageCodecs = async (): Promise<Compressors> => {
  const { compressors } = await import("hyparquet-compressors")
  const within = (length: number) => ({ maxOutputLength: Math.max(1, length) })
  return {
    ...compressors,
    GZIP: (page, length) => gunzipSync(page, within(length)),
    ZSTD: (page, length) => zstdDecompressSync(page, within(length)),
    BROTLI: (page, length) => brotliDecompressSync(page, within(length))
  }
}
