/** The corpus index and the overlap of spans, against a search of all documents. */

import { describe, expect, it } from "vitest"

import { CorpusIndexed } from "../../schemas/corpus-index.ts"
import { Corpus } from "../../schemas/corpus.ts"
import { AttributionInputError } from "../../src/attribution/AttributionInputError.ts"
import { documentBodies, indexOf } from "../../src/attribution/bodies.ts"
import {
  buildCorpusIndex,
  documentsIn,
  findSequence,
  longestMatch,
  sizesOf
} from "../../src/attribution/corpus-index/CorpusIndex.ts"
import { readIndex } from "../../src/attribution/corpus-index/stored.ts"
import { overlap } from "../../src/attribution/overlap.ts"
import { draws } from "../../src/random/philox.ts"
import { tokenizerFromJson } from "../../src/tokenizer/from-json.ts"
import { indexCorpus } from "../../stages/index-corpus.ts"
import { mix } from "../../stages/mix.ts"
import { reweight } from "../../stages/reweight.ts"
import { chain } from "../stages/chain.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { corpus, countsOf, documentsOf, pack, VOCABULARY } from "./made-up-sources.ts"

const sourceNames = ["code", "prose", "mixed"]
const labelled = corpus([40, 30, 20])
const index = await buildCorpusIndex({ ...labelled, sourceNames, vocabulary: VOCABULARY })

/** Occurrences per source and documents that hold the sequence, by looking everywhere. */
const naiveCounts = (sequence: ArrayLike<number>) => {
  const counts = [0, 0, 0]
  const holders = new Set<number>()
  documentsOf(labelled).forEach((text, d) => {
    for (let start = 0; start + sequence.length <= text.length; start++) {
      if (Array.from(sequence).every((token, i) => text[start + i] === token)) {
        counts[labelled.labels[d]!]!++
        holders.add(d)
      }
    }
  })
  return { counts, holders: [...holders] }
}

describe("the corpus index", () => {
  it("counts every sequence of 1 to 6 tokens per source, and names its documents, as a search of all documents does", () => {
    const random = draws(3, "index-test")
    const all = labelled.tokens
    for (let round = 0; round < 120; round++) {
      const length = random.between(1, 6)
      const start = random.below(all.length - length)
      const sequence =
        round % 4 === 3 ? Int32Array.from({ length }, () => random.below(VOCABULARY)) : all.slice(start, start + length)
      const { counts, holders } = naiveCounts(sequence)
      expect(countsOf(index, sequence)).toEqual(counts)
      const holding = Array.from(documentsIn(index, findSequence(index, sequence)), ({ document }) => document)
      expect([...new Set(holding)].toSorted((a, b) => a - b)).toEqual(holders)
    }
  })

  it("finds the longest match from each token on in each source, as trying all lengths does", () => {
    for (const text of documentsOf(corpus([3, 3, 3], 2)))
      for (const from of text.keys())
        for (const [s, source] of index.sources.entries()) {
          let length = 0
          while (from + length < text.length && countsOf(index, text.subarray(from, from + length + 1))[s]! > 0) length++
          expect(longestMatch(source, text, from)).toBe(length)
        }
  })

  it("never finds a sequence across the end of a document", async () => {
    const two = pack([Int32Array.of(1, 2, 3), Int32Array.of(4, 5)])
    const small = await buildCorpusIndex({ ...two, labels: [0, 1], sourceNames: ["a", "b"], vocabulary: 6 })
    expect(countsOf(small, [2, 3])).toEqual([1, 0])
    expect(countsOf(small, [3, 4])).toEqual([0, 0])
    expect([...sizesOf(small)]).toEqual([4, 3])
  })

  it("knows a document by its number in the corpus, and a source without documents", async () => {
    const two = pack([Int32Array.of(1, 2, 3), Int32Array.of(4, 2)])
    const numbers = [17, 5]
    const some = await buildCorpusIndex({ ...two, labels: [2, 0], numbers, sourceNames: ["a", "b", "c"], vocabulary: 6 })
    expect([...documentsIn(some, findSequence(some, [2]))]).toEqual([
      { source: 0, document: 5 },
      { source: 2, document: 17 }
    ])
    expect([...sizesOf(some)]).toEqual([3, 0, 4])
  })

  it("refuses labels and tokens that do not exist, naming the document or the token", async () => {
    const two = pack([Int32Array.of(1, 2, 3), Int32Array.of(4, 5)])
    await expect(buildCorpusIndex({ ...two, labels: [0, 2], sourceNames: ["a", "b"], vocabulary: 6 })).rejects.toThrow(
      new AttributionInputError({ field: "labels", detail: "document 1 has label 2, but there are 2 classes" })
    )
    await expect(buildCorpusIndex({ ...two, labels: [0, 1], sourceNames: ["a", "b"], vocabulary: 5 })).rejects.toThrow(
      new AttributionInputError({ field: "tokens", detail: "token 5 at 4 is outside the vocabulary of 5" })
    )
  })
})

