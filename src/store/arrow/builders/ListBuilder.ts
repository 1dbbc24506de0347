/** Lists of numbers or strings. Offsets are kept from 0, whatever position a caller's own offsets start at. */

import type * as Column from "../../schema/Column.ts"
import type { ColumnData, NumberArray } from "../../schema/ColumnData.ts"
import { BytesBuilder } from "./BytesBuilder.ts"
import { arrayProblem, lengthOfArray, pushArray, show, type ColumnBuilder, type ColumnProblem } from "./ColumnBuilder.ts"
import { NumberBuilder } from "./NumberBuilder.ts"

interface OffsetsAndValues {
  readonly offsets: Int32Array
  readonly values: NumberArray
}
const isOffsetsAndValues = (column: unknown): column is OffsetsAndValues =>
  typeof column === "object" &&
  column !== null &&
  "offsets" in column &&
  column.offsets instanceof Int32Array &&
  "values" in column &&
  ArrayBuffer.isView(column.values)

const noValues = new Uint8Array(0)

/** Builds columns of type `list<...>`. */
export class ListBuilder implements ColumnBuilder {
  private readonly items: ColumnBuilder
  private readonly ends = new NumberBuilder("int32")
  private total = 0

  constructor(item: Column.ItemType) {
    this.items = item === "utf8" ? new BytesBuilder("utf8") : new NumberBuilder(item)
    this.ends.push(0)
  }

  problem(value: unknown): string | undefined {
    if (lengthOfArray(value) === undefined) return `${show(value)} is not a list`
    const inside = this.items.columnProblem(value)
    return inside && `item ${inside.row}: ${inside.problem}`
  }

  push(value: unknown): void {
    const { length } = value as ArrayLike<unknown>
    this.items.pushColumn(value, 0, length)
    this.end(length)
  }

  private end(items: number): void {
    this.total += items
    this.ends.push(this.total)
  }

  pushEmpty(): void {
    this.end(0)
  }

  columnLength(column: unknown): number | undefined {
    if (isOffsetsAndValues(column)) return Math.max(0, column.offsets.length - 1)
    return Array.isArray(column) ? column.length : undefined
  }

  columnProblem(column: unknown): ColumnProblem | undefined {
    if (!isOffsetsAndValues(column)) return arrayProblem(this, column as ArrayLike<unknown>)
    const { offsets, values } = column
    if (!(this.items instanceof NumberBuilder) || !this.items.accepts(values))
      return { row: 0, problem: `values are a ${values.constructor.name}, not of the type of the column` }
    if (offsets.length === 0 || offsets[0]! < 0) return { row: 0, problem: "offsets must start with a position in values" }
    for (let i = 1; i < offsets.length; i++)
      if (offsets[i]! < offsets[i - 1]! || offsets[i]! > values.length)
        return { row: i - 1, problem: `offsets go from ${offsets[i - 1]} to ${offsets[i]} in ${values.length} values` }
    return undefined
  }

  pushColumn(column: unknown, from: number, to: number): void {
    if (!isOffsetsAndValues(column)) return pushArray(this, column as ArrayLike<unknown>, from, to)
    const { offsets, values } = column
    this.items.pushColumn(values, offsets[from]!, offsets[to]!)
    for (let row = from; row < to; row++) this.end(offsets[row + 1]! - offsets[row]!)
  }

  load(data: ColumnData, rows: number): void {
    if (data.child === undefined || !(data.offsets instanceof Int32Array)) throw new Error("ListBuilder.load: not a list column")
    this.items.load(data.child, data.offsets[rows]!)
    for (let row = 0; row < rows; row++) this.end(data.offsets[row + 1]! - data.offsets[row]!)
  }

  data(): ColumnData {
    const offsets = this.ends.data().values as Int32Array
    return {
      length: offsets.length - 1,
      nullCount: 0,
      validity: undefined,
      offsets,
      values: noValues,
      child: this.items.data()
    }
  }

  clear(): void {
    this.items.clear()
    this.ends.clear()
    this.ends.push(0)
    this.total = 0
  }
}
