/**
 * What a report is about: one run, as its event log tells it. Every node with its place in the graph and what became of it,
 * whether the run succeeded, failed half-way or was killed.
 *
 * Not a view of the store: artifacts are only named here, by digest. The invariant: nodes stand in topological order, inputs
 * first.
 */

import { createHash } from "node:crypto"

import type { LoggedEvent } from "../../store/objects/Runs.ts"

export type Outcome =
  | {
      readonly state: "finished"
      readonly key: string
      readonly artifact: string
      readonly cached: boolean
      readonly seconds: number
    }
  | { readonly state: "failed"; readonly error: string }
  | { readonly state: "skipped"; readonly because: string }
  /** Asked to stop and checkpointed, or never reached: the next run goes on with it. */
  | { readonly state: "unfinished" }

export interface RunNode {
  readonly id: string
  readonly label: string
  readonly stage: string
  readonly params: Readonly<Record<string, unknown>>
  /** Input name to node id. */
  readonly inputs: Readonly<Record<string, string>>
  /** The studies that need it, in a run of several. */
  readonly studies?: ReadonlyArray<string>
  readonly outcome: Outcome
}

export interface RunRecord {
  readonly run: string
  readonly study: string
  /** ISO time. */
  readonly startedAt: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly command: ReadonlyArray<string>
  readonly engine: string
  /** `unfinished`: the log ends without an end, so the process died or still runs. */
  readonly status: "succeeded" | "failed" | "interrupted" | "unfinished"
  readonly nodes: ReadonlyArray<RunNode>
  readonly byId: ReadonlyMap<string, RunNode>
  /** The runs that it is put together from, where these are several. */
  readonly parts?: ReadonlyArray<RunRecord>
}

/** The runs that a record is of. */
export const runsOf = <A extends { readonly parts?: ReadonlyArray<RunRecord> }>(of: A): ReadonlyArray<A | RunRecord> =>
  of.parts ?? [of]

/** The record of a run from its events, in order; null when they do not begin with a `run-started`. */
export const recordOf = (events: ReadonlyArray<LoggedEvent>): RunRecord | null => {
  const started = events[0]
  if (started?.event !== "run-started") return null
  const planned = new Map<string, Omit<RunNode, "outcome">>()
  const outcomes = new Map<string, Outcome>()
  let status: RunRecord["status"] = "unfinished"
  for (const event of events) {
    switch (event.event) {
      case "node-planned": {
        const { node: id, label, stage, params, inputs, studies } = event
        planned.set(id, { id, label, stage, params, inputs, ...(studies === undefined ? {} : { studies }) })
        break
      }
      case "waived": {
        const node = planned.get(event.node)
        if (node !== undefined && event.params !== undefined) planned.set(event.node, { ...node, params: event.params })
        break
      }
      case "node-finished": {
        const { key, artifact, cached, seconds } = event
        outcomes.set(event.node, { state: "finished", key, artifact, cached, seconds })
        break
      }
      case "node-failed":
        outcomes.set(event.node, { state: "failed", error: event.error })
        break
      case "node-skipped":
        outcomes.set(event.node, { state: "skipped", because: event.because })
        break
      case "run-finished":
        status = event.status
        break
    }
  }
  const nodes = [...planned.values()].map((node): RunNode => ({
    ...node,
    outcome: outcomes.get(node.id) ?? { state: "unfinished" }
  }))
  const { run, study, time: startedAt, settings, command, engine } = started
  return { run, study, startedAt, settings, command, engine, status, nodes, byId: new Map(nodes.map((node) => [node.id, node])) }
}

/**
 * Several runs as one, so that dimensions which differ between them (set by `--set`) are compared like any other: every node
 * once, finished where it is so in any of them, and each with the studies of the runs that have it. Of one run, that run.
 */
export const together = (records: ReadonlyArray<RunRecord>): RunRecord => {
  const [first] = records
  if (first === undefined) throw new Error("No run is nothing to report of.")
  if (records.length === 1) return first
  const byId = new Map<string, RunNode>()
  for (const { study, nodes } of records)
    for (const node of nodes) {
      const known = byId.get(node.id)
      const studies = [...new Set([...(known?.studies ?? []), ...(node.studies ?? []), study])]
      const better = known === undefined || known.outcome.state !== "finished" ? node : known
      byId.set(node.id, { ...better, studies })
    }
  const all = (of: (record: RunRecord) => string) => [...new Set(records.map(of))].join(" + ")
  return {
    run: all(({ run }) => run),
    study: all(({ study }) => study),
    startedAt: first.startedAt,
    settings: {},
    command: first.command,
    engine: all(({ engine }) => engine),
    status: records.find(({ status }) => status !== "succeeded")?.status ?? "succeeded",
    nodes: [...byId.values()],
    byId,
    parts: records
  }
}

/** The part of a run that is of one study, where it is of several. */
export const partOf = (record: RunRecord, study: string): RunRecord => {
  const nodes = record.nodes.filter(({ studies }) => studies?.includes(study))
  return { ...record, study, nodes, byId: new Map(nodes.map((node) => [node.id, node])) }
}

/** The artifact of a finished node, or null. */
export const artifactOf = (node: RunNode | null | undefined): string | null =>
  node?.outcome.state === "finished" ? node.outcome.artifact : null

/** A node and everything it hangs on, nearest first, each once. */
export const lineageOf = (record: RunRecord, node: RunNode): Array<RunNode> => {
  const found = new Map<string, RunNode>([[node.id, node]])
  for (const { inputs } of found.values())
    for (const id of Object.values(inputs)) {
      const input = record.byId.get(id)
      if (input !== undefined) found.set(id, input)
    }
  return [...found.values()]
}

/** Hexadecimal digits of a digest that are shown. */
const SHOWN = 16

/**
 * One digest for all that a run computed, so that two machines that print the same one have the same weights, completions and
 * numbers to the last bit: the beginning of the SHA-256 of the artifacts' digests, in the order of these, a line each. Neither
 * keys nor names nor times have a part in it. Null where a node has no artifact.
 */
export const resultsDigest = (nodes: ReadonlyArray<RunNode>): string | null => {
  const artifacts = nodes.flatMap(({ outcome }) => (outcome.state === "finished" ? [outcome.artifact] : []))
  if (artifacts.length < nodes.length || nodes.length === 0) return null
  const hash = createHash("sha256")
  for (const artifact of artifacts.toSorted()) hash.update(`${artifact}\n`)
  return hash.digest("hex").slice(0, SHOWN)
}
