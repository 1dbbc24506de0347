/**
 * Whether a node's inputs belong together. A model and a corpus that number their tokens differently can be computed with, and
 * nothing that comes out means anything. So a stage names the documents that its inputs must have in common (`agreeOn`), and
 * those that its output has from an input (`passesOn`). They are compared by digest: by the planner and during a run as soon as
 * the artifacts are there that the documents come from, and by whoever computes before it starts.
 */

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { Store } from "../store/objects/Store.ts"
import type { Graph } from "./graph.ts"
import type { Stage } from "./Stage.ts"

/**
 * Two inputs of a stage have different versions of what they must have in common.
 *
 * @public
 */
export class InputsDisagree extends Schema.TaggedError<InputsDisagree>()("InputsDisagree", {
  stage: Schema.String,
  document: Schema.String,
  inputs: Schema.Array(Schema.String),
  digests: Schema.Array(Schema.String)
}) {
  readonly badInput = true
  override get message() {
    const named = this.inputs.map((input, i) => `${input} (${this.digests[i]})`).join(" and ")
    return (
      `The inputs of ${this.stage} do not belong together: ${named} differ in their ${this.document}, so that what means one ` +
      `thing in the one means another in the other. Give ${this.stage} inputs with one ${this.document}.`
    )
  }
}

/**
 * Digests of a document of an artifact or, where its kind has no such document, of what it was made from: several where equal
 * bytes were made in several ways.
 */
const documentsOf = Effect.fnUntraced(function* (artifact: string, document: string) {
  const store = yield* Store
  const found = new Set<string>()
  const artifacts = new Set([artifact])
  // What is added while it is gone through is gone through as well; each once, however many ways lead to it.
  for (const one of artifacts)
    yield* Effect.gen(function* () {
      const own = (yield* store.manifest(one)).documents[document]?.file
      if (own !== undefined) found.add(own)
      else for (const { inputs } of yield* store.makersOf(one)) for (const input of Object.values(inputs)) artifacts.add(input)
    }).pipe(
      // What cannot be read is an error of whoever opens it, and tells nothing here.
      Effect.ignore
    )
  return found
})

/** Gives the artifact that an input's document is to be looked for in; undefined: it is not known, and nothing is compared. */
type ArtifactOf = (input: string, document: string) => Effect.Effect<string | undefined>

/**
 * Fails with `InputsDisagree` where two of the inputs that are known differ in what the stage wants them to have in common: as
 * soon as two are known, whichever these are.
 */
export const inputsAgree = Effect.fnUntraced(function* (stage: Stage.Any, artifactOf: ArtifactOf) {
  for (const [document, names] of Object.entries(stage.agreeOn)) {
    let first: { readonly name: string; readonly digests: ReadonlySet<string> } | null = null
    const compare = Effect.fnUntraced(function* (name: string) {
      const artifact = yield* artifactOf(name, document)
      const digests = artifact === undefined ? new Set<string>() : yield* documentsOf(artifact, document)
      if (digests.size === 0) return
      first ??= { name, digests }
      const { name: other, digests: shared } = first
      if ([...digests].some((digest) => shared.has(digest))) return
      const inOrder = names.indexOf(other) < names.indexOf(name)
      const shown = [shared, digests].map(([...all]) => all[0]!.slice(0, 12))
      return yield* new InputsDisagree({
        stage: stage.name,
        document,
        inputs: inOrder ? [other, name] : [name, other],
        digests: inOrder ? shown : shown.toReversed()
      })
    })
    yield* Effect.forEach(names, compare, { concurrency: "unbounded", discard: true })
  }
})

/** Gives the node that a node's document comes from. */
export type OriginOf = (id: string, document: string) => string

/**
 * Looks back along `passesOn`, to a node whose artifact is known or which passes on none. Of each node it is found out once: what
 * is known of those before it must not change after it has been asked.
 */
export const originsIn = (graph: Graph, isKnown: (id: string) => boolean): OriginOf => {
  const found = new Map<string, Map<string, string>>()
  return (id, document) => {
    const origins = found.get(document) ?? new Map<string, string>()
    found.set(document, origins)
    const way: Array<string> = []
    for (let at = id; ;) {
      const { stage, inputs } = graph.byId.get(at)!
      const from = Object.hasOwn(stage.passesOn, document) ? inputs[stage.passesOn[document]!] : undefined
      const origin = origins.get(at) ?? (isKnown(at) || from === undefined ? at : undefined)
      way.push(at)
      if (origin === undefined) at = from!
      else {
        for (const one of way) origins.set(one, origin)
        return origin
      }
    }
  }
}
