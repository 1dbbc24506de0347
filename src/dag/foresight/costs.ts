/**
 * What a node is likely to cost, from what earlier results of its stage cost: the nearest one, scaled by the work where the stage
 * says what that is proportional to (`resources.cost`). An estimate says on what it rests; where nothing is recorded there is
 * none.
 */

import { canonicalJson } from "../../store/objects/digest.ts"
import type { ActionRecord } from "../../store/objects/records.ts"
import { type Graph, type GraphNode, lineageParams } from "../graph.ts"
import type { Spent } from "./spent.ts"

/** A param that its stage's work is proportional to, or that differs otherwise: of the recorded result and of the node. */
export interface Differing {
  readonly param: string
  readonly before: unknown
  readonly after: unknown
}

/** On what an estimate rests. */
export interface Basis {
  readonly record: ActionRecord
  /** What it took, the start of its process and attempts that were stopped included where a log tells of them. */
  readonly seconds: number
  readonly cpuSeconds: number
  /** How much more work the node has; null: that is not known, and nothing was scaled. */
  readonly factor: number | null
  /** Of the params by which the work is told, those that differ. */
  readonly scaledBy: ReadonlyArray<Differing>
  /** The stage's other params that differ. */
  readonly others: ReadonlyArray<Differing>
  /** Whether the machine and, where it counts, what computed it were those of now. */
  readonly sameHost: boolean
  readonly sameEngine: boolean
}

export interface Cost {
  /** With so many threads, at the pace of the recorded result. */
  readonly seconds: (threads: number) => number
  /** The same if it never waited for a processor. */
  readonly busySeconds: (threads: number) => number
  readonly cpuSeconds: number
  /** New bytes: which of them grow with the work is not known. */
  readonly bytes: { readonly least: number; readonly most: number }
  readonly basis: Basis
}

export interface Recorded {
  readonly actions: ReadonlyArray<ActionRecord>
  /** By key, as the logs of runs tell it (`spentIn`). */
  readonly spent: ReadonlyMap<string, Spent>
  readonly host: string
  /** Whether a result was computed with the engine that would compute now, by its attestation. */
  readonly sameEngine: (engine: NonNullable<ActionRecord["engine"]>) => boolean
}

/** The estimate of each node's cost, by id; null where nothing is recorded. */
export const costsOf = (graph: Graph, recorded: Recorded): ((node: GraphNode) => Cost | null) => {
  const ofStage = Map.groupBy(recorded.actions, ({ stage }) => stage)
  // Of several ways to equal bytes any will do: what counts are the params along it.
  const makers = new Map(recorded.actions.map((record) => [record.output.digest, record]))
  const works = new Map<ActionRecord, Work>()
  const workIn = (node: GraphNode, record: ActionRecord): Work => {
    const known = works.get(record)
    if (known !== undefined) return known
    const lineage = lineageParams(record, (digest) => makers.get(digest))
    const work = workOf(node, lineage)
    works.set(record, work)
    return work
  }
  return (node) => {
    const lineage = lineageParams(node, (id) => graph.byId.get(id))
    const wanted = workOf(node, lineage)
    const found = (ofStage.get(node.stage.name) ?? []).map((record) =>
      basisOf(node, record, workIn(node, record), wanted, recorded)
    )
    const basis = found.toSorted(byNearness)[0]
    return basis === undefined ? null : costFrom(node, basis)
  }
}

/** What a stage's work comes to with some params, and those that it asked for. */
interface Work {
  readonly amount: number | null
  readonly asked: Readonly<Record<string, unknown>>
}

const workOf = ({ stage }: GraphNode, params: Readonly<Record<string, unknown>>): Work => {
  const asked: Record<string, unknown> = {}
  const seen = new Proxy(params, {
    get: (_, name) => {
      if (typeof name !== "string") return undefined
      const value = Object.hasOwn(params, name) ? params[name] : undefined
      asked[name] = value
      return value
    }
  })
  return { amount: amountOf(() => stage.resources.cost?.(seen)), asked }
}

