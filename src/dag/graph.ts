/**
 * A study's nodes as a graph: equal calls of a stage are one node, inputs come before their users, every node has a short stable
 * id and a label that says how it differs from its siblings. Which calls are equal is decided by full digests; an id is the
 * beginning of one, for eyes, and longer where two would begin alike. `--set` overrides are applied here, bottom up. What a stage
 * objects to, and a param that does nothing where it is set, is refused before anything is identified.
 */

import * as Schema from "effect/Schema"

import { maximumOf } from "../lists/large.ts"
import { canonicalJson, digestOf } from "../store/objects/digest.ts"
import { decimalFrom } from "../text/decimal.ts"
import { didYouMean } from "../text/near.ts"
import * as Arguments from "./arguments.ts"
import * as Param from "./Param.ts"
import type { Node, Stage, WiredInput } from "./Stage.ts"
import type { Study, StudyPart } from "./Study.ts"

export interface GraphNode {
  /** `rl-1f3a90c2`: stage and the first digits of the identity, as many as no other node of the graph begins with. */
  readonly id: string
  /** SHA-256 of what the node is: stage, params, and the identities of its inputs. */
  readonly identity: string
  /** `rl s ppo`: the stage and the params in which it and its ancestors differ from other nodes of the same stage. */
  readonly label: string
  readonly stage: Stage.Any
  readonly params: Readonly<Record<string, unknown>>
  /** Input name to node id. */
  readonly inputs: Readonly<Record<string, string>>
  /** The studies that need it, where the graph is of several. */
  readonly studies?: ReadonlyArray<string>
}

export interface Graph {
  /** Topological: inputs first. */
  readonly nodes: ReadonlyArray<GraphNode>
  readonly byId: ReadonlyMap<string, GraphNode>
}

/**
 * A `--set` that reaches no node.
 *
 * @public
 */
export class OverrideUnused extends Schema.TaggedError<OverrideUnused>()("OverrideUnused", { problem: Schema.String }) {
  readonly badInput = true
  override get message() {
    return this.problem
  }
}

/**
 * Two stages of a study have one name: in results, logs and \`--set\` nothing would tell them apart, and a process of its own is
 * started by the name.
 *
 * @public
 */
export class StageAmbiguous extends Schema.TaggedError<StageAmbiguous>()("StageAmbiguous", {
  stage: Schema.String,
  modules: Schema.Array(Schema.String)
}) {
  readonly badInput = true
  override get message() {
    const [one, other] = this.modules
    const where = one === other ? `both say that they are in ${one}` : `one in ${one}, the other in ${other}`
    return (
      `Two stages of this study are called "${this.stage}" (${where}). ` +
      "Give the copy a name of its own; if it is one stage that was loaded twice, import it by the same path everywhere."
    )
  }
}

/** `rl.kl=0.01` as stage `rl`, param `kl`, text `0.01`; `mix.sources.omi2=4` sets one member of a record. */
export interface Override {
  readonly stage: string
  readonly param: string
  readonly member?: string
  readonly text: string
}

/** The graph of a study with these values of its dimensions; of one that is made of others, each node says which need it. */
export const studyGraph = (
  study: Study,
  given: Readonly<Record<string, unknown>>,
  overrides: ReadonlyArray<Override> = []
): Graph => {
  const parts = study.parts?.(given)
  return parts === undefined
    ? graphOf(study.nodes(given), overrides)
    : graphOf(
        parts.flatMap(({ nodes }) => nodes),
        overrides,
        parts
      )
}

/**
 * `parts` are the same targets by the studies that name them, where these are several.
 *
 * @internal Tests wire nodes without a study.
 */
