/**
 * Where a completion comes from, as far as the store tells: the policies behind the one that sampled it, the nodes behind its
 * node, their mixtures, and what attributions say of its sources and documents. Rows of tables, with the names of their columns;
 * docs/sql.md has the query for each.
 */

import * as Effect from "effect/Effect"

import { Attribution } from "../../../schemas/attribution.ts"
import { Checkpoint } from "../../../schemas/checkpoint.ts"
import { Corpus } from "../../../schemas/corpus.ts"
import { RlRun } from "../../../schemas/rl-run.ts"
import { ancestorsOf, type NodeRecord } from "../../catalog/tables/history.ts"
import { openArtifactTable } from "../../dag/foresight/artifact-table.ts"
import { Store } from "../../store/objects/Store.ts"
import { Kind } from "../../store/schema/Kind.ts"

/** A node with its result. */
export type Made = NodeRecord & { readonly artifact: string }

export const isMade = (node: NodeRecord): node is Made => node.artifact !== null

/** Opens a table of an artifact; null where the artifact is none of the kind, or has no such table. */
const openIfThere = Effect.fnUntraced(function* <K extends Kind.Any, Name extends keyof K["tables"] & string>(
  kind: K,
  name: Name,
  artifact: string
) {
  const { kind: is, tables } = yield* (yield* Store).manifest(artifact)
  return Kind.isA(is, kind) && Object.hasOwn(tables, name) ? yield* openArtifactTable(kind, name, artifact) : null
})

/** A policy of a node, and what it was made from. */
export interface LinePolicy {
  /** Policies between it and the one that sampled the completion, and that one. */
  readonly back: number
  readonly node: string
  readonly step: number
  readonly digest: string
  readonly parent: string | null
}

/** The policies from the one of this digest back to the first that the nodes tell of. `nodes`: the nearest first. */
export const lineOfPolicies = Effect.fnUntraced(function* (digest: string, nodes: ReadonlyArray<Made>) {
  const made = new Map<string, Omit<LinePolicy, "back">>()
  // A policy is its maker's: a node that took it over says of it that it has no parent. Else the farthest node had it first.
  for (const { node, artifact } of nodes.toReversed()) {
    const table = yield* openIfThere(Checkpoint, "policies", artifact)
    for (const { step, digest, parent } of table ?? []) {
      const known = made.get(digest)
      if (known === undefined || (known.parent === null && parent !== null)) made.set(digest, { node, step, digest, parent })
    }
  }
  const line: Array<LinePolicy> = []
  for (let at = made.get(digest); at !== undefined && line.length < made.size; at = made.get(at.parent ?? ""))
    line.push({ back: line.length, ...at })
  return line
})

/** The digest of the policy that an evaluation asked; null where the store does not tell. */
export const evaluatedPolicy = Effect.fnUntraced(function* (policy: Made, step: unknown) {
  const table = yield* openIfThere(Checkpoint, "policies", policy.artifact)
  const ending = yield* openIfThere(RlRun, "endings", policy.artifact)
  const last = ending === null || ending.rows === 0 ? null : ending.row(0).updatedThrough
  const rows = [...(table ?? [])]
  const wanted = typeof step === "number" ? step : (last ?? rows.at(-1)?.step)
  return rows.find((row) => row.step === wanted)?.digest ?? null
})

/** A node behind another. */
export interface Ancestor {
  readonly depth: number
  readonly ancestor: string
  readonly label: string
  readonly stage: string
  readonly artifact: string | null
}

export const lineageOf = (node: NodeRecord): ReadonlyArray<Ancestor> =>
  ancestorsOf(node).map(({ node: { node: ancestor, label, stage, artifact }, depth }) => ({
    depth,
    ancestor,
    label,
    stage,
    artifact
  }))

/** A source of a mixture behind a node. */
export interface MixtureSource {
  readonly mixture: string
  readonly depth: number
  readonly readBy: string
  readonly source: string
  readonly share: number
  readonly tokens: number
  readonly documents: number
}

/** The mixtures behind a node, source by source. */
export const mixtureOf = Effect.fnUntraced(function* (node: NodeRecord) {
  const behind = ancestorsOf(node)
  const readers = [node, ...behind.map((one) => one.node)]
  const found: Array<MixtureSource> = []
  for (const { node: at, depth } of behind) {
    const table = isMade(at) ? yield* openIfThere(Corpus, "sources", at.artifact) : null
    const stages = readers.flatMap(({ stage, inputs }) => (Object.values(inputs).includes(at.node) ? [stage] : []))
    const readBy = [...new Set(stages)].toSorted().join(", ")
    for (const { source, share, tokens, documents } of table ?? [])
      found.push({ mixture: at.node, depth, readBy, source, share, tokens, documents })
  }
  return found
})

