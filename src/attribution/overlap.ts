/**
 * Which words of a text stand in the corpus, in a row? Maximal-span overlap, as in OLMoTrace (Liu et al. 2025, arXiv 2504.07096).
 *
 * A span is maximal when it occurs in the corpus and no longer span of the text that contains it does. Spans of common words say
 * nothing, so each carries its unigram log-probability: rank by it, lowest first. Coverage is the share of the text's tokens
 * inside a span of at least `minLength` that occurs in the given source; subtract the coverage of a held-out source of the same
 * style before reading anything into it.
 */

import { log } from "../elementary/elementary.ts"
import { AttributionInputError } from "./AttributionInputError.ts"
import {
  countsOf,
  findSequence,
  longestMatch,
  type CorpusIndex,
  occurrencesOf,
  type Range,
  sizesOf
} from "./corpus-index/CorpusIndex.ts"

/** A maximal span of a text, and where it occurs. */
export interface Span {
  /** Tokens start..end - 1 of the text. */
  readonly start: number
  readonly end: number
  readonly range: Range
  /** Occurrences in each source. */
  readonly counts: Int32Array
  /** sum of log of the tokens' shares of the corpus: the lower, the rarer. */
  readonly unigramLogProb: number
}

/** What of a text stands in the corpus. */
export interface Overlap {
  /** Maximal spans of at least `minLength`, by start. */
  readonly spans: ReadonlyArray<Span>
  /** Share of the tokens inside a span that occurs somewhere in the corpus. */
  readonly coverage: number
  /** The same for each source alone: `[sources]`. */
  readonly coverageBySource: Float64Array
}

/** What counts as a span. */
export interface OverlapOptions {
  /** Shortest span that counts, in tokens. Default 6. */
  readonly minLength?: number
  /** Longer matches are cut into spans of this length. Default 256. */
  readonly maxLength?: number
}

/** Maximal spans and coverage of one token sequence. */
export const overlap = (index: CorpusIndex, tokens: ArrayLike<number>, options: OverlapOptions = {}): Overlap => {
  const { minLength = 6, maxLength = 256 } = options
  if (!(minLength >= 1 && maxLength >= minLength)) {
    throw new AttributionInputError({ field: "minLength", detail: `spans from ${minLength} to ${maxLength} tokens are none` })
  }
  const covered = new Uint8Array(tokens.length)
  const coveredBySource = index.sources.map(() => new Uint8Array(tokens.length))
  const spans: Array<Span> = []
  const unigrams = unigramLogProbs(index, tokens)

  // From each token on: the longest match in each source, and in any.
  const own = index.sources.map((source) => Uint32Array.from(tokens, (_, start) => longestMatch(source, tokens, start)))
  const longest = Uint32Array.from(tokens, (_, start) => own.reduce((most, lengths) => Math.max(most, lengths[start]!), 0))
  for (let start = 0; start < tokens.length; start++) {
    for (const [d, lengths] of own.entries())
      if (lengths[start]! >= minLength) coveredBySource[d]!.fill(1, start, start + lengths[start]!)
    if (longest[start]! < minLength) continue
    covered.fill(1, start, start + longest[start]!)
    // A match that goes no further than the one before is part of it.
    const end = start + longest[start]!
    if (start > 0 && end <= start - 1 + longest[start - 1]!) continue
    // One beyond the limit is cut end to end; the last piece reaches back.
    for (let at = start; at < end; at += maxLength) {
      const from = Math.max(start, Math.min(at, end - maxLength))
      spans.push(spanOf(index, tokens, from, Math.min(from + maxLength, end), unigrams))
    }
  }
  return { spans, coverage: share(covered), coverageBySource: Float64Array.from(coveredBySource, share) }
}

const spanOf = (index: CorpusIndex, tokens: ArrayLike<number>, start: number, end: number, unigrams: Float64Array): Span => {
  const range = findSequence(index, Array.from(tokens).slice(start, end))
  const unigramLogProb = unigrams.subarray(start, end).reduce((sum, x) => sum + x, 0)
  return { start, end, range, counts: countsOf(range), unigramLogProb }
}

const share = (flags: Uint8Array): number => (flags.length === 0 ? 0 : flags.reduce((sum, x) => sum + x, 0) / flags.length)

const unigramLogProbs = (index: CorpusIndex, tokens: ArrayLike<number>): Float64Array => {
  const total = sum(sizesOf(index))
  return Float64Array.from(tokens, (token) => log(Math.max(occurrencesOf(index, token), 1) / total))
}

const sum = (counts: Int32Array): number => counts.reduce((total, count) => total + count, 0)
