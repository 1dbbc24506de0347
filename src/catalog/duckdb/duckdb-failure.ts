/** What DuckDB says of a query that failed, with what helps here: near names, the store's tables, what to ask for less of. */

import { nearest } from "../../text/near.ts"
import { writeProblem } from "../../text/system-problem.ts"
import { SqlFailed } from "../SqlFailed.ts"

export interface Surroundings {
  readonly tables: ReadonlyArray<string>
  /** Columns of the tables that the query reads. */
  readonly columns: ReadonlyArray<string>
  /** Bytes of memory that a query may take. */
  readonly memory: number
  /** Bytes of disk that it may take besides, and where; undefined where there is no such place. */
  readonly disk: { readonly most: number; readonly path: string } | undefined
  /** The file that DuckDB writes the result to, and how the user knows it. */
  readonly output: OutputFile | undefined
}

export interface OutputFile {
  readonly path: string
  readonly calledAs: string
}

/** How DuckDB's message begins when memory, or the disk that stands for it, is used up. */
export const OUT_OF_MEMORY = "Out of Memory Error"

/** The table that a message says is missing. */
export const missingTable = (message: string): string | undefined =>
  /Table with name "?([^\s"]+)"? does not exist/.exec(message)?.[1]

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

const LESS =
  `What helps: fewer columns; fewer rows, by "where latest" or a run; counts, averages or a limit in place of all rows; a join ` +
  `on columns that tell rows apart. list(), string_agg() and the like hold all that they collect.`

const tooLarge = ({ memory, disk }: Surroundings): SqlFailed =>
  new SqlFailed({
    problem:
      `The query needs more than it may take on this machine: ${gigabytes(memory)} of memory` +
      (disk === undefined
        ? `. No temporary folder can be written, so nothing could be put on disk (TMPDIR names another).`
        : `, and what does not fit there at most ${gigabytes(disk.most)} of disk in ${disk.path}.`),
    hint: LESS,
    tooLarge: true
  })

/** A whole number of 128 bits does not fit in the 64 that it has in a file. */
export const tooWide = (number: string): SqlFailed =>
  new SqlFailed({
    problem: `${number} does not fit in 64 bits, which is what sums and other HUGEINT columns have in Arrow and Parquet.`,
    hint: "Cast the column: ::decimal(38,0) keeps all digits, ::double the size."
  })

/** How DuckDB is made to say that it met a time without an end (`parquet-types.ts`). */
export const ENDLESS = "a time without an end: "

/** A date or time stamp that is infinite: a number like any other in the files that have no such thing. */
export const endlessTime = (value: string): SqlFailed =>
  new SqlFailed({
    problem: `A date or time stamp is ${value}, which Arrow and Parquet have no value for: other programs would read some year.`,
    hint: `Make it null, nullif(COLUMN, '${value}'), or cast the column to text, COLUMN::varchar.`
  })

/** The failure of a query, from what DuckDB said. */
export const duckdbFailure = (message: string, around: Surroundings): SqlFailed => {
  const { output } = around
  if (output !== undefined && /^(IO|Permission) Error/.test(message) && message.includes(output.path)) {
    const said = message.replace(/^\w+ Error: /, "").replaceAll(output.path, output.calledAs)
    return new SqlFailed({ problem: writeProblem(message, output.calledAs) ?? said, hint: "", tooLarge: true })
  }
  if (
    message.startsWith(OUT_OF_MEMORY) ||
    /max_temp_directory_size|No space left on device|[Aa]rray buffer allocation failed|^Failed to allocate/.test(message)
  )
    return tooLarge(around)
  const wide = /Type U?INT128 with value (\S+) can't be cast because the value is out of range/.exec(message)?.[1]
  if (wide !== undefined) return tooWide(wide)
  const endless = message.startsWith(`Invalid Input Error: ${ENDLESS}`) ? message.split(ENDLESS)[1] : undefined
  if (endless !== undefined) return endlessTime(endless.trim())
  const missing = missingTable(message)
  if (missing !== undefined) {
    const near = nearest(missing, around.tables)
    const meant = near.length > 0 ? `Near names: ${near.join(", ")}.\n` : ""
    // DuckDB's own guess is a table of its internals.
    return new SqlFailed({
      problem: message.replace(/\nDid you mean "[^\n]*/, ""),
      hint: `${meant}Tables: ${around.tables.join(", ")}.`
    })
  }
  const column = /Referenced column "([^"]+)" not found/.exec(message)?.[1]
  if (column === undefined) return new SqlFailed({ problem: message, hint: "" })
  const near = nearest(column, around.columns)
  return new SqlFailed({
    problem: message,
    hint: near.length > 0 ? `Near names: ${near.join(", ")}.` : `Columns: ${[...new Set(around.columns)].join(", ")}.`
  })
}
