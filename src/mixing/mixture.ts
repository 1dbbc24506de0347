/**
 * How much of each source: exact token targets, and the documents that meet them, as a stream.
 *
 *   compute-matched   a fixed total T; source i gets T w_i / sum(w) tokens. A larger total extends a smaller one document by
 *                     document.
 *   targets           source i gets w_i tokens; nested in the same way.
 *   repeats           the paper's "k x": one repetition of a source is a fixed set of documents, used w_i times over, so that
 *                     share and total compute grow together.
 *
 * A source's first documents are held out: never trained on, kept for validation and for calibrating attribution. A target is met
 * by the first document that reaches it, so that a source overshoots by less than one document. The manifest states targets and
 * exact counts.
 */

import * as Schema from "effect/Schema"

import { DigestIndex, textDigest } from "../datasets/overlap/DigestIndex.ts"
import { plural } from "../text/plural.ts"
import { bpeSeparator } from "../tokenizer/bpe/train.ts"
import type { EncodedDocument } from "../tokenizer/document.ts"
import type { DocumentSource, SourceDocument } from "./DocumentSource.ts"
import type { Selection } from "./Selection.ts"

/** How weights become token targets. */
export const mixingModes = ["compute-matched", "repeats", "targets"] as const
export type MixingMode = (typeof mixingModes)[number]

/** How much of each source. */
export interface MixtureOptions {
  readonly mode: MixingMode
  /**
   * Total training tokens; under `repeats`, tokens of one repetition of every endless source together (a dataset's repetition is
   * the whole dataset).
   */
  readonly tokens: number
  readonly weights: Readonly<Record<string, number>>
  /** Documents of each source kept out of training. */
  readonly heldOut: number
}

/** A document of the corpus: where it came from, its text and its tokens. */
export interface PlacedDocument extends SourceDocument, EncodedDocument {
  readonly heldOut: boolean
  readonly repetition: number
  /** Question, separator and solution. */
  readonly text: string
  /** First 16 digits of its SHA-256. */
  readonly digest: string
}

/** How documents become text and tokens. */
export interface Encoding {
  readonly separator: string
  readonly encode: (document: SourceDocument) => EncodedDocument
}

/**
 * A source without a single document to train on.
 * @public
 */
export class SourceEmpty extends Schema.TaggedError<SourceEmpty>()("SourceEmpty", {
  source: Schema.String,
  rejected: Schema.Int,
  leftOut: Schema.Int
}) {
  readonly badInput = true
  override get message() {
    return (
      `mix.sources: "${this.source}" has no document to train on (${plural(this.rejected, "row")} could not be used, ` +
      `${this.leftOut} documents were left out ` +
      `as copies or as contaminated). Look at it with pipeline data check, or leave it out.`
    )
  }
}

/**
 * A built-in source that gives nothing new any more.
 * @public
 */
export class SourceExhausted extends Schema.TaggedError<SourceExhausted>()("SourceExhausted", {
  source: Schema.String,
  documents: Schema.Int,
  tokens: Schema.Int
}) {
  readonly badInput = true
  override get message() {
    return (
      `mix.sources: "${this.source}" has no more than ${this.documents} documents that differ (${this.tokens} tokens): ` +
      `${IN_VAIN} more in a row were copies or contaminated. Take fewer mix.tokens, a larger mix.maximum, or ` +
      'mix.duplicates "keep".'
    )
  }
}

/** So many documents in a row of a source without end, none of which is taken: there is nothing new in it. */
const IN_VAIN = 200_000

/** Training tokens that a source is to have; null where only its documents say (repetitions of a dataset). */
export const targetTokens = (source: Pick<DocumentSource, "name" | "endless">, options: MixtureOptions): number | null => {
  const weight = options.weights[source.name] ?? 0
  switch (options.mode) {
    case "targets":
      return weight
    case "compute-matched":
      return (options.tokens * weight) / Object.values(options.weights).reduce((a, b) => a + b, 0)
    case "repeats":
      return source.endless ? weight * unitTokens(options) : null
  }
}

/** One repetition of an endless source. */
const unitTokens = (options: MixtureOptions): number => options.tokens / Object.keys(options.weights).length

/**
 * The documents of one source as tokens in batches, held-out ones first. Throws SourceEmpty, and what reading the source throws.
 */
