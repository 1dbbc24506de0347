/** Texts counted by their lengths: what is too long, for any context. */

import { describe, expect, it } from "vitest"

import { hasRoom } from "../../src/tokenizer/document.ts"
import { Lengths, USUAL_CONTEXTS } from "../../src/tokenizer/lengths.ts"

describe("lengths", () => {
  it("tell how many texts are too long, for every context there can be, as counting them one by one does", () => {
    const lengths = new Lengths()
    const texts = Array.from({ length: 500 }, (_, i) => (i * i) % 3001)
    for (const tokens of texts) lengths.add(tokens)
    for (const context of [1, 8, 63, 64, 65, 191, 192, 1000, 2047, 2048]) {
      expect(lengths.longerThan(context)).toBe(texts.filter((tokens) => tokens > context).length)
      expect(lengths.withoutRoom(context)).toBe(texts.filter((tokens) => !hasRoom(tokens, context)).length)
    }
    expect([lengths.texts, lengths.longest]).toEqual([500, Math.max(...texts)])
  })

  it("count what is longer than any context as too long for each", () => {
    const lengths = new Lengths()
    for (const tokens of [5000, 100_000, 2 ** 31]) lengths.add(tokens)
    for (const context of USUAL_CONTEXTS) expect([lengths.longerThan(context), lengths.withoutRoom(context)]).toEqual([3, 3])
    expect(lengths.longest).toBe(2 ** 31)
  })

  it("are nothing where there is no text", () => {
    const lengths = new Lengths()
    expect([lengths.texts, lengths.longest, lengths.longerThan(0), lengths.withoutRoom(8)]).toEqual([0, 0, 0, 0])
  })
})
