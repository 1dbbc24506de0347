/** `pipeline sql "<query>"`: any question over all runs; without a query, the tables there are and their columns. */

import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { tables } from "../../../schemas/index.ts"
import { Catalog, type QueryResult } from "../../catalog/Catalog.ts"
import { csv, json, renderTable, type RowFormat } from "../../catalog/output/render-text.ts"
import { catalogDefinitions } from "../../catalog/tables/catalog-tables.ts"
import { errorText } from "../../store/objects/files.ts"
import { print, printPiece } from "../output.ts"
import { plural } from "../printing/text-table.ts"
import { existingStore } from "../store-folder.ts"
import { type Command, type Flags, parse, type Parsed, UsageError, wholeNumber } from "../usage.ts"

const FORMATS = ["table", "csv", "json", "arrow", "parquet"] as const
type Format = (typeof FORMATS)[number]

const flags = {
  format: { type: "string", value: "FORMAT", description: `${FORMATS.join(", ")} (default table, or what --output ends in)` },
  output: { type: "string", value: "FILE", description: "write the result to a file" },
  rows: { type: "string", value: "N", description: "rows that a table shows at most (default 40)" }
} satisfies Flags

export const command: Command = {
  name: "sql",
  summary: "Ask anything of all runs in SQL (DuckDB). Without a query: the tables and their columns.",
  usage: `pipeline sql "select study, algorithm, avg(correct::int) from rollouts where latest group by all" [flags]`,
  flags,
  run: async (args) => {
    // A query may begin with a comment, which would be taken for a flag.
    const comments = args.filter((word) => /^--\s/.test(word))
    const others = args.filter((word) => !comments.includes(word))
    const parsed = parse("sql", flags, [...others, "--", ...comments], {
      min: 0,
      max: 1,
      words: "one query, in quotes"
    })
    const [given] = parsed.positionals
    const query = given === "-" ? fs.readFileSync(0, "utf8") : given
    if (query?.trim() === "")
      throw new UsageError({ problem: "The query is empty. Without one, pipeline sql lists the tables and their columns." })
    const { format, output } = destination(parsed)
    const program = Effect.gen(function* () {
      if (query === undefined) return print(`${listing()}\n`)
      const catalog = yield* Catalog.open(existingStore(parsed), tables)
      if (format === "parquet") {
        const rows = yield* catalog.exportParquet(query, output!)
        process.stderr.write(`${plural(rows, "row")} written to ${output}\n`)
        return
      }
      const maxRows = wholeNumber(parsed, "rows", 40, 0)
      if (format === "csv" || format === "json") return yield* writeRows(catalog, query, format === "csv" ? csv : json, output)
      const result = yield* catalog.query(query, format === "table" ? maxRows : Infinity)
      for (const warning of result.warnings) process.stderr.write(`${warning}\n`)
      yield* Effect.promise(async () => deliver(await render(result, format, maxRows), output, result))
    })
    await Effect.runPromise(Effect.scoped(program))
    return 0
  }
}

/** Every table with its columns and their types. */
const listing = (): string => {
  const views = tables.map(({ name, description, columns }) => ({ name, description, columns }))
  const own = Object.entries(catalogDefinitions).map(([name, { description, columns }]) => ({ name, description, columns }))
  const section = ({ name, description, columns }: (typeof views)[number]) =>
    `${name}: ${description}\n${wrapped(Object.entries(columns).map(([column, { type }]) => `${column} ${type}`))}`
  return [
    "Results, each also with run, study, node, stage, artifact, latest and the params of its node and of what came before it:",
    ...views.map(section),
    "About the runs themselves:",
    ...own.map(section),
    "metrics: the numeric columns of the tables over steps, one value a row\n" +
      wrapped(["table varchar", "step int32", "name varchar", "value float64"]),
    `A table in full, with the params as columns: pipeline sql "describe rollouts"`
  ].join("\n\n")
}

const LINE = 110

const wrapped = (words: ReadonlyArray<string>): string => {
  const lines: Array<string> = []
  for (const [i, word] of words.entries()) {
    const text = i < words.length - 1 ? `${word},` : word
    const last = lines.at(-1)
    if (last === undefined || last.length + text.length > LINE) lines.push(`  ${text}`)
    else lines[lines.length - 1] = `${last} ${text}`
  }
  return lines.join("\n")
}

/** Where no terminal limits it. */
const WIDE = 200

const destination = (parsed: Parsed): { readonly format: Format; readonly output: string | null } => {
  const text = parsed.text("output")
  const output = text === undefined ? null : path.resolve(text)
  const wanted = parsed.text("format") ?? (output === null ? "table" : endingOf(output))
  const format = FORMATS.find((known) => known === wanted)
  if (format === undefined) throw new UsageError({ problem: `--format must be one of ${FORMATS.join(", ")}; got "${wanted}".` })
  if (output === null && format === "parquet") throw new UsageError({ problem: "--format parquet needs --output FILE." })
  if (output !== null && !fs.existsSync(path.dirname(output)))
    throw new UsageError({ problem: `--output ${text}: the folder ${path.dirname(output)} does not exist.` })
  return { format, output }
}

const endingOf = (file: string): string => {
  const ending = path.extname(file).slice(1)
  return FORMATS.some((known) => known === ending) ? ending : "table"
}

const render = async (result: QueryResult, format: Format, maxRows: number): Promise<string | Uint8Array> => {
  switch (format) {
    case "arrow":
      return (await import("../../catalog/output/render-arrow.ts")).renderArrow(result)
    default: {
      const width = process.stdout.isTTY === true ? process.stdout.columns : WIDE
      return renderTable(result, { width, maxRows })
    }
  }
}

/** Writes a result as it comes: a batch waits until the one before has left, and a reader that goes away ends it. */
const writeRows = Effect.fnUntraced(function* (catalog: Catalog, query: string, format: RowFormat, output: string | null) {
  const target =
    output === null
      ? process.stdout
      : yield* Effect.acquireRelease(
          Effect.sync(() => fs.createWriteStream(output)),
          (stream) => Effect.promise(() => new Promise<void>((closed) => stream.end(() => closed())))
        )
  const failed = new Promise<never>((_, reject) => {
    if (output !== null)
      target.on("error", (cause) =>
        reject(new UsageError({ problem: `--output ${output} cannot be written: ${errorText(cause)}.` }))
      )
  })
  failed.catch(() => {})
  const put = async (text: string) => {
    if (target.write(text) === false) await Promise.race([failed, once(target, "drain")])
  }
  let rows = 0
  yield* catalog.each(query, async (batch) => {
    if (rows === 0) {
      for (const warning of batch.warnings) process.stderr.write(`${warning}\n`)
      await put(format.head(batch.columns))
    }
    await put(batch.rows.map((row, i) => format.row(batch.columns, row, rows + i === 0)).join(""))
    rows += batch.rows.length
  })
  yield* Effect.promise(() => put(format.tail(rows)))
  if (output !== null) process.stderr.write(`${plural(rows, "row")} written to ${output}\n`)
})

const deliver = (content: string | Uint8Array, output: string | null, result: QueryResult): void => {
  if (output === null) {
    void printPiece(content)
    return
  }
  try {
    fs.writeFileSync(output, content)
  } catch (cause) {
    throw new UsageError({ problem: `--output ${output} cannot be written: ${errorText(cause)}.` })
  }
  process.stderr.write(`${plural(result.rows.length, "row")} written to ${output}\n`)
}
