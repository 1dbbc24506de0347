/**
 * Runs as their event logs tell them, and by which names; with what only the machine knows: whether the process of an unfinished
 * run still lives.
 */

import { foldRun, markLatest, type NodeRecord, type RunRecord } from "../catalog/tables/history.ts"
import { listRuns, readRun, studyOf } from "../store/objects/Runs.ts"
import { thisMachine } from "../store/presence/machine.ts"
import { driverOf } from "../store/presence/Presence.ts"
import { onlyBeginning } from "../text/beginning.ts"
import { didYouMean } from "../text/near.ts"
import { say } from "./output.ts"
import { plural } from "./printing/text-table.ts"
import { NotFound, Unread, UsageError } from "./usage.ts"

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

/**
 * One run as far as its log can be trusted, or null when that does not hold its beginning (it was killed while starting). What is
 * damaged is said in a line.
 */
const loadRun = (root: string, id: string): Run | null => {
  const { events, damage } = readRun(root, id)
  const record = foldRun(events)
  const [first] = events
  const use = record === undefined ? "nothing is known of that run" : "what it says before is used"
  if (damage !== null) warnOnce(`The log of run ${id} ${damage}; ${use}. "pipeline verify" says more.`)
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

const warned = new Set<string>()
const warnOnce = (line: string): void => {
  if (!warned.has(line)) say(line)
  warned.add(line)
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

/** The newest `most` runs, newest first. */
export const loadRuns = (root: string, most = Number.POSITIVE_INFINITY): ReadonlyArray<Run> => {
  const runs: Array<Run> = []
  for (const id of listRuns(root).toReversed()) {
    if (runs.length >= most) break
    const run = loadRun(root, id)
    if (run !== null) runs.push(run)
  }
  markLatest(runs.map((run) => run.record))
  return runs
}

/** A node's state as a person sees it: a node left `running` by a run that is over was cut off. */
export const nodeState = (run: Run, node: NodeRecord): string => {
  const over = run.state !== "running" && run.state !== "elsewhere"
  if (node.status === "succeeded") return node.cached === true ? "cached" : "done"
  if (node.status === "running" && over) return run.state === "interrupted" ? "stopped" : "cut off"
  if (node.status === "planned") return over ? "not reached" : "waiting"
  return node.status
}

/**
 * The runs that a name stands for, newest first: the one of this id, those of the study, or the one that begins so. Throws
 * `UsageError` where several begin so, and `NotFound` with near names. `studies`: those that there are, run or not.
 */
export const runsNamed = (root: string, name: string, studies: () => ReadonlyArray<string>): ReadonlyArray<string> => {
  const ids = listRuns(root)
  if (ids.includes(name)) return [name]
  const ofStudy = ids.filter((id) => studyOf(id) === name).toReversed()
  if (ofStudy.length > 0) return ofStudy
  if (ids.length === 0) throw new NotFound({ problem: `There are no runs in ${root} yet. Start with: pipeline run smoke` })
  const there = studies()
  if (there.includes(name))
    throw new NotFound({ problem: `"${name}" has not run in ${root} yet. Start with: pipeline run ${name}` })
  const found = onlyBeginning(name, ids)
  if ("problem" in found) throw new UsageError(found)
  if (found.one !== null) return [found.one]
  const known = new Set([...there, ...ids.map(studyOf), ...ids])
  throw new NotFound({ problem: `No run or study "${name}" has run in ${root}.${didYouMean(name, known)} See pipeline status.` })
}

/** What is said of runs (`runsNamed`) of none of which the log tells anything. `called`: how they are related. */
export const nothingKnown = (
  root: string,
  [newest = "", ...earlier]: ReadonlyArray<string>,
  called = " called so"
): NotFound | Unread => {
  const { damage, unread } = readRun(root, newest)
  const problem =
    `The log of run ${newest} ${damage ?? "tells of no run"}, so nothing is known of it` +
    `${earlier.length > 0 ? `, nor of ${plural(earlier.length, "earlier run")}${called}` : ""}. ` +
    `"pipeline verify" says what helps; what the run computed is in the store all the same.`
  return unread ? new Unread({ problem }) : new NotFound({ problem })
}

/** The run of this name, or the newest of a study whose log says anything. Throws as `runsNamed` does. */
export const namedRun = (root: string, name: string, studies: () => ReadonlyArray<string>): Run => {
  const ids = runsNamed(root, name, studies)
  for (const id of ids) {
    const run = loadRun(root, id)
    if (run !== null) return run
  }
  throw nothingKnown(root, ids)
}
