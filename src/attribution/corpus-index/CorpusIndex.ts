/**
 * An index over labelled documents that counts and finds any token sequence, per source: a suffix array for each source.
 *
 * A source's text is every document of it followed by a separator, so that no match crosses documents and the end of a document
 * is an event like any token. A sequence that occurs is a *range* of ranks in the suffix array; adding a token to its end narrows
 * the range by two binary searches, and how often it occurs is how long the range is.
 *
 * Memory: 8 bytes per token. Matching is exact: paraphrase is invisible here by design.
 */

import { AttributionInputError, requireDocuments } from "../AttributionInputError.ts"
import { suffixArray } from "./suffix-array.ts"

/** The documents of one source. Its arrays are read, never written. */
export interface SourceIndex {
  /** Token + 1, and 0 after each document: `[positions]`. */
  readonly text: Int32Array
  /** Positions of all suffixes in ascending order: `[positions]`. */
  readonly suffixes: Int32Array
  /** First position of each document and, last, the number of positions: `[documents + 1]`. */
  readonly starts: Int32Array
  /** Numbers of the documents in the corpus: `[documents]`. */
  readonly documents: Int32Array
}

/** The index of some documents. */
export interface CorpusIndex {
  readonly sourceNames: ReadonlyArray<string>
  /** `[sources]`. */
  readonly sources: ReadonlyArray<SourceIndex>
  /** Distinct symbols: the vocabulary and the separator. */
  readonly symbols: number
}

/** Labelled documents to index. */
export interface IndexInput {
  /** Documents one after another. */
  readonly tokens: Int32Array
  readonly offsets: Int32Array
  /** Index into `sourceNames` for each document. */
  readonly labels: ArrayLike<number>
  readonly sourceNames: ReadonlyArray<string>
  /** Numbers of the documents in their corpus; absent: from 0. */
  readonly numbers?: ArrayLike<number>
  /** Size of the vocabulary; every token is below it. */
  readonly vocabulary: number
}

/** Builds the index. Linear in the tokens; millions take seconds. */
export const buildCorpusIndex = (input: IndexInput): CorpusIndex => {
  const { tokens, offsets, labels, sourceNames, vocabulary } = input
  requireDocuments(tokens, offsets, labels, sourceNames.length, "labels")
  for (let d = 0; d < offsets.length - 1; d++)
    for (let t = offsets[d]!; t < offsets[d + 1]!; t++)
      if (!(tokens[t]! >= 0 && tokens[t]! < vocabulary)) {
        throw new AttributionInputError({
          field: "tokens",
          detail: `token ${tokens[t]} at ${t} is outside the vocabulary of ${vocabulary}`
        })
      }
  return { sourceNames, sources: sourceNames.map((_, source) => sourceIndex(input, source)), symbols: vocabulary + 1 }
}

const sourceIndex = ({ tokens, offsets, labels, numbers, vocabulary }: IndexInput, source: number): SourceIndex => {
  const own: Array<number> = []
  for (let d = 0; d < labels.length; d++) if (labels[d] === source) own.push(d)
  const starts = new Int32Array(own.length + 1)
  own.forEach((d, i) => (starts[i + 1] = starts[i]! + offsets[d + 1]! - offsets[d]! + 1))
  const text = new Int32Array(starts[own.length]!)
  own.forEach((d, i) => {
    const from = offsets[d]!
    const length = offsets[d + 1]! - from
    for (let t = 0; t < length; t++) text[starts[i]! + t] = tokens[from + t]! + 1
  })
  const documents = Int32Array.from(own, (d) => numbers?.[d] ?? d)
  return { text, suffixes: suffixArray(text, vocabulary + 1), starts, documents }
}

/** Positions (tokens and ends of documents) of each source: `[sources]`. */
export const sizesOf = ({ sources }: CorpusIndex): Int32Array => Int32Array.from(sources, ({ text }) => text.length)

/** All suffixes that start with some sequence: of each source the ranks low..high - 1, `[sources]`. */
export interface Range {
  readonly low: Int32Array
  readonly high: Int32Array
}

/** The range of the empty sequence. */
export const everywhere = (index: CorpusIndex): Range => ({ low: new Int32Array(index.sources.length), high: sizesOf(index) })

/** Occurrences of a range in each source: `[sources]`. */
export const countsOf = ({ low, high }: Range): Int32Array => high.map((end, source) => end - low[source]!)

/** Does the sequence of a range occur anywhere? */
export const occurs = ({ low, high }: Range): boolean => low.some((start, source) => start < high[source]!)

/**
 * From the range of a sequence of `depth` tokens to that of the sequence with `token` added; empty (low = high) where it does not
 * occur. Token -1 stands for the end of a document.
 */
export const narrow = ({ sources }: CorpusIndex, range: Range, depth: number, token: number): Range => {
  const low = range.low.slice()
  const high = range.high.slice()
  for (let s = 0; s < sources.length; s++) {
    if (low[s] === high[s]) continue
    low[s] = firstAtLeast(sources[s]!, low[s]!, high[s]!, depth, token + 1)
    high[s] = firstAtLeast(sources[s]!, low[s]!, high[s]!, depth, token + 2)
  }
  return { low, high }
}

/** First rank of low..high whose suffix has a symbol >= `symbol` at `depth`; `high` where there is none. */
const firstAtLeast = ({ text, suffixes }: SourceIndex, low: number, high: number, depth: number, symbol: number): number => {
  let [from, to] = [low, high]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (text[suffixes[middle]! + depth]! < symbol) from = middle + 1
    else to = middle
  }
  return from
}

/** The range of a token sequence. */
export const findSequence = (index: CorpusIndex, tokens: ArrayLike<number>): Range => {
  let range = everywhere(index)
  for (let i = 0; i < tokens.length && occurs(range); i++) range = narrow(index, range, i, tokens[i]!)
  return range
}

/**
 * How many of `tokens` from `from` on stand in a source in a row: the longest match with any suffix. The suffixes that a text
 * would stand between share most with it; halves are compared from where both ends already agree (Manber and Myers 1993).
 */
export const longestMatch = ({ text, suffixes }: SourceIndex, tokens: ArrayLike<number>, from: number): number => {
  const length = tokens.length - from
  let [low, high] = [0, suffixes.length]
  let [sharedLow, sharedHigh] = [0, 0]
  while (low < high) {
    const middle = (low + high) >>> 1
    const start = suffixes[middle]!
    let shared = Math.min(sharedLow, sharedHigh)
    // No token is a separator, so that this ends before the document does.
    while (shared < length && text[start + shared] === tokens[from + shared]! + 1) shared++
    if (shared === length) return length
    if (text[start + shared]! < tokens[from + shared]! + 1) {
      low = middle + 1
      sharedLow = shared
    } else {
      high = middle
      sharedHigh = shared
    }
  }
  return Math.max(sharedLow, sharedHigh)
}

/** Documents that hold the sequence of a range, an occurrence each: source, and number in the corpus. */
export function* documentsIn({ sources }: CorpusIndex, { low, high }: Range): Generator<{ source: number; document: number }> {
  for (const [source, of] of sources.entries())
    for (let rank = low[source]!; rank < high[source]!; rank++)
      yield { source, document: of.documents[documentAt(of.starts, of.suffixes[rank]!)]! }
}

/** Which document holds a position: the last that starts there or before. */
const documentAt = (starts: Int32Array, position: number): number => {
  let low = 0
  let high = starts.length - 1
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (starts[middle]! <= position) low = middle
    else high = middle
  }
  return low
}
