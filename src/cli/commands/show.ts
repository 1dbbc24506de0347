/** `pipeline show <thing>`: everything about one node, action or artifact. */

import * as path from "node:path"

import * as Effect from "effect/Effect"

import type { NodeRecord } from "../../catalog/tables/history.ts"
import { nodeState, type Run } from "../../catalog/tables/run-states.ts"
import { endOfLog, newestLog } from "../../dag/running/attempts/log.ts"
import { INPUT, tellingMaker } from "../../store/objects/records.ts"
import { type ActionRecord, type Component, type Continuation, Store } from "../../store/objects/Store.ts"
import { onlyBeginning } from "../../text/beginning.ts"
import { duration } from "../../text/duration.ts"
import { didYouMean } from "../../text/near.ts"
import { countWords, plural } from "../../text/plural.ts"
import { print } from "../output.ts"
import { runAgain } from "../printing/failed-nodes.ts"
import { sampleRows } from "../printing/sample-rows.ts"
import {
  bytesWords,
  cut,
  labelWords,
  shortDigest,
  terminalWidth,
  textTable,
  timeWords,
  valueWords
} from "../printing/text-table.ts"
import { loadRuns } from "../run-states.ts"
import { existingStore } from "../store-folder.ts"
import { type Command, type Flags, NotFound, parse, UsageError, wholeNumber } from "../usage.ts"

const flags = {
  rows: { type: "string", value: "N", description: "sample rows of each table (default 3)" },
  code: { type: "boolean", description: "every module that the result depends on" }
} satisfies Flags

export const command: Command = {
  name: "show",
  summary: "Everything about one node, action or artifact: parameters, inputs, outputs with sample rows, cost, log.",
  usage: "pipeline show <node id | node label | key | artifact> [flags]      the beginning of an id, key or digest is enough",
  flags,
  run: async (args) => {
    const parsed = parse("show", flags, args, { min: 1, max: 8, words: "a node, key or artifact" })
    const name = parsed.positionals.join(" ")
    const rows = wholeNumber(parsed, "rows", 3, 0)
    const root = existingStore(parsed)
    const program = Effect.gen(function* () {
      const store = yield* Store
      const actions = yield* store.actions
      const runs = loadRuns(root)
      const found = find(name, actions, runs)
      const action = found.key === null ? undefined : actions.find(({ key }) => key === found.key)
      const unusable = action === undefined ? new Map<string, string>() : yield* unusableTables(action)
      const sections = [
        ...describeNode(root, found),
        ...(action === undefined ? [] : describeAction(store, action, actions, runs, { rows, code: parsed.is("code"), unusable }))
      ]
      return sections.join("\n\n")
    })
    print(`${await Effect.runPromise(Effect.provide(program, Store.reading(root)))}\n`)
    return 0
  }
}

/** A node of a run, an action, or both. */
export interface Found {
  readonly run: Run | null
  readonly node: string | null
  readonly key: string | null
  /** Other nodes of this label, each with the newest run that has it. */
  readonly elsewhere?: ReadonlyArray<string>
}

/** Stage and full identity of a node, as far as its run has told them. */
const fullId = ({ node, stage, identity }: NodeRecord): string => (identity === null ? node : `${stage}-${identity}`)

/** The one of these ids and digests that begins so; null where none does. */
const oneOf = (name: string, ids: ReadonlyArray<string>): string | null => {
  const found = onlyBeginning(name, ids, true)
  if ("problem" in found) throw new UsageError(found)
  return found.one
}

/** What a name, or the beginning of an id or digest, stands for. Throws `NotFound`, or `UsageError` for one of several. */
export const find = (name: string, actions: ReadonlyArray<ActionRecord>, runs: ReadonlyArray<Run>): Found => {
  const nodes = runs.flatMap((run) => [...run.record.nodes.values()].map((node) => ({ run, node })))
  const ids = nodes.map(({ node }) => fullId(node))
  // An id that one run has in few digits may be the beginning of another in another run.
  if (/-[0-9a-f]+$/.test(name)) oneOf(name, ids)
  const named = nodes.filter(({ node: { node, label } }) => node === name || label === name)
  // A newer run that never came to this node has nothing to show of it.
  const shown = named.find(({ node }) => node.status === "succeeded" || node.status === "failed") ?? named[0]
  if (shown !== undefined) {
    const others = named.filter(({ node }) => node.node !== shown.node.node)
    const elsewhere = [...Map.groupBy(others, ({ run, node }) => `${run.record.study} ${node.node}`).values()].map(
      ([other]) => `${other!.node.node} of ${other!.run.record.run}`
    )
    return { run: shown.run, node: shown.node.node, key: shown.node.key, elsewhere }
  }
  const digests = actions.flatMap(({ key, output }) => [key, output.digest])
  // An action that was started and never finished has no record, only its node.
  const begun = nodes.flatMap(({ node }) => (node.key === null ? [] : [node.key]))
  const one = oneOf(name, [...ids, ...digests, ...begun])
  if (one !== null) {
    const maker = tellingMaker(actions.filter(({ key, output }) => key === one || output.digest === one))
    if (maker !== undefined) return { ...nodeWith(maker.key, runs), key: maker.key }
    const { run, node } = nodes.find(({ node }) => node.key === one || one.startsWith(fullId(node)))!
    return { run, node: node.node, key: node.key }
  }
  const known = nodes.flatMap(({ node }) => [node.node, node.label])
  throw new NotFound({
    problem: `There is no node, action or artifact "${name}" in this store.${didYouMean(name, new Set(known))}`
  })
}

