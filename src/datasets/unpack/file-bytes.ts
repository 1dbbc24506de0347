/** The bytes of a file, unpacked by its suffix (`.gz`, `.zst`), as a stream of chunks with back-pressure. */

import { createReadStream } from "node:fs"

import { ofAnotherKind } from "../errors.ts"
import { readRefused, requireDataFile } from "../locate/data-file.ts"
import { ByteQueue } from "./ByteQueue.ts"
import { CHUNK, container } from "./containers.ts"
import { gunzipped } from "./gzip.ts"
import { kindOf, LONGEST_MARK } from "./kinds.ts"
import { unzstd } from "./zstd.ts"

/**
 * Chunks of the unpacked file, in order; the first tells the kind of the file, so that it is as long as that needs. Throws
 * DatasetFileCorrupt where the file cannot be unpacked to its end or is of another kind than text, DatasetUnreadable where the
 * system does not give it.
 */
export async function* textBytes(path: string): AsyncGenerator<Uint8Array> {
  requireDataFile(path)
  const file = new ByteQueue(createReadStream(path, { highWaterMark: CHUNK })[Symbol.asyncIterator]())
  try {
    const unpacked = path.endsWith(".gz")
      ? gunzipped(file, container(path, "gzip", "member"))
      : path.endsWith(".zst")
        ? unzstd(file, container(path, "Zstandard", "frame"))
        : chunksOf(file)
    yield* textOnly(path, unpacked)
  } catch (error) {
    throw readRefused(path, error)
  } finally {
    await file.close()
  }
}

async function* chunksOf(file: ByteQueue): AsyncGenerator<Uint8Array> {
  for (let chunk = await file.some(); chunk !== null; chunk = await file.some()) yield chunk
}

/** The same chunks, once the first bytes are those of text. */
async function* textOnly(path: string, chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const packed = /\.(?:gz|zst)$/.test(path)
  let head: Uint8Array | null = new Uint8Array(0)
  for await (const chunk of chunks) {
    if (head === null) {
      yield chunk
      continue
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
    if (head.length < LONGEST_MARK) continue
    refuseKind(path, head, packed)
    yield head
    head = null
  }
  if (head === null || head.length === 0) return
  refuseKind(path, head, packed)
  yield head
}

const refuseKind = (path: string, head: Uint8Array, packed: boolean): void => {
  const kind = kindOf(head.subarray(0, LONGEST_MARK))
  if (kind === null) return
  // Its name ends as it should: it is what was packed that is packed already.
  const twice = packed && (kind.name === "gzip data" || kind.name === "Zstandard data")
  throw twice
    ? ofAnotherKind(path, `was packed twice: it holds ${kind.name}`, { remedy: "Unpack it once, and put that file in its place" })
    : ofAnotherKind(path, `${packed ? "holds" : "is"} ${kind.name}`, kind)
}
