/** Seeds: every bit of one counts, or it is refused. */

import { describe, expect, it } from "vitest"

import { draws, permutation, stream, subSeed } from "../../src/random/philox.ts"

describe("the seed of a part", () => {
  it("is the exclusive or of the seed and the name's stream: pinned, since corpora depend on it", () => {
    expect([subSeed(0, "tinygsm"), subSeed(7, "tinygsm")]).toEqual([stream("tinygsm"), (stream("tinygsm") ^ 7) >>> 0])
    expect(subSeed(0, "evaluate")).toBe(0xace4360a)
  })

  it("is another one for every seed of a name", () => {
    const seeds = [...Array.from({ length: 5000 }, (_, seed) => seed), 2 ** 31, 2 ** 32 - 1]
    expect(new Set(seeds.map((seed) => subSeed(seed, "suite/train"))).size).toBe(seeds.length)
  })

  it("is another one with every bit of a seed", () => {
    const seeds = [0, ...Array.from({ length: 32 }, (_, bit) => 2 ** bit)]
    expect(new Set(seeds.map((seed) => draws(seed, "rl").uniform())).size).toBe(33)
    expect(new Set(seeds.map((seed) => permutation(1000, seed, "rl").join(" "))).size).toBe(33)
  })

  it.each([2 ** 32, 2 ** 32 + 5, 2 ** 53, -1, 0.5, Number.NaN, Infinity])(
    "is refused for %d, of which bits would be lost",
    (seed) => {
      for (const use of [() => subSeed(seed, "rl"), () => draws(seed, "rl"), () => permutation(5, seed, "rl")])
        expect(use).toThrow(/^The seed of a random stream is .*; it must be a whole number from 0 to 4294967295\.$/)
      expect(() => draws(0, "rl", 0, seed)).toThrow("The part of a random stream is")
    }
  )

  it("has streams of its own for every bit of an index up to 2^53", () => {
    const indices = [0, ...Array.from({ length: 53 }, (_, bit) => 2 ** bit)]
    expect(new Set(indices.map((index) => draws(7, "rl", index).uniform())).size).toBe(54)
  })
})