export const graphOf = (
  targets: ReadonlyArray<Node>,
  overrides: ReadonlyArray<Override> = [],
  parts: ReadonlyArray<StudyPart> = []
): Graph => {
  const identityOf = new Map<Node, string>()
  const found = new Map<string, Identified>()
  const stages = new Map<string, Stage.Any>()
  const used = new Set<Override>()

  const wired = new Map<string, WiredInput>()
  for (const node of inputsFirst(targets)) {
    const { stage } = node
    const inputs = Object.fromEntries(Object.entries(node.inputs).map(([name, input]) => [name, identityOf.get(input)!]))
    const namesake = stages.get(stage.name)
    if (namesake !== undefined && namesake !== stage)
      throw new StageAmbiguous({ stage: stage.name, modules: [namesake.module, stage.module] })
    stages.set(stage.name, stage)
    const params = overridden(node, overrides, used)
    const before = Object.fromEntries(Object.entries(inputs).map(([name, identity]) => [name, wired.get(identity)!]))
    const objection = Arguments.idleParam(stage.params, params) ?? stage.check(params, before)
    if (objection !== null) throw new Param.ParamInvalid({ owner: stage.name, ...objection })
    const identity = digestOf([stage.name, canonicalJson(params), canonicalJson(inputs)])
    if (!found.has(identity)) found.set(identity, { identity, stage, params, inputs })
    wired.set(identity, { identity, stage: stage.name, kind: stage.output.name, params, inputs: before })
    identityOf.set(node, identity)
  }
  for (const override of overrides) if (!used.has(override)) throw unused(override, stages)

  const ids = idsOf([...found.values()])
  const identified = [...found.values()].map(({ inputs, ...node }) => ({
    ...node,
    id: ids.get(node.identity)!,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, ids.get(input)!]))
  }))
  const labels = labelsOf(identified)
  const studies = new Map<string, Array<string>>()
  for (const { study, nodes } of parts)
    for (const identity of new Set(inputsFirst(nodes).map((node) => identityOf.get(node)!)))
      studies.set(identity, [...(studies.get(identity) ?? []), study])
  const nodes = identified.map((node) => ({
    ...node,
    label: labels.get(node.id)!,
    ...(parts.length === 0 ? {} : { studies: studies.get(node.identity) ?? [] })
  }))
  return { nodes, byId: new Map(nodes.map((node) => [node.id, node])) }
}

/** What is known of each node before anything has run, by its id: what a stage's checks are given of its inputs. */
export const wiredNodes = ({ nodes }: Graph): ReadonlyMap<string, WiredInput> => {
  const wired = new Map<string, WiredInput>()
  for (const node of nodes) {
    const { identity, stage, params } = node
    wired.set(node.id, { identity, stage: stage.name, kind: stage.output.name, params, inputs: wiredInputs(node, wired) })
  }
  return wired
}

/** The inputs of a node among the wired nodes of its graph. */
export const wiredInputs = (
  { inputs }: Pick<GraphNode, "inputs">,
  wired: ReadonlyMap<string, WiredInput>
): Readonly<Record<string, WiredInput>> => Object.fromEntries(Object.entries(inputs).map(([name, id]) => [name, wired.get(id)!]))

/** Every node that the targets need, each once, inputs before their users. A loop: a chain may be as long as a study likes. */
const inputsFirst = (targets: ReadonlyArray<Node>): ReadonlyArray<Node> => {
  const order = new Set<Node>()
  for (const target of targets) {
    const open = [{ node: target, inputs: Object.values(target.inputs), next: 0 }]
    for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
      const input = at.inputs[at.next++]
      if (input === undefined) order.add(open.pop()!.node)
      else if (!order.has(input)) open.push({ node: input, inputs: Object.values(input.inputs), next: 0 })
    }
  }
  return [...order]
}

/** A node that is known by its identity alone; its inputs by theirs. */
type Identified = Pick<GraphNode, "identity" | "stage" | "params" | "inputs">

/** Digits of an identity that an id has at least. */
const DIGITS = 8

/**
 * The id of each identity, the shortest that no other node has.
 *
 * @internal Tests give it identities that begin alike.
 */
