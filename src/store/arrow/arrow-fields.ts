/** The fields of an Arrow schema as they stand in a file's footer. Enumerations from Arrow's Schema.fbs. */

import type { ColumnType } from "../schema/Column.ts"
import type { FlatTable } from "./flatbuffer.ts"

export interface ArrowField {
  readonly name: string
  readonly type: ColumnType
  readonly nullable: boolean
  /** Where the column's nodes and buffers start in each batch, and how many it has. */
  readonly firstNode: number
  readonly nodes: number
  readonly firstBuffer: number
  readonly buffers: number
}

const typeName = (field: FlatTable): ColumnType | undefined => {
  const type = field.table(3)
  switch (field.uint8(2, 0)) {
    case 2: {
      const name = `${type?.uint8(1, 0) === 1 ? "int" : "uint"}${type?.int32(0, 0)}`
      return name === "int8" || name === "uint8" || name === "int32" || name === "uint32" || name === "int64" ? name : undefined
    }
    case 3:
      return type?.int16(0, 0) === 1 ? "float32" : type?.int16(0, 0) === 2 ? "float64" : undefined
    case 4:
      return "binary"
    case 5:
      return "utf8"
    case 6:
      return "bool"
    case 12: {
      const [item, more] = field.tables(5)
      const inside = item === undefined || more !== undefined ? undefined : typeName(item)
      return inside === "int32" || inside === "float32" || inside === "float64" || inside === "utf8"
        ? `list<${inside}>`
        : undefined
    }
    case 19:
      return "largeBinary"
    default:
      return undefined
  }
}

/** Reads a field, or says why it cannot be a column of a table. */
export const readField = (field: FlatTable, firstNode: number, firstBuffer: number): ArrowField | string => {
  const name = field.text(0)
  const type = typeName(field)
  if (type === undefined || field.has(4)) return `column ${name} has an Arrow type that no table here uses`
  const nullable = field.uint8(1, 0) === 1
  const list = type.startsWith("list<")
  // Validity and values; text and bytes have offsets too; a list has validity, offsets, and what its items have.
  const buffers = type === "list<utf8>" ? 5 : list ? 4 : type === "utf8" || type === "binary" || type === "largeBinary" ? 3 : 2
  return { name, type, nullable, firstNode, nodes: list ? 2 : 1, firstBuffer, buffers }
}
