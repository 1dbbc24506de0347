/** Which documents fine-tuning sees, and how many of each format. */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { chooseDocuments } from "../../src/training/format-mixture.ts"

/** Documents 0..29: every third one in tinygsm, plain text (no question) at multiples of ten, the rest in omi2. */
const format = (document: number) => (document % 10 === 0 ? "text" : document % 3 === 0 ? "tinygsm" : "omi2")
const corpus = {
  training: Int32Array.from({ length: 30 }, (_, i) => i),
  promptTokens: Int32Array.from({ length: 30 }, (_, i) => (i % 10 === 0 ? 0 : 5)),
  format
}
const choose = (documents: number, formats: Readonly<Record<string, number>> | null, seed = 0) =>
  Effect.runSync(chooseDocuments(corpus, { documents, formats, seed }))

describe("documents to fine-tune on", () => {
  it("have a question, and are in an order that the seed draws", () => {
    const all = choose(100, null)
    expect([...all].toSorted((a, b) => a - b)).toEqual([...corpus.training].filter((i) => i % 10 !== 0))
    expect(choose(5, null)).toEqual(all.subarray(0, 5))
    expect(choose(100, null, 1)).not.toEqual(all)
  })

  it("are exactly in the proportions asked for, in the same order", () => {
    const chosen = choose(10, { tinygsm: 3, omi2: 1, omi1: 0 })
    // 7.5 and 2.5: the remainders tie, and the first name gets the document.
    const counts = [...Map.groupBy(chosen, format)].map(([name, some]) => [name, some.length])
    expect(Object.fromEntries(counts)).toEqual({ omi2: 3, tinygsm: 7 })
    expect([...choose(100, null)].filter((document) => chosen.includes(document))).toEqual([...chosen])
  })

  it("of which the corpus has too few are an error that says how many there are", () => {
    expect(() => choose(20, { tinygsm: 1 })).toThrow(
      /wants 20 documents in the format tinygsm, and the corpus has 9 \(its formats with questions: omi2, tinygsm\)/
    )
    expect(() => choose(4, { lookup: 1 })).toThrow(/wants 4 documents in the format lookup, and the corpus has 0/)
  })
})

describe("counts by largest remainder", () => {
  const formats = ["a", "b", "c"]
  const enough = {
    training: Int32Array.from({ length: 60 }, (_, i) => i),
    promptTokens: new Int32Array(60).fill(5),
    format: (document: number) => formats[document % 3]!
  }
  const counts = (documents: number, weights: Readonly<Record<string, number>>) => {
    const chosen = Effect.runSync(chooseDocuments(enough, { documents, formats: weights, seed: 0 }))
    return formats.map((name) => chosen.filter((document) => enough.format(document) === name).length)
  }

  it("add up to the total", () => {
    expect(counts(10, { a: 1, b: 1, c: 1 })).toEqual([4, 3, 3])
    expect(counts(3, { a: 0.7, b: 0.2, c: 0.1 })).toEqual([2, 1, 0])
  })
})
