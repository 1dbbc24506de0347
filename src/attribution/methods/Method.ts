/**
 * What a method of attribution is: a function of targets and documents that gives each pair a number, higher for documents that
 * are said to make the target likelier. One page a method in this folder, one line in `registry.ts`. Judged by `../retraining`
 * and `../canaries`.
 *
 * Every method here adds up: what a set of documents is given is the sum over them. So what is asked is the sum over each part of
 * the documents, and a method may come to it in the cheapest way. Where every document is a part of its own, it is each pair.
 */

import * as Effect from "effect/Effect"

import type { EngineError } from "../../engine/Engine.ts"
import { AttributionInputError } from "../AttributionInputError.ts"
import { flat } from "../bodies.ts"
import type { Trained } from "../gradients/Trained.ts"

/** A document, or a held-out one as a target. */
export interface AttributedText {
  /** Prompt and solution, end of text included. */
  readonly tokens: Int32Array
  /** So many tokens at the front are the prompt; 0 for plain text. A target is what comes after it. */
  readonly promptTokens: number
  readonly source: string
  /** Its group in the partition that is judged. */
  readonly group: string
}

/** What is attributed to what. */
export interface Attributed {
  readonly targets: ReadonlyArray<AttributedText>
  /** Those trained on. */
  readonly documents: ReadonlyArray<AttributedText>
  /** The part that a document is in, `[documents]`, below `parts`. */
  readonly partOf: Int32Array
  readonly parts: number
}

export interface Method {
  /** In tables: lower case letters and hyphens. */
  readonly name: string
  /**
   * What it looks at: the two texts alone, all documents together, the gradients of a trained model, or also the second moments
   * that AdamW had.
   */
  readonly of: "texts" | "corpus" | "gradients" | "moments"
  /** Sums over the documents of each part, row-major `[targets, parts]`. Those without gradients do not ask for `trained`. */
  readonly scores: (of: Attributed, trained: Trained) => Effect.Effect<Float64Array, EngineError | AttributionInputError>
}

/** A document of a corpus whose group is its source. */
export const groupedBySource = ({ tokens, promptTokens, source }: Omit<AttributedText, "group">): AttributedText => ({
  tokens,
  promptTokens,
  source,
  group: source
})

/** Every document as a part of its own. */
export const documentsApart = (of: Pick<Attributed, "targets" | "documents">): Attributed => ({
  ...of,
  partOf: Int32Array.from(of.documents, (_, document) => document),
  parts: of.documents.length
})

/** A method that needs no model, from the number that it gives to a pair. */
export const ofPairs = (name: string, score: (target: AttributedText, document: AttributedText) => number): Method => ({
  name,
  of: "texts",
  scores: ({ targets, documents, partOf, parts }) =>
    Effect.sync(() => {
      const scores = new Float64Array(targets.length * parts)
      for (const [t, target] of targets.entries())
        for (const [d, document] of documents.entries()) scores[t * parts + partOf[d]!]! += score(target, document)
      return scores
    })
})

/** Solutions, without their questions, one after another and apart, with what they come from. */
export const labelled = (
  of: ReadonlyArray<AttributedText>,
  sources: ReadonlyArray<string> = [...new Set(of.map(({ source }) => source))].toSorted()
) => {
  const labels = Uint8Array.from(of, ({ source }) => sources.indexOf(source))
  const texts = of.map(({ tokens, promptTokens }) => tokens.subarray(promptTokens))
  return { sources, ...flat(texts, labels) }
}

/** Scores of a method that gives a target's documents of one source all the same: `score` of target and index of the source. */
export const bySource = (
  { targets, documents, partOf, parts }: Attributed,
  sources: ReadonlyArray<string>,
  score: (target: number, source: number) => number
): Float64Array => {
  const scores = new Float64Array(targets.length * parts)
  const counts = sources.map(() => new Int32Array(parts))
  for (const [d, { source }] of documents.entries()) counts[sources.indexOf(source)]![partOf[d]!]!++
  for (const t of targets.keys())
    for (const [s, ofSource] of counts.entries())
      for (let part = 0; part < parts; part++) scores[t * parts + part]! += ofSource[part]! * score(t, s)
  return scores
}

/** What a method says of what it was given; all else is a fault of its own. */
export const thrown = (cause: unknown): AttributionInputError => {
  if (cause instanceof AttributionInputError) return cause
  throw cause
}
