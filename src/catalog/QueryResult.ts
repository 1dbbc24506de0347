/** The result of a query, as plain values: what renderers, the command line and tests work on. */

/** A decimal: a number with all digits that its type has, which JavaScript's numbers may not hold. */
export class ExactNumber {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
  toString(): string {
    return this.digits
  }
}

/**
 * One value of a row. 64-bit and larger integers are bigint. Lists are arrays, structs and maps are objects, and structs whose
 * fields have no names are arrays. What JavaScript has no type for is text, as DuckDB prints it: dates, times, time stamps (those
 * with a zone in UTC), intervals, UUIDs.
 */
export type SqlValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | ExactNumber
  | ReadonlyArray<SqlValue>
  | { readonly [key: string]: SqlValue }

/** Whether a value is a list, and no struct. */
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
  /** Whether there are more rows than were counted. */
  readonly uncounted: boolean
  /** What in the store could not be read and is therefore missing from the result. */
  readonly warnings: ReadonlyArray<string>
}

/** Column names with repeated ones told apart: `a`, `a_1`, `a_2`. */
export const uniqueNames = (columns: ReadonlyArray<Pick<ResultColumn, "name">>): ReadonlyArray<string> => {
  const used = new Set<string>()
  return columns.map(({ name }) => {
    let unique = name
    for (let n = 1; used.has(unique); n++) unique = `${name}_${n}`
    used.add(unique)
    return unique
  })
}

/** The shortest decimal that reads back as the same float32: 0.1, not 0.10000000149011612. */
export const shortestFloat32 = (value: number): number => {
  if (!Number.isFinite(value)) return value
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}
