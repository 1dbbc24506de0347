/** Documents to batches: what stands at which position, and with which weight. */

import { describe, expect, it } from "vitest"

import type { CorpusSequences } from "../../src/training/corpus.ts"
import { withTags } from "../../src/training/corpus.ts"
import { batchOf, packBatches, type PackingOptions } from "../../src/training/packing.ts"
import { evenlySpaced, logSpaced, warmupConstant, warmupCosine } from "../../src/training/schedule.ts"

// Three documents: prompt of 2 and answer of 2, plain text of 3, prompt of 1 and answer of 4.
const tokens = [Int32Array.of(10, 11, 12, 13), Int32Array.of(20, 21, 22), Int32Array.of(30, 31, 32, 33, 34)]
const sequences = {
  lengths: Int32Array.of(4, 3, 5),
  promptTokens: Int32Array.of(2, 0, 1),
  read: (which: Int32Array) => Array.from(which, (i) => tokens[i]!)
}
const thirds = (batch: { readonly weights: Float32Array }, parts: number) =>
  [...batch.weights].map((w) => Math.round(w * parts * 10) / 10)

describe("a batch", () => {
  it("holds whole documents; the entry before a token weighs it, and the last of a document weighs nothing", () => {
    const batch = batchOf(sequences, Int32Array.of(1, 0), 100, 1)
    expect([...batch.tokens]).toEqual([20, 21, 22, 10, 11, 12, 13])
    expect([...batch.offsets]).toEqual([0, 3, 7])
    expect(thirds(batch, 5)).toEqual([1, 1, 0, 1, 1, 1, 0])
  })

  it("weighs a prompt's tokens as told, from the first solution token on with 1; all weights sum to 1", () => {
    // Targets: 11 is prompt, 12 and 13 are solution.
    expect(thirds(batchOf(sequences, Int32Array.of(0), 100, 0), 2)).toEqual([0, 1, 1, 0])
    expect(thirds(batchOf(sequences, Int32Array.of(0), 100, 0.5), 2.5)).toEqual([0.5, 1, 1, 0])
    const { weights } = batchOf(sequences, Int32Array.of(0, 1, 2), 100, 0.1)
    expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6)
  })

  it("cuts a document at the context, whose last position then weighs nothing", () => {
    const batch = batchOf(sequences, Int32Array.of(2), 3, 1)
    expect([...batch.tokens]).toEqual([30, 31, 32])
    expect(thirds(batch, 2)).toEqual([1, 1, 0])
  })

  it("with nothing to learn weighs 0 everywhere, never NaN", () => {
    expect([...batchOf(sequences, Int32Array.of(0), 2, 0).weights]).toEqual([0, 0])
  })
})

describe("an epoch", () => {
  const options: PackingOptions = { batchTokens: 7, context: 100, epochs: 3, seed: 1, name: "t", promptWeight: 1 }
  const all = Int32Array.of(0, 1, 2)

  it("sees every document once, in a new order, in batches that hold no more tokens than asked for", () => {
    const batches = packBatches(sequences, all, options)
    const seen = Array.from({ length: batches.steps }, (_, step) => [...batches.at(step).documents]).flat()
    expect(seen).toHaveLength(9)
    for (let epoch = 0; epoch < 3; epoch++) expect(seen.slice(3 * epoch, 3 * epoch + 3).toSorted()).toEqual([0, 1, 2])
    for (let step = 0; step < batches.steps; step++) expect(batches.at(step).tokens.length).toBeLessThanOrEqual(7)
    expect(batches.tokensThrough(batches.steps - 1)).toBe(36)
  })

  it("gives a document longer than a batch one of its own", () => {
    const batches = packBatches(sequences, all, { ...options, batchTokens: 3, epochs: 1 })
    expect(batches.steps).toBe(3)
  })

  it("is the same however many epochs follow, and whatever other training has the same seed", () => {
    const documents = (of: PackingOptions) => {
      const batches = packBatches(
        sequences,
        Int32Array.from({ length: 30 }, (_, i) => i % 3),
        of
      )
      return Array.from({ length: 5 }, (_, step) => [...batches.at(step).documents])
    }
    expect(documents({ ...options, epochs: 1 })).toEqual(documents(options))
    expect(documents({ ...options, name: "other" })).not.toEqual(documents(options))
  })
})

describe("a changed corpus", () => {
  const packed = (times?: Uint8Array) =>
    packBatches(sequences, Int32Array.of(0, 1, 2), {
      batchTokens: 1,
      context: 100,
      epochs: 1,
      seed: 3,
      name: "a",
      promptWeight: 1,
      ...(times === undefined ? {} : { times })
    })
  const order = (times?: Uint8Array) => {
    const { steps, at } = packed(times)
    return Array.from({ length: steps }, (_, step) => [...at(step).documents]).flat()
  }

  it("goes through the documents in the order of the whole: without some of them, and others twice in a row", () => {
    const whole = order()
    expect(order(Uint8Array.of(1, 1, 1))).toEqual(whole)
    expect(order(Uint8Array.of(1, 0, 1))).toEqual(whole.filter((document) => document !== 1))
    expect(order(Uint8Array.of(1, 1, 2))).toEqual(whole.flatMap((document) => (document === 2 ? [2, 2] : [document])))
  })
})

describe("tags", () => {
  const corpus: CorpusSequences = {
    ...sequences,
    training: Int32Array.of(0, 1, 2),
    heldOut: new Int32Array(0),
    source: () => "s",
    format: (document) => ["omi2", "text", "gsm"][document]!,
    firstTokens: new Map(),
    problems: []
  }

  it("stand between prompt and solution and are learnt with it; plain text has none", () => {
    const tagged = withTags(corpus, { omi2: 7, gsm: 8 })
    expect(tagged.read(Int32Array.of(0, 1, 2)).map((document) => [...document])).toEqual([
      [10, 11, 7, 12, 13],
      [20, 21, 22],
      [30, 8, 31, 32, 33, 34]
    ])
    expect([...tagged.lengths]).toEqual([5, 3, 6])
    expect(thirds(batchOf(tagged, Int32Array.of(0), 100, 0), 3)).toEqual([0, 1, 1, 1, 0])
  })
})

describe("schedules", () => {
  it("warm up linearly to the peak and fall by a cosine to a tenth of it at the last update", () => {
    const rate = warmupCosine({ peak: 1, warmup: 4, steps: 15 })
    expect([0, 3, 4, 9, 14].map((step) => Number(rate(step).toFixed(6)))).toEqual([0.25, 1, 1, 0.55, 0.1])
    expect(warmupConstant({ peak: 2, warmup: 2 })(0)).toBe(1)
    expect(warmupConstant({ peak: 2, warmup: 0 })(0)).toBe(2)
  })

  it("name finished updates, the last always among them", () => {
    expect(evenlySpaced(4, 10)).toEqual([3, 5, 8, 10])
    expect(evenlySpaced(5, 2)).toEqual([1, 2])
    expect(logSpaced(3, 1000)).toEqual([10, 100, 1000])
    expect(logSpaced(0, 10)).toEqual([])
  })
})
