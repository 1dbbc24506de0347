/** The result of a query, as plain values: what renderers, the command line and tests work on. */

/**
 * One value of a row. 64-bit and larger integers are bigint. Dates and timestamps are `Date` (UTC, milliseconds). Lists are
 * arrays, structs are objects. What JavaScript has no type for is text.
 */
export type SqlValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | ReadonlyArray<SqlValue>
  | { readonly [key: string]: SqlValue }

/** Whether a value is a list, and no struct or date. */
export const isList = (value: SqlValue): value is ReadonlyArray<SqlValue> => Array.isArray(value)

export interface ResultColumn {
  readonly name: string
  /** DuckDB's name of the type, such as `INTEGER`, `FLOAT[]` or `TIMESTAMP`. */
  readonly type: string
}

export interface QueryResult {
  readonly columns: ReadonlyArray<ResultColumn>
  readonly rows: ReadonlyArray<ReadonlyArray<SqlValue>>
  /** How many rows the query has; more than `rows` holds where only the first were asked for. */
  readonly rowCount: number
  /** What in the store could not be read and is therefore missing from the result. */
  readonly warnings: ReadonlyArray<string>
}

/** Column names with repeated ones told apart: `a`, `a_1`, `a_2`. */
export const uniqueNames = (columns: ReadonlyArray<ResultColumn>): ReadonlyArray<string> => {
  const used = new Set<string>()
  return columns.map(({ name }) => {
    let unique = name
    for (let n = 1; used.has(unique); n++) unique = `${name}_${n}`
    used.add(unique)
    return unique
  })
}
