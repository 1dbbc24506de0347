/**
 * One table of the study over all artifacts of all runs, as a source: the table's own columns, then where a row comes from, then
 * the params that tell it apart (the node's own and those of its ancestors, see `effectiveParams`).
 *
 * The columns depend on everything in the store, never on the query: a filter only leaves out parts.
 */

import * as Table from "../../store/schema/Table.ts"
import { mayMatch, type Filter } from "../duckdb/query-plan.ts"
import {
  filePart,
  type Constant,
  type ConstantType,
  type OpenPart,
  type Source,
  type SourceColumn
} from "../duckdb/scan-sources.ts"
import { paramText } from "./catalog-tables.ts"
import { effectiveParams, type NodeRecord } from "./history.ts"
import type { StoreFiles } from "./StoreFiles.ts"

type Finished = NodeRecord & { readonly artifact: string }

interface Params {
  /** Columns in order of first appearance. */
  readonly columns: ReadonlyArray<{ readonly name: string; readonly param: string; readonly type: ConstantType }>
  readonly of: (node: Finished) => ReadonlyMap<string, unknown>
}

/** The type that fits every value of a param that no stage here declares. */
const commonType = (values: ReadonlySet<unknown>): ConstantType => {
  const all = [...values].filter((value) => value !== null)
  if (all.length > 0 && all.every((value) => typeof value === "boolean")) return "BOOLEAN"
  if (all.length > 0 && all.every((value) => Number.isSafeInteger(value))) return "BIGINT"
  if (all.length > 0 && all.every((value) => typeof value === "number")) return "DOUBLE"
  return "VARCHAR"
}

/** A value in a column of a type; null where it is of another, as one of an earlier version may be. */
const paramConstant = (value: unknown, type: ConstantType): Constant => {
  if (value === undefined || value === null) return null
  if (type === "VARCHAR") return paramText(value)
  if (type === "BOOLEAN") return typeof value === "boolean" ? value : null
  return typeof value === "number" && (type === "DOUBLE" || Number.isSafeInteger(value)) ? value : null
}

const collectParams = (
  nodes: ReadonlyArray<Finished>,
  taken: ReadonlySet<string>,
  declared: ReadonlyMap<string, ConstantType>
): Params => {
  const perNode = new Map(nodes.map((node) => [node, effectiveParams(node)]))
  const values = new Map<string, Set<unknown>>()
  for (const params of perNode.values())
    for (const [name, value] of params) {
      const seen = values.get(name) ?? new Set()
      values.set(name, seen.add(typeof value === "object" && value !== null ? paramText(value) : value))
    }
  // A column is there whatever ran: a query of one store is one of another.
  for (const name of declared.keys()) if (!values.has(name)) values.set(name, new Set())
  const used = new Set(taken)
  const columns = [...values].flatMap(([param, seen]) => {
    const name = used.has(param.toLowerCase()) ? `param_${param}` : param
    if (used.has(name.toLowerCase())) return []
    used.add(name.toLowerCase())
    return [{ name, param, type: declared.get(param) ?? commonType(seen) }]
  })
  return { columns, of: (node) => perNode.get(node) ?? new Map() }
}

const provenance = (node: Finished): ReadonlyMap<string, Constant> =>
  new Map<string, Constant>([
    ["run", node.run.run],
    ["study", node.run.study],
    ["node", node.node],
    ["stage", node.stage],
    ["artifact", node.artifact],
    ["latest", node.run.latest]
  ])

const hasTable = (table: Table.Any, store: StoreFiles, node: Finished): boolean => {
  const manifest = store.manifest(node.artifact, node.key)
  return manifest !== undefined && Object.hasOwn(manifest.tables, table.name)
}

/** Nodes whose artifact is gone and may have had the table: those of a stage that has it, or of which nothing is left. */
const nodesWithout = (store: StoreFiles, nodes: ReadonlyArray<Finished>): ReadonlyArray<Finished> => {
  const [present, gone] = [new Set<string>(), [] as Array<Finished>]
  for (const node of store.finishedNodes())
    if (store.manifest(node.artifact, node.key) === undefined) gone.push(node)
    else present.add(node.stage)
  const having = new Set(nodes.map(({ stage }) => stage))
  return gone.filter(({ stage }) => having.has(stage) || !present.has(stage))
}

/** What stands for a file that cannot be used. */
const NOTHING: OpenPart = { batches: 0, rows: () => 0, read: () => undefined, close: () => {} }

/**
 * The source of a table. `filters` are alternatives, one list for each mention of the table in the query: a part is kept when
 * some list lets it pass; no list at all keeps everything.
 */
export const tableSource = (
  table: Table.Any,
  store: StoreFiles,
  declared: ReadonlyMap<string, ConstantType>,
  filters: ReadonlyArray<ReadonlyArray<Filter>> = []
): Source => {
  const nodes = store.finishedNodes().filter((node) => hasTable(table, store, node))
  const own = Object.entries(table.columns)
  const added = table.numbered ? [Table.ROW, ...Table.provenanceColumns] : Table.provenanceColumns
  const params = collectParams(nodes, new Set([...own.map(([name]) => name.toLowerCase()), ...added]), declared)
  const columns: ReadonlyArray<SourceColumn> = [
    ...(table.numbered ? [{ name: Table.ROW, from: "place", type: "int32" } as const] : []),
    ...own.map(([name, column]) => ({ name, from: "data", type: column.type }) as const),
    ...Table.provenanceColumns.map(
      (name) => ({ name, from: "constant", type: name === "latest" ? "BOOLEAN" : "VARCHAR" }) as const
    ),
    ...params.columns.map(({ name, type }) => ({ name, from: "constant", type }) as const)
  ]
  const data = new Set(own.map(([name]) => name.toLowerCase()))
  const passes = (constants: ReadonlyMap<string, Constant>, list: ReadonlyArray<Filter>): boolean =>
    list.every((filter) => {
      if (data.has(filter.column) || !constants.has(filter.column)) return true
      return mayMatch(constants.get(filter.column) ?? null, filter)
    })
  /** What is the same in all rows of a node; undefined where the query cannot want them. */
  const wantedConstants = (node: Finished, values: ReadonlyMap<string, unknown>): ReadonlyMap<string, Constant> | undefined => {
    const constants = new Map(provenance(node))
    for (const { name, param, type } of params.columns) constants.set(name, paramConstant(values.get(param), type))
    const lower = new Map([...constants].map(([name, value]) => [name.toLowerCase(), value]))
    return filters.length === 0 || filters.some((list) => passes(lower, list)) ? constants : undefined
  }
  for (const node of nodesWithout(store, nodes))
    if (wantedConstants(node, effectiveParams(node)) !== undefined) store.noteLost(node)
  const parts = nodes.flatMap((node) => {
    const constants = wantedConstants(node, params.of(node))
    if (constants === undefined) return []
    const file = store.manifest(node.artifact, node.key)?.tables[table.name]
    if (file === undefined) return []
    const open = () => {
      const at = store.file(node, file.file, file.bytes)
      if (at === undefined) return NOTHING
      return filePart(at, file.rows, columns, constants, (problem) => void store.warnings.add(problem)).open()
    }
    return [{ rows: file.rows, open }]
  })
  return { columns, parts }
}

/** The numeric columns of a metrics table, which become rows of the SQL table `metrics`. */
export const metricColumns = (table: Table.Any): ReadonlyArray<string> =>
  Object.entries(table.columns).flatMap(([name, { type }]) =>
    name !== "step" && ["int8", "uint8", "int32", "uint32", "int64", "float32", "float64"].includes(type) ? [name] : []
  )
