/** A plan with its costs: of each node, and of the whole along the graph, by the rules of the scheduler. */

import type { Graph } from "../graph.ts"
import type { Planned } from "../Planner.ts"
import { type Cost, costsOf, type Recorded } from "./costs.ts"
import { endOf, schedule, type Span } from "./schedule.ts"

/** What a node that would run, or may have to, is likely to cost. */
export interface ForeseenNode {
  readonly id: string
  /** Whether it runs in any case; else it may turn out to be cached, once what is before it is there. */
  readonly isCertain: boolean
  /** Null where nothing is recorded of its stage. */
  readonly cost: Cost | null
  /** If all of them run. */
  readonly span: Span
}

/** Seconds from start to end, at the recorded pace and if no node ever waited for a processor; seconds of CPU; new bytes. */
export interface Total {
  readonly seconds: number
  readonly busySeconds: number
  readonly cpuSeconds: number
  readonly bytes: { readonly least: number; readonly most: number }
}

export interface Forecast {
  readonly nodes: ReadonlyMap<string, ForeseenNode>
  /** Of the nodes that run in any case, as far as there is an estimate. */
  readonly certain: Total
  /** Of those that may run as well. */
  readonly all: Total
  /** Of those that run and of which nothing is recorded. */
  readonly unknown: number
  readonly threads: number
}

/** What would run by a plan, and what that is likely to cost with so many threads. */
export const forecast = (graph: Graph, planned: ReadonlyArray<Planned>, recorded: Recorded, threads: number): Forecast => {
  const costOf = costsOf(graph, recorded)
  const runs = planned.flatMap(({ node, decision }) => {
    if (decision._tag === "run") return [{ id: node.id, isCertain: true, cost: costOf(node) }]
    return decision._tag === "blocked" ? [{ id: node.id, isCertain: decision.certain !== null, cost: costOf(node) }] : []
  })
  const total = (among: typeof runs): Total & { readonly spans: ReadonlyMap<string, Span> } => {
    const costs = new Map(among.map(({ id, cost }) => [id, cost]))
    const spansBy = (way: "seconds" | "busySeconds") => schedule(graph, threads, (id) => secondsBy(costs, id, way))
    const sum = (of: (cost: Cost) => number) => among.reduce((all, { cost }) => all + (cost === null ? 0 : of(cost)), 0)
    const spans = spansBy("seconds")
    return {
      spans,
      seconds: endOf(spans),
      busySeconds: endOf(spansBy("busySeconds")),
      cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
      bytes: { least: sum(({ bytes }) => bytes.least), most: sum(({ bytes }) => bytes.most) }
    }
  }
  const { spans, ...all } = total(runs)
  const { spans: _, ...certain } = total(runs.filter(({ isCertain }) => isCertain))
  return {
    nodes: new Map(runs.map((one) => [one.id, { ...one, span: spans.get(one.id)! }])),
    certain,
    all,
    unknown: runs.filter(({ cost }) => cost === null).length,
    threads
  }
}

/** Null for what does not run; of what nothing is recorded takes a thread, and no time that is known. */
const secondsBy = (costs: ReadonlyMap<string, Cost | null>, id: string, way: "seconds" | "busySeconds") => {
  const cost = costs.get(id)
  return cost === undefined ? null : (threads: number) => cost?.[way](threads) ?? 0
}
