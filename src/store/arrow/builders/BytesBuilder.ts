/** Text and bytes: all rows one after another, and where each starts. Text is encoded straight into place. */

import { bytesOf, type ColumnData } from "../../schema/ColumnData.ts"
import { arrayProblem, pushArray, show, type ColumnBuilder, type ColumnProblem } from "./ColumnBuilder.ts"
import { GrowableBuffer } from "./GrowableBuffer.ts"

const encoder = new TextEncoder()
const largestInt32 = 2 ** 31 - 1

/** Builds columns of type `utf8`, `binary` and `largeBinary`. */
export class BytesBuilder implements ColumnBuilder {
  private readonly type: "utf8" | "binary" | "largeBinary"
  private readonly bytes = new GrowableBuffer()
  /** `[rows + 1]`; doubles hold every offset up to 2^53 exactly. */
  private ends = new Float64Array(1024)
  private length = 0

  constructor(type: "utf8" | "binary" | "largeBinary") {
    this.type = type
  }

  problem(value: unknown): string | undefined {
    if (this.type !== "utf8") return value instanceof Uint8Array ? undefined : `${show(value)} is not a Uint8Array`
    if (typeof value !== "string") return `${show(value)} is not a string`
    return value.isWellFormed() ? undefined : `${show(value)} holds a lone surrogate, which has no UTF-8 form`
  }

  push(value: unknown): void {
    if (typeof value === "string") {
      this.bytes.reserve(value.length * 3)
      this.bytes.length += encoder.encodeInto(value, this.bytes.bytes.subarray(this.bytes.length)).written
    } else this.bytes.append(value as Uint8Array)
    this.end()
  }

  pushEmpty(): void {
    this.end()
  }

  private end(): void {
    if (this.type !== "largeBinary" && this.bytes.length > largestInt32)
      throw new RangeError(`a ${this.type} column holds at most 2 GiB in one batch: give its table a smaller rowsPerBatch`)
    if (++this.length === this.ends.length) {
      const grown = new Float64Array(2 * this.ends.length)
      grown.set(this.ends)
      this.ends = grown
    }
    this.ends[this.length] = this.bytes.length
  }

  columnLength(column: unknown): number | undefined {
    return Array.isArray(column) ? column.length : undefined
  }
  columnProblem(column: unknown): ColumnProblem | undefined {
    return arrayProblem(this, column as ArrayLike<unknown>)
  }
  pushColumn(column: unknown, from: number, to: number): void {
    pushArray(this, column as ArrayLike<unknown>, from, to)
  }

  load(data: ColumnData, rows: number): void {
    const { offsets } = data
    if (offsets === undefined) throw new Error("BytesBuilder.load: not a column of text or bytes")
    const bytes = bytesOf(data.values)
    for (let row = 0; row < rows; row++) {
      this.bytes.append(bytes.subarray(Number(offsets[row]), Number(offsets[row + 1])))
      this.end()
    }
  }

  data(): ColumnData {
    const ends = this.ends.subarray(0, this.length + 1)
    const offsets = this.type === "largeBinary" ? BigInt64Array.from(ends, BigInt) : Int32Array.from(ends)
    return { length: this.length, nullCount: 0, validity: undefined, offsets, values: this.bytes.used(), child: undefined }
  }

  clear(): void {
    this.bytes.clear()
    this.length = 0
  }
}
