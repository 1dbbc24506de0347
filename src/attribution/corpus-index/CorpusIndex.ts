/**
 * An index over labelled documents that counts and finds any token sequence, per source: a suffix array for each source.
 *
 * A source's text is every document of it followed by a separator, so that no match crosses documents and the end of a document
 * is an event like any token. A sequence that occurs is a *range* of ranks in the suffix array; adding a token to its end narrows
 * the range by two binary searches, and how often it occurs is how long the range is.
 *
 * Memory: 6 bytes a token, 8 of vocabularies beyond 65,535. Matching is exact: paraphrase is invisible here by design.
 */

import { AttributionInputError, requireDocuments } from "../AttributionInputError.ts"
import type { Symbols } from "./suffix-array.ts"
import { suffixArrays } from "./suffix-arrays.ts"

/** The documents of one source. Its arrays are read, never written. */
export interface SourceIndex {
  /** Token + 1, and 0 after each document: `[positions]`. */
  readonly text: Symbols
  /** Positions of all suffixes in ascending order: `[positions]`. */
  readonly suffixes: Int32Array
  /** First rank of the suffixes that begin with each symbol and, last, the number of positions: `[symbols + 1]`. */
  readonly begins: Int32Array
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

/** Builds the index, a source a thread. Linear in the tokens: tens of millions take seconds. */
export const buildCorpusIndex = async (input: IndexInput): Promise<CorpusIndex> => {
  const symbols = input.vocabulary + 1
  const laidOut = layOut(input)
  const orders = await suffixArrays(
    laidOut.map(({ text }) => text),
    symbols
  )
  const sources = laidOut.map((source, s) => ({ ...source, suffixes: orders[s]!, begins: beginsOf(source.text, symbols) }))
  return { sourceNames: input.sourceNames, sources, symbols }
}

/** Symbols that 2 bytes tell apart. */
export const SHORT = 2 ** 16

/** A text of so many positions, `symbols` of which can be told apart: in memory that threads share. */
export const emptyText = (positions: number, symbols: number): Symbols =>
  symbols <= SHORT ? new Uint16Array(new SharedArrayBuffer(2 * positions)) : new Int32Array(new SharedArrayBuffer(4 * positions))

/** Each source's text. */
const layOut = (input: IndexInput): ReadonlyArray<Omit<SourceIndex, "suffixes" | "begins">> => {
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
  return sourceNames.map((_, source) => textOf(input, source))
}

const textOf = ({ tokens, offsets, labels, numbers, vocabulary }: IndexInput, source: number) => {
  const own: Array<number> = []
  for (let d = 0; d < labels.length; d++) if (labels[d] === source) own.push(d)
  const starts = new Int32Array(own.length + 1)
  own.forEach((d, i) => (starts[i + 1] = starts[i]! + offsets[d + 1]! - offsets[d]! + 1))
  const text = emptyText(starts[own.length]!, vocabulary + 1)
  own.forEach((d, i) => {
    const from = offsets[d]!
    const length = offsets[d + 1]! - from
    for (let t = 0; t < length; t++) text[starts[i]! + t] = tokens[from + t]! + 1
  })
  return { text, starts, documents: Int32Array.from(own, (d) => numbers?.[d] ?? d) }
}

/** Ranks at which suffixes begin with another symbol: see `SourceIndex.begins`. */
export const beginsOf = (text: Symbols, symbols: number): Int32Array => {
  const begins = new Int32Array(symbols + 1)
  for (let i = 0; i < text.length; i++) begins[text[i]! + 1]!++
  for (let symbol = 0; symbol < symbols; symbol++) begins[symbol + 1]! += begins[symbol]!
  return begins
}

/** Positions (tokens and ends of documents) of each source: `[sources]`. */
export const sizesOf = ({ sources }: CorpusIndex): Int32Array => Int32Array.from(sources, ({ text }) => text.length)

/** All suffixes that start with some sequence: of each source the ranks low..high - 1, `[sources]`. */
export interface Range {
  readonly low: Int32Array
  readonly high: Int32Array
}

/** How often a token stands in all sources. */
export const occurrencesOf = ({ sources }: CorpusIndex, token: number): number =>
  sources.reduce((sum, { begins }) => sum + begins[token + 2]! - begins[token + 1]!, 0)

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
  for (const [s, { begins }] of sources.entries()) {
    if (low[s] === high[s]) continue
    if (depth === 0) {
      low[s] = begins[token + 1]!
      high[s] = begins[token + 2]!
      continue
    }
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
  if (tokens.length === 0) return everywhere(index)
  const edges = (after: boolean) => Int32Array.from(index.sources, (source) => edge(source, tokens, 0, after).rank)
  return { low: edges(false), high: edges(true) }
}

/**
 * How many of `tokens` from `from` on stand in a source in a row: the longest match with any suffix. The suffixes that a text
 * would stand between share most with it.
 */
export const longestMatch = (source: SourceIndex, tokens: ArrayLike<number>, from: number): number =>
  edge(source, tokens, from, false).shared

/**
 * Where `tokens` from `from` on would stand among the suffixes, before those that begin with them or after; and how many of them
 * the two suffixes there begin with, the one that begins with more. Halves are compared from where both ends already agree
 * (Manber and Myers 1993).
 */
const edge = (
  { text, suffixes, begins }: SourceIndex,
  tokens: ArrayLike<number>,
  from: number,
  after: boolean
): { readonly rank: number; readonly shared: number } => {
  const length = tokens.length - from
  let [low, high] = [begins[tokens[from]! + 1]!, begins[tokens[from]! + 2]!]
  // All that are left begin with the first token.
  let [sharedLow, sharedHigh] = low < high ? [1, 1] : [0, 0]
  while (low < high) {
    const middle = (low + high) >>> 1
    const start = suffixes[middle]!
    let shared = Math.min(sharedLow, sharedHigh)
    // No token is a separator, so that this ends before the document does.
    while (shared < length && text[start + shared] === tokens[from + shared]! + 1) shared++
    if (shared === length ? after : text[start + shared]! < tokens[from + shared]! + 1) {
      low = middle + 1
      sharedLow = shared
    } else {
      high = middle
      sharedHigh = shared
    }
  }
  return { rank: low, shared: Math.max(sharedLow, sharedHigh) }
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
