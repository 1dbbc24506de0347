/** Documents that are longer than the context: counted source by source, said, and refused beyond a share. */

import { describe, expect, it } from "vitest"

import { cutDocumentWords, cutObjection, cutRows } from "../../src/training/cut-documents.ts"

/** Documents by source, by their lengths. */
const rowsOf = (lengths: Readonly<Record<string, ReadonlyArray<number>>>, context = 10) => {
  const all = Object.entries(lengths).flatMap(([source, own]) => own.map((length) => ({ source, length })))
  const corpus = { lengths: Int32Array.from(all, ({ length }) => length), source: (i: number) => all[i]!.source }
  return cutRows(
    corpus,
    Int32Array.from(all, (_, i) => i),
    context
  )
}

describe("documents", () => {
  it("are counted source by source, with what is lost of them", () => {
    expect(rowsOf({ a: [3, 10, 11, 30], b: [5] })).toEqual([
      { source: "a", documents: 4, cut: 2, tokens: 54, lostTokens: 21, longest: 30, context: 10 },
      { source: "b", documents: 1, cut: 0, tokens: 5, lostTokens: 0, longest: 5, context: 10 }
    ])
  })

  it("are counted among those that are trained on alone", () => {
    const corpus = { lengths: Int32Array.of(50, 5, 50), source: () => "a" }
    expect(cutRows(corpus, Int32Array.of(1), 10)).toMatchObject([{ documents: 1, cut: 0 }])
  })

  const lengths = (long: number, of: number) => Array.from({ length: of }, (_, i) => (i < long ? 11 : 10))
  it.each([
    [0, 10, 0, false],
    [1, 10, 0, true],
    [2, 10, 0.2, false],
    [3, 10, 0.2, true],
    [1, 5, 0.2, false],
    [1, 4, 0.2, true],
    [5, 10, 0.5, false],
    [9, 10, 1, false],
    [10, 10, 1, true],
    [1, 1, 1, true],
    [0, 1, 0, false]
  ])("%i too long of %i, %d of them allowed: refused? %s", (long, of, share, refused) => {
    expect(cutObjection(rowsOf({ a: lengths(long, of) }), share) !== null).toBe(refused)
  })

  it("are refused with the numbers, the sources and what to do", () => {
    expect(cutObjection(rowsOf({ a: [3, 11], b: [30], c: [1] }), 0.2)).toEqual({
      param: "maxLongDocuments",
      problem:
        "allows 20 % of the documents to be longer than the context, and 2 of 4 (50 %) are: the context is 10 tokens, " +
        "the longest document 30 (a 1 of 2, b 1 of 1). Take a longer context (pretrain.context) or allow more."
    })
  })

  it.each([
    [{ a: [3, 10] }, []],
    [{ a: [] }, []],
    [
      { a: [10, 30], b: [10] },
      ["1 of 3 documents are longer than the context of 10 tokens and are cut (a 1 of 2): 40 % of the tokens are never seen"]
    ],
    [
      { a: [10, 30], b: [12] },
      [
        "2 of 3 documents are longer than the context of 10 tokens and are cut (a 1 of 2, b 1 of 1): " +
          "42.3 % of the tokens are never seen"
      ]
    ]
  ])("are said where some are cut: %o", (lengths, words) => {
    expect(cutDocumentWords(rowsOf(lengths))).toEqual(words)
  })
})
