/** Seeds made of a seed and a name. */

import { describe, expect, it } from "vitest"

import { draws, stream, subSeed } from "../../src/random/philox.ts"

describe("the seed of a part", () => {
  it("is the exclusive or of the seed and the name's stream: pinned, since corpora depend on it", () => {
    expect([subSeed(0, "tinygsm"), subSeed(7, "tinygsm")]).toEqual([stream("tinygsm"), (stream("tinygsm") ^ 7) >>> 0])
    expect(subSeed(0, "evaluate")).toBe(0xace4360a)
  })

  it("is another one for every seed of a name", () => {
    const seeds = [...Array.from({ length: 5000 }, (_, seed) => seed), 2 ** 31, 2 ** 32 - 1]
    expect(new Set(seeds.map((seed) => subSeed(seed, "suite/train"))).size).toBe(seeds.length)
  })

  it("tells seeds from 2^32 on apart no better than draws do", () => {
    expect(subSeed(2 ** 32 + 5, "rl")).toBe(subSeed(5, "rl"))
    expect(draws(2 ** 32 + 5, "rl").uniform()).toBe(draws(5, "rl").uniform())
  })
})
