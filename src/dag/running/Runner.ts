/**
 * Runs a graph: one fiber a node, each waiting for its inputs, asking the planner, and then computing or taking what is there. A
 * failed node fails its dependants as skipped; independent branches finish. Interrupted, running stages are asked to checkpoint
 * and leave.
 */
import * as fs from "node:fs"
import * as path from "node:path"

import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"

import { holderOf } from "../../store/objects/Lease.ts"
import type { RunEvent } from "../../store/objects/Runs.ts"
import { type ActionRecord, Store } from "../../store/objects/Store.ts"
import { Stopped } from "../Checkpoints.ts"
import { type Graph, type GraphNode, lineageParams } from "../graph.ts"
import { isBadInput } from "../is-bad-input.ts"
import { decide, type PlanOptions } from "../Planner.ts"
import type { LiveMetrics } from "../Progress.ts"
import type { Busy, Placement, StageRequest } from "./compute-action.ts"
import * as Slots from "./Slots.ts"

/** What the runner tells whoever watches; the run log keeps all but the progress. */
export type Happening =
  | RunEvent
  | {
      readonly event: "progress"
      readonly node: string
      readonly done: number
      readonly total: number
      readonly metrics: LiveMetrics
    }
  | { readonly event: "note"; readonly node: string; readonly line: string }

/** Computes one action somewhere: in this process, in a child, on a cluster. */
export type Executor = (
  node: GraphNode,
  request: StageRequest,
  watch: (happening: Happening) => void
) => Effect.Effect<ActionRecord, NodeFailed | Busy | Stopped, Store>

export class NodeFailed extends Schema.TaggedError<NodeFailed>()("NodeFailed", {
  node: Schema.String,
  problem: Schema.String,
  /** Whether a user's input is to blame (exit code 2) rather than the computation. */
  badInput: Schema.Boolean,
  log: Schema.NullOr(Schema.String)
}) {
  override get message() {
    return `${this.node}: ${this.problem}`
  }
}

class Skipped extends Schema.TaggedError<Skipped>()("Skipped", { because: Schema.String }) {}

export interface RunOptions extends PlanOptions {
  readonly threads: number
  readonly placement: Omit<Placement, "threads">
  readonly execute: Executor
  readonly watch: (happening: Happening) => void
}

export interface RunResult {
  readonly status: "succeeded" | "failed" | "interrupted"
  /** Artifact digest of each finished node. */
  readonly artifacts: ReadonlyMap<string, string>
  readonly failures: ReadonlyArray<NodeFailed>
}

