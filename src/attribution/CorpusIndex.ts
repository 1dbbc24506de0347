/**
 * An index over labelled documents that counts and finds any token sequence, per source: one suffix array.
 *
 * The text is every document followed by a separator, so that no match crosses documents and the end of a document is an event
 * like any token. A sequence that occurs is a *range* of ranks in the suffix array; adding a token to its end narrows the range
 * by two binary searches. Occurrences per source come from prefix counts kept for every block of ranks.
 *
 * Memory: 9 bytes per token plus 4 per block and source. Matching is exact: paraphrase is invisible here by design.
 */

import { AttributionInputError, requireDocuments } from "./AttributionInputError.ts"
import { suffixArray } from "./suffix-array.ts"

/** Ranks between two stored prefix counts. */
const BLOCK = 64

/** The index of some documents. Its arrays are read, never written. */
export interface CorpusIndex {
  /** Token + 1, and 0 after each document: `[positions]`. */
  readonly text: Int32Array
  /** Positions of all suffixes in ascending order: `[positions]`. */
  readonly suffixes: Int32Array
  /** First position of each document and, last, the number of positions: `[documents + 1]`. */
  readonly starts: Int32Array
  /** Source of each document: `[documents]`. */
  readonly sources: Uint8Array
  readonly sourceNames: ReadonlyArray<string>
  /** Distinct symbols: the vocabulary and the separator. */
  readonly symbols: number
  /** Positions (tokens and ends) of each source: `[sources]`. */
  readonly sizes: Float64Array
  readonly sourceAtRank: Uint8Array
  /** Occurrences of each source in the ranks before block b: `[blocks][sources]`. */
  readonly before: Int32Array
}

/** Labelled documents to index. */
export interface IndexInput {
  /** Documents one after another. */
  readonly tokens: Int32Array
  readonly offsets: Int32Array
  /** Index into `sourceNames` for each document. */
  readonly sources: ArrayLike<number>
  readonly sourceNames: ReadonlyArray<string>
  /** Size of the vocabulary; every token is below it. */
  readonly vocabulary: number
}

/** Builds the index. Linear in the tokens; millions take seconds. */
export const buildCorpusIndex = (input: IndexInput): CorpusIndex => {
  const { tokens, offsets, sourceNames, vocabulary } = input
  requireDocuments(tokens, offsets, input.sources, sourceNames.length, "sources")
  if (sourceNames.length > 255) throw new AttributionInputError({ field: "sourceNames", detail: "at most 255 sources" })
  const documents = offsets.length - 1
  const sources = Uint8Array.from(input.sources)
  const starts = offsets.map((offset, d) => offset + d)
  const text = new Int32Array(tokens.length + documents)
  const sourceOf = new Uint8Array(text.length)
  const sizes = new Float64Array(sourceNames.length)
  for (let d = 0; d < documents; d++) {
    for (let t = offsets[d]!; t < offsets[d + 1]!; t++) {
      if (!(tokens[t]! >= 0 && tokens[t]! < vocabulary)) {
        throw new AttributionInputError({
          field: "tokens",
          detail: `token ${tokens[t]} at ${t} is outside the vocabulary of ${vocabulary}`
        })
      }
      text[t + d] = tokens[t]! + 1
    }
    sourceOf.fill(sources[d]!, starts[d]!, starts[d + 1]!)
    sizes[sources[d]!]! += starts[d + 1]! - starts[d]!
  }
  const suffixes = suffixArray(text, vocabulary + 1)
  const sourceAtRank = new Uint8Array(text.length)
  for (let r = 0; r < suffixes.length; r++) sourceAtRank[r] = sourceOf[suffixes[r]!]!
  return {
    text,
    suffixes,
    starts,
    sources,
    sourceNames,
    symbols: vocabulary + 1,
    sizes,
    sourceAtRank,
    before: blockCounts(sourceAtRank, sourceNames.length)
  }
}

const blockCounts = (sourceAtRank: Uint8Array, sources: number): Int32Array => {
  const blocks = Math.floor(sourceAtRank.length / BLOCK) + 1
  const before = new Int32Array(blocks * sources)
  const running = new Int32Array(sources)
  for (let r = 0; r < sourceAtRank.length; r++) {
    if (r % BLOCK === 0) before.set(running, (r / BLOCK) * sources)
    running[sourceAtRank[r]!]!++
  }
  if (sourceAtRank.length % BLOCK === 0) before.set(running, (sourceAtRank.length / BLOCK) * sources)
  return before
}

/** All suffixes that start with some sequence: ranks low..high - 1. */
export interface Range {
  readonly low: number
  readonly high: number
}

/** The range of the empty sequence. */
export const everywhere = (index: CorpusIndex): Range => ({ low: 0, high: index.suffixes.length })

/**
 * From the range of a sequence of `depth` tokens to that of the sequence with `token` added; empty (low = high) when it does not
 * occur. Token -1 stands for the end of a document.
 */
export const narrow = (index: CorpusIndex, range: Range, depth: number, token: number): Range => {
  const low = firstAtLeast(index, range, depth, token + 1)
  if (low === range.high) return { low, high: low }
  return { low, high: firstAtLeast(index, { low, high: range.high }, depth, token + 2) }
}

/** First rank of the range whose suffix has a symbol >= `symbol` at `depth`. */
const firstAtLeast = (index: CorpusIndex, range: Range, depth: number, symbol: number): number => {
  const { text, suffixes } = index
  let { low, high } = range
  while (low < high) {
    const middle = (low + high) >>> 1
    if (text[suffixes[middle]! + depth]! < symbol) low = middle + 1
    else high = middle
  }
  return low
}

/** The range of a token sequence. */
export const findSequence = (index: CorpusIndex, tokens: ArrayLike<number>): Range => {
  let range = everywhere(index)
  for (let i = 0; i < tokens.length && range.low < range.high; i++) range = narrow(index, range, i, tokens[i]!)
  return range
}

/** Occurrences of a range in each source, written to `out` `[sources]`. */
export const countBySource = (index: CorpusIndex, range: Range, out: Int32Array): Int32Array => {
  out.fill(0)
  if (range.high - range.low <= 2 * BLOCK) {
    for (let r = range.low; r < range.high; r++) out[index.sourceAtRank[r]!]!++
    return out
  }
  addBefore(index, range.high, 1, out)
  addBefore(index, range.low, -1, out)
  return out
}

/** Adds `sign` times the occurrences of each source in the ranks before `rank`. */
const addBefore = (index: CorpusIndex, rank: number, sign: number, out: Int32Array): void => {
  const block = Math.floor(rank / BLOCK)
  for (let s = 0; s < out.length; s++) out[s]! += sign * index.before[block * out.length + s]!
  for (let r = block * BLOCK; r < rank; r++) out[index.sourceAtRank[r]!]! += sign
}

/** Document that holds a position of the text. */
export const documentAt = (index: CorpusIndex, position: number): number => {
  let low = 0
  let high = index.starts.length - 1
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (index.starts[middle]! <= position) low = middle
    else high = middle
  }
  return low
}
