/**
 * What becomes of runs, as a person sees it: their event logs, with what only the machine knows: whether the process of an
 * unfinished run still lives.
 */

import type { RunHistory } from "../../store/objects/Runs.ts"
import { thisMachine } from "../../store/presence/machine.ts"
import { driverOf } from "../../store/presence/Presence.ts"
import { foldRun, type NodeRecord, type RunRecord } from "./history.ts"

/**
 * `died`: the process ended without a word; `elsewhere`: unfinished on another host or in another container, whose processes
 * cannot be seen from here.
 */
export type RunState = "succeeded" | "failed" | "interrupted" | "running" | "died" | "elsewhere"

export interface Run {
  readonly record: RunRecord
  readonly state: RunState
  /** Seconds from start to end, or to the last event of a run without end. */
  readonly seconds: number
  readonly engine: string
  /** The arguments of `pipeline run`. */
  readonly args: ReadonlyArray<string>
  /** When each node was last started, ISO. */
  readonly startedAt: ReadonlyMap<string, string>
  /** Places of our code that led to the failure of a node, innermost first. */
  readonly failedAt: ReadonlyMap<string, ReadonlyArray<string>>
}

/** The run that a log tells of, or null where it does not hold its beginning (the run was killed while starting). */
export const runOf = (root: string, { events }: Pick<RunHistory, "events">): Run | null => {
  const record = foldRun(events)
  const [first] = events
  if (record === undefined || first?.event !== "run-started") return null
  const startedAt = new Map<string, string>()
  const failedAt = new Map<string, ReadonlyArray<string>>()
  for (const event of events)
    if (event.event === "node-started") startedAt.set(event.node, event.time)
    else if (event.event === "node-failed") failedAt.set(event.node, event.at ?? [])
  const state = stateOf(root, record, first.processStarted ?? null)
  const until = state === "running" ? Date.now() : Date.parse(events.at(-1)!.time)
  return {
    record,
    state,
    seconds: record.seconds ?? (until - Date.parse(record.startedAt)) / 1000,
    engine: first.engine,
    args: first.command,
    startedAt,
    failedAt
  }
}

const STATES = { here: "running", gone: "died", unsure: "elsewhere" } as const

const stateOf = (root: string, record: RunRecord, started: string | null): RunState => {
  const { run, status, host, pid, presence } = record
  if (status !== "unfinished") return status
  const machine = thisMachine()
  if (presence) return STATES[driverOf(root, machine, run)]
  // An earlier program, which was known by its process alone.
  if (host !== machine.self.host) return "elsewhere"
  const fate = machine.fate({ ...machine.self, pid, started })
  return fate === "running" ? "running" : fate === "dead" ? "died" : "elsewhere"
}

/** A node's state as a person sees it: a node left `running` by a run that is over was cut off. */
export const nodeState = (run: Run, node: NodeRecord): string => {
  const over = run.state !== "running" && run.state !== "elsewhere"
  if (node.status === "succeeded") return node.cached === true ? "cached" : "done"
  if (node.status === "running" && over) return run.state === "interrupted" ? "stopped" : "cut off"
  if (node.status === "planned") return over ? "not reached" : "waiting"
  return node.status
}
