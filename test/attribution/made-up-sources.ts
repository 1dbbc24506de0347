/**
 * Synthetic sources with known behaviour: each is a first-order Markov chain over a shared vocabulary, so that sources differ in
 * their habits (bigrams) and share their words.
 */

import { type CorpusIndex, countsOf as countsIn, findSequence } from "../../src/attribution/corpus-index/CorpusIndex.ts"
import { draws } from "../../src/random/philox.ts"

export interface Labelled {
  readonly tokens: Int32Array
  readonly offsets: Int32Array
  readonly labels: Uint8Array
}

export const VOCABULARY = 60
const FOLLOWERS = 4

/**
 * Document `index` of a source: 30 to 60 tokens. Each token is followed by one of four that the source prefers, or 1 in 10 by
 * any.
 */
export const document = (source: number, index: number, seed = 1): Int32Array => {
  const random = draws(seed, `source-${source}`, index)
  const habits = draws(99, `habits-${source}`)
  const followers = Array.from({ length: VOCABULARY }, () => Array.from({ length: FOLLOWERS }, () => habits.below(VOCABULARY)))
  let token = random.below(VOCABULARY)
  return Int32Array.from({ length: random.between(30, 60) }, () => {
    token = random.below(10) === 0 ? random.below(VOCABULARY) : random.pick(followers[token]!)
    return token
  })
}

/** `counts[s]` documents of each source, one source after another. */
export const corpus = (counts: ReadonlyArray<number>, seed = 1): Labelled => {
  const documents = counts.flatMap((count, source) => Array.from({ length: count }, (_, i) => document(source, i, seed)))
  const labels = counts.flatMap((count, source) => Array.from({ length: count }, () => source))
  return { ...pack(documents), labels: Uint8Array.from(labels) }
}

export const pack = (documents: ReadonlyArray<Int32Array>): { readonly tokens: Int32Array; readonly offsets: Int32Array } => {
  const offsets = new Int32Array(documents.length + 1)
  documents.forEach((d, i) => (offsets[i + 1] = offsets[i]! + d.length))
  const tokens = new Int32Array(offsets.at(-1)!)
  documents.forEach((d, i) => tokens.set(d, offsets[i]!))
  return { tokens, offsets }
}

export const documentsOf = ({
  tokens,
  offsets
}: {
  readonly tokens: Int32Array
  readonly offsets: Int32Array
}): ReadonlyArray<Int32Array> =>
  Array.from({ length: offsets.length - 1 }, (_, d) => tokens.subarray(offsets[d]!, offsets[d + 1]!))

/** Occurrences of a token sequence in each source. */
export const countsOf = (index: CorpusIndex, sequence: ArrayLike<number>): ReadonlyArray<number> => [
  ...countsIn(findSequence(index, sequence))
]
