/** Numbers of one fixed width. A typed array of the column's own type is copied as bytes; anything else goes value by value. */

import type * as Column from "../../schema/Column.ts"
import { numberLayouts, type ColumnData, type NumberArray } from "../../schema/ColumnData.ts"
import { arrayProblem, lengthOfArray, pushArray, show, type ColumnBuilder, type ColumnProblem } from "./ColumnBuilder.ts"
import { GrowableBuffer } from "./GrowableBuffer.ts"

/** Every NaN gets the same bits: they carry no value, and would otherwise change the digest of equal data. */
const canonicalNaNs = (values: NumberArray): void => {
  if (values instanceof Float32Array) {
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
    for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) bits[i] = 0x7fc00000
  } else if (values instanceof Float64Array) {
    const bits = new BigUint64Array(values.buffer, values.byteOffset, values.length)
    for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) bits[i] = 0x7ff8000000000000n
  }
}

/** Builds columns of the number types. */
export class NumberBuilder implements ColumnBuilder {
  readonly type: Column.NumberType
  private readonly layout: (typeof numberLayouts)[Column.NumberType]
  private readonly buffer = new GrowableBuffer()
  private view: NumberArray
  private length = 0

  constructor(type: Column.NumberType) {
    this.type = type
    this.layout = numberLayouts[type]
    this.view = this.layout.view(this.buffer.bytes.buffer, 0, 0)
  }

  private reserve(more: number): void {
    if (this.buffer.reserve(more * this.layout.bytes) || this.length + more > this.view.length) {
      const { buffer, length } = this.buffer.bytes
      this.view = this.layout.view(buffer, 0, Math.floor(length / this.layout.bytes))
    }
  }

  problem(value: unknown): string | undefined {
    if (this.type === "int64") {
      if (typeof value !== "bigint") return `${show(value)} is not a bigint`
      return BigInt.asIntN(64, value) === value ? undefined : `${value} does not fit int64`
    }
    if (typeof value !== "number") return `${show(value)} is not a number`
    if (this.layout.integer) {
      if (!Number.isInteger(value)) return `${value} is not an integer`
      return value < this.layout.minimum || value > this.layout.maximum ? `${value} does not fit ${this.type}` : undefined
    }
    if (this.type === "float32" && Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
      return `${value} does not fit float32`
    return undefined
  }

  push(value: unknown): void {
    this.reserve(1)
    if (this.view instanceof BigInt64Array) this.view[this.length] = value as bigint
    else this.view[this.length] = value as number
    this.length++
    this.buffer.length += this.layout.bytes
  }

  pushEmpty(): void {
    this.push(this.type === "int64" ? 0n : 0)
  }

  /** Whether the array has exactly this column's type, so that its bytes can be copied. */
  accepts(column: unknown): column is NumberArray {
    return ArrayBuffer.isView(column) && column.constructor === this.view.constructor
  }

  columnLength(column: unknown): number | undefined {
    return lengthOfArray(column)
  }

  columnProblem(column: unknown): ColumnProblem | undefined {
    return this.accepts(column) ? undefined : arrayProblem(this, column as ArrayLike<unknown>)
  }

  pushColumn(column: unknown, from: number, to: number): void {
    if (!this.accepts(column)) return pushArray(this, column as ArrayLike<unknown>, from, to)
    this.reserve(to - from)
    this.buffer.append(column.subarray(from, to))
    this.length += to - from
  }

  load(data: ColumnData, rows: number): void {
    this.pushColumn(data.values, 0, rows)
  }

  data(): ColumnData {
    const values = this.view.subarray(0, this.length)
    canonicalNaNs(values)
    return { length: this.length, nullCount: 0, validity: undefined, offsets: undefined, values, child: undefined }
  }

  clear(): void {
    this.length = 0
    this.buffer.clear()
  }
}