describe("an index in the store", () => {
  const root = temporaryFolder()
  const { compute, read } = chain(root)

  it("is of all distinct training documents, and reads as it was built", async () => {
    const mixture = { sources: { omi1: 1, calc: 1 }, tokens: 9000, maximum: 10, suites: ["train"], suiteSize: 10, heldOut: 3 }
    const { artifact: mixed } = await compute(mix, {}, { ...mixture, seed: 1 })
    const twice = (await compute(reweight, { corpus: mixed }, { weights: { calc: 2 } })).artifact
    const stored = await read(CorpusIndexed, (await compute(indexCorpus, { corpus: twice }, {})).artifact)
    const documents = [...(await read(Corpus, twice)).documents].filter(({ heldOut, repetition }) => !heldOut && repetition === 0)
    const tokenizer = tokenizerFromJson(stored.tokenizer)
    const reopened = readIndex(stored, tokenizer.size)
    expect(reopened.sourceNames).toEqual(["calc", "omi1"])
    expect([...stored.indexedDocuments].map(({ document }) => document).toSorted((a, b) => a - b)).toEqual(
      documents.map(({ document }) => document)
    )
    const built = await indexOf(documentBodies(await read(Corpus, twice), tokenizer), tokenizer)
    expect(reopened).toEqual(built)
    // A passage of a document is found in it, by its number.
    const { document, tokens, promptTokens } = documents[40]!
    const passage = tokens.slice(promptTokens, promptTokens + 12)
    expect([...documentsIn(reopened, findSequence(reopened, passage))].map((of) => of.document)).toContain(document)
  })

  it("takes 6 bytes a token, and as many more as a document has of rows", async () => {
    const stored = await read(
      CorpusIndexed,
      (
        await compute(
          indexCorpus,
          { corpus: (await compute(mix, {}, { tokens: 9000, suites: ["train"], suiteSize: 10, seed: 1 })).artifact },
          {}
        )
      ).artifact
    )
    const positions = [...stored.indexedSources].reduce((sum, { documents, tokens }) => sum + documents + tokens, 0)
    const bytes = [...stored.suffixArrays].reduce((sum, { text, suffixes }) => sum + text.length + suffixes.length, 0)
    expect(bytes).toBe(6 * positions)
  })
})

/** Maximal spans by trying all of them. */
const naiveSpans = (text: ArrayLike<number>, minLength: number): Array<[number, number]> => {
  const tokens = Array.from(text)
  const occurs = (start: number, end: number) => countsOf(index, tokens.slice(start, end)).some((count) => count > 0)
  const spans: Array<[number, number]> = []
  for (let start = 0; start < tokens.length; start++) {
    let end = start
    while (end < tokens.length && occurs(start, end + 1)) end++
    const contained = spans.some(([from, to]) => from <= start && end <= to)
    if (end - start >= minLength && !contained) spans.push([start, end])
  }
  return spans
}

describe("maximal-span overlap", () => {
  const texts = documentsOf(corpus([4, 4, 4], 2))

  it("finds exactly the maximal spans, with their counts", () => {
    let found = 0
    for (const text of texts) {
      const { spans } = overlap(index, text, { minLength: 3 })
      expect(spans.map((span) => [span.start, span.end])).toEqual(naiveSpans(text, 3))
      for (const span of spans) expect([...span.counts]).toEqual(naiveCounts(text.slice(span.start, span.end)).counts)
      found += spans.length
    }
    expect(found).toBeGreaterThan(50)
  })

  it("covers a training document whole, by its own source", () => {
    const text = documentsOf(labelled)[55]!
    const { spans, coverage, coverageBySource } = overlap(index, text)
    expect(spans.map((span) => [span.start, span.end])).toEqual([[0, text.length]])
    expect(coverage).toBe(1)
    expect(coverageBySource[1]).toBe(1)
    expect(coverageBySource[0]).toBeLessThan(0.5)
    expect([...documentsIn(index, spans[0]!.range)]).toEqual([{ source: 1, document: 55 }])
  })

  it("cuts a match longer than the limit end to end, with the same coverage", () => {
    const text = documentsOf(labelled)[0]!.slice(0, 30)
    const { spans, coverage } = overlap(index, text, { minLength: 6, maxLength: 10 })
    expect(spans.map((span) => [span.start, span.end])).toEqual([
      [0, 10],
      [10, 20],
      [20, 30]
    ])
    expect(coverage).toBe(1)
    const shorter = overlap(index, text.slice(0, 27), { minLength: 6, maxLength: 10 }).spans
    expect(shorter.map((span) => [span.start, span.end])).toEqual([
      [0, 10],
      [10, 20],
      [17, 27]
    ])
  })

  it("gives each span its log-probability by single tokens: the lower, the rarer", async () => {
    const words = [
      [1, 1, 1, 1, 2, 2],
      [7, 8, 9, 1, 1, 1, 1]
    ].map((tokens) => Int32Array.from(tokens))
    const small = await buildCorpusIndex({ ...pack(words), labels: [0, 1], sourceNames: ["a", "b"], vocabulary: 10 })
    const { spans } = overlap(small, [1, 1, 1, 1, 6, 7, 8, 9], { minLength: 3 })
    expect(spans.map((span) => [span.start, span.end])).toEqual([
      [0, 4],
      [5, 8]
    ])
    // Of 13 tokens and 2 ends of documents, 8 are a 1; 7, 8 and 9 occur once each.
    expect(spans[0]!.unigramLogProb).toBeCloseTo(4 * Math.log(8 / 15), 12)
    expect(spans[1]!.unigramLogProb).toBeCloseTo(3 * Math.log(1 / 15), 12)
  })

  it("finds nothing in an empty text", () => {
    const { spans, coverage } = overlap(index, [])
    expect(spans).toEqual([])
    expect(coverage).toBe(0)
  })
})
