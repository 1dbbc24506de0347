/**
 * Bytes that grow: the memory under every column builder. Capacity doubles and is kept by `clear`, so that a table written in
 * batches allocates once. Everything past `length` is unspecified.
 */

import type { NumberArray } from "../../schema/ColumnData.ts"

/** Bytes that grow. */
export class GrowableBuffer {
  bytes = new Uint8Array(0)
  /** Bytes in use. */
  length = 0

  /** Makes room for `more` bytes and returns true when the memory moved, so that views on it must be renewed. */
  reserve(more: number): boolean {
    const needed = this.length + more
    if (needed <= this.bytes.length) return false
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length, 1024))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
    return true
  }

  append(source: NumberArray): void {
    this.reserve(source.byteLength)
    this.bytes.set(new Uint8Array(source.buffer, source.byteOffset, source.byteLength), this.length)
    this.length += source.byteLength
  }

  appendByte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1)
    this.bytes[this.length++] = value
  }

  used(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length)
  }

  clear(): void {
    this.length = 0
  }
}
