/**
 * The bytes of a file, unpacked by its suffix (`.gz`, `.zst`), as a stream of chunks with back-pressure.
 *
 * Zstandard goes through fzstd and not node:zlib: Node's decoder stops without an error after the first frame of a
 * file, and large corpora are often many frames one after another. fzstd reads them all and notices a missing end;
 * neither verifies content checksums.
 */

import { createReadStream } from "node:fs"
import { pipeline } from "node:stream"
import { createGunzip } from "node:zlib"

import { Decompress } from "fzstd"

import { errorText } from "../../text/error-text.ts"
import { DatasetFileCorrupt } from "../errors.ts"
import { requireDataFile } from "../locate/data-file.ts"

const CHUNK = 1 << 18

/** Chunks of the unpacked file, in order. Throws DatasetFileCorrupt where it cannot be read or unpacked to its end. */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  requireDataFile(path)
  try {
    if (path.endsWith(".gz")) yield* gunzipped(path)
    else if (path.endsWith(".zst")) yield* unzstd(path)
    else yield* createReadStream(path, { highWaterMark: CHUNK })
  } catch (error) {
    throw new DatasetFileCorrupt({ file: path, problem: describe(path, error as NodeJS.ErrnoException) })
  }
}

async function* gunzipped(path: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK })
  // The error of either stream reaches the loop below through `gunzip`.
  pipeline(createReadStream(path, { highWaterMark: CHUNK }), gunzip, () => {})
  yield* gunzip
}

async function* unzstd(path: string): AsyncGenerator<Uint8Array> {
  let ready: Array<Uint8Array> = []
  const decoder = new Decompress((chunk) => {
    if (chunk.length > 0) ready.push(chunk)
  })
  let size = 0
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    decoder.push(chunk)
    yield* ready
    ready = []
  }
  if (size === 0) throw new Error("unexpected end of file")
  decoder.push(new Uint8Array(0), true)
  yield* ready
}

const describe = (path: string, error: NodeJS.ErrnoException): string => {
  if (error.syscall !== undefined) return `cannot be read (${errorText(error)})`
  const packing = path.endsWith(".gz") ? "gzip" : path.endsWith(".zst") ? "zstandard" : "data"
  return /unexpected (?:end|EOF)/i.test(error.message)
    ? `its ${packing} data ends too early, as after an interrupted download`
    : `is not ${packing} data, or it is damaged (${error.message})`
}
