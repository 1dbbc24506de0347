/**
 * What DuckDB would write to Parquet otherwise than it is: HUGEINT, which DuckDB gives to sums of whole numbers, would become a
 * floating point number, also inside lists and structs, and a UNION a struct without a name for its tag. These are cast first.
 */

import {
  DuckDBArrayType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
  DuckDBUnionType
} from "@duckdb/node-api"

import { literal, quote } from "./sql-text.ts"

/** The type that stands for another in a Parquet file, as SQL. */
const parquetType = (type: DuckDBType): string => {
  if (type.typeId === DuckDBTypeId.HUGEINT) return "BIGINT"
  if (type.typeId === DuckDBTypeId.UHUGEINT) return "UBIGINT"
  if (type instanceof DuckDBListType) return `${parquetType(type.valueType)}[]`
  if (type instanceof DuckDBArrayType) return `${parquetType(type.valueType)}[${type.length}]`
  if (type instanceof DuckDBMapType) return `MAP(${parquetType(type.keyType)}, ${parquetType(type.valueType)})`
  if (type instanceof DuckDBStructType && type.entryNames.every((name) => name !== ""))
    return `STRUCT(${type.entryNames.map((name, i) => `${quote(name)} ${parquetType(type.entryTypes[i]!)}`).join(", ")})`
  return type.toString()
}

/** The column `name` of a query as Parquet can hold it. */
const parquetColumn = (name: string, type: DuckDBType): string => {
  if (type instanceof DuckDBUnionType) {
    const members = type.memberTags.map((tag) => `${quote(tag)} := union_extract(${quote(name)}, ${literal(tag)})`)
    const struct = `struct_pack("tag" := union_tag(${quote(name)})::varchar, ${members.join(", ")})`
    return `case when ${quote(name)} is not null then ${struct} end`
  }
  const wanted = parquetType(type)
  return wanted === type.toString() ? quote(name) : `cast(${quote(name)} as ${wanted})`
}

/** `select ... from (QUERY)`, with the columns of the query as Parquet can hold them under names that are told apart. */
export const parquetSelect = (query: string, names: ReadonlyArray<string>, types: ReadonlyArray<DuckDBType>): string => {
  const columns = names.map((name, i) => `${parquetColumn(name, types[i]!)} as ${quote(name)}`)
  return `select ${columns.join(", ")} from (${query}) as result(${names.map(quote).join(", ")})`
}
