/**
 * How much of each source: exact token targets, and the documents that meet them.
 *
 *   compute-matched   a fixed total T; source i gets T w_i / sum(w) tokens. A larger total extends a smaller one document by document.
 *   repeats           the paper's "k x": one repetition of a source is a fixed set of documents, used w_i times over, so that share and
 *                     total compute grow together.
 *
 * A source's first documents are held out: never trained on, kept for validation and for calibrating attribution. A target is met by the
 * first document that reaches it, so a source overshoots by less than one document; the manifest states the exact counts.
 */
import type { EncodedDocument } from "../tokenizer/document.ts"
import type { DocumentSource, SourceDocument } from "./DocumentSource.ts"

export type MixingMode = "compute-matched" | "repeats"

export interface MixtureOptions {
  readonly mode: MixingMode
  /** Total training tokens; under `repeats`, tokens of one repetition of every stream source together (a dataset's repetition is the whole dataset). */
  readonly tokens: number
  readonly weights: Readonly<Record<string, number>>
  /** Documents of each source kept out of training. */
  readonly heldOut: number
}

export interface PlacedDocument extends SourceDocument, EncodedDocument {
  readonly heldOut: boolean
  readonly repetition: number
}

/** The documents of one source as tokens, held-out ones first. */
export function* documentsOf(
  source: DocumentSource,
  options: MixtureOptions,
  encode: (document: SourceDocument) => EncodedDocument
): Generator<PlacedDocument> {
  const weight = options.weights[source.name] ?? 0
  // A finite source never gives up more than a tenth of itself.
  const heldOut = Math.min(options.heldOut, Math.floor(source.size / 10))
  const at = (index: number) => {
    const document = source.at(index)
    return { ...document, ...encode(document) }
  }
  for (let i = 0; i < heldOut; i++) yield { ...at(i), heldOut: true, repetition: 0 }
  if (weight === 0) return

  const distinct = source.size - heldOut
  const place = (i: number, perRepetition: number): PlacedDocument => ({
    ...at(heldOut + (i % perRepetition)),
    heldOut: false,
    repetition: Math.floor(i / perRepetition)
  })
  if (options.mode === "compute-matched") {
    const sum = Object.values(options.weights).reduce((a, b) => a + b, 0)
    const target = (options.tokens * weight) / sum
    for (let used = 0, i = 0; used < target; i++) {
      const document = place(i, distinct)
      used += document.tokens.length
      yield document
    }
    return
  }
  // One repetition: the whole of a finite source, the first documents that reach an equal share of the tokens of a stream.
  let perRepetition = Number.isFinite(distinct) ? distinct : 0
  if (perRepetition === 0) {
    const unit = options.tokens / Object.keys(options.weights).length
    for (let used = 0; used < unit; perRepetition++) used += at(heldOut + perRepetition).tokens.length
  }
  for (let i = 0; i < Math.round(perRepetition * weight); i++) yield place(i, perRepetition)
}
