/** Which builder a column needs. */

import type * as Column from "../../schema/Column.ts"
import { itemType } from "../../schema/Column.ts"
import { isNumberType } from "../../schema/ColumnData.ts"
import { BoolBuilder } from "./BoolBuilder.ts"
import { BytesBuilder } from "./BytesBuilder.ts"
import type { ColumnBuilder } from "./ColumnBuilder.ts"
import { ListBuilder } from "./ListBuilder.ts"
import { NullableBuilder } from "./NullableBuilder.ts"
import { NumberBuilder } from "./NumberBuilder.ts"

/** The builder of a column. */
export const buildColumn = (column: Column.Any): ColumnBuilder => {
  const item = itemType(column.type)
  const { type } = column
  let builder: ColumnBuilder
  if (item !== undefined) builder = new ListBuilder(item)
  else if (isNumberType(type)) builder = new NumberBuilder(type)
  else if (type === "bool") builder = new BoolBuilder()
  else if (type === "utf8" || type === "binary" || type === "largeBinary") builder = new BytesBuilder(type)
  else throw new Error(`no builder for columns of type ${type}`)
  return column.nullable ? new NullableBuilder(builder) : builder
}
