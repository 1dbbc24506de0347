/**
 * One pass over a sequence that keeps, at each token, where all its recent contexts occur in a corpus.
 *
 * The context of length l is the last l tokens. Reading one more token narrows the range of the context of length l to that of
 * the new context of length l + 1; when a context does not occur, no longer one does. Both the infinity-gram model and the
 * overlap of spans are readings of this pass.
 */

import { countsOf, everywhere, narrow, occurs, type CorpusIndex, type Range } from "./corpus-index/CorpusIndex.ts"

/** The contexts that end at one token and occur in the corpus. */
export interface Contexts {
  /** Ranges of the contexts of length 0..longest, longest last. */
  readonly ranges: ReadonlyArray<Range>
  /** Occurrences of those contexts per source: `counts[length]` is `[sources]`. */
  readonly counts: ReadonlyArray<Int32Array>
}

/** Before any token: only the empty context. */
export const noContext = (index: CorpusIndex): Contexts => {
  const all = everywhere(index)
  return { ranges: [all], counts: [countsOf(all)] }
}

/** The contexts after reading `token`, none longer than `longest`. */
export const readToken = (index: CorpusIndex, contexts: Contexts, token: number, longest: number): Contexts => {
  const ranges: Array<Range> = [contexts.ranges[0]!]
  const counts: Array<Int32Array> = [contexts.counts[0]!]
  for (let length = 0; length < contexts.ranges.length && length < longest; length++) {
    const range = narrow(index, contexts.ranges[length]!, length, token)
    if (!occurs(range)) break
    ranges.push(range)
    counts.push(countsOf(range))
  }
  return { ranges, counts }
}
