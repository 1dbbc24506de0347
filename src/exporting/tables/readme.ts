/** The page of an export: what it is of, how it is loaded, what lies in which folder, and every column with what it means. */

import type { Table } from "../../store/schema/Table.ts"
import { visible } from "../../text/visible.ts"
import { type ExportIndex, INDEX } from "./index-file.ts"

const cell = (text: string): string => visible(text).replaceAll(/[\\|<]/g, String.raw`\$&`)

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map(() => "---"), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(" | ")} |`).join("\n")

/** Markdown. `known`: tables whose columns can be told; `left`: tables that were not taken along. */
export const readme = (index: ExportIndex, known: ReadonlyMap<string, Table.Any>, left: ReadonlySet<string>): string => {
  const there = index.nodes.filter(({ folder }) => folder !== null)
  const without = index.nodes.filter(({ folder }) => folder === null)
  const names = [...new Set(there.flatMap(({ tables }) => Object.keys(tables)))].toSorted()
  const example = names.find((name) => known.get(name)?.metrics === true) ?? names[0] ?? "updates"
  const rowsOf = (name: string) => there.reduce((sum, { tables }) => sum + (tables[name] ?? 0), 0)
  return [
    `# ${index.study}: run ${index.run}`,
    `Tables of Echo Chamber, made by \`${visible(index.command)}\`, started ${index.startedAt}, ${index.status}.`,
    `Each folder is one node of the run and holds its tables as Arrow IPC files (Feather 2), and small documents as JSON.
\`${INDEX}\` says of each node its folder, stage, parameters (its own, and of what it was made from those that nothing
nearer sets), inputs, and the digests by which the store knows it: \`key\` of the computation, \`artifact\` of the result.`,
    `## Loading

\`\`\`python
from load_pyarrow import load     # or load_polars
load("${example}", "seed")     # all rows, with columns node and seed

from load_duckdb import connect
connect("seed").sql("select node, count(*) from ${example} group by all")
\`\`\`

\`\`\`r
source("load.R"); load_table("${example}", "seed")    # needs arrow and jsonlite
\`\`\`

One file is read by \`pyarrow.feather.read_table\`, \`polars.read_ipc\`, \`pandas.read_feather\` or, in R,
\`arrow::read_ipc_file\`.`,
    `## Folders\n\n${table(
      ["folder", "stage", "tables with their rows", "documents"],
      there.map(({ folder, stage, tables, documents }) => [
        folder!,
        stage,
        Object.entries(tables)
          .map(([name, rows]) => `${name} ${rows}`)
          .join(", "),
        documents.map((name) => `${name}.json`).join(", ")
      ])
    )}`,
    ...(without.length === 0
      ? []
      : [
          `Without a result, and so without a folder:\n\n${table(
            ["node", "state", "why"],
            without.map(({ label, status, error }) => [label, status, error ?? ""])
          )}`
        ]),
    ...(left.size === 0
      ? []
      : [
          `Not taken along: ${[...left].toSorted().join(", ")}. \`pipeline export --tables NAME,...\` takes what it names, ` +
            "and `pipeline export-model` writes a model as one."
        ]),
    ...names.map((name) => section(name, rowsOf(name), known.get(name)))
  ]
    .join("\n\n")
    .concat("\n")
}

const section = (name: string, rows: number, known: Table.Any | undefined): string => {
  if (known === undefined) return `## ${name}\n\n${rows} rows in all.`
  const columns = Object.entries(known.columns).map(([column, { type, nullable, description }]) => [
    column,
    `${type}${nullable ? ", may be null" : ""}`,
    description
  ])
  return `## ${name}\n\n${known.description}; ${rows} rows in all.\n\n${table(["column", "type", "what it is"], columns)}`
}
