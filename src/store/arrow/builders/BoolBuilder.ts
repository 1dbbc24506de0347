/** Booleans: one byte a row while building, one bit in the data. */

import { bytesOf, packBits, unpackBits, type ColumnData } from "../../schema/ColumnData.ts"
import { arrayProblem, pushArray, show, type ColumnBuilder, type ColumnProblem } from "./ColumnBuilder.ts"
import { GrowableBuffer } from "./GrowableBuffer.ts"

/** Builds columns of type `bool`. */
export class BoolBuilder implements ColumnBuilder {
  private readonly flags = new GrowableBuffer()

  problem(value: unknown): string | undefined {
    return typeof value === "boolean" ? undefined : `${show(value)} is not a boolean`
  }
  push(value: unknown): void {
    this.flags.appendByte(value === true ? 1 : 0)
  }
  pushEmpty(): void {
    this.flags.appendByte(0)
  }
  columnLength(column: unknown): number | undefined {
    return Array.isArray(column) || column instanceof Uint8Array ? column.length : undefined
  }
  columnProblem(column: unknown): ColumnProblem | undefined {
    if (!(column instanceof Uint8Array)) return arrayProblem(this, column as ArrayLike<unknown>)
    const row = column.findIndex((flag) => flag > 1)
    return row < 0 ? undefined : { row, problem: `${column[row]} is neither 0 nor 1` }
  }
  pushColumn(column: unknown, from: number, to: number): void {
    if (column instanceof Uint8Array) this.flags.append(column.subarray(from, to))
    else pushArray(this, column as ArrayLike<unknown>, from, to)
  }
  load(data: ColumnData, rows: number): void {
    this.flags.append(unpackBits(bytesOf(data.values), rows))
  }
  data(): ColumnData {
    const flags = this.flags.used()
    const values = packBits(flags)
    return { length: flags.length, nullCount: 0, validity: undefined, offsets: undefined, values, child: undefined }
  }
  clear(): void {
    this.flags.clear()
  }
}
