/**
 * Texts that come from no source, made from the documents themselves: what teaches the classifier to say "none".
 *
 * Three kinds, in turn: a document's tokens in random order (its words, not its style), independent draws from all tokens of the
 * corpus (no document's words), and a short stretch repeated over and over (the loop of a collapsed policy). A model that is
 * merely bad produces such texts, and a classifier that must choose a source would credit one with them.
 */

import { draws } from "../random/philox.ts"

/**
 * `count` token sequences, as documents; a pure function of the documents and the stream (seed, name). Texts of two names are
 * drawn independently, whatever their seeds.
 */
export const negativeDocuments = (
  tokens: Int32Array,
  offsets: Int32Array,
  documents: ReadonlyArray<number>,
  count: number,
  stream: { readonly seed: number; readonly name: string }
): ReadonlyArray<Int32Array> =>
  Array.from({ length: count }, (_, i) => {
    const random = draws(stream.seed, `negative-documents/${stream.name}`, i)
    const model = documents[random.below(documents.length)]!
    const original = tokens.subarray(offsets[model]!, offsets[model + 1]!)
    if (original.length === 0) return original
    switch (i % 3) {
      case 0:
        return Int32Array.from(random.sample(Array.from(original), original.length))
      case 1:
        return original.map(() => tokens[random.below(tokens.length)]!)
      default: {
        const length = Math.min(random.between(1, 8), original.length)
        const start = random.below(original.length - length + 1)
        return original.map((_, t) => original[start + (t % length)]!)
      }
    }
  })
