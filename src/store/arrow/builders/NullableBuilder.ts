/** Adds nulls to any other builder: an empty value and a cleared bit. */

import { packBits, unpackBits, type ColumnData } from "../../schema/ColumnData.ts"
import { arrayProblem, pushArray, type ColumnBuilder, type ColumnProblem } from "./ColumnBuilder.ts"
import { GrowableBuffer } from "./GrowableBuffer.ts"

interface ValuesAndValid {
  readonly values: unknown
  readonly valid: Uint8Array
}
const isValuesAndValid = (column: unknown): column is ValuesAndValid =>
  typeof column === "object" && column !== null && "values" in column && "valid" in column && column.valid instanceof Uint8Array

/** Builds nullable columns of any type over the builder of that type. */
export class NullableBuilder implements ColumnBuilder {
  private readonly inner: ColumnBuilder
  private readonly valid = new GrowableBuffer()
  private nulls = 0

  constructor(inner: ColumnBuilder) {
    this.inner = inner
  }

  problem(value: unknown): string | undefined {
    return value === null ? undefined : this.inner.problem(value)
  }
  push(value: unknown): void {
    if (value === null) return this.pushEmpty()
    this.inner.push(value)
    this.valid.appendByte(1)
  }
  pushEmpty(): void {
    this.inner.pushEmpty()
    this.valid.appendByte(0)
    this.nulls++
  }

  columnLength(column: unknown): number | undefined {
    if (!isValuesAndValid(column)) return Array.isArray(column) ? column.length : this.inner.columnLength(column)
    const length = this.inner.columnLength(column.values)
    return length === column.valid.length ? length : undefined
  }

  columnProblem(column: unknown): ColumnProblem | undefined {
    if (isValuesAndValid(column)) return this.inner.columnProblem(column.values)
    return Array.isArray(column) ? arrayProblem(this, column) : this.inner.columnProblem(column)
  }

  pushColumn(column: unknown, from: number, to: number): void {
    if (Array.isArray(column)) return pushArray(this, column, from, to)
    const whole: ValuesAndValid = isValuesAndValid(column) ? column : { values: column, valid: new Uint8Array(to).fill(1) }
    // Runs of valid rows are copied at once; what a caller left under a null is not, so that equal data gives equal bytes.
    for (let start = from; start < to;) {
      const isValid = whole.valid[start] !== 0
      let end = start + 1
      while (end < to && (whole.valid[end] !== 0) === isValid) end++
      if (isValid) {
        this.inner.pushColumn(whole.values, start, end)
        for (let row = start; row < end; row++) this.valid.appendByte(1)
      } else for (let row = start; row < end; row++) this.pushEmpty()
      start = end
    }
  }

  load(data: ColumnData, rows: number): void {
    this.inner.load(data, rows)
    const valid = data.validity === undefined ? new Uint8Array(rows).fill(1) : unpackBits(data.validity, rows)
    this.valid.append(valid)
    for (const flag of valid) if (flag === 0) this.nulls++
  }

  data(): ColumnData {
    const inner = this.inner.data()
    if (this.nulls === 0) return inner
    return { ...inner, nullCount: this.nulls, validity: packBits(this.valid.used()) }
  }

  clear(): void {
    this.inner.clear()
    this.valid.clear()
    this.nulls = 0
  }
}
