/** `pipeline sql "<query>"`: any question over all runs; without a query, the tables there are and their columns. */

import * as fs from "node:fs"

import * as Effect from "effect/Effect"

import { tables } from "../../../schemas/index.ts"
import { paramTypes } from "../../../schemas/params.ts"
import { views } from "../../../schemas/views.ts"
import { Catalog, type StreamFormat } from "../../catalog/Catalog.ts"
import { renderTable } from "../../catalog/output/box-table.ts"
import { errorText } from "../../text/error-text.ts"
import { plural } from "../../text/plural.ts"
import { print, say } from "../output.ts"
import { FORMATS, wantedFormat } from "../printing/result-formats.ts"
import { listing } from "../printing/sql-listing.ts"
import { widthOf } from "../printing/terminal.ts"
import { outputFailed, outputTarget, placeBeside, type Target, written } from "../result-file.ts"
import { untilSignal } from "../signals.ts"
import { existingStore } from "../store-folder.ts"
import { type Command, type Flags, parse, UsageError, wholeNumber } from "../usage.ts"

const flags = {
  format: {
    type: "string",
    value: "FORMAT",
    choices: FORMATS,
    description: `${FORMATS.join(", ")} (default table, or what --output ends in)`
  },
  output: { type: "string", value: "FILE", description: "write the result to a file, whole or not at all" },
  rows: { type: "string", value: "N", description: "rows that a table shows at most (default 40)" }
} satisfies Flags

export const command: Command = {
  name: "sql",
  summary: "Ask anything of all runs in SQL (DuckDB). Without a query: the tables and their columns.",
  usage: `pipeline sql "select study, algorithm, avg(correct::int) from rollouts where latest group by all" [flags]`,
  flags,
  run: async (args) => {
    // A query may begin with a comment, which would be taken for a flag without the space before it.
    const words = args.map((word) => word.replace(/^--\s/, " $&"))
    const parsed = parse("sql", flags, words, {
      min: 0,
      max: 1,
      words: "one query, in quotes",
      mayBeEmpty: true
    })
    const [given] = parsed.positionals
    const query = given === "-" ? fromStandardInput() : given?.replace(/^ (?=--\s)/, "")
    if (query?.trim() === "")
      throw new UsageError({ problem: "The query is empty. Without one, pipeline sql lists the tables and their columns." })
    const file = parsed.text("output")
    const target: Target = file === undefined ? { kind: "standard output" } : outputTarget(file)
    const wanted = wantedFormat(parsed.text("format"), target.kind === "standard output" ? null : file!, FORMATS)
    if (typeof wanted === "string") throw new UsageError({ problem: wanted })
    const { format, gzip } = wanted
    const maxRows = wholeNumber(parsed, "rows", 40, 0)
    if (query === undefined) {
      print(`${listing()}\n`)
      return 0
    }
    const root = existingStore(parsed)
    if (format === "parquet" && target.kind !== "file")
      throw new UsageError({ problem: "--format parquet needs --output FILE: it is read by place, not as a stream." })
    if (format === "arrow" && target.kind === "standard output" && process.stdout.isTTY)
      throw new UsageError({
        problem: "--format arrow is nothing for a terminal: give --output FILE, or a program that reads it."
      })

    return untilSignal(
      Effect.gen(function* () {
        const catalog = yield* Catalog.open(root, tables, { params: paramTypes, views })
        const result =
          format === "table"
            ? yield* writeTable(catalog, query, target, gzip, maxRows)
            : format === "parquet"
              ? yield* writeParquet(catalog, query, target)
              : yield* writeRows(catalog, query, format, target, gzip)
        for (const warning of result.warnings) say(warning)
        if (target.kind === "file") say(`${result.words} written to ${file}`)
        return 0
      })
    )
  }
}

const fromStandardInput = (): string => {
  try {
    return fs.readFileSync(0, "utf8")
  } catch (cause) {
    throw new UsageError({ problem: `The query cannot be read from standard input: ${errorText(cause)}.` })
  }
}

/** What became of a result: how much of it was written, and what it lacks. */
interface Written {
  readonly words: string
  readonly warnings: ReadonlyArray<string>
}

const writeRows = (catalog: Catalog.Catalog, query: string, format: StreamFormat, target: Target, gzip: boolean) =>
  written(target, gzip, (put) => catalog.write(query, format, put)).pipe(
    Effect.map(({ rows, warnings }): Written => ({ words: plural(rows, "row"), warnings }))
  )

const writeParquet = (catalog: Catalog.Catalog, query: string, target: Target) =>
  target.kind !== "file"
    ? Effect.die("parquet goes to files")
    : Effect.acquireUseRelease(
        Effect.sync(() => placeBeside(target)),
        (place) =>
          Effect.gen(function* () {
            const { rows, warnings } = yield* catalog.writeParquet(query, place.partial, target.path)
            yield* Effect.try({ try: () => place.commit(), catch: (cause) => outputFailed(target.path, cause) })
            return { words: plural(rows, "row"), warnings } satisfies Written
          }),
        (place) => Effect.sync(() => place.abandon())
      )

/** Where no terminal limits it. */
const WIDE = 200

const writeTable = (catalog: Catalog.Catalog, query: string, target: Target, gzip: boolean, maxRows: number) =>
  Effect.gen(function* () {
    const result = yield* catalog.query(query, maxRows)
    const columns = target.kind === "standard output" ? widthOf(process.stdout) : Infinity
    const width = Number.isFinite(columns) ? columns : WIDE
    const table = renderTable(result, { width, maxRows })
    yield* written(target, gzip, (put) => Effect.promise(() => put(table)))
    const all = plural(result.rowCount, "row")
    const shown = result.rows.length
    const words = shown < result.rowCount ? `The first ${shown} of ${all} (--rows N for more)` : all
    return { words, warnings: result.warnings } satisfies Written
  })
