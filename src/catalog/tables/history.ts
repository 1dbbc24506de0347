/**
 * What the event logs say about runs: a pure fold of events into one record a run and one a node. Built anew by every SQL
 * session; the logs stay the only truth.
 */

import { type LoggedEvent, startOrder } from "../../store/objects/Runs.ts"

export type NodeStatus = "planned" | "running" | "succeeded" | "failed" | "stopped" | "skipped"

export interface NodeRecord {
  readonly run: RunRecord
  readonly node: string
  /** The full digest of which `node` shows the beginning; null in logs of before it was kept. */
  readonly identity: string | null
  readonly label: string
  readonly stage: string
  /** The kind of its result; null in logs of before it was noted. */
  readonly kind: string | null
  /** Those that its artifact was made with, once it has one. */
  params: Readonly<Record<string, unknown>>
  /** Input name to the node that it comes from. */
  readonly inputs: Readonly<Record<string, string>>
  status: NodeStatus
  key: string | null
  artifact: string | null
  cached: boolean | null
  seconds: number | null
  /** Of a node that was computed on a cluster: seconds in its queue. */
  queued: number | null
  /** Why it failed, or was skipped. */
  error: string | null
}

export interface RunRecord {
  readonly run: string
  readonly study: string
  readonly startedAt: string
  readonly host: string
  readonly pid: number
  /** Whether its driver makes itself known in the store for as long as it goes on. */
  readonly presence: boolean
  readonly command: string
  readonly settings: string
  status: "succeeded" | "failed" | "interrupted" | "unfinished" | "died"
  seconds: number | null
  /** Whether it is the newest run of its study. */
  latest: boolean
  readonly nodes: Map<string, NodeRecord>
}

/** Folds the events of one run, or returns undefined when the log does not begin with its start. */
export const foldRun = (events: ReadonlyArray<LoggedEvent>): RunRecord | undefined => {
  const [first] = events
  if (first?.event !== "run-started") return undefined
  const run: RunRecord = {
    run: first.run,
    study: first.study,
    startedAt: first.time,
    host: first.host,
    pid: first.pid,
    presence: first.presence === true,
    command: first.command.join(" "),
    settings: JSON.stringify(first.settings),
    status: "unfinished",
    seconds: null,
    latest: false,
    nodes: new Map()
  }
  for (const event of events) {
    if (event.event === "run-finished") {
      run.status = event.status
      run.seconds = event.seconds
    } else if (event.event === "node-planned") {
      const { node, identity = null, label, stage, kind = null, params, inputs } = event
      const known = run.nodes.get(node)
      if (known === undefined)
        run.nodes.set(node, {
          run,
          node,
          identity,
          label,
          stage,
          kind,
          params,
          inputs,
          status: "planned",
          key: null,
          artifact: null,
          cached: null,
          seconds: null,
          queued: null,
          error: null
        })
    } else if ("node" in event) {
      const node = run.nodes.get(event.node)
      if (node !== undefined) applyToNode(node, event)
    }
  }
  return run
}

/** The end of an unfinished run whose driver is gone: what was running is not. */
export const endOfDriver = (run: RunRecord): void => {
  run.status = "died"
  for (const node of run.nodes.values()) if (node.status === "running") node.status = "stopped"
}

const applyToNode = (node: NodeRecord, event: LoggedEvent): void => {
  switch (event.event) {
    case "node-started":
      node.status = "running"
      node.key = event.key
      return
    case "node-finished":
      node.status = "succeeded"
      node.key = event.key
      node.artifact = event.artifact
      node.cached = event.cached
      node.seconds = event.seconds
      node.queued = event.queued ?? null
      return
    case "waived":
      node.params = event.params ?? node.params
      return
    case "node-failed":
      node.status = "failed"
      node.error = event.error
      return
    case "node-stopped":
      node.status = "stopped"
      return
    case "node-skipped":
      node.status = "skipped"
      node.error = event.because
      return
    default:
      return
  }
}

/**
 * Whether a run stands for its study rather than another: one that succeeded before one that did not, then the newer. Ids tell
 * which is newer, since their times only grow; the times of events are those of clocks that may have gone back.
 */
const standsBefore = (run: Pick<RunRecord, "status" | "run">, other: Pick<RunRecord, "status" | "run">): boolean =>
  (run.status === "succeeded") === (other.status === "succeeded")
    ? startOrder(run.run) >= startOrder(other.run)
    : run.status === "succeeded"

/** Marks the run that stands for each study: a run cut short must not hide the results of a whole one. */
export const markLatest = (runs: ReadonlyArray<RunRecord>): void => {
  const latest = new Map<string, RunRecord>()
  for (const run of runs) {
    const best = latest.get(run.study)
    if (best === undefined || standsBefore(run, best)) latest.set(run.study, run)
  }
  for (const run of latest.values()) run.latest = true
}

/**
 * The params by which a node's rows can be told apart: its own, and of each ancestor those that nothing nearer defines. Among
 * ancestors at the same distance, the first input wins.
 */
export const effectiveParams = (node: NodeRecord): ReadonlyMap<string, unknown> => {
  const params = new Map<string, unknown>()
  for (const at of [node, ...ancestorsOf(node).map((ancestor) => ancestor.node)])
    for (const [name, value] of Object.entries(at.params)) if (!params.has(name)) params.set(name, value)
  return params
}

/** The nodes that a node was made from, the nearest first, each with the fewest steps back to it. */
export const ancestorsOf = (node: NodeRecord): ReadonlyArray<{ readonly node: NodeRecord; readonly depth: number }> => {
  const found = new Map([[node.node, { node, depth: 0 }]])
  // What is added while it is gone through is gone through as well: nodes come in the order of their distance.
  for (const { node: at, depth } of found.values())
    for (const input of Object.values(at.inputs)) {
      const from = at.run.nodes.get(input)
      if (from !== undefined && !found.has(input)) found.set(input, { node: from, depth: depth + 1 })
    }
  return [...found.values()].slice(1)
}

/** Leaves of nested params under dotted names: `{ sources: { omi1: 2 } }` is `sources.omi1`, 2. Lists stay whole. */
export const flattenParams = (params: Readonly<Record<string, unknown>>, prefix = ""): Array<readonly [string, unknown]> =>
  Object.entries(params).flatMap(([name, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? flattenParams(value as Readonly<Record<string, unknown>>, `${prefix}${name}.`)
      : [[prefix + name, value] as const]
  )
