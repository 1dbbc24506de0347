/**
 * Words: how much of the target, question and all, stands in the document word for word?
 *
 *   score(t, d) = share of t's tokens that are in a row of at least 8 which occurs in d
 *
 * So is attributed by search engines over training data (Liu et al. 2025, arXiv 2504.07096). All documents that hold a row count.
 */

import * as Effect from "effect/Effect"

import type { Attributed, Method } from "./Method.ts"

/** Shortest row that counts, in tokens: as `attribute.minSpan` has it. */
const ROW = 8

export const overlap: Method = { name: "overlap", of: "corpus", scores: (of) => Effect.sync(() => sharesOf(of)) }

const sharesOf = ({ targets, documents, partOf, parts }: Attributed): Float64Array => {
  const places = new Map<string, Array<readonly [target: number, start: number]>>()
  for (const [target, { tokens }] of targets.entries())
    for (const [start, row] of rowsOf(tokens)) {
      const at = places.get(row)
      if (at === undefined) places.set(row, [[target, start]])
      else at.push([target, start])
    }
  const scores = new Float64Array(targets.length * parts)
  for (const [d, { tokens }] of documents.entries()) {
    const covered = new Map<number, Set<number>>()
    for (const [, row] of rowsOf(tokens))
      for (const [target, start] of places.get(row) ?? []) {
        const own = covered.get(target) ?? new Set()
        for (let at = start; at < start + ROW; at++) own.add(at)
        covered.set(target, own)
      }
    for (const [target, { size }] of covered) scores[target * parts + partOf[d]!]! += size / targets[target]!.tokens.length
  }
  return scores
}

/** Every row of so many tokens, and where it starts. */
function* rowsOf(tokens: Int32Array): Generator<readonly [start: number, row: string]> {
  for (let start = 0; start + ROW <= tokens.length; start++) yield [start, tokens.subarray(start, start + ROW).join(" ")]
}
