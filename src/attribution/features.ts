/**
 * Documents as sparse vectors for the format classifier: hashed unigrams and bigrams of tokens.
 *
 * A feature's value is log(1 + count), and the vector is scaled to length 1, so that long documents do not shout. Hashing keeps
 * the dimension fixed without a dictionary; two features that collide share a weight. Pure integer arithmetic: equal on every
 * machine.
 */

import { log1p } from "../elementary/elementary.ts"

/** Hashed dimensions: 2^18. */
export const DIMENSIONS = 1 << 18

const mix = (hash: number): number => {
  let h = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  return (h ^ (h >>> 16)) >>> 14
}

const unigram = (token: number): number => mix(Math.imul(token + 1, 0x9e3779b1))
const bigram = (first: number, second: number): number =>
  mix(Math.imul(first + 1, 0x85ebca6b) ^ Math.imul(second + 1, 0xc2b2ae35) ^ 0x27d4eb2f)

/** A sparse vector of length 1 (or empty): ascending feature ids with their values. */
export interface Features {
  readonly ids: Int32Array
  readonly values: Float64Array
}

/** Features of tokens start..end - 1. */
export const featuresOf = (tokens: ArrayLike<number>, start: number, end: number): Features => {
  const hashes = new Int32Array(Math.max(0, 2 * (end - start) - 1))
  let n = 0
  for (let t = start; t < end; t++) {
    hashes[n++] = unigram(tokens[t]!)
    if (t > start) hashes[n++] = bigram(tokens[t - 1]!, tokens[t]!)
  }
  hashes.sort()
  const ids = new Int32Array(n)
  const values = new Float64Array(n)
  let found = 0
  let squares = 0
  for (let from = 0; from < n;) {
    let to = from + 1
    while (to < n && hashes[to] === hashes[from]) to++
    const value = log1p(to - from)
    ids[found] = hashes[from]!
    values[found++] = value
    squares += value * value
    from = to
  }
  const scale = 1 / Math.sqrt(squares)
  for (let f = 0; f < found; f++) values[f]! *= scale
  return { ids: ids.slice(0, found), values: values.slice(0, found) }
}
