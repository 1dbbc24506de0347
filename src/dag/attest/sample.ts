/** Random samples of results, and what a sample without a difference says of all of them. */

import { sha256 } from "../../store/objects/digest.ts"

/** How many to draw: a share of what there is, from 0 to 1, or a number. */
export type Size = { readonly share: number } | { readonly count: number }

/** Rounded up, so that a share of anything is at least one. */
export const sizeOf = (size: Size, of: number): number =>
  "count" in size ? Math.min(size.count, of) : Math.min(of, Math.max(0, Math.ceil(size.share * of - 1e-9)))

/** Draws so many by a seed: the first by a digest of seed and key, so that one more in the store changes little. */
export const drawSample = <A>(
  items: ReadonlyArray<A>,
  count: number,
  seed: number,
  keyOf: (item: A) => string
): ReadonlyArray<A> =>
  items
    .map((item) => ({ item, place: sha256(`${seed} ${keyOf(item)}`) }))
    .toSorted((a, b) => (a.place < b.place ? -1 : 1))
    .slice(0, count)
    .map(({ item }) => item)

/**
 * The most of `total` that may differ although none of `drawn` did, with 95 % confidence: were it one more, a sample without any
 * would come about in less than 5 of 100 cases (drawn without replacement, hence hypergeometric, not binomial).
 */
export const mostUnseen = (total: number, drawn: number): number => {
  if (drawn <= 0) return total
  let probability = 1
  // With one more that differs, the chance that none is drawn shrinks by (total - different - drawn) / (total - different).
  for (let different = 0; different < total; different++) {
    probability *= Math.max(0, total - different - drawn) / (total - different)
    if (probability < 0.05) return different
  }
  return total
}