export async function* documentsOf(
  source: DocumentSource,
  options: MixtureOptions,
  encoding: Encoding,
  selection: Selection
): AsyncGenerator<ReadonlyArray<PlacedDocument>, void, undefined> {
  const weight = options.weights[source.name] ?? 0
  const heldOut = await heldOutCount(source, options.heldOut)
  const target = options.mode === "repeats" ? Infinity : targetTokens(source, options)!
  // Under `repeats`: documents of one repetition, and in all; known once the first repetition ends.
  let perRepetition = Infinity
  let limit = Infinity
  if (options.mode === "repeats" && weight < 1) {
    perRepetition = await documentsPerRepetition(source, { ...options, heldOut }, encoding, selection.measuring())
    limit = Math.round(perRepetition * weight)
  }

  let tokens = 0
  let placed = 0
  let inVain = 0
  for (let repetition = 0; ; repetition++) {
    let inRepetition = 0
    const endsHere = (): boolean =>
      inRepetition >= perRepetition ||
      (options.mode === "repeats" && source.endless && repetition === 0 && tokens >= unitTokens(options))
    for await (const batch of numbered(source, encoding)) {
      const documents: Array<PlacedDocument> = []
      let full = false
      for (const document of batch) {
        const { index, text, digest } = document
        if (index < heldOut) {
          selection.holdOut(index)
          if (repetition === 0) documents.push({ ...document, ...encoding.encode(document), heldOut: true, repetition: 0 })
          continue
        }
        full = tokens >= target || placed >= limit || endsHere()
        if (full) break
        if (!selection.admits(index, document.problem, text, digest)) {
          if (source.endless && ++inVain >= IN_VAIN) throw new SourceExhausted({ source: source.name, documents: placed, tokens })
          continue
        }
        inVain = 0
        const encoded = encoding.encode(document)
        documents.push({ ...document, ...encoded, heldOut: false, repetition })
        tokens += encoded.tokens.length
        placed++
        inRepetition++
      }
      if (documents.length > 0) yield documents
      if (full) break
    }
    if (tokens >= target || placed >= limit) return
    if (inRepetition === 0) {
      const { duplicates, acrossSources, heldOutCopies, contaminated } = selection.counts
      const leftOut = duplicates + acrossSources + heldOutCopies + contaminated
      throw new SourceEmpty({ source: source.name, rejected: source.rejected().rows, leftOut })
    }
    if (options.mode === "repeats" && repetition === 0) {
      perRepetition = inRepetition
      limit = Math.round(perRepetition * weight)
      if (placed >= limit) return
    }
  }
}

/** The first documents of a source that a mixture trains on, in batches; for learning a vocabulary. */
export async function* trainingDocuments(
  source: DocumentSource,
  options: Pick<MixtureOptions, "heldOut">,
  selection: Selection
): AsyncGenerator<ReadonlyArray<SourceDocument>, void, undefined> {
  const heldOut = await heldOutCount(source, options.heldOut)
  let inVain = 0
  for await (const batch of numbered(source, { separator: bpeSeparator })) {
    const admitted = batch.filter(({ index, problem, text, digest }) => {
      if (index >= heldOut) return selection.admits(index, problem, text, digest)
      selection.holdOut(index)
      return false
    })
    yield admitted
    inVain = admitted.length > 0 ? 0 : inVain + batch.length
    if (source.endless && inVain >= IN_VAIN) return
  }
}

/** The digests of the documents that all sources hold out, as `separator` joins their texts. */
export const heldOutDigests = async (
  sources: ReadonlyArray<DocumentSource>,
  options: Pick<MixtureOptions, "heldOut">,
  encoding: Pick<Encoding, "separator">
): Promise<DigestIndex> => {
  const digests = new DigestIndex()
  for (const source of sources) {
    let left = await heldOutCount(source, options.heldOut)
    if (left === 0) continue
    for await (const batch of numbered(source, encoding)) {
      for (const { index, digest } of batch.slice(0, left)) digests.addDigest(digest, index)
      left -= batch.length
      if (left <= 0) break
    }
  }
  return digests
}

/**
 * A finite source never gives up more than a tenth of itself, which is seen without reading more than ten times what is wanted.
 */
const heldOutCount = async (source: DocumentSource, wanted: number): Promise<number> => {
  if (source.endless || wanted === 0) return wanted
  let size = 0
  for await (const batch of source.batches()) {
    size += batch.length
    if (size >= 10 * wanted) return wanted
  }
  return Math.floor(size / 10)
}

const documentsPerRepetition = async (
  source: DocumentSource,
  options: MixtureOptions,
  encoding: Encoding,
  selection: Selection
): Promise<number> => {
  let documents = 0
  const once = { ...options, weights: { ...options.weights, [source.name]: 1 } }
  for await (const batch of documentsOf(source, once, encoding, selection))
    documents += batch.filter((document) => !document.heldOut).length
  return documents
}

async function* numbered(source: DocumentSource, { separator }: Pick<Encoding, "separator">) {
  let index = 0
  for await (const batch of source.batches())
    yield batch.map((document) => {
      const { question, solution } = document
      const text = question === "" ? solution : question + separator + solution
      return { ...document, index: index++, text, digest: textDigest(text) }
    })
}