/**
 * The result that such a name stands for, what it is called, and a sentence where other nodes are called so too. Throws as
 * `find`; fails where it has none.
 */
export const resultNamed = Effect.fnUntraced(function* (name: string, root: string) {
  const store = yield* Store
  const actions = yield* store.actions
  const runs = loadRuns(root)
  const { key, run, node, elsewhere = [] } = yield* Effect.try({ try: () => find(name, actions, runs), catch: (cause) => cause })
  const action = actions.find((one) => one.key === key)
  if (action !== undefined) {
    const meant = `"${name}" is taken for ${node} of run ${run?.record.run} (study ${run?.record.study})`
    const aside = elsewhere.length === 0 ? null : `${meant}. Also called so: ${fewOf(elsewhere)}. Name one by its id.`
    return { action, aside, label: run?.record.nodes.get(node ?? "")?.label ?? name }
  }
  const problem = `"${name}" has no result in this store: it has not run to its end, or its result was removed.`
  return yield* new NotFound({ problem })
})

/** As many as a line holds. */
const fewOf = (names: ReadonlyArray<string>): string =>
  names.length <= 4 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`

const nodeWith = (key: string, runs: ReadonlyArray<Run>): Omit<Found, "key"> => {
  for (const run of runs) for (const node of run.record.nodes.values()) if (node.key === key) return { run, node: node.node }
  return { run: null, node: null }
}

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => textTable([], rows, { width: terminalWidth() })

const describeNode = (root: string, { run, node: id, key, elsewhere = [] }: Found): ReadonlyArray<string> => {
  if (run === null || id === null) return []
  const node = run.record.nodes.get(id)!
  const log = key === null ? null : newestLog(root, key)
  const failed = node.status === "failed"
  const facts = [
    ["node", `${node.node}, stage ${node.stage}`],
    ["run", `${run.record.run} (${run.state})`],
    ...(elsewhere.length === 0 ? [] : [["also called so", fewOf(elsewhere)]]),
    ["state", `${nodeState(run, node)}${node.error === null ? "" : `: ${node.error}`}`],
    ...(run.failedAt.get(id) ?? []).map((place, i) => [i === 0 ? "at" : "", place]),
    ["key", key ?? "not known: something before it has not run"],
    ["log", log !== null ? log : "none (computed in the driver, or by an earlier store)"],
    ...(failed ? [["run it again", `${runAgain(run.args)}    (with what needs it; what is done is kept)`]] : [])
  ]
  const inputs = Object.entries(node.inputs).map(([name, input]) => [name, run.record.nodes.get(input)?.label ?? input, input])
  const params = Object.entries(node.params).map(([name, value]) => [name, cut(valueWords(value), 80)])
  const lines = failed && log !== null ? endOfLog(log) : []
  return [
    `${labelWords(node.label)}\n${table(facts)}`,
    ...(inputs.length === 0 ? [] : [`Inputs by name\n${table(inputs)}`]),
    // Those of a result follow with it, and with what is a default.
    ...(failed && params.length > 0 ? [`Parameters\n${table(params)}`] : []),
    ...(lines.length === 0 ? [] : [`The end of its log\n${lines.map((line) => `  ${line}`).join("\n")}`])
  ]
}

/** Why the files of tables cannot be shown, by digest: those that are gone or damaged. */
const unusableTables = Effect.fnUntraced(function* ({ output }: ActionRecord) {
  const store = yield* Store
  const problems = new Map<string, string>()
  for (const part of Object.values(output.tables)) {
    const answer = yield* Effect.flip(store.readable(output.digest, part)).pipe(Effect.option)
    if (answer._tag === "Some") problems.set(part.file, answer.value.problem)
  }
  return problems
})

const describeAction = (
  store: Store["Service"],
  action: ActionRecord,
  actions: ReadonlyArray<ActionRecord>,
  runs: ReadonlyArray<Run>,
  detail: { readonly rows: number; readonly code: boolean; readonly unusable: ReadonlyMap<string, string> }
): ReadonlyArray<string> => {
  const { output } = action
  const identity = new Set(action.components.filter(({ name }) => name.startsWith("param:")).map(({ name }) => name.slice(6)))
  const facts = [
    ["action", action.key],
    ["artifact", `${output.digest} (${output.kind})`],
    [
      "made",
      `${timeWords(action.finishedAt)} UTC on ${action.host} ` +
        `in ${duration(action.seconds)}, ${duration(action.cpuSeconds)} of CPU`
    ],
    [
      "engine",
      action.engine === null
        ? "none"
        : Object.entries(action.engine)
            .map(([k, v]) => `${k} ${valueWords(v)}`)
            .join(", ")
    ],
    ...(action.continued === undefined ? [] : [["continued", continuedWords(action.continued, actions, runs)]]),
    ["manifest", store.objectPath(output.digest)]
  ]
  const params = Object.entries(action.params).map(([name, value]) => [
    name,
    cut(valueWords(value), 80),
    identity.has(name) ? "" : "default"
  ])
  const inputs = Object.entries(action.inputs).map(([name, digest]) => [
    name,
    shortDigest(digest),
    makerOf(digest, actions, runs)
  ])
  const documents = Object.entries(output.documents).map(([name, { file, bytes }]) => [
    name,
    bytesWords(bytes),
    store.objectPath(file)
  ])
  return [
    `Result\n${table(facts)}`,
    ...(params.length === 0 ? [] : [`Parameters\n${table(params)}`]),
    ...(inputs.length === 0 ? [] : [`Inputs\n${table(inputs)}`]),
    `Other components of the key\n${table(otherComponents(action, detail.code))}`,
    ...(documents.length === 0 ? [] : [`Documents\n${table(documents)}`]),
    ...Object.entries(output.tables).map(([name, { file, rows: total, bytes }]) => {
      const at = store.objectPath(file)
      const head = `Table ${name}: ${plural(total, "row")}, ${bytesWords(bytes)}, ${at}`
      const problem = detail.unusable.get(file)
      if (problem !== undefined) return `${head}\n    It ${problem}: "pipeline verify" says more.`
      return total === 0 || detail.rows === 0 ? head : `${head}\n${sampleRows(at, detail.rows)}`.trimEnd()
    })
  ]
}

const continuedWords = (
  { artifact, step }: Continuation,
  actions: ReadonlyArray<ActionRecord>,
  runs: ReadonlyArray<Run>
): string => `${shortDigest(artifact)} from step ${step}, ${makerOf(artifact, actions, runs)}`

/** Engine, files, packages; modules one by one when asked for, else their number in each room. */
const otherComponents = (action: ActionRecord, everyModule: boolean): ReadonlyArray<ReadonlyArray<string>> => {
  const others = action.components.filter(({ name }) => !name.startsWith("param:") && !name.startsWith(INPUT))
  const isModule = ({ name, value }: Component) => name.startsWith("code:") && DIGEST.test(value)
  const shown = others
    .filter((component) => everyModule || !isModule(component))
    .map(({ name, value }) => [name, DIGEST.test(value) ? shortDigest(value) : value])
  if (everyModule) return shown
  const rooms = Map.groupBy(others.filter(isModule), ({ name }) => path.dirname(name.slice("code:".length)))
  const counts = [...rooms].map(([room, modules]) => `${room} ${modules.length}`)
  return [...shown, ["modules", `${counts.join(", ")}; --code lists them`]]
}

const DIGEST = /^[0-9a-f]{64}$/

/** What made an artifact: the label of a node where a run knows it. */
const makerOf = (digest: string, actions: ReadonlyArray<ActionRecord>, runs: ReadonlyArray<Run>): string => {
  const maker = actions.find(({ output }) => output.digest === digest)
  if (maker === undefined) return "made by an action that is no longer recorded"
  const { run, node } = nodeWith(maker.key, runs)
  const label = run === null || node === null ? maker.stage : run.record.nodes.get(node)!.label
  return `made by ${label}, action ${shortDigest(maker.key)}${rowsWords(maker)}`
}

const rowsWords = ({ output }: ActionRecord): string => {
  const largest = Object.entries(output.tables).toSorted(([, a], [, b]) => b.rows - a.rows)[0]
  return largest === undefined ? "" : `, ${countWords(largest[1].rows)} ${largest[0]}`
}