/** Params of earlier code may be none for the stage as it is now: then its work cannot be told. */
const amountOf = (cost: () => number | undefined): number | null => {
  try {
    const amount = cost()
    return amount !== undefined && Number.isFinite(amount) && amount > 0 ? amount : null
  } catch {
    return null
  }
}

const basisOf = (node: GraphNode, record: ActionRecord, had: Work, wanted: Work, recorded: Recorded): Basis => {
  const asked = new Set([...Object.keys(had.asked), ...Object.keys(wanted.asked)])
  const scaledBy = differences(had.asked, wanted.asked)
  // A param of an input whose record is gone: the stage took a default for it, which may be wrong.
  const isUnknown = scaledBy.some(({ before, after }) => before === undefined || after === undefined)
  const { engine, seconds, cpuSeconds } = record
  const spent = recorded.spent.get(record.key) ?? { seconds, stopped: false }
  return {
    record,
    seconds: spent.seconds,
    cpuSeconds: spent.stopped && seconds > 0 ? (cpuSeconds * spent.seconds) / seconds : cpuSeconds,
    factor: had.amount === null || wanted.amount === null || isUnknown ? null : wanted.amount / had.amount,
    scaledBy,
    others: differences(record.params, node.params).filter(({ param }) => !asked.has(param)),
    sameHost: record.host === recorded.host,
    sameEngine: engine === null || recorded.sameEngine(engine)
  }
}

const differences = (
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>
): ReadonlyArray<Differing> => {
  const valueIn = (params: Readonly<Record<string, unknown>>, name: string) =>
    Object.hasOwn(params, name) ? params[name] : undefined
  const text = (value: unknown) => (value === undefined ? "" : canonicalJson(value))
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((param) => ({ param, before: valueIn(before, param), after: valueIn(after, param) }))
    .filter((one) => text(one.before) !== text(one.after))
}

/**
 * What computes counts most, then the machine, then the settings by which nothing can be scaled, then how far there is to scale.
 * Of equals the newest.
 */
const byNearness = (a: Basis, b: Basis): number =>
  Number(b.sameEngine) - Number(a.sameEngine) ||
  Number(b.sameHost) - Number(a.sameHost) ||
  a.others.length - b.others.length ||
  distance(a) - distance(b) ||
  (a.record.finishedAt > b.record.finishedAt ? -1 : 1)

/** Unscaled is as far as a hundredfold. */
const distance = ({ factor }: Basis): number => (factor === null ? Math.log(100) : Math.abs(Math.log(factor)))

const costFrom = ({ stage }: GraphNode, basis: Basis): Cost => {
  const { record, factor, cpuSeconds: cpu } = basis
  const times = factor ?? 1
  const had = threadsOf(record)
  const bytes = [...Object.values(record.output.tables), ...Object.values(record.output.documents)].reduce(
    (sum, part) => sum + part.bytes,
    0
  )
  /** Only what an engine computes is divided among threads. */
  const shared = stage.numerics.length > 0
  const seconds = (threads: number): number => {
    if (!shared || threads === had) return basis.seconds * times
    return (threads < had ? Math.max(basis.seconds, cpu / threads) : (basis.seconds * had) / threads) * times
  }
  return {
    seconds,
    busySeconds: (threads) => Math.min(seconds(threads), (shared ? cpu / threads : cpu) * times),
    cpuSeconds: cpu * times,
    bytes: { least: Math.round(bytes * Math.min(1, times)), most: Math.round(bytes * Math.max(1, times)) },
    basis
  }
}

/** With how many threads a result was computed, as it says itself. */
const threadsOf = ({ engine }: ActionRecord): number => {
  const threads = engine?.["threads"]
  return typeof threads === "number" && Number.isSafeInteger(threads) && threads >= 1 ? threads : 1
}
