/** The suffix array, against sorting the suffixes. */

import { describe, expect, it } from "vitest"

import { suffixArray } from "../../src/attribution/corpus-index/suffix-array.ts"
import { suffixArrays } from "../../src/attribution/corpus-index/suffix-arrays.ts"
import { draws } from "../../src/random/philox.ts"

/** Sorting the suffixes one against another: slow and obviously right. */
const naive = (text: Int32Array): Array<number> =>
  Array.from(text.keys()).toSorted((a, b) => {
    for (let i = 0; ; i++) {
      if (a + i === text.length || b + i === text.length) return a > b ? -1 : 1
      if (text[a + i] !== text[b + i]) return text[a + i]! - text[b + i]!
    }
  })

const letters = (word: string): Int32Array => Int32Array.from(word, (c) => c.charCodeAt(0))

const bytes = ({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength)

describe("suffixArray", () => {
  it("orders the suffixes of words whose order is known", () => {
    expect([...suffixArray(letters("banana"), 128)]).toEqual([5, 3, 1, 0, 4, 2])
    expect([...suffixArray(letters("mississippi"), 128)]).toEqual([10, 7, 4, 1, 0, 9, 8, 6, 3, 5, 2])
    expect([...suffixArray(letters("abracadabra"), 128)]).toEqual([10, 7, 0, 3, 5, 8, 1, 4, 6, 9, 2])
  })

  it("handles texts of no, one and only equal symbols", () => {
    expect([...suffixArray(new Int32Array(0), 4)]).toEqual([])
    expect([...suffixArray(Int32Array.of(3), 4)]).toEqual([0])
    expect([...suffixArray(new Int32Array(5), 1)]).toEqual([4, 3, 2, 1, 0])
  })

  it("equals naive sorting on 300 random texts of 1 to 120 symbols over 1 to 6 letters", () => {
    const random = draws(7, "suffix-array-test")
    for (let round = 0; round < 300; round++) {
      const alphabet = random.between(1, 6)
      const text = Int32Array.from({ length: random.between(1, 120) }, () => random.below(alphabet))
      expect([...suffixArray(text, alphabet)]).toEqual(naive(text))
    }
  })

  it("equals naive sorting on a text of repeated documents, where the recursion goes deep", () => {
    const random = draws(8, "suffix-array-test")
    const document = Array.from({ length: 40 }, () => random.below(3) + 1)
    const text = Int32Array.from(Array.from({ length: 30 }, () => [...document, 0]).flat())
    expect([...suffixArray(text, 4)]).toEqual(naive(text))
  })

  it("is the same of several texts at once, long ones by threads, in 2 bytes a symbol and in 4", async () => {
    const random = draws(8, "threads-test")
    const shared = [600_000, 0, 700, 550_000].map((length, i) => {
      const text = i < 2 ? new Uint16Array(new SharedArrayBuffer(2 * length)) : new Int32Array(new SharedArrayBuffer(4 * length))
      for (let at = 0; at < length; at++) text[at] = random.below(9)
      return text
    })
    const orders = await suffixArrays(shared, 9)
    expect(orders.map(({ length }) => length)).toEqual([600_000, 0, 700, 550_000])
    for (const [i, text] of shared.entries()) expect(Buffer.compare(bytes(orders[i]!), bytes(suffixArray(text, 9)))).toBe(0)
  })
})
