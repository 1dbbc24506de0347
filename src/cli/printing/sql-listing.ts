/** What SQL can ask of: every table with its columns and their types, as a query gives them. */

import { tables } from "../../../schemas/index.ts"
import { paramTypes } from "../../../schemas/params.ts"
import { views } from "../../../schemas/views.ts"
import { catalogDefinitions } from "../../catalog/tables/catalog-tables.ts"
import { sqlTypes } from "../../catalog/tables/sql-types.ts"
import { METRICS } from "../../catalog/tables/views.ts"
import type { Column } from "../../store/schema/Column.ts"
import { ROW } from "../../store/schema/Table.ts"

/** Columns with their types, those of which SQL makes time stamps among them. */
const columnWords = (columns: Column.Columns, timestamps: ReadonlyArray<string> = []): ReadonlyArray<string> =>
  Object.entries(columns).map(([name, { type }]) => `${name} ${timestamps.includes(name) ? "TIMESTAMP" : sqlTypes[type]}`)

const section = (name: string, description: string, words: ReadonlyArray<string>): string =>
  `${name}: ${description}\n${wrapped(words)}`

/** The listing that `pipeline sql` prints without a query. */
export const listing = (): string =>
  [
    "Results, each also with run, study, node, stage, artifact (VARCHAR), latest (BOOLEAN) and the params of its node and of\n" +
      "what came before it:",
    ...tables.map(({ name, description, columns, numbered }) =>
      section(name, description, [...(numbered ? [`${ROW} ${sqlTypes.int32}`] : []), ...columnWords(columns)])
    ),
    "About the runs themselves:",
    ...Object.entries(catalogDefinitions).map(([name, { description, columns, timestamps }]) =>
      section(name, description, columnWords(columns, timestamps))
    ),
    ...views.map(({ name, description, columns }) => section(name, description, columnWords(columns))),
    section(
      "metrics",
      "the numeric columns of the tables over steps, one value a row",
      [...METRICS].map(([name, type]) => `${name} ${type}`)
    ),
    section(
      "Params",
      "a column where some node behind a row has them; param_NAME where the table has a column of the name",
      [...paramTypes].map(([name, type]) => `${name} ${type}`)
    ),
    `A table in full, with the params that it has: pipeline sql "describe rollouts"`
  ].join("\n\n")

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
