/**
 * The one place that decides what runs. A node is `cached`, must `run`, or is `blocked` because its key cannot be known before
 * something upstream has run; always with the reason. The runner asks the same `decide` again as digests become known.
 */

import * as Effect from "effect/Effect"

import { nearestOf } from "../lists/nearest.ts"
import { canonicalJson } from "../store/objects/digest.ts"
import { INPUT, keyOf } from "../store/objects/records.ts"
import { type ActionRecord, type Component, ResultUnread, Store, type StoreFailed } from "../store/objects/Store.ts"
import { soundAs } from "../store/upkeep/open-parts.ts"
import type { Graph, GraphNode } from "./graph.ts"
import { inputsAgree, InputsDisagree, type OriginOf, originsIn } from "./inputs-agree.ts"
import { componentsOf } from "./key.ts"

/** One difference between an action and the nearest earlier one of its stage. */
export interface Change {
  readonly component: string
  readonly before: string | null
  readonly after: string | null
}

export type Reason =
  | { readonly _tag: "never ran" }
  /** It was computed; `problem`: the file that is missing or damaged, and what is wrong with it. */
  | { readonly _tag: "result missing"; readonly problem: string }
  | { readonly _tag: "changed"; readonly since: ActionRecord; readonly changes: ReadonlyArray<Change> }

/** What becomes of a node whose inputs are there. */
type Found =
  | { readonly _tag: "cached"; readonly key: string; readonly action: ActionRecord; readonly waived: ReadonlyArray<Change> }
  | { readonly _tag: "run"; readonly key: string; readonly components: ReadonlyArray<Component> }

export type Decision =
  | Extract<Found, { readonly _tag: "cached" }>
  | (Extract<Found, { readonly _tag: "run" }> & { readonly reason: Reason })
  | {
      readonly _tag: "blocked"
      readonly on: ReadonlyArray<string>
      /** Set when it must run whatever its inputs turn out to be: no earlier action agrees in all that is its own. */
      readonly certain: Certain | null
    }

export interface PlanOptions {
  readonly numerics: Readonly<Record<string, string>>
  /** Stages whose code changes are accepted as making no difference: the newest result that differs in code alone is taken. */
  readonly assumeUnchanged: ReadonlyArray<string>
  /** Given the text behind every code digest that enters a key. */
  readonly keepText?: (digest: string, text: string) => void
}

type Certain = Exclude<Reason, { readonly _tag: "result missing" }>

/** What was computed before, as one plan or run looks at it: read and put in order once, when it is first asked for. */
export interface Earlier {
  /** Records of a stage that differ from these components in code alone, as far as components tell. */
  readonly butForCode: (stage: string, components: ReadonlyArray<Component>) => ReadonlyArray<ActionRecord>
  /** Why a node with these components has no result: how the nearest record differs. `own`: in what is not its inputs. */
  readonly reasonFor: (stage: string, components: ReadonlyArray<Component>, own?: boolean) => Certain
}

/** The earlier results of the store as they are when they are first asked for. */
export const lookBack = Effect.map(Store, (store) => Effect.cached(Effect.map(store.actions, earlierAmong))).pipe(Effect.flatten)

const earlierAmong = (records: ReadonlyArray<ActionRecord>): Earlier => {
  // Of those that are equally near the newest is meant.
  const ofStage = Map.groupBy(
    records.toSorted((a, b) => (a.finishedAt > b.finishedAt ? -1 : a.finishedAt < b.finishedAt ? 1 : 0)),
    ({ stage }) => stage
  )
  const once = <A>(make: (stage: string) => A): ((stage: string) => A) => {
    const made = new Map<string, A>()
    return (stage) => {
      if (!made.has(stage)) made.set(stage, make(stage))
      return made.get(stage)!
    }
  }
  const nearest = (among: (components: ReadonlyArray<Component>) => ReadonlyArray<Component>) =>
    once((stage) => nearestOf(ofStage.get(stage) ?? [], ({ components }) => valuesOf(among(components))))
  const nearestWhole = nearest((components) => components)
  const nearestOwn = nearest(ownOf)
  const byRest = once((stage) => Map.groupBy(ofStage.get(stage) ?? [], ({ components }) => keyOf(codelessOf(components))))
  return {
    butForCode: (stage, components) => byRest(stage).get(keyOf(codelessOf(components))) ?? [],
    reasonFor: (stage, components, own = false) => {
      const since = (own ? nearestOwn : nearestWhole)(stage)(valuesOf(components))
      if (since === null) return { _tag: "never ran" }
      const before = own ? ownOf(since.components) : since.components
      return { _tag: "changed", since, changes: changesBetween(before, components) }
    }
  }
}

const valuesOf = (components: ReadonlyArray<Component>): ReadonlyMap<string, string> =>
  new Map(components.map(({ name, value }) => [name, value]))

const isCode = (name: string): boolean => name.startsWith("code:")
const codelessOf = (components: ReadonlyArray<Component>) => components.filter(({ name }) => !isCode(name))
const ownOf = (components: ReadonlyArray<Component>) => components.filter(({ name }) => !name.startsWith(INPUT))