export const idsOf = (
  nodes: ReadonlyArray<{ readonly identity: string; readonly stage: { readonly name: string } }>
): ReadonlyMap<string, string> => {
  const idAt = (digits: number, { identity, stage }: (typeof nodes)[number]) => `${stage.name}-${identity.slice(0, digits)}`
  const ids = new Map<string, string>()
  let open = nodes
  for (let digits = DIGITS; open.length > 0; digits++) {
    const alike = [...Map.groupBy(open, (node) => idAt(digits, node)).values()]
    for (const [node, ...others] of alike) if (others.length === 0) ids.set(node!.identity, idAt(digits, node!))
    open = alike.filter(({ length }) => length > 1).flat()
  }
  return ids
}

/**
 * A node's params with the overrides of its stage. One that counts only beside certain values of another param (`lambda` under
 * PPO) goes to the nodes where it counts and leaves the others as they are, so that one `--set` serves a study of several
 * algorithms.
 */
const overridden = (node: Node, overrides: ReadonlyArray<Override>, used: Set<Override>): Record<string, unknown> => {
  const params = { ...node.params }
  const own = overrides
    .filter(({ stage }) => stage === node.stage.name)
    .map((override) => ({ override, declared: declaredParam(node.stage, override) }))
    // A param before those that count beside its values, a record before its members.
    .toSorted((a, b) => placeAmong(a) - placeAmong(b))
  for (const { override, declared } of own)
    if (Arguments.countsAmong(declared, params)) {
      params[override.param] = Arguments.fromText(override.stage, override.param, declared, textOf(override, params))
      used.add(override)
    }
  return params
}

const placeAmong = ({ override, declared }: { readonly override: Override; readonly declared: Param.Param<unknown> }): number =>
  (declared.counts === undefined ? 0 : 2) + (override.member === undefined ? 0 : 1)

/** The text of the whole value, where one member of it is set. */
const textOf = ({ stage, param, member, text }: Override, params: Readonly<Record<string, unknown>>): string => {
  const now = params[param]
  if (member === undefined) return text
  if (typeof now === "object" && now !== null && !Array.isArray(now))
    return JSON.stringify({ ...now, [member]: decimalFrom(text) ?? text })
  throw new OverrideUnused({
    problem: `${stage}.${param}.${member}: ${stage}.${param} has no members: it is one value. Set that.`
  })
}

const declaredParam = (stage: Stage.Any, { param }: Override): Param.Param<unknown> => {
  const declared = Object.hasOwn(stage.params, param) ? stage.params[param] : undefined
  if (declared !== undefined) return declared
  throw new OverrideUnused({
    problem: `${stage.name}.${param}: stage "${stage.name}" has no such parameter.${didYouMean(param, Object.keys(stage.params))}`
  })
}

/** Why an override reached no node. */
const unused = ({ stage, param }: Override, stages: ReadonlyMap<string, Stage.Any>): OverrideUnused => {
  const counts = stages.get(stage)?.params[param]?.counts
  const problem =
    counts === undefined
      ? `this study has no stage "${stage}".${didYouMean(stage, stages.keys())}`
      : `does nothing in this study: it counts where ${Arguments.countsWords(counts)}, and no ${stage} node has that.`
  return new OverrideUnused({ problem: `${stage}.${param}: ${problem}` })
}

/** The params of a node and, where it has none of that name, of its ancestors, nearest first; each is gone through once. */
export const lineageParams = (
  node: Pick<GraphNode, "params" | "inputs">,
  byId: (id: string) => Pick<GraphNode, "params" | "inputs"> | undefined
): Record<string, unknown> => {
  const params: Record<string, unknown> = {}
  for (const ancestor of lineage(node, byId)) for (const [name, value] of Object.entries(ancestor.params)) params[name] ??= value
  return params
}

/** One of them: nobody is gone through behind the nearest that has it. */
export const lineageParam = (
  name: string,
  node: Pick<GraphNode, "params" | "inputs">,
  byId: (id: string) => Pick<GraphNode, "params" | "inputs"> | undefined
): unknown => {
  let nearest: unknown
  for (const { params } of lineage(node, byId)) if (Object.hasOwn(params, name) && (nearest ??= params[name]) !== null) break
  return nearest
}

