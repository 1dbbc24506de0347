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
import { noContext, readToken, type Contexts } from "./contexts.ts"
import { findSequence, type CorpusIndex, type Range } from "./CorpusIndex.ts"

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
  const sources = index.sourceNames.length
  const covered = new Uint8Array(tokens.length)
  const coveredBySource = Array.from({ length: sources }, () => new Uint8Array(tokens.length))
  const spans: Array<Span> = []
  const unigrams = unigramLogProbs(index, tokens)

  let contexts = noContext(index)
  for (let t = 0; t < tokens.length; t++) {
    const next = readToken(index, contexts, tokens[t]!, maxLength)
    const before = contexts.ranges.length - 1
    const length = next.ranges.length - 1
    // The best match that ended at t - 1 goes no further: it was maximal. One at the length limit slides on; cut it end to end.
    const slides = length === maxLength && before === maxLength
    const ends = slides ? t - before >= (spans.at(-1)?.end ?? 0) : length <= before
    if (ends && before >= minLength) spans.push(spanOf(contexts, t - before, t, unigrams))
    if (length >= minLength) covered.fill(1, t + 1 - length, t + 1)
    for (let d = 0; d < sources; d++) {
      const own = longestIn(next, d)
      if (own >= minLength) coveredBySource[d]!.fill(1, t + 1 - own, t + 1)
    }
    contexts = next
  }
  const last = contexts.ranges.length - 1
  if (last >= minLength) spans.push(spanOf(contexts, tokens.length - last, tokens.length, unigrams))
  return { spans, coverage: share(covered), coverageBySource: Float64Array.from(coveredBySource, share) }
}

const spanOf = (contexts: Contexts, start: number, end: number, unigrams: Float64Array): Span => ({
  start,
  end,
  range: contexts.ranges[end - start]!,
  counts: contexts.counts[end - start]!,
  unigramLogProb: unigrams.subarray(start, end).reduce((sum, x) => sum + x, 0)
})

/** Length of the longest context that occurs in source d. */
const longestIn = (contexts: Contexts, d: number): number => {
  let length = contexts.counts.length - 1
  while (length > 0 && contexts.counts[length]![d] === 0) length--
  return length
}

const share = (flags: Uint8Array): number => (flags.length === 0 ? 0 : flags.reduce((sum, x) => sum + x, 0) / flags.length)

const unigramLogProbs = (index: CorpusIndex, tokens: ArrayLike<number>): Float64Array => {
  const total = index.suffixes.length
  return Float64Array.from(tokens, (token) => {
    const range = findSequence(index, [token])
    return log(Math.max(range.high - range.low, 1) / total)
  })
}
