/**
 * Baseline: the cosine of the counts of token pairs. Text alone, no model.
 *
 *   score(t, d) = sum_b n_t(b) n_d(b) / (|n_t| |n_d|),   n(b): how often b, two tokens in a row, occurs
 */

import * as Effect from "effect/Effect"

import type { Attributed, Method } from "./Method.ts"

/** Token ids are below this. */
const SHIFT = 2 ** 20

const bigramsOf = (tokens: Int32Array): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>()
  for (let i = 1; i < tokens.length; i++) {
    const bigram = tokens[i - 1]! * SHIFT + tokens[i]!
    counts.set(bigram, (counts.get(bigram) ?? 0) + 1)
  }
  return counts
}

const normOf = (counts: ReadonlyMap<number, number>): number => {
  let sum = 0
  for (const count of counts.values()) sum += count * count
  return Math.sqrt(sum)
}

export const bigramCosine: Method = {
  name: "bigram-cosine",
  of: "texts",
  scores: (of) => Effect.sync(() => cosines(of))
}

const cosines = ({ targets, documents, partOf, parts }: Attributed): Float64Array => {
  const scores = new Float64Array(targets.length * parts)
  // By bigram: which targets hold it, and with what weight. A document then looks up each of its own once.
  const holders = new Map<number, Array<readonly [target: number, weight: number]>>()
  for (const [target, { tokens }] of targets.entries()) {
    const counts = bigramsOf(tokens)
    const norm = normOf(counts)
    for (const [bigram, count] of counts) {
      const holding = holders.get(bigram) ?? []
      holding.push([target, count / norm])
      holders.set(bigram, holding)
    }
  }
  for (const [d, { tokens }] of documents.entries()) {
    const counts = bigramsOf(tokens)
    const norm = normOf(counts)
    for (const [bigram, count] of counts)
      for (const [target, weight] of holders.get(bigram) ?? []) scores[target * parts + partOf[d]!]! += (weight * count) / norm
  }
  return scores
}
