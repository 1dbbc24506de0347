/**
 * Which documents supervised fine-tuning sees: any with a question, in an order drawn by the seed, or so many of each format.
 * Exact counts, by largest remainder; which documents of a format are taken, and the order of all, is a pure function of the
 * seed.
 */

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { permutation } from "../random/philox.ts"
import type { CorpusSequences } from "./corpus.ts"

/**
 * The corpus has too few documents of a format for the mixture asked for.
 * @public
 */
export class FormatShort extends Schema.TaggedError<FormatShort>()("FormatShort", {
  format: Schema.String,
  wanted: Schema.Int,
  there: Schema.Int,
  known: Schema.Array(Schema.String)
}) {
  readonly badInput = true
  override get message() {
    return (
      `Fine-tuning wants ${this.wanted} documents in the format ${this.format}, and the corpus has ${this.there} (its ` +
      `formats with questions: ${this.known.join(", ")}). ` +
      "Lower sft.documents or the format's weight in sft.formats, or mix more of it."
    )
  }
}

/** `total` documents in the proportions of `weights`, exactly: largest remainder, ties in the order of the names. */
const countsOf = (weights: Readonly<Record<string, number>>, total: number): ReadonlyMap<string, number> => {
  const names = Object.keys(weights).toSorted()
  const sum = names.reduce((all, name) => all + weights[name]!, 0)
  const exact = names.map((name) => (total * weights[name]!) / sum)
  const counts = exact.map(Math.floor)
  const left = total - counts.reduce((all, count) => all + count, 0)
  const byRemainder = names.map((_, i) => i).toSorted((a, b) => exact[b]! - counts[b]! - (exact[a]! - counts[a]!))
  for (const i of byRemainder.slice(0, left)) counts[i]!++
  return new Map(names.map((name, i) => [name, counts[i]!]))
}

/** Documents of the corpus to fine-tune on, at most `documents`; with `formats`, exactly that many in its proportions. */
export const chooseDocuments = Effect.fnUntraced(function* (
  corpus: Pick<CorpusSequences, "training" | "promptTokens" | "format">,
  options: { readonly documents: number; readonly formats: Readonly<Record<string, number>> | null; readonly seed: number }
) {
  const answered = corpus.training.filter((document) => corpus.promptTokens[document]! > 0)
  const order = permutation(answered.length, options.seed, "sft/documents").map((i) => answered[i]!)
  if (options.formats === null) return order.subarray(0, options.documents)
  const byFormat = Map.groupBy(order, (document) => corpus.format(document))
  const left = new Map(countsOf(options.formats, options.documents))
  for (const [format, wanted] of left) {
    const there = byFormat.get(format)?.length ?? 0
    if (there < wanted) return yield* new FormatShort({ format, wanted, there, known: [...byFormat.keys()].toSorted() })
  }
  // The order stays that of the whole permutation, so formats are mixed in it.
  return order.filter((document) => {
    const format = corpus.format(document)
    const wanted = left.get(format) ?? 0
    if (wanted > 0) left.set(format, wanted - 1)
    return wanted > 0
  })
})
