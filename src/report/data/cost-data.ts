/** What each node cost when it was computed, from the action records: a cached node shows what it saved. */

import * as Effect from "effect/Effect"

import { Store } from "../../store/objects/Store.ts"
import type { RunNode, RunRecord } from "./RunRecord.ts"

export interface CostRow {
  readonly node: RunNode
  readonly seconds: number | null
  readonly cpuSeconds: number | null
  readonly bytes: number | null
  readonly rows: number | null
  /** `native bf16x3 amx`, empty where no engine took part. */
  readonly engine: string
}

/** A row a node, in the order of the record. A node that was never computed, or whose action record is gone, has nulls. */
export const readCosts = Effect.fnUntraced(function* (record: RunRecord) {
  const store = yield* Store
  const costs: Array<CostRow> = []
  for (const node of record.nodes) {
    const action =
      node.outcome.state === "finished" ? yield* Effect.orElseSucceed(store.lookup(node.outcome.key), () => null) : null
    const tables = Object.values(action?.output.tables ?? {})
    const files = [...tables, ...Object.values(action?.output.documents ?? {})]
    costs.push({
      node,
      seconds: action?.seconds ?? null,
      cpuSeconds: action?.cpuSeconds ?? null,
      bytes: action === null ? null : files.reduce((sum, { bytes }) => sum + bytes, 0),
      rows: action === null ? null : tables.reduce((sum, { rows }) => sum + rows, 0),
      engine: ["name", "mode", "isa"]
        .flatMap((part) => (typeof action?.engine?.[part] === "string" ? [action.engine[part]] : []))
        .join(" ")
    })
  }
  return costs as ReadonlyArray<CostRow>
})
