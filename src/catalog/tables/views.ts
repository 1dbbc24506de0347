/** The SQL views over the sources: which exist, and the text that defines each. */

import * as Table from "../../store/schema/Table.ts"
import { mayMatch, type Filter, type QueryPlan } from "../duckdb/query-plan.ts"
import type { ConstantType, Source } from "../duckdb/scan-sources.ts"
import { literal, quote } from "../duckdb/sql-text.ts"
import { catalogDefinitions, catalogSource } from "./catalog-tables.ts"
import type { StoreFiles } from "./StoreFiles.ts"
import { metricColumns, tableSource } from "./table-source.ts"

/** Takes a source in and returns the SQL that scans it. */
export type AddSource = (source: Source) => string

/** A query under a name, over tables of the store. */
export interface NamedQuery {
  readonly name: string
  /** Tables that it reads. */
  readonly over: ReadonlyArray<string>
  readonly sql: string
}

/** Names of all views, in the order in which they are listed. */
export const viewNames = (tables: ReadonlyArray<Table.Any>, queries: ReadonlyArray<NamedQuery>): ReadonlyArray<string> => [
  ...tables.map((table) => table.name),
  ...Table.catalogTables,
  ...queries.map((query) => query.name)
]

/** A plan that also tells of the tables behind the named queries that it mentions: of these it filters nothing. */
export const planThrough = (plan: QueryPlan, queries: ReadonlyArray<NamedQuery>): QueryPlan => {
  const behind = queries
    .filter(({ name }) => plan.scans.some(({ table }) => table === name.toLowerCase()))
    .flatMap(({ over }) => over.map((table) => ({ table: table.toLowerCase(), filters: [] })))
  // The tables first: a view can be made when what it stands on is there.
  return behind.length === 0 ? plan : { scans: [...behind, ...plan.scans] }
}

/** Names of tables and columns that a query may mention. */
export const knownNames = (
  tables: ReadonlyArray<Table.Any>,
  params: ReadonlyMap<string, ConstantType>
): ReadonlyArray<string> => [
  ...viewNames(tables, []),
  ...tables.flatMap((table) => Object.keys(table.columns)),
  ...Object.values(catalogDefinitions).flatMap(({ columns }) => Object.keys(columns)),
  ...Table.provenanceColumns,
  Table.ROW,
  ...METRICS.keys(),
  ...params.keys()
]

/** The lists of filters of each mention of a view, or none when some mention has no filter or the query is not known. */
const alternatives = (name: string, plan: QueryPlan | undefined): ReadonlyArray<ReadonlyArray<Filter>> => {
  const lists = plan?.scans.filter((scan) => scan.table === name.toLowerCase()).map((scan) => scan.filters) ?? []
  return lists.some((list) => list.length === 0) ? [] : lists
}

/** Columns of `metrics`, with their types. */
export const METRICS: ReadonlyMap<string, string> = new Map([
  ["table", "VARCHAR"],
  ["step", "INTEGER"],
  ["name", "VARCHAR"],
  ["value", "DOUBLE"]
])

/** `metrics`: every numeric column of the metrics tables over `step`, one row a value. */
const metricsSql = (
  tables: ReadonlyArray<Table.Any>,
  store: StoreFiles,
  params: ReadonlyMap<string, ConstantType>,
  plan: QueryPlan | undefined,
  add: AddSource
): string => {
  const lists = alternatives("metrics", plan)
  const known = new Set<string>(Table.provenanceColumns)
  const usable = lists.map((list) => list.filter((filter) => known.has(filter.column)))
  const named = (table: string, list: ReadonlyArray<Filter>) =>
    list.every((filter) => filter.column !== "table" || mayMatch(table, filter))
  const selects = tables.flatMap((table) => {
    const columns = metricColumns(table)
    if (!table.metrics || columns.length === 0) return []
    if (lists.length > 0 && !lists.some((list) => named(table.name, list))) return []
    const source = tableSource(table, store, params, usable.some((list) => list.length === 0) ? [] : usable)
    if (source.parts.length === 0) return []
    const values = columns.map((name) => `cast(${quote(name)} as double) as ${quote(name)}`).join(", ")
    const from = `select run, study, node, stage, artifact, latest, step, ${values} from ${add(source)}`
    return [
      `select run, study, node, stage, artifact, latest, ${literal(table.name)} as "table", step, name, value ` +
        `from (unpivot (${from}) on ${columns.map(quote).join(", ")} into name name value value)`
    ]
  })
  const nothing =
    `select '' as run, '' as study, '' as node, '' as stage, '' as artifact, false as latest, '' as "table", ` +
    `0 as step, '' as name, 0.0::double as value where false`
  return [nothing, ...selects].join(" union all ")
}

/** The query that a view stands for; undefined when there is no view of the name. */
export const viewSql = (
  name: string,
  tables: ReadonlyArray<Table.Any>,
  store: StoreFiles,
  params: ReadonlyMap<string, ConstantType>,
  plan: QueryPlan | undefined,
  queries: ReadonlyArray<NamedQuery>,
  add: AddSource
): string | undefined => {
  const query = queries.find((one) => one.name === name)
  if (query !== undefined) return query.sql
  if (name === "metrics") return metricsSql(tables, store, params, plan, add)
  const own = Object.entries(catalogDefinitions).find(([known]) => known === name)?.[1]
  if (own !== undefined) {
    const times = (own.timestamps ?? []).map((column) => `cast(${quote(column)} as timestamp) as ${quote(column)}`)
    return `select *${times.length > 0 ? ` replace (${times.join(", ")})` : ""} from ${add(catalogSource(own, store))}`
  }
  const table = tables.find((table) => table.name === name)
  return table && `select * from ${add(tableSource(table, store, params, alternatives(name, plan)))}`
}