export const run = Effect.fn("run")(function* (graph: Graph, options: RunOptions) {
  const store = yield* Store
  const { watch } = options
  const slots = Slots.make(options.threads)
  const priorities = priorityOf(graph)
  const cells = new Map<string, Deferred.Deferred<ActionRecord, NodeFailed | Skipped | Stopped>>()
  for (const { id } of graph.nodes) cells.set(id, yield* Deferred.make<ActionRecord, NodeFailed | Skipped | Stopped>())
  for (const node of graph.nodes)
    watch({
      event: "node-planned",
      node: node.id,
      label: node.label,
      stage: node.stage.name,
      params: node.params,
      inputs: node.inputs
    })

  /** Waits while another process computes the key; true once its record is there, false when the lease fell free. */
  const awaitOther = Effect.fnUntraced(function* (key: string) {
    for (;;) {
      if ((yield* store.lookup(key)) !== null) return
      if (holderOf(store.attemptDirectory(key)) === null) return
      yield* Effect.sleep("300 millis")
    }
  })

  const compute = Effect.fnUntraced(function* (node: GraphNode, inputs: Readonly<Record<string, string>>) {
    for (;;) {
      let started = 0
      const decision = yield* decide(node, inputs, options)
      if (decision._tag === "blocked") return yield* Effect.die(`${node.id} was decided with its inputs unknown`)
      if (decision._tag === "cached") {
        if (decision.waived.length > 0)
          watch({ event: "waived", node: node.id, detail: decision.waived.map((change) => change.component).join(", ") })
        const { key, action } = decision
        watch({ event: "node-finished", node: node.id, key, artifact: action.output.digest, cached: true, seconds: 0 })
        return action
      }
      const { key, components } = decision
      const attempt = Effect.fnUntraced(function* (threads: number) {
        // Waiting for threads is not the node's time.
        started = performance.now()
        watch({ event: "node-started", node: node.id, key })
        const request: StageRequest = {
          key,
          components,
          inputs,
          stage: node.stage.name,
          module: node.stage.module,
          params: node.params,
          placement: { ...options.placement, threads }
        }
        return yield* options.execute(node, request, watch)
      })
      const light = node.stage.resources.process === false
      const action = yield* (light ? attempt(1) : slots.withThreads(priorities.get(node.id)!, attempt)).pipe(
        Effect.catchTag("Busy", (busy) => {
          watch({
            event: "note",
            node: node.id,
            line: `process ${busy.pid} on ${busy.host} computes this already; waiting for it`
          })
          return Effect.as(awaitOther(key), null)
        })
      )
      if (action === null) continue
      const seconds = (performance.now() - started) / 1000
      watch({ event: "node-finished", node: node.id, key, artifact: action.output.digest, cached: false, seconds })
      return action
    }
  })

  const settle = Effect.fnUntraced(function* (node: GraphNode) {
    const cell = cells.get(node.id)!
    const exit = yield* Effect.gen(function* () {
      const inputs: Record<string, string> = {}
      for (const [name, id] of Object.entries(node.inputs)) {
        const upstream = yield* Effect.exit(Deferred.await(cells.get(id)!))
        if (Exit.isFailure(upstream)) return yield* new Skipped({ because: graph.byId.get(id)!.label })
        inputs[name] = upstream.value.output.digest
      }
      return yield* compute(node, inputs)
    }).pipe(Effect.exit)
    if (Exit.isSuccess(exit)) return yield* Deferred.succeed(cell, exit.value)
    if (Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.interrupt
    const error = Cause.squash(exit.cause)
    if (error instanceof Skipped) watch({ event: "node-skipped", node: node.id, because: error.because })
    else if (error instanceof Stopped) watch({ event: "node-stopped", node: node.id })
    const failure =
      error instanceof Skipped || error instanceof Stopped || error instanceof NodeFailed
        ? error
        : new NodeFailed({
            node: node.label,
            problem: String(error instanceof Error ? error.message : error),
            badInput: isBadInput(error),
            log: null
          })
    if (failure instanceof NodeFailed) watch({ event: "node-failed", node: node.id, error: failure.problem, log: failure.log })
    return yield* Deferred.fail(cell, failure)
  })

  yield* Effect.forEach(graph.nodes, settle, { concurrency: "unbounded", discard: true })

  const artifacts = new Map<string, string>()
  const failures: Array<NodeFailed> = []
  let stopped = false
  for (const { id } of graph.nodes) {
    const exit = yield* Effect.exit(Deferred.await(cells.get(id)!))
    if (Exit.isSuccess(exit)) artifacts.set(id, exit.value.output.digest)
    else {
      const error = Cause.squash(exit.cause)
      if (error instanceof NodeFailed) failures.push(error)
      if (error instanceof Stopped) stopped = true
    }
  }
  const status = failures.length > 0 ? "failed" : stopped ? "interrupted" : "succeeded"
  return { status, artifacts, failures } satisfies RunResult as RunResult
})

/** The work that hangs on each node, itself included: the longest chain of costs to the end. */
const priorityOf = (graph: Graph): ReadonlyMap<string, number> => {
  const priority = new Map<string, number>()
  for (const node of graph.nodes.toReversed()) {
    const users = graph.nodes.filter((other) => Object.values(other.inputs).includes(node.id))
    const after = Math.max(0, ...users.map((user) => priority.get(user.id)!))
    const cost = node.stage.resources.cost?.(lineageParams(node, (id) => graph.byId.get(id))) ?? 1
    priority.set(node.id, cost + after)
  }
  return priority
}

/** Where a node's log is kept. */
export const logFile = (attemptDirectory: string): string => {
  fs.mkdirSync(attemptDirectory, { recursive: true })
  return path.join(attemptDirectory, "log")
}
