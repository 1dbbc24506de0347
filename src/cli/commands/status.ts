/** `pipeline status [run|study]`: what ran lately and what became of it; of one run, every node. */

import * as Effect from "effect/Effect"

import { nodeState, type Run } from "../../catalog/tables/run-states.ts"
import { savedSteps } from "../../dag/running/attempts/folders.ts"
import { maximumOf } from "../../lists/large.ts"
import { listRuns } from "../../store/objects/Runs.ts"
import { type ActionRecord, Store } from "../../store/objects/Store.ts"
import { duration } from "../../text/duration.ts"
import { print } from "../output.ts"
import { cut, shortDigest, terminalWidth, textTable, timeWords } from "../printing/text-table.ts"
import { loadRuns, namedRun, nothingKnown } from "../run-states.ts"
import { existingStore } from "../store-folder.ts"
import { studyNames } from "../studies.ts"
import { type Command, type Flags, parse, wholeNumber } from "../usage.ts"

const flags = {
  runs: { type: "string", value: "N", description: "how many runs to list (default 15)" },
  json: { type: "boolean", description: "as JSON" }
} satisfies Flags

export const command: Command = {
  name: "status",
  summary: "Recent runs and what became of them; of one run, every node.",
  usage: "pipeline status [run|study] [flags]      a study stands for its newest run",
  flags,
  run: async (args) => {
    const parsed = parse("status", flags, args, { min: 0, max: 1, words: "at most one run or study" })
    const root = existingStore(parsed)
    const [name] = parsed.positionals
    const costs = await costsOf(root)
    if (name === undefined) {
      const runs = loadRuns(root, wholeNumber(parsed, "runs", 15))
      const ids = listRuns(root).toReversed()
      if (runs.length === 0 && ids.length > 0) throw nothingKnown(root, ids, "")
      if (parsed.is("json"))
        write(
          JSON.stringify(
            runs.map((run) => runJson(run, costs)),
            null,
            1
          )
        )
      else if (runs.length === 0) write(`There are no runs in ${root} yet. Start with: pipeline run smoke`)
      else write(runTable(runs, costs))
      return 0
    }
    const run = namedRun(root, name, studyNames)
    if (parsed.is("json")) write(JSON.stringify({ ...runJson(run, costs), nodes: nodeRows(root, run) }, null, 1))
    else write(oneRun(root, run, costs))
    return 0
  }
}

const write = (text: string) => print(`${text}\n`)

/** CPU seconds of each action by key. */
const costsOf = async (root: string): Promise<ReadonlyMap<string, ActionRecord>> => {
  const actions = await Effect.runPromise(
    Effect.provide(
      Effect.flatMap(Store, (store) => store.actions),
      Store.reading(root)
    )
  )
  return new Map(actions.map((action) => [action.key, action]))
}

interface Tally {
  readonly done: number
  readonly cached: number
  readonly failed: number
  readonly total: number
  readonly cpuSeconds: number
}

const tally = (run: Run, costs: ReadonlyMap<string, ActionRecord>): Tally => {
  const nodes = [...run.record.nodes.values()]
  const computed = nodes.filter((node) => node.status === "succeeded" && node.cached === false)
  return {
    done: computed.length,
    cached: nodes.filter((node) => node.cached === true).length,
    failed: nodes.filter((node) => node.status === "failed").length,
    total: nodes.length,
    cpuSeconds: computed.reduce((sum, node) => sum + (costs.get(node.key ?? "")?.cpuSeconds ?? 0), 0)
  }
}

const runTable = (runs: ReadonlyArray<Run>, costs: ReadonlyMap<string, ActionRecord>): string =>
  textTable(
    ["run", "started (UTC)", "state", "computed", "cached", "failed", "nodes", "took", "CPU"],
    runs.map((run) => {
      const { done, cached, failed, total, cpuSeconds } = tally(run, costs)
      const counts = [done, cached, failed, total].map(String)
      return [run.record.run, timeWords(run.record.startedAt), run.state, ...counts, duration(run.seconds), duration(cpuSeconds)]
    }),
    { right: [3, 4, 5, 6, 7, 8], width: terminalWidth(), optional: [8, 4, 6, 5, 1] }
  )

const oneRun = (root: string, run: Run, costs: ReadonlyMap<string, ActionRecord>): string => {
  const { record } = run
  const { done, cached, failed, total, cpuSeconds } = tally(run, costs)
  const facts = textTable(
    [],
    [
      ["state", `${run.state}${run.state === "died" ? ": its process is gone; the same command goes on from what is done" : ""}`],
      ["started", `${timeWords(record.startedAt)} UTC on ${record.host}, process ${record.pid}`],
      ["command", `pipeline run ${record.command}`],
      ["engine", run.engine],
      [
        "took",
        `${duration(run.seconds)}; ${duration(cpuSeconds)} of CPU in ${done} computed nodes, ` +
          `${cached} from cache, ${failed} failed, of ${total}`
      ]
    ],
    { width: terminalWidth() }
  )
  const rows = nodeRows(root, run).map((node) => [
    node.label,
    node.state,
    node.seconds === null ? "" : duration(node.seconds),
    node.id,
    node.detail
  ])
  const nodes = textTable(["node", "state", "took", "id", ""], rows, { right: [2], width: terminalWidth(), optional: [3] })
  return `${record.run}\n${facts}\n\n${nodes}`
}

const nodeRows = (root: string, run: Run) =>
  [...run.record.nodes.values()].map((node) => {
    const state = nodeState(run, node)
    const started = run.startedAt.get(node.node)
    const running = state === "running" && started !== undefined ? (Date.now() - Date.parse(started)) / 1000 : null
    const unfinished = node.status === "running" || node.status === "stopped"
    return {
      id: node.node,
      label: node.label,
      state,
      seconds: node.cached === true ? null : (node.seconds ?? running),
      key: node.key,
      artifact: node.artifact,
      detail: unfinished ? savedStep(root, node.key) : detailOf(state, node.artifact, node.error)
    }
  })

const detailOf = (state: string, artifact: string | null, error: string | null): string => {
  if (error !== null) return state === "skipped" ? `needs ${error}` : cut(error, 120)
  return artifact === null ? "" : shortDigest(artifact)
}

/** How far a stage's last checkpoint got: what the next run goes on from. */
const savedStep = (root: string, key: string | null): string => {
  const steps = key === null ? [] : savedSteps(root, key)
  return steps.length === 0 ? "" : `saved after step ${maximumOf(steps)}`
}

const runJson = (run: Run, costs: ReadonlyMap<string, ActionRecord>) => ({
  run: run.record.run,
  study: run.record.study,
  state: run.state,
  startedAt: run.record.startedAt,
  seconds: run.seconds,
  host: run.record.host,
  pid: run.record.pid,
  engine: run.engine,
  command: run.record.command,
  ...tally(run, costs)
})
