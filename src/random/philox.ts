/**
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): randomness as a pure function of (key,
 * counter). There is no generator state to save: key = (seed, stream), counter = (index, ...). Vectors in
 * test/fixtures/philox.json.
 */

import { cos, log } from "../elementary/elementary.ts"

const M0 = 0xd2511f53
const M1 = 0xcd9e8d57
const W0 = 0x9e3779b9
const W1 = 0xbb67ae85

/** High 32 bits of the 64-bit product of two unsigned 32-bit words. */
const multiplyHigh = (a: number, b: number): number => {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const low = aLow * bLow
  const middle = aHigh * bLow + (low >>> 16)
  const middleLow = (middle & 0xffff) + aLow * bHigh
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(middleLow / 0x10000)) >>> 0
}

/** One block of four 32-bit words, written to `out`. */
export const philox = (
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
  out: Uint32Array
): Uint32Array => {
  let c0 = counter0 >>> 0
  let c1 = counter1 >>> 0
  let c2 = counter2 >>> 0
  let c3 = counter3 >>> 0
  let k0 = key0 >>> 0
  let k1 = key1 >>> 0
  for (let round = 0; round < 10; round++) {
    if (round > 0) {
      k0 = (k0 + W0) >>> 0
      k1 = (k1 + W1) >>> 0
    }
    const high0 = multiplyHigh(M0, c0)
    const low0 = Math.imul(M0, c0) >>> 0
    const high1 = multiplyHigh(M1, c2)
    const low1 = Math.imul(M1, c2) >>> 0
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
  return out
}

/** Strictly inside (0, 1), exact in float64: ((word >>> 8) + 1/2) 2^-24. */
export const uniform = (word: number): number => ((word >>> 8) + 0.5) * 2 ** -24

/** A 32-bit stream number for a name, so that different uses of one seed never share a stream (FNV-1a). */
export const stream = (name: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** Throws a `RangeError` unless the number is a word of 32 bits: what is cut off would be two seeds with one stream. */
export const word32 = (value: number, what: string): number => {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value
  throw new RangeError(`The ${what} of a random stream is ${value}; it must be a whole number from 0 to ${2 ** 32 - 1}.`)
}

/**
 * The seed of a part of a computation that draws from several streams of its own: `subSeed(seed, "evaluate")`.
 *
 * For one name it is collision-free: the exclusive or with a constant maps the seeds below 2^32 one to one, and there are no
 * others. Two names can meet: `subSeed(a, x) = subSeed(b, y)` where `a ^ b = stream(x) ^ stream(y)`, so
 * that no two small seeds do unless their names hash alike in the high bits. Parts that must never meet, whatever the seeds, take
 * names of their own in `draws` instead.
 */
export const subSeed = (seed: number, name: string): number => (stream(name) ^ word32(seed, "seed")) >>> 0

/**
 * Draws in sequence from the stream (seed, name, index, part): word after word, block after block. The four never mix. What
 * depends on two numbers, as the order of an epoch of a step does, takes both of them instead of a number made of both.
 */
export interface Draws {
  /** Uniform in (0, 1). */
  readonly uniform: () => number
  /** Uniform integer in [0, n). */
  readonly below: (n: number) => number
  /** Uniform integer in [low, high]. */
  readonly between: (low: number, high: number) => number
  readonly pick: <A>(options: ReadonlyArray<A>) => A
  /** One of `options` with probability proportional to `weights`. */
  readonly weighted: <A>(options: ReadonlyArray<A>, weights: ReadonlyArray<number>) => A
  /** `count` distinct elements, in random order. */
  readonly sample: <A>(options: ReadonlyArray<A>, count: number) => Array<A>
  /** Standard normal (Box-Muller, one per two words). */
  readonly normal: () => number
}

/** The stream (seed, name, index, part), from its start. */
export const draws = (seed: number, name: string, index = 0, part = 0): Draws => {
  const key0 = word32(seed, "seed")
  const key1 = stream(name)
  const last = word32(part, "part")
  const [low, high] = [index >>> 0, word32(Math.floor(index / 2 ** 32), "index beyond 32 bits")]
  const block = new Uint32Array(4)
  let position = 0
  const word = (): number => {
    if ((position & 3) === 0) philox(position >>> 2, low, high, last, key0, key1, block)
    return block[position++ & 3]!
  }
  const next = () => uniform(word())
  const below = (n: number) => Math.floor((word() / 2 ** 32) * n)
  const self: Draws = {
    uniform: next,
    below,
    between: (low, high) => low + below(high - low + 1),
    pick: (options) => options[below(options.length)]!,
    weighted: (options, weights) => {
      let left = next() * weights.reduce((a, b) => a + b, 0)
      for (let i = 0; i < options.length - 1; i++) {
        left -= weights[i]!
        if (left < 0) return options[i]!
      }
      return options.at(-1)!
    },
    sample: (options, count) => {
      const pool = [...options]
      for (let i = 0; i < count; i++) {
        const j = i + below(pool.length - i)
        const swap = pool[i]!
        pool[i] = pool[j]!
        pool[j] = swap
      }
      return pool.slice(0, count)
    },
    normal: () => {
      const radius = Math.sqrt(-2 * log(next()))
      return radius * cos(2 * Math.PI * next())
    }
  }
  return self
}

/** A permutation of 0..n-1 as a pure function of (seed, name, index, part): Fisher-Yates. */
export const permutation = (n: number, seed: number, name: string, index = 0, part = 0): Int32Array => {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  const random = draws(seed, name, index, part)
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const swap = order[i]!
    order[i] = order[j]!
    order[j] = swap
  }
  return order
}
