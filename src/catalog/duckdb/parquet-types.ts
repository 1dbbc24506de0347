/**
 * What DuckDB would write to Parquet otherwise than it is, cast first, also inside lists and structs: HUGEINT, which DuckDB gives
 * to sums of whole numbers, would become a floating point number; an INTERVAL would be cut to milliseconds, or refused where it
 * is negative, and a time with a zone lose its zone, so these are text; a UNION would be a struct without a name for its tag.
 */

import { type DuckDBType, DuckDBTypeId, DuckDBUnionType } from "@duckdb/node-api"

import { ENDLESS } from "./duckdb-failure.ts"
import { castTo } from "./rewritten-types.ts"
import { literal, quote } from "./sql-text.ts"

const REPLACED: Readonly<Partial<Record<DuckDBTypeId, string>>> = {
  [DuckDBTypeId.HUGEINT]: "BIGINT",
  [DuckDBTypeId.UHUGEINT]: "UBIGINT",
  [DuckDBTypeId.INTERVAL]: "VARCHAR",
  [DuckDBTypeId.TIME_TZ]: "VARCHAR"
}

/** Of these one may be infinite, which DuckDB writes as the largest number: it is refused, as in Arrow. */
const TIMES: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.DATE,
  DuckDBTypeId.TIMESTAMP,
  DuckDBTypeId.TIMESTAMP_TZ,
  DuckDBTypeId.TIMESTAMP_S,
  DuckDBTypeId.TIMESTAMP_MS,
  DuckDBTypeId.TIMESTAMP_NS
])

/** An expression of a type as Parquet can hold it. */
const parquetCast = (expression: string, type: DuckDBType): string => castTo(expression, type, ({ typeId }) => REPLACED[typeId])

/** The column `name` of a query as Parquet can hold it. */
const parquetColumn = (name: string, type: DuckDBType): string => {
  if (type instanceof DuckDBUnionType) {
    const members = type.memberTags.map((tag, i) => {
      const member = `union_extract(${quote(name)}, ${literal(tag)})`
      return `${quote(tag)} := ${parquetCast(member, type.memberTypes[i]!)}`
    })
    const struct = `struct_pack("tag" := union_tag(${quote(name)})::varchar, ${members.join(", ")})`
    return `case when ${quote(name)} is not null then ${struct} end`
  }
  const column = quote(name)
  if (!TIMES.has(type.typeId)) return parquetCast(column, type)
  return `case when isinf(${column}) then error(${literal(ENDLESS)} || ${column}::varchar) else ${column} end`
}

/** `select ... from (QUERY)`, with the columns of the query as Parquet can hold them under names that are told apart. */
export const parquetSelect = (query: string, names: ReadonlyArray<string>, types: ReadonlyArray<DuckDBType>): string => {
  const columns = names.map((name, i) => `${parquetColumn(name, types[i]!)} as ${quote(name)}`)
  return `select ${columns.join(", ")} from (${query}) as result(${names.map(quote).join(", ")})`
}