/** Decides one node whose input digests are known. Why it must run is not asked: a run has no use for that. */
export const decide = Effect.fnUntraced(function* (
  node: GraphNode,
  inputs: Readonly<Record<string, string>>,
  options: PlanOptions,
  earlier: Effect.Effect<Earlier, StoreFailed>
) {
  const store = yield* Store
  const externals = yield* node.stage.externals(node.params)
  const { numerics, keepText = store.keepCode } = options
  const components = componentsOf({ stage: node.stage, params: node.params, inputs, externals, numerics, keepText })
  const key = keyOf(components)
  const action = yield* store.lookup(key, soundAs(node.stage.output))
  if (action !== null) return cached(key, action, [])
  if (options.assumeUnchanged.includes(node.stage.name)) {
    const same = (yield* earlier)
      .butForCode(node.stage.name, components)
      .map((record) => ({ record, params: otherParams(record, node) }))
      .toSorted((a, b) => a.params.length - b.params.length)
    for (const { record, params } of same) {
      const usable = yield* store.lookup(record.key)
      if (usable !== null) return cached(record.key, usable, [...changesBetween(record.components, components), ...params])
    }
  }
  yield* inputsAgree(node.stage, (input) => Effect.succeed(inputs[input]))
  const found: Found = { _tag: "run", key, components }
  return found
})

const cached = (key: string, action: ActionRecord, waived: ReadonlyArray<Change>): Found => ({
  _tag: "cached",
  key,
  action,
  waived
})

/**
 * The params that an older result was made with and the node does not have: a default that the code has changed since. They are
 * in no component, because what equals its default is in none.
 */
const otherParams = (action: ActionRecord, node: GraphNode): ReadonlyArray<Change> => {
  const valueIn = (params: Readonly<Record<string, unknown>>, name: string) =>
    Object.hasOwn(params, name) ? canonicalJson(params[name], name) : null
  return [...new Set([...Object.keys(action.params), ...Object.keys(node.params)])]
    .map((name) => ({
      component: `param:${name}`,
      before: valueIn(action.params, name),
      after: valueIn(node.params, name)
    }))
    .filter(({ before, after }) => before !== after)
}

/** What can be said of a node before its inputs are known. */
const decideBlocked = Effect.fnUntraced(function* (
  node: GraphNode,
  on: ReadonlyArray<string>,
  options: PlanOptions,
  earlier: Effect.Effect<Earlier, StoreFailed>
) {
  const store = yield* Store
  const { numerics, keepText = store.keepCode } = options
  const externals = yield* node.stage.externals(node.params)
  const components = componentsOf({ stage: node.stage, params: node.params, inputs: {}, externals, numerics, keepText })
  const assumed = options.assumeUnchanged.includes(node.stage.name)
  const reason = (yield* earlier).reasonFor(node.stage.name, components, true)
  const same = reason._tag === "changed" && reason.changes.every(({ component }) => assumed && isCode(component))
  const certain = same ? null : reason
  const decision: Decision = { _tag: "blocked", on, certain }
  return decision
})

const lost = (problem: string | null): Reason | null => (problem === null ? null : { _tag: "result missing", problem })

/**
 * What differs between two lists of components, by name.
 */
export const changesBetween = (before: ReadonlyArray<Component>, after: ReadonlyArray<Component>): ReadonlyArray<Change> => {
  // Nearly always all are the same, in the same order.
  if (before.length === after.length && before.every((one, i) => one.name === after[i]!.name && one.value === after[i]!.value))
    return []
  const old = new Map(before.map(({ name, value }) => [name, value]))
  const now = new Map(after.map(({ name, value }) => [name, value]))
  return [...new Set([...old.keys(), ...now.keys()])]
    .toSorted()
    .filter((component) => old.get(component) !== now.get(component))
    .map((component) => ({ component, before: old.get(component) ?? null, after: now.get(component) ?? null }))
}

/** A node and what a run would do with it. */
export interface Planned {
  readonly node: GraphNode
  readonly decision: Decision | Unread
}

/** The node's result is there and cannot be read, so that a run fails at it. */
interface Unread {
  readonly _tag: "unread"
  readonly key: string
  readonly problem: string
}

/** Decides one node of a graph, given the digests of the nodes before it that are known. */
const decideAmong = Effect.fnUntraced(function* (
  node: GraphNode,
  digests: ReadonlyMap<string, string>,
  options: PlanOptions,
  earlier: Effect.Effect<Earlier, StoreFailed>,
  origin: OriginOf
) {
  const unknown = Object.values(node.inputs).filter((id) => !digests.has(id))
  if (unknown.length > 0) {
    yield* inputsAgree(node.stage, (input, document) => Effect.succeed(digests.get(origin(node.inputs[input]!, document))))
    return yield* decideBlocked(node, [...new Set(unknown)], options, earlier)
  }
  const inputs = Object.fromEntries(Object.entries(node.inputs).map(([name, id]) => [name, digests.get(id)!]))
  const found = yield* decide(node, inputs, options, earlier)
  if (found._tag === "cached") return found
  const store = yield* Store
  const reason = lost(store.flawOf(found.key)) ?? (yield* earlier).reasonFor(node.stage.name, found.components)
  const decision: Decision = { ...found, reason }
  return decision
})

/** Decides every node of a graph, as far as what is in the store lets it be known. Computes nothing. */
export const plan = Effect.fn("plan")(function* (graph: Graph, options: PlanOptions) {
  const digests = new Map<string, string>()
  const planned: Array<Planned> = []
  const earlier = yield* lookBack
  const origin = originsIn(graph, (id) => digests.has(id))
  for (const node of graph.nodes) {
    const decision = yield* decideAmong(node, digests, options, earlier, origin).pipe(
      Effect.catch((error) => {
        if (error instanceof ResultUnread)
          return Effect.succeed<Unread>({ _tag: "unread", key: error.key, problem: error.message })
        // More than one node of the stage may be in the study.
        return Effect.fail(error instanceof InputsDisagree ? new InputsDisagree({ ...error, stage: node.label }) : error)
      })
    )
    if (decision._tag === "cached") digests.set(node.id, decision.action.output.digest)
    planned.push({ node, decision })
  }
  return planned
})
