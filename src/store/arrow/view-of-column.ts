/** Values and whole-column views over `ColumnData`, one entry a batch. Checked already: nothing here can be out of bounds. */

import { itemType, type ColumnType } from "../schema/Column.ts"
import {
  bitAt,
  bytesOf,
  isNumberType,
  numberLayouts,
  offsetAt,
  unpackBits,
  type ColumnData,
  type NumberArray
} from "../schema/ColumnData.ts"
import type { BytesView, ListView, NullableView, StringListView } from "../schema/ColumnView.ts"

/** The value of one row. Bytes and number lists are subarrays, not copies. */
export const valueAt = (type: ColumnType, data: ColumnData, row: number): unknown => {
  if (data.validity !== undefined && !bitAt(data.validity, row)) return null
  const { child, offsets, values } = data
  if (offsets === undefined) return type === "bool" ? bitAt(bytesOf(values), row) : values[row]
  const from = offsetAt(offsets, row)
  const to = offsetAt(offsets, row + 1)
  if (type === "utf8") return Buffer.from(values.buffer, values.byteOffset + from, to - from).toString("utf8")
  if (child === undefined) return values.subarray(from, to)
  if (type === "list<utf8>") return Array.from({ length: to - from }, (_, i) => valueAt("utf8", child, from + i))
  return child.values.subarray(from, to)
}

/** The value at a place that `rowFinder` found. */
const valueIn = (type: ColumnType, [batch, row]: readonly [ColumnData, number, number]): unknown => valueAt(type, batch, row)

/** Finds the batch of a row: batches in order, rows counted through. */
export const rowFinder = <Batch extends { readonly length: number }>(batches: ReadonlyArray<Batch>) => {
  const starts = new Float64Array(batches.length + 1)
  for (const [i, batch] of batches.entries()) starts[i + 1] = starts[i]! + batch.length
  let last = 0
  const length = starts[batches.length]!
  const find = (row: number): readonly [batch: Batch, row: number, index: number] => {
    if (!(row >= 0 && row < length)) throw new RangeError(`row ${row} of a column of ${length} rows`)
    if (row < starts[last]! || row >= starts[last + 1]!) {
      let low = 0
      let high = batches.length - 1
      while (low < high) {
        const middle = (low + high + 1) >>> 1
        if (starts[middle]! <= row) low = middle
        else high = middle - 1
      }
      last = low
    }
    return [batches[last]!, row - starts[last]!, last]
  }
  return { length, find }
}

/**
 * A column of large values that stays on disk: `at` reads the batch of its row, and only the last batch is kept. So one tensor of
 * many can be had without the others.
 */
export const viewOfBytesOnDisk = (
  batches: ReadonlyArray<{ readonly length: number }>,
  load: (batch: number) => ColumnData
): BytesView<unknown> => {
  const { find, length } = rowFinder(batches)
  let loaded: { readonly index: number; readonly data: ColumnData } | undefined
  const at = (row: number) => {
    const [, inBatch, index] = find(row)
    if (loaded?.index !== index) loaded = { index, data: load(index) }
    return valueAt("largeBinary", loaded.data, inBatch)
  }
  return { length, at }
}

const numbers = (type: keyof typeof numberLayouts, batches: ReadonlyArray<ColumnData>): NumberArray => {
  if (batches.length === 1) return batches[0]!.values
  const { bytes, view } = numberLayouts[type]
  const rows = batches.reduce((n, batch) => n + batch.length, 0)
  const all = new Uint8Array(rows * bytes)
  let at = 0
  for (const { values } of batches) {
    all.set(bytesOf(values), at)
    at += values.byteLength
  }
  return view(all.buffer, 0, rows)
}

const booleans = (batches: ReadonlyArray<ColumnData>): Uint8Array => {
  const all = new Uint8Array(batches.reduce((n, batch) => n + batch.length, 0))
  let at = 0
  for (const { length, values } of batches) {
    all.set(unpackBits(bytesOf(values), length), at)
    at += length
  }
  return all
}

const bytesView = (type: ColumnType, batches: ReadonlyArray<ColumnData>): BytesView<unknown> => {
  const { find, length } = rowFinder(
    batches.map((batch) => (batch.validity === undefined ? batch : { ...batch, validity: undefined }))
  )
  return { length, at: (row) => valueIn(type, find(row)) }
}

const joinOffsets = (batches: ReadonlyArray<ColumnData>): Int32Array => {
  const first = batches[0]
  if (batches.length === 1 && first?.offsets instanceof Int32Array) return first.offsets
  const all = new Int32Array(batches.reduce((n, batch) => n + batch.length, 0) + 1)
  let at = 0
  let base = 0
  for (const { length, offsets } of batches) {
    if (base + Number(offsets?.[length]) > 2 ** 31 - 1)
      throw new RangeError("a list column with more than 2^31 items cannot be read as a whole: read it row by row")
    for (let i = 1; i <= length; i++) all[at + i] = base + Number(offsets?.[i])
    at += length
    base = all[at]!
  }
  return all
}

const listView = (type: ColumnType, batches: ReadonlyArray<ColumnData>): ListView<unknown> | StringListView => {
  const offsets = joinOffsets(batches)
  const length = offsets.length - 1
  const items = batches.flatMap((batch) => batch.child ?? [])
  const item = itemType(type)
  const bounds = (row: number): readonly [number, number] => {
    if (!(row >= 0 && row < length)) throw new RangeError(`row ${row} of a column of ${length} rows`)
    return [offsets[row]!, offsets[row + 1]!]
  }
  if (item === undefined || item === "utf8") {
    const { find, length: total } = rowFinder(items)
    const text = (i: number) => String(valueIn("utf8", find(i)))
    const at = (row: number) => {
      const [from, to] = bounds(row)
      return Array.from({ length: to - from }, (_, i) => text(from + i))
    }
    return { length, offsets, values: { length: total, at: text }, at }
  }
  const values = numbers(item, items)
  return { length, offsets, values, at: (row) => values.subarray(...bounds(row)) }
}

/** The view of a whole column. Its type follows from the column's, which the caller knows. */
export const viewOfColumn = (type: ColumnType, nullable: boolean, batches: ReadonlyArray<ColumnData>): unknown => {
  const values = isNumberType(type)
    ? numbers(type, batches)
    : type === "bool"
      ? booleans(batches)
      : itemType(type) === undefined
        ? bytesView(type, batches)
        : listView(type, batches)
  if (!nullable) return values
  const { find, length } = rowFinder(batches)
  const valid = (row: number) => {
    const [batch, at] = find(row)
    return batch.validity === undefined || bitAt(batch.validity, at)
  }
  const view: NullableView<unknown, unknown> = {
    length,
    nullCount: batches.reduce((n, batch) => n + batch.nullCount, 0),
    values,
    valid,
    at: (row) => valueIn(type, find(row))
  }
  return view
}
