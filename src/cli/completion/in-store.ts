/**
 * Runs, nodes and snapshots of the store that the words of a command line name, or that every command takes. Logs are read as
 * they lie, and nothing is loaded that would check them: someone waits at a TAB, and what comes of it is only offered.
 */

import * as fs from "node:fs"
import * as path from "node:path"
import { parseArgs } from "node:util"

import { REPOSITORY } from "../../dag/repository.ts"
import { readVariable } from "../../machine/environment.ts"

/** A node of a run, as far as its log tells. */
export interface NodeInStore {
  readonly node: string
  readonly label: string
  readonly run: string
  /** Null where it has no result. */
  readonly key: string | null
  /** Nodes of its run that it reads. */
  readonly inputs: ReadonlyArray<string>
}

/** Nobody reads through more than this, and logs of old runs are not opened for it. */
const MOST_NODES = 500

const ADDRESS = /^[A-Za-z][A-Za-z0-9+.-]+:\/\//

const storeAmong = async (args: ReadonlyArray<string>): Promise<string> => {
  const { values } = parseArgs({ args: [...args], options: { store: { type: "string" } }, strict: false })
  const given = typeof values["store"] === "string" && values["store"] !== "" ? values["store"] : undefined
  const named = given ?? readVariable("ECHO_CHAMBER_STORE")
  if (named === undefined || !ADDRESS.test(named)) return path.resolve(named ?? path.join(REPOSITORY, "artifacts"))
  // The folder in front of a bucket; what knows it is loaded for such a store alone.
  return (await import("../../store/remote/mirror.ts")).mirrorOf(named)
}

/** What runs are ordered by, of the id of a run: its date, time and milliseconds. */
const orderOf = (run: string): string => run.split("-").slice(-3).join("-")

const logOf = (root: string, run: string): string => path.join(root, "runs", run, "events.jsonl")

const runsIn = (root: string): ReadonlyArray<string> => {
  const runs = path.join(root, "runs")
  if (!fs.existsSync(runs)) return []
  return fs
    .readdirSync(runs)
    .filter((run) => fs.lstatSync(logOf(root, run), { throwIfNoEntry: false })?.isFile() === true)
    .toSorted((a, b) => (orderOf(a) > orderOf(b) ? -1 : 1))
}

/** The newest first. */
export const runsAmong = async (args: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => runsIn(await storeAmong(args))

/** Nodes of runs, those of the newest first, each once. */
export const nodesAmong = async (args: ReadonlyArray<string>): Promise<ReadonlyArray<NodeInStore>> =>
  nodesIn(await storeAmong(args))

const nodesIn = (root: string): ReadonlyArray<NodeInStore> => {
  const found = new Map<string, NodeInStore>()
  for (const run of runsIn(root)) {
    const planned = new Map<string, { readonly label: string; readonly inputs: ReadonlyArray<string> }>()
    const keys = new Map<string, string>()
    for (const line of fs.readFileSync(logOf(root, run), "utf8").split("\n")) {
      const event = eventIn(line)
      if (event === null) continue
      if (event.event === "node-planned" && typeof event.label === "string")
        planned.set(event.node, { label: event.label, inputs: textsIn(event.inputs) })
      if (event.event === "node-finished" && typeof event.key === "string") keys.set(event.node, event.key)
    }
    for (const [node, plan] of planned) if (!found.has(node)) found.set(node, { node, ...plan, run, key: keys.get(node) ?? null })
    if (found.size >= MOST_NODES) break
  }
  return [...found.values()]
}

/** The texts among the values of a record. */
const textsIn = (record: unknown): ReadonlyArray<string> => {
  const values: ReadonlyArray<unknown> = typeof record === "object" && record !== null ? Object.values(record) : []
  return values.flatMap((value) => (typeof value === "string" ? [value] : []))
}

/** What a line tells of a node; null: nothing that is looked for, or no whole line. */
const eventIn = (
  line: string
): { readonly event: unknown; readonly node: string; label?: unknown; key?: unknown; inputs?: unknown } | null => {
  if (!/"event":"node-(?:planned|finished)"/.test(line)) return null
  try {
    const event: unknown = JSON.parse(line)
    if (typeof event !== "object" || event === null || !("event" in event && "node" in event)) return null
    return typeof event.node === "string" ? { ...event, event: event.event, node: event.node } : null
  } catch {
    return null
  }
}

/** The newest node with a result that these words name, its label in one word or several. */
const namedIn = (nodes: ReadonlyArray<NodeInStore>, args: ReadonlyArray<string>): NodeInStore | undefined => {
  const line = ` ${args.join(" ")} `
  const isNamed = (name: string) => line.includes(` ${name} `)
  return nodes.find((each) => each.key !== null && (isNamed(each.node) || isNamed(each.label)))
}

/** Formats of the corpus that the model which these words name was trained on; null: none is known. */
export const formatsAmong = async (args: ReadonlyArray<string>): Promise<ReadonlyArray<string> | null> => {
  const root = await storeAmong(args)
  const nodes = nodesIn(root)
  const named = namedIn(nodes, args)
  if (named === undefined) return null
  const { readRecord } = await import("../../store/objects/records.ts")
  const { Corpus } = await import("../../../schemas/corpus.ts")
  const before = new Set([named.node])
  // What is added while it is gone through is gone through as well.
  for (const node of before) {
    const at = nodes.find((each) => each.node === node)
    const output = at?.key === null || at === undefined ? null : readRecord(root, at.key)?.output
    const part = output?.kind === Corpus.name ? output.tables["documents"] : undefined
    if (part !== undefined) {
      const { Objects } = await import("../../store/objects/Objects.ts")
      const { openTable } = await import("../../store/arrow/TableReader.ts")
      const file = new Objects(root).path(part.file)
      const documents = openTable(Corpus.tables.documents, file, { columns: ["format"] })
      const format = documents.column("format")
      return [...new Set(Array.from({ length: documents.rows }, (_, row) => format.at(row)))].toSorted()
    }
    for (const input of at?.inputs ?? []) before.add(input)
  }
  return null
}

/** Steps of the snapshots that a model keeps which these words name, its label in one word or several. */
export const stepsAmong = async (args: ReadonlyArray<string>): Promise<ReadonlyArray<number>> => {
  const root = await storeAmong(args)
  const key = namedIn(nodesIn(root), args)?.key
  const named = key ?? args.find((word) => /^[0-9a-f]{64}$/.test(word))
  if (named === undefined) return []
  const { readRecord } = await import("../../store/objects/records.ts")
  const part = readRecord(root, named)?.output.tables["snapshots"]
  if (part === undefined || part.rows === 0) return []
  const { Objects } = await import("../../store/objects/Objects.ts")
  const { openTable } = await import("../../store/arrow/TableReader.ts")
  const { Snapshots } = await import("../../../schemas/checkpoint.ts")
  const steps = openTable(Snapshots, new Objects(root).path(part.file), { columns: ["step"] }).column("step")
  return [...new Set(steps)].toSorted((a, b) => a - b)
}
