/**
 * Writes record batches to an Arrow IPC file as they come, in constant memory. apache-arrow encodes; every byte goes straight to
 * the file descriptor and into the digest, where apache-arrow by itself would keep the whole file in a queue.
 */

import { createHash, type Hash } from "node:crypto"
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs"

import { RecordBatchFileWriter, type Schema } from "apache-arrow"

import type { ColumnData } from "../schema/ColumnData.ts"
import type * as Table from "../schema/Table.ts"
import { arrowSchema, recordBatch } from "./arrow-schema.ts"

export interface WrittenFile {
  readonly bytes: number
  /** SHA-256 of the file, in hex. */
  readonly sha256: string
}

class DescriptorWriter extends RecordBatchFileWriter {
  private readonly descriptor: number
  private readonly hash: Hash
  written = 0

  constructor(descriptor: number, hash: Hash) {
    super()
    this.descriptor = descriptor
    this.hash = hash
  }

  protected override _write(chunk: Parameters<RecordBatchFileWriter["_write"]>[0]): this {
    if (!this._started) return this
    if (!ArrayBuffer.isView(chunk)) throw new TypeError("apache-arrow wrote something else than a buffer view")
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let at = 0; at < bytes.length;) at += writeSync(this.descriptor, bytes, at, Math.min(bytes.length - at, 2 ** 30))
    this.hash.update(bytes)
    this._position += bytes.length
    this.written += bytes.length
    return this
  }
}

/** A file that is being written, batch by batch. */
export class ArrowFileWriter {
  private readonly descriptor: number
  private readonly hash = createHash("sha256")
  private readonly schema: Schema
  private readonly writer: DescriptorWriter

  /** Creates the file, or empties it. */
  constructor(table: Table.Any, file: string) {
    this.schema = arrowSchema(table)
    this.descriptor = openSync(file, "w")
    this.writer = new DescriptorWriter(this.descriptor, this.hash)
    this.writer.reset(undefined, this.schema)
  }

  write(columns: ReadonlyArray<ColumnData>): void {
    this.writer.write(recordBatch(this.schema, columns))
  }

  /** Writes the footer; `durable` waits until the disk has it all. */
  close(durable: boolean): WrittenFile {
    try {
      this.writer.finish()
      if (durable) fsyncSync(this.descriptor)
    } finally {
      closeSync(this.descriptor)
    }
    return { bytes: this.writer.written, sha256: this.hash.digest("hex") }
  }

  /** Closes without finishing: what is in the file is no Arrow file. */
  abandon(): void {
    closeSync(this.descriptor)
  }
}
