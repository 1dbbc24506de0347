/**
 * What the runner asks of whoever computes an action, be that this process, a child of it or a cluster, and what it is told
 * meanwhile.
 */

import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { RunEvent } from "../../store/objects/Runs.ts"
import type { ActionRecord, Component, Continuation, LeaseLost, Store } from "../../store/objects/Store.ts"
import type { Stopped } from "../Checkpoints.ts"
import type { GraphNode } from "../graph.ts"
import type { LiveMetrics, LiveRow } from "../Progress.ts"
import type { Failure, NodeFailed } from "./NodeFailed.ts"

/**
 * Everything that a process needs to compute an action; written to the attempt's folder as `request.json`.
 */
export interface StageRequest {
  readonly key: string
  /** Names this attempt and its folder, on whatever host or container: 128 bits of chance. */
  readonly attempt: string
  readonly stage: string
  readonly module: string
  readonly params: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, string>>
  readonly components: ReadonlyArray<Component>
  /** A shorter result to go on from. Not identity: without it the same bytes take longer. */
  readonly continues?: Continuation
  /** Not identity: where the store is, how many threads, which engine. */
  readonly placement: Placement
}

export interface Placement {
  readonly store: string
  readonly threads: number
  /** Seconds between mid-stage checkpoints. */
  readonly checkpointSeconds: number
  /** Opaque here: handed to whoever provides services to stages. */
  readonly services: Readonly<Record<string, string>>
}

/** What the runner tells whoever watches; the run log keeps all but progress, notes and rows. */
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
  | { readonly event: "rows"; readonly node: string; readonly rows: ReadonlyArray<LiveRow> }

/** What another process tells while it computes an action. */
export type News =
  | { readonly type: "progress"; readonly done: number; readonly total: number; readonly metrics: LiveMetrics }
  | { readonly type: "note"; readonly line: string }
  | { readonly type: "rows"; readonly rows: ReadonlyArray<LiveRow> }
  | { readonly type: "nondeterminism"; readonly detail: string }

/** What another process tells once, before it is through with an action. */
export type Ending =
  | { readonly type: "done"; readonly computed: boolean }
  | { readonly type: "busy"; readonly host: string; readonly pid: number }
  | { readonly type: "overtaken" }
  | { readonly type: "stopped"; readonly step: number }
  /** `machine`: the machine that computed it is to blame, and another may do better. */
  | ({ readonly type: "failed"; readonly machine?: true } & Failure)

/** The news of a node's computation, as the runner wants to hear it. */
export const happeningOf = (news: News, node: string): Happening => {
  switch (news.type) {
    case "progress":
      return { event: "progress", node, done: news.done, total: news.total, metrics: news.metrics }
    case "note":
      return { event: "note", node, line: news.line }
    case "rows":
      return { event: "rows", node, rows: news.rows }
    case "nondeterminism":
      return { event: "nondeterminism", node, detail: news.detail }
  }
}

/** The record of an action, and whether it was computed for it: another process may have done that in the meantime. */
export interface Obtained {
  readonly action: ActionRecord
  readonly computed: boolean
  /** Seconds for which it waited until it was computed, where that is elsewhere: in the queue of a cluster. */
  readonly queued?: number
}

/** Computes one action somewhere, and gives its record. */
export type Executor = (
  node: GraphNode,
  request: StageRequest,
  watch: (happening: Happening) => void
) => Effect.Effect<Obtained, NodeFailed | Busy | LeaseLost | Stopped, Store>

/** Another live process computes this key already. */
export class Busy extends Schema.TaggedError<Busy>()("Busy", { host: Schema.String, pid: Schema.Int }) {
  override get message() {
    return `Process ${this.pid} on ${this.host} computes this already.`
  }
}