function* lineage<N extends Pick<GraphNode, "params" | "inputs">>(node: N, byId: (id: string) => N | undefined): Generator<N> {
  yield node
  const ancestors = new Set(Object.values(node.inputs))
  // What is added while it is gone through is gone through as well, behind all of the generation before.
  for (const id of ancestors) {
    const ancestor = byId(id)
    if (ancestor === undefined) continue
    yield ancestor
    for (const input of Object.values(ancestor.inputs)) ancestors.add(input)
  }
}

const SHORT = 24

type Unlabelled = Omit<GraphNode, "label">

/**
 * A param tells siblings apart when it has more than one value among those that have it at all; `rl.steps` says nothing about an
 * evaluation before RL. What siblings hang on (`sft`, `rl`) is a word of its own where it differs. Words follow the way of the
 * data, the seed at the end.
 */
const labelsOf = (nodes: ReadonlyArray<Unlabelled>): Map<string, string> => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const owned = ownedParams(nodes)
  const labels = new Map<string, string>()
  for (const [stage, siblings] of Map.groupBy(nodes, (node) => node.stage)) {
    const lineages = siblings.map((node) => owned.get(node.id)!)
    const names = [...new Set(lineages.flatMap((params) => [...params.keys()]))]
    const telling = names
      .filter((name) => {
        const values = new Set(lineages.flatMap((params) => params.get(name)?.word ?? []))
        return values.size > 1 && [...values].every((text) => text.length <= SHORT)
      })
      .toSorted((a, b) => placeOf(b, lineages) - placeOf(a, lineages))
    const parents = siblings.map((node) => new Set(Object.values(node.inputs).map((input) => byId.get(input)!.stage.name)))
    const shared = new Set([...(parents[0] ?? [])].filter((name) => parents.every((others) => others.has(name))))
    siblings.forEach((node, i) => {
      const after = [...parents[i]!].filter((name) => !shared.has(name))
      const words = telling.map((name) => lineages[i]!.get(name)?.word ?? "").filter((text) => text !== "")
      labels.set(node.id, [stage.name, ...new Set([...after, ...words])].join(" "))
    })
    for (const [label, alike] of Map.groupBy(siblings, (node) => labels.get(node.id)!))
      if (alike.length > 1) for (const node of alike) labels.set(node.id, `${label} (${node.id.slice(stage.name.length + 1)})`)
  }
  return labels
}

interface Owned {
  readonly word: string
  /** Generations between the node and the ancestor that has the param. */
  readonly distance: number
}

/** Of every node, inputs first: the params of it and its ancestors by `stage.param`, the nearest of a name. */
const ownedParams = (nodes: ReadonlyArray<Unlabelled>): ReadonlyMap<string, ReadonlyMap<string, Owned>> => {
  const owned = new Map<string, ReadonlyMap<string, Owned>>()
  for (const node of nodes) {
    const params = new Map<string, Owned>()
    for (const [name, value] of Object.entries(node.params)) {
      const declared = node.stage.params[name]
      // What does not count for a node says nothing of it.
      if (declared !== undefined && !Arguments.countsAmong(declared, node.params)) continue
      params.set(`${node.stage.name}.${name}`, { word: word(name, value), distance: 0 })
    }
    for (const input of Object.values(node.inputs))
      for (const [name, { word, distance }] of owned.get(input)!)
        if (distance + 1 < (params.get(name)?.distance ?? Infinity)) params.set(name, { word, distance: distance + 1 })
    owned.set(node.id, params)
  }
  return owned
}

/** Farther ancestors come first in a label; seeds last of all. */
const placeOf = (name: string, lineages: ReadonlyArray<ReadonlyMap<string, Owned>>): number =>
  name.endsWith(".seed") ? -1 : maximumOf(lineages.map((params) => params.get(name)?.distance ?? -1))

const word = (name: string, value: unknown): string => {
  if (value === undefined || value === null || value === "") return ""
  if (typeof value === "string") return value
  return `${name}=${typeof value === "object" ? JSON.stringify(value) : String(value)}`
}
