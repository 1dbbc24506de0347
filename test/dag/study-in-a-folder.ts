/** Runs graphs in this process for tests: the real runner, store and stages, without a command line around them. */

import * as fs from "node:fs"
import * as path from "node:path"

import { Effect } from "effect"

import { type Graph, graphOf, type Override } from "../../src/dag/graph.ts"
import { type Decision, plan as planGraph, type PlanOptions } from "../../src/dag/Planner.ts"
import type { Happening } from "../../src/dag/running/Executor.ts"
import { inProcessExecutor } from "../../src/dag/running/in-process.ts"
import { run as runGraph, type RunOptions, type RunResult } from "../../src/dag/running/Runner.ts"
import { make } from "../../src/dag/running/Slots.ts"
import type { Node } from "../../src/dag/Stage.ts"
import { Store } from "../../src/store/objects/Store.ts"

export interface Outcome extends RunResult {
  readonly graph: Graph
  readonly happenings: ReadonlyArray<Happening>
  /** Labels of nodes with an event of the kind, in order. */
  readonly labels: (event: Happening["event"]) => ReadonlyArray<string>
  /** `label: computed | cached | failed | stopped | skipped`, in the order of the graph. */
  readonly states: ReadonlyArray<string>
  readonly digest: (label: string) => string
}

type Options = Partial<Omit<RunOptions, "watch" | "placement">> & {
  readonly overrides?: ReadonlyArray<Override>
  readonly checkpointSeconds?: number
  readonly watch?: (happening: Happening) => void
}

export const runNodes = async (root: string, nodes: ReadonlyArray<Node>, options: Options = {}): Promise<Outcome> => {
  const graph = graphOf(nodes, options.overrides ?? [])
  const happenings: Array<Happening> = []
  const program = runGraph(graph, {
    slots: make(2),
    numerics: {},
    assumeUnchanged: [],
    execute: inProcessExecutor(),
    ...options,
    watch: (happening) => {
      happenings.push(happening)
      options.watch?.(happening)
    },
    placement: { store: root, checkpointSeconds: options.checkpointSeconds ?? 3600, services: {} }
  })
  const result = await Effect.runPromise(
    Effect.provide(
      program,
      Store.layer(root, () => {})
    )
  )
  const labels = (event: Happening["event"]) =>
    happenings.flatMap((h) => (h.event === event && "node" in h ? [graph.byId.get(h.node)!.label] : []))
  return {
    ...result,
    graph,
    happenings,
    labels,
    states: graph.nodes.map(({ id, label }) => `${label}: ${stateOf(id, happenings)}`),
    digest: (label) => result.artifacts.get(graph.nodes.find((node) => node.label === label)?.id ?? "") ?? "none"
  }
}

const stateOf = (id: string, happenings: ReadonlyArray<Happening>): string => {
  for (const happening of happenings.toReversed())
    if ("node" in happening && happening.node === id)
      switch (happening.event) {
        case "node-finished":
          return happening.cached ? "cached" : "computed"
        case "node-failed":
          return "failed"
        case "node-stopped":
          return "stopped"
        case "node-skipped":
          return "skipped"
        default:
      }
  return "nothing"
}

export const planNodes = async (
  root: string,
  nodes: ReadonlyArray<Node>,
  options: Partial<PlanOptions> & { readonly overrides?: ReadonlyArray<Override> } = {}
): Promise<ReadonlyMap<string, Decision>> => {
  const graph = graphOf(nodes, options.overrides ?? [])
  const planned = await Effect.runPromise(
    Effect.provide(planGraph(graph, { numerics: {}, assumeUnchanged: [], ...options }), Store.reading(root))
  )
  return new Map(planned.flatMap(({ node, decision }) => (decision._tag === "unread" ? [] : [[node.label, decision] as const])))
}

/** Every file of a store's results with its contents' digest as its name: equal lists are equal results. */
export const objectsIn = (root: string): ReadonlyArray<string> =>
  fs
    .readdirSync(path.join(root, "objects", "sha256"), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? fs.readdirSync(path.join(root, "objects", "sha256", entry.name)) : []))
    .toSorted()
