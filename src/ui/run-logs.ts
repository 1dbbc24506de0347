/**
 * The runs of a store as their logs tell them now. A log is read again only when it has grown: looking costs one `stat` a run, so
 * that it can be done several times a second. What only the machine knows of an unfinished run (whether its process lives) is
 * asked each time.
 */

import * as fs from "node:fs"

import { Evaluation } from "../../schemas/evaluation.ts"
import { RlRun } from "../../schemas/rl-run.ts"
import { nodeState, type Run, runOf } from "../catalog/tables/run-states.ts"
import type { LiveRow } from "../dag/Progress.ts"
import { savedSteps } from "../dag/running/attempts/folders.ts"
import { LiveRowsReader } from "../dag/running/attempts/live-rows.ts"
import { maximumOf } from "../lists/large.ts"
import { inside } from "../store/disk/inside.ts"
import { listRuns, readRun, type RunHistory } from "../store/objects/Runs.ts"
import { errorText } from "../text/error-text.ts"
import type { Completions, RunDetail, RunNode, Runs, RunSummary } from "./wire.ts"

/** Kinds whose results hold completions, and the table of these, whatever the stage is called that makes them. */
const COMPLETIONS: ReadonlyMap<string, Completions> = new Map([
  [RlRun.name, "rollouts"],
  [Evaluation.name, "scores"]
])

/** Logs of before kinds were noted name stages of this house alone. */
const KINDS_BEFORE: ReadonlyMap<string, string> = new Map([
  ["rl", RlRun.name],
  ["evaluate", Evaluation.name]
])

interface Known {
  readonly stamp: string
  readonly history: RunHistory
  readonly run: Run | null
}

/** A node that is being computed, with the rows of numbers that it has made so far. */
export interface Growing {
  readonly run: string
  readonly label: string
  readonly rows: ReadonlyArray<LiveRow>
}

export class RunLogs {
  readonly root: string
  private readonly live: LiveRowsReader
  private readonly known = new Map<string, Known>()

  constructor(root: string) {
    this.root = root
    this.live = new LiveRowsReader(root)
  }

  /** Every run with a text that changes when anything of it does, newest first. */
  stamps(): ReadonlyArray<readonly [run: string, stamp: string]> {
    return listRuns(this.root)
      .toReversed()
      .map((id) => {
        const { stamp, run } = this.look(id)
        const saved = run?.state === "running" ? runningNodes(run).map(({ key }) => this.saved(key)) : []
        return [id, [stamp, run?.state ?? "", ...saved].join(" ")] as const
      })
  }

  /** How much the nodes of each run that goes on have told so far: it grows while they compute. */
  told(): ReadonlyMap<string, number> {
    return new Map(
      listRuns(this.root).flatMap((id) => {
        const nodes = this.runningIn(id)
        return nodes.length === 0 ? [] : [[id, nodes.reduce((sum, { key }) => sum + this.live.bytes(key), 0)] as const]
      })
    )
  }

  /** The nodes of these runs that are being computed, as far as they have told anything. */
  growing(runs: ReadonlyArray<string>): ReadonlyArray<Growing> {
    return runs.flatMap((run) =>
      this.runningIn(run).flatMap(({ key, label }) => {
        const rows = this.live.rows(key)
        return rows.length === 0 ? [] : [{ run, label, rows }]
      })
    )
  }

  private runningIn(id: string): ReadonlyArray<{ readonly key: string; readonly label: string }> {
    const { run } = this.look(id)
    const isOn = run !== null && (run.state === "running" || run.state === "elsewhere")
    return isOn ? runningNodes(run).flatMap(({ key, label }) => (key === null ? [] : [{ key, label }])) : []
  }

  /** Newest first. */
  runs(): Runs {
    const ids = listRuns(this.root).toReversed()
    const known = ids.map((id) => [id, this.look(id)] as const)
    return {
      store: this.root,
      runs: known.flatMap(([, { run }]) => (run === null ? [] : [summaryOf(run)])),
      warnings: known.flatMap(([id, { history }]) =>
        history.damage === null ? [] : [`The log of run ${id} ${history.damage}. "pipeline verify" says more.`]
      )
    }
  }

  /** One run with its nodes; null where there is none of this id. */
  run(id: string): RunDetail | null {
    if (!listRuns(this.root).includes(id)) return null
    const { run } = this.look(id)
    if (run === null) return null
    const nodes = [...run.record.nodes.values()].map((node): RunNode => {
      const state = nodeState(run, node)
      const started = run.startedAt.get(node.node)
      const since = state === "running" && started !== undefined ? (Date.now() - Date.parse(started)) / 1000 : null
      return {
        id: node.node,
        label: node.label,
        stage: node.stage,
        state,
        reason: this.reasonOf(run, node.node, state),
        seconds: node.cached === true ? null : (node.seconds ?? since),
        inputs: node.inputs,
        params: node.params,
        key: node.key,
        artifact: node.artifact,
        completions: COMPLETIONS.get(node.kind ?? KINDS_BEFORE.get(node.stage) ?? "") ?? null
      }
    })
    return { summary: summaryOf(run), nodes }
  }

  private reasonOf(run: Run, id: string, state: string): string {
    const node = run.record.nodes.get(id)!
    if (node.error !== null) return state === "skipped" ? `needs ${labelOf(run, node.error)}` : node.error
    if (state === "running" || state === "stopped" || state === "cut off") return this.saved(node.key)
    if (state !== "waiting") return ""
    const missing = Object.values(node.inputs).filter((input) => run.record.nodes.get(input)?.status !== "succeeded")
    return missing.length === 0 ? "waits for a free slot" : `waits for ${missing.map((input) => labelOf(run, input)).join(", ")}`
  }

  /** How far a node's last checkpoint got. */
  private saved(key: string | null): string {
    const steps = key === null ? [] : savedSteps(this.root, key)
    return steps.length === 0 ? "" : `saved after step ${maximumOf(steps)}`
  }

  private look(id: string): Known {
    const stamp = this.stampOf(id)
    const before = this.known.get(id)
    const history = before?.stamp === stamp ? before.history : readRun(this.root, id)
    // Of a run that is over nothing can change but its log.
    if (before?.stamp === stamp && before.run?.record.status !== "unfinished") return before
    const now = { stamp, history, run: runOf(this.root, history) }
    this.known.set(id, now)
    return now
  }

  private stampOf(id: string): string {
    try {
      const { size, mtimeMs } = fs.lstatSync(inside(this.root, "runs", id, "events.jsonl"))
      return `${size} ${mtimeMs}`
    } catch (cause) {
      return errorText(cause)
    }
  }
}

const runningNodes = (run: Run) => [...run.record.nodes.values()].filter(({ status }) => status === "running")

/** A node by its label, where what is named is one. */
const labelOf = (run: Run, name: string): string => run.record.nodes.get(name)?.label ?? name

const summaryOf = (run: Run): RunSummary => {
  const nodes: Record<string, number> = {}
  for (const node of run.record.nodes.values()) {
    const state = nodeState(run, node)
    nodes[state] = (nodes[state] ?? 0) + 1
  }
  const { run: id, study, startedAt, host, command } = run.record
  return { run: id, study, state: run.state, startedAt, seconds: run.seconds, host, engine: run.engine, command, nodes }
}
