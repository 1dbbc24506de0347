/**
 * What a node is likely to cost, from what earlier results of its stage cost: the nearest one, scaled by the work where the stage
 * says what that is proportional to (`resources.cost`). An estimate says on what it rests; where nothing is recorded there is
 * none.
 */

import { nearestOf } from "../../lists/nearest.ts"
import { canonicalJson } from "../../store/objects/digest.ts"
import type { ActionRecord } from "../../store/objects/records.ts"
import { type Graph, type GraphNode, lineageParam, lineageParams } from "../graph.ts"
import { paramsAlong, paramsAsked } from "./params-along.ts"
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
  /** Which share of that is left, where the node goes on from a shorter result; else 1. */
  readonly left: number
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
  /** Of nodes that go on from a shorter result, the share of the work that is left, by id. */
  readonly left?: ReadonlyMap<string, number>
  readonly host: string
  /** Whether a result was computed with the engine that would compute now, by its attestation. */
  readonly sameEngine: (engine: NonNullable<ActionRecord["engine"]>) => boolean
}

/**
 * The estimate of each node's cost, by id; null where nothing is recorded. Records that come to the same work, by one engine and
 * on one host, differ in nearness by their other settings alone: of such the nearest is looked for, and only those are compared.
 */
export const costsOf = (graph: Graph, recorded: Recorded): ((node: GraphNode) => Cost | null) => {
  const ofStage = Map.groupBy(recorded.actions, ({ stage }) => stage)
  // Of several ways to equal bytes any will do: what counts are the params along it.
  const makers = new Map(recorded.actions.map((record) => [record.output.digest, record]))
  const paramOf = paramsAlong(graph)
  const byStage = new Map<string, ReadonlyArray<Alike>>()
  const alikeIn = (node: GraphNode): ReadonlyArray<Alike> => {
    const known = byStage.get(node.stage.name)
    if (known !== undefined) return known
    const newestFirst = (ofStage.get(node.stage.name) ?? []).toSorted((a, b) => (a.finishedAt > b.finishedAt ? -1 : 1))
    const works = newestFirst.map((record): readonly [ActionRecord, Work] => {
      const byDigest = (digest: string) => makers.get(digest)
      return [
        record,
        workOf(
          node,
          (name) => lineageParam(name, record, byDigest),
          () => lineageParams(record, byDigest),
          record.continued?.left
        )
      ]
    })
    const alike = [...Map.groupBy(works, ([record, work]) => classOf(record, work, recorded)).values()].map((records) => ({
      work: records[0]![1],
      records: records.map(([record]) => record),
      nearest: new Map()
    }))
    byStage.set(node.stage.name, alike)
    return alike
  }
  return (node) => {
    const wanted = workOf(
      node,
      (name) => paramOf(node, name),
      () => lineageParams(node, (id) => graph.byId.get(id))
    )
    const found = alikeIn(node).map((alike) => basisOf(node, nearestIn(alike, node, wanted), alike.work, wanted, recorded))
    const basis = found.toSorted(byNearness)[0]
    return basis === undefined ? null : costFrom(node, basis)
  }
}

/** What a stage's work comes to with some params, and those that it asked for. */
interface Work {
  readonly amount: number | null
  readonly asked: Readonly<Record<string, unknown>>
}

/** Records, newest first, that are as near as their settings other than those by which the work is told. */
interface Alike {
  readonly work: Work
  readonly records: ReadonlyArray<ActionRecord>
  /** The search among them, by the names that do not count. */
  readonly nearest: Map<string, (params: ReadonlyMap<string, string>) => ActionRecord | null>
}

const classOf = ({ host, engine }: ActionRecord, { amount, asked }: Work, recorded: Recorded): string =>
  JSON.stringify([
    host === recorded.host,
    engine === null || recorded.sameEngine(engine),
    amount,
    ...Object.keys(asked)
      .toSorted()
      .map((name) => [name, textOf(asked[name])])
  ])

const nearestIn = ({ work, records, nearest }: Alike, node: GraphNode, wanted: Work): ActionRecord => {
  const left = new Set([...Object.keys(work.asked), ...Object.keys(wanted.asked)])
  const others = ({ params }: Pick<ActionRecord, "params">) =>
    new Map(
      Object.entries(params).flatMap(([name, value]) =>
        left.has(name) || value === undefined ? [] : [[name, textOf(value)] as const]
      )
    )
  const place = JSON.stringify([...left].toSorted())
  if (!nearest.has(place)) nearest.set(place, nearestOf(records, others))
  return nearest.get(place)!(others(node))!
}

const workOf = (
  { stage }: GraphNode,
  paramOf: (name: string) => unknown,
  whole: () => Readonly<Record<string, unknown>>,
  left = 1
): Work => {
  const asked: Record<string, unknown> = {}
  const seen = paramsAsked((name) => (asked[name] = paramOf(name)), whole)
  const amount = amountOf(() => stage.resources.cost?.(seen))
  return { amount: amount === null || left === 0 ? null : amount * left, asked }
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
    left: recorded.left?.get(node.id) ?? 1,
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
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((param) => ({ param, before: valueIn(before, param), after: valueIn(after, param) }))
    .filter((one) => textOf(one.before) !== textOf(one.after))
}

const textOf = (value: unknown): string => (value === undefined ? "" : canonicalJson(value))

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
  const grown = factor ?? 1
  const times = grown * basis.left
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
    bytes: { least: Math.round(bytes * Math.min(1, grown)), most: Math.round(bytes * Math.max(1, grown)) },
    basis
  }
}

/** With how many threads a result was computed, as it says itself. */
const threadsOf = ({ engine }: ActionRecord): number => {
  const threads = engine?.["threads"]
  return typeof threads === "number" && Number.isSafeInteger(threads) && threads >= 1 ? threads : 1
}
