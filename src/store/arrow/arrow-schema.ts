/**
 * The Arrow schema of a table, and its columns as apache-arrow record batches. The only module that knows apache-arrow's types.
 */

import * as Arrow from "apache-arrow"

import type * as Column from "../schema/Column.ts"
import { itemType } from "../schema/Column.ts"
import { bytesOf, type ColumnData, type NumberArray } from "../schema/ColumnData.ts"
import type * as Table from "../schema/Table.ts"

const arrowType = (type: Column.ColumnType): Arrow.DataType => {
  const item = itemType(type)
  if (item !== undefined) return new Arrow.List(new Arrow.Field("item", arrowType(item), false))
  switch (type) {
    case "bool":
      return new Arrow.Bool()
    case "int8":
      return new Arrow.Int8()
    case "uint8":
      return new Arrow.Uint8()
    case "int32":
      return new Arrow.Int32()
    case "uint32":
      return new Arrow.Uint32()
    case "int64":
      return new Arrow.Int64()
    case "float32":
      return new Arrow.Float32()
    case "float64":
      return new Arrow.Float64()
    case "utf8":
      return new Arrow.Utf8()
    case "binary":
      return new Arrow.Binary()
    case "largeBinary":
      return new Arrow.LargeBinary()
    default:
      throw new Error(`no Arrow type for ${type}`)
  }
}

/** The same table always gives the same bytes: fields in the order of the definition, metadata in the order of its keys. */
export const arrowSchema = (table: Table.Any): Arrow.Schema =>
  new Arrow.Schema(
    Object.entries(table.columns).map(
      ([name, column]) =>
        new Arrow.Field(name, arrowType(column.type), column.nullable, new Map([["description", column.description]]))
    ),
    new Map([
      ["description", table.description],
      ["table", table.name]
    ])
  )

const isFloats = (values: NumberArray) => values instanceof Float32Array || values instanceof Float64Array
const isIntegers = (values: NumberArray) => !isFloats(values)

const arrowData = (type: Arrow.DataType, column: ColumnData): Arrow.Data => {
  const { length, nullCount, offsets, validity, values } = column
  const nulls = { length, nullCount, nullBitmap: validity ?? null }
  if (Arrow.DataType.isList(type) && offsets instanceof Int32Array && column.child !== undefined) {
    const child = arrowData(type.valueType, column.child)
    return Arrow.makeData({ type, ...nulls, valueOffsets: offsets, child })
  }
  if (Arrow.DataType.isUtf8(type) && offsets instanceof Int32Array)
    return Arrow.makeData({ type, ...nulls, valueOffsets: offsets, data: bytesOf(values) })
  if (Arrow.DataType.isBinary(type) && offsets instanceof Int32Array)
    return Arrow.makeData({ type, ...nulls, valueOffsets: offsets, data: bytesOf(values) })
  if (Arrow.DataType.isLargeBinary(type) && offsets instanceof BigInt64Array)
    return Arrow.makeData({ type, ...nulls, valueOffsets: offsets, data: bytesOf(values) })
  if (Arrow.DataType.isBool(type)) return Arrow.makeData({ type, ...nulls, data: bytesOf(values) })
  if (Arrow.DataType.isInt(type) && isIntegers(values)) return Arrow.makeData({ type, ...nulls, data: values })
  if (Arrow.DataType.isFloat(type) && isFloats(values)) return Arrow.makeData({ type, ...nulls, data: values })
  throw new Error(`column data does not have the layout of ${type}`)
}

/** One record batch of canonical columns, in the order of the schema. All batches of a file must share one schema object. */
export const recordBatch = (schema: Arrow.Schema, columns: ReadonlyArray<ColumnData>): Arrow.RecordBatch => {
  const children = schema.fields.map((field, i) => arrowData(field.type, columns[i]!))
  const length = columns[0]?.length ?? 0
  return new Arrow.RecordBatch(schema, Arrow.makeData({ type: new Arrow.Struct(schema.fields), length, nullCount: 0, children }))
}