/** The nodes of the run that attribute the completions of a node. */
export const attributionsOf = Effect.fnUntraced(function* (node: NodeRecord) {
  const found: Array<Made> = []
  for (const one of node.run.nodes.values()) {
    const reads = one.inputs["scores"] === node.node || one.inputs["rollouts"] === node.node
    if (!reads || !isMade(one)) continue
    const { kind } = yield* (yield* Store).manifest(one.artifact)
    if (Kind.isA(kind, Attribution)) found.push(one)
  }
  return found
})

/** Rows of the table of completions that some of these attributions have looked at. */
export const attributedRows = Effect.fnUntraced(function* (attributions: ReadonlyArray<Made>) {
  const rows = new Set<number>()
  for (const { artifact } of attributions) {
    const table = yield* openArtifactTable(Attribution, "attributions", artifact)
    for (const target of table.column("target")) rows.add(target)
  }
  return rows
})

/** What a method gives of a completion to a source. */
export interface SourceScore {
  readonly node: string
  readonly method: string
  readonly source: string
  readonly score: number
}

/** A document that repeats a passage of a completion. */
export interface RepeatedDocument {
  readonly node: string
  readonly corpus: string
  readonly document: number
  readonly source: string
  readonly problem: string
  /** Tokens of the passage. */
  readonly length: number
  /** How often it stands in the corpus. */
  readonly count: number
  readonly text: string
}

/** An update that a document took part in. */
export interface SeenDocument {
  readonly document: number
  readonly node: string
  readonly step: number
}

/** What attributions say of the completion in a row: sources by method, the highest first; documents, the longest first. */
export const sourcesOf = Effect.fnUntraced(function* (attributions: ReadonlyArray<Made>, row: number) {
  const sources: Array<SourceScore> = []
  const documents: Array<RepeatedDocument> = []
  for (const { node, artifact, inputs, run } of attributions) {
    const given = yield* openArtifactTable(Attribution, "attributions", artifact)
    for (const [at, target] of given.column("target").entries())
      if (target === row) {
        const [method, source] = [given.column("method").at(at), given.column("source").at(at)]
        sources.push({ node, method, source, score: given.column("score")[at]! })
      }
    const spans = yield* openArtifactTable(Attribution, "matchedSpans", artifact)
    const corpus = run.nodes.get(inputs["corpus"] ?? "")
    const table = corpus !== undefined && isMade(corpus) ? yield* openIfThere(Corpus, "documents", corpus.artifact) : null
    for (const { target, document, source, length, count, text } of spans)
      if (target === row && corpus !== undefined && table !== null) {
        const problem = table.column("problem").at(document)
        documents.push({ node, corpus: corpus.node, document, source, problem, length, count, text })
      }
  }
  return {
    sources: sources.toSorted((a, b) => (a.method === b.method ? b.score - a.score : a.method < b.method ? -1 : 1)),
    documents: documents.toSorted((a, b) => b.length - a.length)
  }
})

/** In which updates of the nodes behind a completion the documents took part. `nodes`: those that trained on their corpora. */
export const updatesWith = Effect.fnUntraced(function* (documents: ReadonlyArray<RepeatedDocument>, nodes: ReadonlyArray<Made>) {
  const found: Array<SeenDocument> = []
  for (const { node, artifact, inputs } of nodes) {
    const wanted = new Set(documents.flatMap(({ corpus, document }) => (corpus === inputs["corpus"] ? [document] : [])))
    const table = wanted.size === 0 ? null : yield* openIfThere(Checkpoint, "batches", artifact)
    if (table === null) continue
    const steps = table.column("step")
    const { offsets, values } = table.column("documents")
    for (const [update, step] of steps.entries())
      for (let i = offsets[update]!; i < offsets[update + 1]!; i++)
        if (wanted.has(values[i]!)) found.push({ document: values[i]!, node, step })
  }
  return found.toSorted((a, b) => a.document - b.document || (a.node < b.node ? -1 : a.node > b.node ? 1 : a.step - b.step))
})
