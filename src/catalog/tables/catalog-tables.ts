/** The tables that the catalog makes itself: what ran, from what, with which values, and what came of it. */

import { Column } from "../../store/schema/Column.ts"
import type { catalogTables } from "../../store/schema/Table.ts"
import { memorySource, type Source } from "../duckdb/scan-sources.ts"
import { ancestorsOf, flattenParams } from "./history.ts"
import type { StoreFiles } from "./StoreFiles.ts"

type Rows = ReadonlyArray<Readonly<Record<string, unknown>>>

export interface CatalogTable {
  readonly description: string
  readonly columns: Column.Columns
  /** Text columns that SQL sees as timestamps (UTC). */
  readonly timestamps?: ReadonlyArray<string>
  readonly rows: (store: StoreFiles) => Rows
}

const text = Column.utf8
const maybe = Column.nullable

/** How a param value stands in a text column: strings as they are, the rest as JSON. */
export const paramText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value))

const stringOrNull = (value: unknown): string | null => (value === undefined || value === null ? null : String(value))

/** Every catalog table but `metrics`, which depends on the tables of the store. */
export const catalogDefinitions: Readonly<Record<Exclude<(typeof catalogTables)[number], "metrics">, CatalogTable>> = {
  runs: {
    description: "One invocation of a study a row",
    columns: {
      run: text("run id"),
      study: text(),
      status: text("succeeded, failed, interrupted, died (its process is gone) or unfinished"),
      latest: Column.bool("whether it is the newest run of its study that succeeded, or the newest where none did"),
      startedAt: text("UTC"),
      seconds: maybe(Column.float64()),
      nodes: Column.int32("nodes planned"),
      cached: Column.int32("nodes taken from the store"),
      failed: Column.int32("nodes that failed"),
      host: text(),
      pid: Column.int32(),
      command: text(),
      settings: text("JSON")
    },
    timestamps: ["startedAt"],
    rows: (store) =>
      store.runs().map((run) => {
        const nodes = [...run.nodes.values()]
        const cached = nodes.filter((node) => node.cached === true).length
        const failed = nodes.filter((node) => node.status === "failed").length
        return { ...run, nodes: nodes.length, cached, failed }
      })
  },
  nodes: {
    description: "One node of one run a row",
    columns: {
      run: text(),
      study: text(),
      node: text("node id inside the run"),
      label: text(),
      stage: text(),
      status: text("planned, running, succeeded, failed, stopped or skipped"),
      key: maybe(text("action key")),
      artifact: maybe(text("digest of the result")),
      cached: maybe(Column.bool()),
      seconds: maybe(Column.float64()),
      queued: maybe(Column.float64("seconds in the queue of a cluster, not counted in seconds")),
      error: maybe(text("why it failed or was skipped")),
      params: text("JSON")
    },
    rows: (store) =>
      store.runs().flatMap((run) =>
        [...run.nodes.values()].map((node) => ({
          ...node,
          run: run.run,
          study: run.study,
          params: JSON.stringify(node.params)
        }))
      )
  },
  actions: {
    description: "One computed action a row",
    columns: {
      key: text(),
      stage: text(),
      artifact: text("digest of the result"),
      kind: text(),
      seconds: Column.float64(),
      cpuSeconds: Column.float64(),
      finishedAt: text("UTC"),
      host: text(),
      engine: maybe(text()),
      mode: maybe(text("numerics of the engine")),
      isa: maybe(text("instruction set")),
      threads: maybe(Column.float64()),
      continuedFrom: maybe(text("digest of the shorter result that it went on from")),
      continuedAt: maybe(Column.float64("the step at which it did")),
      attempt: text()
    },
    timestamps: ["finishedAt"],
    rows: (store) =>
      store.actions().map((action) => ({
        ...action,
        artifact: action.output.digest,
        kind: action.output.kind,
        engine: stringOrNull(action.engine?.["name"]),
        mode: stringOrNull(action.engine?.["mode"]),
        isa: stringOrNull(action.engine?.["isa"]),
        continuedFrom: action.continued?.artifact ?? null,
        continuedAt: action.continued?.step ?? null,
        threads: typeof action.engine?.["threads"] === "number" ? action.engine["threads"] : null
      }))
  },
  components: {
    description: "What enters each action key, a row a component",
    columns: { key: text(), name: text(), value: text() },
    rows: (store) => store.actions().flatMap(({ components, key }) => components.map(({ name, value }) => ({ key, name, value })))
  },
  artifacts: {
    description: "Files of artifacts, a row a file",
    columns: {
      artifact: text(),
      kind: text(),
      part: text("table or document"),
      type: text("table or document"),
      file: text("digest of the file"),
      rows: maybe(Column.float64()),
      bytes: Column.float64()
    },
    rows: (store) => {
      const nodes = store.finishedNodes()
      const keys = new Map(nodes.map((node) => [node.artifact, node.key]))
      for (const node of nodes) if (store.manifest(node.artifact, node.key) === undefined) store.noteLost(node)
      for (const action of store.actions()) keys.set(action.output.digest, action.key)
      return [...keys].flatMap(([artifact, key]) => {
        const manifest = store.manifest(artifact, key)
        if (manifest === undefined) return []
        const { kind } = manifest
        return [
          ...Object.entries(manifest.tables).map(([part, file]) => ({ artifact, kind, part, type: "table", ...file })),
          ...Object.entries(manifest.documents).map(([part, file]) => ({
            artifact,
            kind,
            part,
            type: "document",
            rows: null,
            ...file
          }))
        ]
      })
    }
  },
  lineage: {
    description: "Which node's result another node read, a row an input",
    columns: {
      run: text(),
      node: text(),
      input: text("name of the input"),
      fromNode: text(),
      artifact: maybe(text("digest of the node's result")),
      fromArtifact: maybe(text("digest of what it read"))
    },
    rows: (store) =>
      store.runs().flatMap((run) =>
        [...run.nodes.values()].flatMap((node) =>
          Object.entries(node.inputs).map(([input, fromNode]) => ({
            run: run.run,
            node: node.node,
            input,
            fromNode,
            artifact: node.artifact,
            fromArtifact: run.nodes.get(fromNode)?.artifact ?? null
          }))
        )
      )
  },
  ancestors: {
    description: "Every node that a node was made from, however many steps back, a row each",
    columns: {
      run: text(),
      node: text(),
      ancestor: text("node that it was made from"),
      depth: Column.int32("fewest steps of lineage back to it; 1: an input"),
      label: text("of the ancestor, like what follows"),
      stage: text(),
      key: maybe(text("action key")),
      artifact: maybe(text("digest of the result"))
    },
    rows: (store) =>
      store.runs().flatMap((run) =>
        [...run.nodes.values()].flatMap((node) =>
          ancestorsOf(node).map(({ node: { node: ancestor, label, stage, key, artifact }, depth }) => ({
            run: run.run,
            node: node.node,
            ancestor,
            depth,
            label,
            stage,
            key,
            artifact
          }))
        )
      )
  },
  params: {
    description: "Params of nodes, a row a value; nested ones under dotted names",
    columns: {
      run: text(),
      node: text(),
      stage: text(),
      name: text(),
      value: text("as text; lists as JSON"),
      number: maybe(Column.float64("where it is a number"))
    },
    rows: (store) =>
      store.runs().flatMap((run) =>
        [...run.nodes.values()].flatMap(({ node, params, stage }) =>
          flattenParams(params).map(([name, value]) => ({
            run: run.run,
            node,
            stage,
            name,
            value: paramText(value),
            number: typeof value === "number" ? value : null
          }))
        )
      )
  }
}

/** The rows of a catalog table as they stand now, as a source to scan; what cannot be shown becomes a warning of the store. */
export const catalogSource = (table: CatalogTable, store: StoreFiles): Source =>
  memorySource(table.columns, table.rows(store), (problem) => void store.warnings.add(problem))
