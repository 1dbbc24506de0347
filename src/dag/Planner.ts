/**
 * The one place that decides what runs. A node is `cached`, must `run`, or is `blocked` because its key cannot be known before
 * something upstream has run; always with the reason. The runner asks the same `decide` again as digests become known.
 */

import * as Effect from "effect/Effect"

import { canonicalJson } from "../store/objects/digest.ts"
import { INPUT, keyOf } from "../store/objects/records.ts"
import { type ActionRecord, type Component, ResultUnread, Store } from "../store/objects/Store.ts"
import { soundAs } from "../store/upkeep/open-parts.ts"
import type { Graph, GraphNode } from "./graph.ts"
import { inputsAgree, InputsDisagree, originOf } from "./inputs-agree.ts"
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

export type Decision =
  | { readonly _tag: "cached"; readonly key: string; readonly action: ActionRecord; readonly waived: ReadonlyArray<Change> }
  | { readonly _tag: "run"; readonly key: string; readonly components: ReadonlyArray<Component>; readonly reason: Reason }
  | {
      readonly _tag: "blocked"
      readonly on: ReadonlyArray<string>
      /** Set when it must run whatever its inputs turn out to be: no earlier action agrees in all that is its own. */
      readonly certain: Exclude<Reason, { readonly _tag: "result missing" }> | null
    }

export interface PlanOptions {
  readonly numerics: Readonly<Record<string, string>>
  /** Stages whose code changes are accepted as making no difference: the newest result that differs in code alone is taken. */
  readonly assumeUnchanged: ReadonlyArray<string>
  /** Given the text behind every code digest that enters a key. */
  readonly keepText?: (digest: string, text: string) => void
}

/** Decides one node whose input digests are known. */
export const decide = Effect.fnUntraced(function* (
  node: GraphNode,
  inputs: Readonly<Record<string, string>>,
  options: PlanOptions
) {
  const store = yield* Store
  const externals = yield* node.stage.externals(node.params)
  const { numerics, keepText = store.keepCode } = options
  const components = componentsOf({ stage: node.stage, params: node.params, inputs, externals, numerics, keepText })
  const key = keyOf(components)
  const action = yield* store.lookup(key, soundAs(node.stage.output))
  if (action !== null) return cached(key, action, [])
  const earlier = (yield* store.actions).filter((record) => record.stage === node.stage.name)
  if (options.assumeUnchanged.includes(node.stage.name)) {
    const same = earlier
      .map((record) => ({
        record,
        changes: changesBetween(record.components, components),
        params: otherParams(record, node)
      }))
      .filter(({ changes }) => changes.every((change) => change.component.startsWith("code:")))
      .toSorted((a, b) => a.params.length - b.params.length || (a.record.finishedAt > b.record.finishedAt ? -1 : 1))
    for (const { record, changes, params } of same) {
      const usable = yield* store.lookup(record.key)
      if (usable !== null) return cached(record.key, usable, [...changes, ...params])
    }
  }
  yield* inputsAgree(node.stage, (input) => Effect.succeed(inputs[input]))
  const decision: Decision = { _tag: "run", key, components, reason: lost(store.flawOf(key)) ?? reasonFor(components, earlier) }
  return decision
})

const cached = (key: string, action: ActionRecord, waived: ReadonlyArray<Change>): Decision => ({
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
const decideBlocked = Effect.fnUntraced(function* (node: GraphNode, on: ReadonlyArray<string>, options: PlanOptions) {
  const store = yield* Store
  const { numerics, keepText = store.keepCode } = options
  const externals = yield* node.stage.externals(node.params)
  const components = componentsOf({ stage: node.stage, params: node.params, inputs: {}, externals, numerics, keepText })
  const earlier = (yield* store.actions).filter((record) => record.stage === node.stage.name)
  const own = earlier.map((record) => ({
    ...record,
    components: record.components.filter(({ name }) => !name.startsWith(INPUT))
  }))
  const assumed = options.assumeUnchanged.includes(node.stage.name)
  const reason = reasonFor(components, own)
  const same = reason._tag === "changed" && reason.changes.every(({ component }) => assumed && component.startsWith("code:"))
  const certain = same ? null : reason
  const decision: Decision = { _tag: "blocked", on, certain }
  return decision
})

const lost = (problem: string | null): Reason | null => (problem === null ? null : { _tag: "result missing", problem })

const reasonFor = (
  components: ReadonlyArray<Component>,
  earlier: ReadonlyArray<ActionRecord>
): Exclude<Reason, { readonly _tag: "result missing" }> => {
  const compared = earlier
    .map((since) => ({ since, changes: changesBetween(since.components, components) }))
    .toSorted((a, b) => a.changes.length - b.changes.length || (a.since.finishedAt > b.since.finishedAt ? -1 : 1))
  const nearest = compared[0]
  return nearest === undefined ? { _tag: "never ran" } : { _tag: "changed", ...nearest }
}

/**
 * What differs between two lists of components, by name.
 */
export const changesBetween = (before: ReadonlyArray<Component>, after: ReadonlyArray<Component>): ReadonlyArray<Change> => {
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
  graph: Graph,
  node: GraphNode,
  digests: ReadonlyMap<string, string>,
  options: PlanOptions
) {
  const unknown = Object.values(node.inputs).filter((id) => !digests.has(id))
  if (unknown.length > 0) {
    const isKnown = (id: string) => digests.has(id)
    yield* inputsAgree(node.stage, (input, document) =>
      Effect.succeed(digests.get(originOf(graph, node.inputs[input]!, document, isKnown)))
    )
    return yield* decideBlocked(node, [...new Set(unknown)], options)
  }
  const inputs = Object.fromEntries(Object.entries(node.inputs).map(([name, id]) => [name, digests.get(id)!]))
  return yield* decide(node, inputs, options)
})

/** Decides every node of a graph, as far as what is in the store lets it be known. Computes nothing. */
export const plan = Effect.fn("plan")(function* (graph: Graph, options: PlanOptions) {
  const digests = new Map<string, string>()
  const planned: Array<Planned> = []
  for (const node of graph.nodes) {
    const decision = yield* decideAmong(graph, node, digests, options).pipe(
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
