/**
 * Which recorded result of a stage a longer one goes on from (`continues` in Stage.ts). The state at the end of a shared part is
 * known by all components of its key but the horizon: code, inputs, numerics and every other param. Among the results that agree
 * in these, the one is taken whose shared part is the longest that is not longer than the node's own.
 */

import * as Effect from "effect/Effect"

import { canonicalJson } from "../../store/objects/digest.ts"
import { type ActionRecord, type Component, type Continuation, keyOf } from "../../store/objects/records.ts"
import { Store } from "../../store/objects/Store.ts"
import { soundAs } from "../../store/upkeep/open-parts.ts"
import { errorText } from "../../text/error-text.ts"
import type { Graph, GraphNode } from "../graph.ts"
import type { Extent, Stage } from "../Stage.ts"
import { openArtifactTable } from "./artifact-table.ts"

/** What was found for a node that is to be computed. */
export interface Beginning {
  readonly continuation: Continuation | null
  /** How far its shared part goes, in the unit of the stage's `extent`; 0: there is none. */
  readonly shared: number
  /** The share of the work that is left. */
  readonly left: number
  /** `continues pretrain of epochs 1, decay 0.1 (action 1f3a90c2ab12) from step 900`; empty: there was nothing to go on from. */
  readonly words: string
  /** A sentence for each longer state that would have done and cannot be used. */
  readonly passedOver: ReadonlyArray<string>
}

/** A node and how far it goes. */
export interface Shorter {
  readonly node: GraphNode
  readonly extent: Extent
}

const ANEW: Beginning = { continuation: null, shared: 0, left: 1, words: "", passedOver: [] }

/** Looks for the longest state in the store that a node with these components can go on from. */
export const beginningOf = Effect.fnUntraced(function* (
  { stage, params }: Pick<GraphNode, "stage" | "params">,
  components: ReadonlyArray<Component>
) {
  const own = stage.continues?.extent(params) ?? null
  if (stage.continues === null || own === null) return ANEW
  const { horizon, state } = stage.continues
  const store = yield* Store
  const wanted = keyOf(butForHorizon(components, horizon))
  const candidates = (yield* store.actions)
    .filter((record) => record.stage === stage.name && keyOf(butForHorizon(record.components, horizon)) === wanted)
    .flatMap((record) => {
      const shared = sharedBy(record, stage)
      return (record.output.tables[state]?.rows ?? 0) > 0 && shared <= own.shared ? [{ record, shared }] : []
    })
    .toSorted((a, b) => b.shared - a.shared || (a.record.finishedAt > b.record.finishedAt ? -1 : 1))
  const passedOver: Array<string> = []
  for (const { record, shared } of candidates) {
    const name = nameOf(record, horizon)
    const step = yield* stepOf(record, stage, state).pipe(
      Effect.catch((error) => {
        passedOver.push(`${name} cannot be continued: ${error instanceof Error ? error.message : error}`)
        return Effect.succeed(null)
      })
    )
    if (step === null) continue
    const left = leftOf(shared, own)
    const continuation: Continuation = { key: record.key, artifact: record.output.digest, step, left }
    return { continuation, shared, left, words: `continues ${name} from step ${step}`, passedOver } satisfies Beginning
  }
  return { ...ANEW, words: passedOver.length > 0 ? "begins anew" : "", passedOver } satisfies Beginning
})

/**
 * By the id of a node, the node of its graph that it can go on from: so that of two lengths in one study the shared part is
 * computed once, the longer one waits for the shorter one.
 */
export const shorterNodes = ({ nodes }: Graph): ReadonlyMap<string, Shorter> => {
  const shorter = new Map<string, Shorter>()
  const extents = nodes.flatMap((node) => {
    const extent = node.stage.continues?.extent(node.params) ?? null
    return extent === null ? [] : [{ node, extent }]
  })
  const alike = ({ node: { stage, params, inputs } }: (typeof extents)[number]) => {
    const others = Object.entries(params).filter(([name]) => stage.continues?.horizon.includes(name) !== true)
    return canonicalJson([stage.name, Object.fromEntries(others), inputs])
  }
  for (const siblings of Map.groupBy(extents, alike).values()) {
    const ascending = siblings.toSorted((a, b) => a.extent.shared - b.extent.shared)
    for (const [i, { node }] of ascending.entries()) {
      const before = ascending[i - 1]
      if (before !== undefined) shorter.set(node.id, before)
    }
  }
  return shorter
}

/** What a plan says of a node that goes on from another of its graph, which is still to be computed. */
export const beginningAfter = ({ stage, params }: GraphNode, { node, extent: { shared } }: Shorter): Beginning => {
  const left = leftOf(shared, stage.continues?.extent(params) ?? { shared, whole: shared })
  return { ...ANEW, shared, left, words: `continues ${node.label} once that is done` }
}

const leftOf = (shared: number, { whole }: Extent): number => Math.min(1, Math.max(0, 1 - shared / whole))

const butForHorizon = (components: ReadonlyArray<Component>, horizon: ReadonlyArray<string>): ReadonlyArray<Component> =>
  components.filter(({ name }) => !horizon.some((param) => name === `param:${param}`))

/** How far its shared part goes; infinitely where its params make no sense, so that nothing goes on from it. */
const sharedBy = ({ params }: ActionRecord, { continues }: Stage.Any): number => {
  const shared = continues?.extent(params)?.shared ?? Number.POSITIVE_INFINITY
  return Number.isFinite(shared) ? shared : Number.POSITIVE_INFINITY
}

const nameOf = ({ stage, key, params }: ActionRecord, horizon: ReadonlyArray<string>): string =>
  `${stage} of ${horizon.map((param) => `${param} ${String(params[param])}`).join(", ")} (action ${key.slice(0, 12)})`

/** The step of the state that a result has kept. Fails with a sentence, or with what kept it from being read. */
const stepOf = Effect.fnUntraced(function* ({ key, output }: ActionRecord, { output: kind }: Stage.Any, state: string) {
  const store = yield* Store
  if ((yield* store.lookup(key, soundAs(kind))) === null)
    return yield* Effect.fail(store.flawOf(key) ?? "its result is no longer there")
  const table = yield* openArtifactTable(kind, state, output.digest)
  const step = yield* Effect.try({
    try: (): unknown => table.row(0)["step"],
    catch: (cause) => errorText(cause)
  })
  return typeof step === "number" ? step : yield* Effect.fail("its state says no step")
})
