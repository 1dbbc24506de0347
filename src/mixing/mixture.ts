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

export interface PlacedDocument extends SourceDocument {
  readonly heldOut: boolean
  readonly repetition: number
}

/** The documents of one source, held-out ones first. `lengthOf` gives a document's length in tokens. */
export function* documentsOf(
  source: DocumentSource,
  options: MixtureOptions,
  lengthOf: (document: SourceDocument) => number
): Generator<PlacedDocument> {
  const weight = options.weights[source.name] ?? 0
  // A finite source never gives up more than a tenth of itself.
  const heldOut = Math.min(options.heldOut, Math.floor(source.size / 10))
  for (let i = 0; i < heldOut; i++) yield { ...source.at(i), heldOut: true, repetition: 0 }
  if (weight === 0) return

  const distinct = source.size - heldOut
  const sum = Object.values(options.weights).reduce((a, b) => a + b, 0)
  if (options.mode === "compute-matched") {
    const target = (options.tokens * weight) / sum
    for (let used = 0, i = 0; used < target; i++) {
      const document = source.at(heldOut + (i % distinct))
      used += lengthOf(document)
      yield { ...document, heldOut: false, repetition: Math.floor(i / distinct) }
    }
    return
  }
  const unit = options.tokens / Object.keys(options.weights).length
  let perRepetition = Number.isFinite(distinct) ? distinct : 0
  if (perRepetition === 0) for (let used = 0; used < unit; perRepetition++) used += lengthOf(source.at(heldOut + perRepetition))
  const total = Math.round(perRepetition * weight)
  for (let i = 0; i < total; i++)
    yield { ...source.at(heldOut + (i % perRepetition)), heldOut: false, repetition: Math.floor(i / perRepetition) }
}
