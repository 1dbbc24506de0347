/**
 * Writes record batches to an Arrow IPC file as they come, in constant memory. apache-arrow encodes; every byte goes straight to
 * the file descriptor and into the digest, where apache-arrow by itself would keep the whole file in a queue.
 */

import { createHash, type Hash } from "node:crypto"
import { openSync } from "node:fs"

import { RecordBatchFileWriter } from "apache-arrow"

import { closeFile, discard, patiently, syncAll, writeAll } from "../disk/calls.ts"
import type { ColumnData } from "../schema/ColumnData.ts"
import type * as Table from "../schema/Table.ts"
import { arrowSchema, recordBatch } from "./arrow-schema.ts"

export interface WrittenFile {
  readonly bytes: number
  /** SHA-256 of the file, in hex. */
  readonly sha256: string
}

class DescriptorWriter extends RecordBatchFileWriter {
  private readonly file: string
  private readonly descriptor: number
  private readonly hash: Hash
  written = 0

  constructor(file: string, descriptor: number, hash: Hash) {
    super()
    this.file = file
    this.descriptor = descriptor
    this.hash = hash
  }

  protected override _write(chunk: Parameters<RecordBatchFileWriter["_write"]>[0]): this {
    if (!this._started) return this
    if (!ArrayBuffer.isView(chunk)) throw new TypeError("apache-arrow wrote something else than a buffer view")
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    writeAll(this.descriptor, this.file, bytes)
    this.hash.update(bytes)
    this._position += bytes.length
    this.written += bytes.length
    return this
  }
}

/**
 * Writes an Arrow file: `body` hands over one batch after the other. `durable` waits until the disk has it all. A file that
 * could not be written whole is not left behind.
 */
export const writeArrowFile = (
  table: Table.Any,
  file: string,
  durable: boolean,
  body: (write: (columns: ReadonlyArray<ColumnData>) => void) => void
): WrittenFile => {
  const schema = arrowSchema(table)
  const hash = createHash("sha256")
  const descriptor = patiently(file, () => openSync(file, "w"))
  try {
    const writer = new DescriptorWriter(file, descriptor, hash)
    writer.reset(undefined, schema)
    body((columns) => writer.write(recordBatch(schema, columns)))
    writer.finish()
    if (durable) syncAll(descriptor, file)
    return { bytes: writer.written, sha256: hash.digest("hex") }
  } catch (cause) {
    discard(file)
    throw cause
  } finally {
    closeFile(descriptor)
  }
}
