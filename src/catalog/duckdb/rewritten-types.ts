/**
 * Types of DuckDB as SQL with something in them replaced, at whatever depth: what a query is cast to before its values leave
 * DuckDB. Fields of a struct that have no name, as those of `row(1, 2)`, get the numbers that SQL counts them by: DuckDB's
 * package for Node hands a struct over by names, and would keep one of all that have none.
 */

import {
  DuckDBArrayType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBUnionType
} from "@duckdb/node-api"

import { quote } from "./sql-text.ts"

/** Whether a struct is one of `row(...)`, whose fields have places and no names. */
export const isUnnamed = (type: DuckDBStructType): boolean => type.entryNames.every((name) => name === "")

/** Names of a struct's fields, or their places where they have none. */
export const fieldNames = (type: DuckDBStructType): ReadonlyArray<string> =>
  isUnnamed(type) ? type.entryNames.map((_, i) => String(i + 1)) : type.entryNames

const fields = (names: ReadonlyArray<string>, types: ReadonlyArray<DuckDBType>, replace: Replace): string =>
  types.map((type, i) => `${quote(names[i]!)} ${rewrittenType(type, replace)}`).join(", ")

/** The SQL that stands for a type; undefined where the type stays. */
type Replace = (type: DuckDBType) => string | undefined

/** A type as SQL. */
const rewrittenType = (type: DuckDBType, replace: Replace = () => undefined): string => {
  const replaced = replace(type)
  if (replaced !== undefined) return replaced
  if (type instanceof DuckDBListType) return `${rewrittenType(type.valueType, replace)}[]`
  if (type instanceof DuckDBArrayType) return `${rewrittenType(type.valueType, replace)}[${type.length}]`
  if (type instanceof DuckDBMapType)
    return `MAP(${rewrittenType(type.keyType, replace)}, ${rewrittenType(type.valueType, replace)})`
  if (type instanceof DuckDBStructType) return `STRUCT(${fields(fieldNames(type), type.entryTypes, replace)})`
  if (type instanceof DuckDBUnionType) return `UNION(${fields(type.memberTags, type.memberTypes, replace)})`
  return type.toString()
}

/** `expression`, of a type, cast to what `replace` makes of the type; itself where that is the same. */
export const castTo = (expression: string, type: DuckDBType, replace?: Replace): string => {
  const wanted = rewrittenType(type, replace)
  // Compared with what the same walk makes of the type alone: DuckDB's own text quotes names otherwise.
  return wanted === rewrittenType(type) && !hasUnnamed(type) ? expression : `cast(${expression} as ${wanted})`
}

/** Whether a struct without names is somewhere in a type. */
export const hasUnnamed = (type: DuckDBType): boolean => {
  if (type instanceof DuckDBStructType) return isUnnamed(type) || type.entryTypes.some(hasUnnamed)
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) return hasUnnamed(type.valueType)
  if (type instanceof DuckDBMapType) return hasUnnamed(type.keyType) || hasUnnamed(type.valueType)
  return type instanceof DuckDBUnionType && type.memberTypes.some(hasUnnamed)
}
