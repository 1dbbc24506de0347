/** What the types of columns are called in SQL: what a query gives for them. */

import type { ColumnType } from "../../store/schema/Column.ts"

export const sqlTypes: Readonly<Record<ColumnType, string>> = {
  bool: "BOOLEAN",
  int8: "TINYINT",
  uint8: "UTINYINT",
  int32: "INTEGER",
  uint32: "UINTEGER",
  int64: "BIGINT",
  float32: "FLOAT",
  float64: "DOUBLE",
  utf8: "VARCHAR",
  binary: "BLOB",
  largeBinary: "BLOB",
  "list<int32>": "INTEGER[]",
  "list<float32>": "FLOAT[]",
  "list<float64>": "DOUBLE[]",
  "list<utf8>": "VARCHAR[]"
}
