/** The infinity-gram model, its posterior, and the two inverse problems over mixtures. */

import { describe, expect, it } from "vitest"

import { buildCorpusIndex, sizesOf } from "../../src/attribution/corpus-index/CorpusIndex.ts"
import { correctShares, mixtureWeights } from "../../src/attribution/mixture-weights.ts"
import { calibrateTemperature, posterior, sourceScores } from "../../src/attribution/source-posterior.ts"
import { permutation } from "../../src/random/philox.ts"
import { corpus, countsOf, document, documentsOf, pack, VOCABULARY } from "./made-up-sources.ts"

const sourceNames = ["a", "b", "c"]
const training = corpus([150, 100, 50])
const index = await buildCorpusIndex({ ...training, sourceNames, vocabulary: VOCABULARY })
const unseen = corpus([30, 30, 30], 2)

const accuracy = (of: typeof index): number => {
  const right = documentsOf(unseen).filter((text, i) => {
    const p = posterior(sourceScores(of, text))
    return p.indexOf(Math.max(...p)) === unseen.labels[i]
  })
  return right.length / unseen.labels.length
}

describe("the infinity-gram model of a source", () => {
  it("is a distribution over the next token and the end, after any context", async () => {
    const context = documentsOf(training)[3]!.slice(0, 7)
    for (const before of [[], [5], [...context]]) {
      const start = sourceScores(index, before)
      const sums = [0, 0, 0]
      // -1 is the end of a document.
      for (let token = -1; token < VOCABULARY; token++) {
        sourceScores(index, [...before, token]).forEach((score, d) => (sums[d]! += Math.exp(score - start[d]!)))
      }
      for (const sum of sums) expect(sum).toBeCloseTo(1, 12)
    }
    const ends = pack([Int32Array.of(0, 1), Int32Array.of(0, 1)])
    const tiny = await buildCorpusIndex({ ...ends, labels: [0, 0], sourceNames: ["x"], vocabulary: 2 })
    // Text 0 1 $ 0 1 $; three symbols; mu = 1. p_{-1} = 1/3, p(0) = (2 + 1/3) / (6 + 1) = 1/3; after 0: p(1) = (2 + 1/3) / (2 +
    // 1) = 7/9.
    expect(Math.exp(sourceScores(tiny, [0])[0]!)).toBeCloseTo(1 / 3, 14)
    expect(Math.exp(sourceScores(tiny, [0, 1])[0]!)).toBeCloseTo((1 / 3) * (7 / 9), 14)
  })

  it.each([0, 1, 3, 32])("equals the formula, counted naively, with contexts of at most %i tokens", (longestContext) => {
    const text = [...document(1, 700).slice(0, 8), ...documentsOf(training)[200]!.slice(4, 12)]
    const naive = [0, 0, 0].map((_, d) => {
      const count = (sequence: ReadonlyArray<number>) =>
        sequence.length === 0 ? sizesOf(index)[d]! : countsOf(index, sequence)[d]!
      return text.reduce((score, token, t) => {
        let p = 1 / (VOCABULARY + 1)
        for (let length = 0; length <= Math.min(t, longestContext); length++) {
          const context = text.slice(t - length, t)
          p = (count([...context, token]) + 0.5 * p) / (count(context) + 0.5)
        }
        return score + Math.log(p)
      }, 0)
    })
    const scores = sourceScores(index, text, { longestContext, concentration: 0.5 })
    naive.forEach((score, d) => expect(scores[d]!).toBeCloseTo(score, 9))
  })

  it("scores only what follows the prompt, given the prompt", () => {
    const text = document(0, 500)
    const whole = sourceScores(index, text)
    const prompt = sourceScores(index, text.slice(0, 12))
    const rest = sourceScores(index, text, { from: 12 })
    for (let d = 0; d < 3; d++) expect(rest[d]!).toBeCloseTo(whole[d]! - prompt[d]!, 10)
  })
})

describe("the source posterior", () => {
  it("names the source of at least 98 % of unseen documents", () => {
    expect(accuracy(index)).toBeGreaterThanOrEqual(0.98)
  })

  it("falls to chance when the labels of the corpus are permuted", async () => {
    const order = permutation(training.labels.length, 5, "permuted-labels")
    const shuffled = await buildCorpusIndex({
      ...training,
      labels: training.labels.map((_, i) => training.labels[order[i]!]!),
      sourceNames,
      vocabulary: VOCABULARY
    })
    expect(accuracy(shuffled)).toBeLessThan(0.5)
  })

  it("recovers the weights of a synthetic mixture from its texts", () => {
    const weights = [0.6, 0.3, 0.1]
    const texts = weights.flatMap((w, s) => Array.from({ length: 200 * w }, (_, i) => document(s, i, 3)))
    const found = mixtureWeights(texts.map((text) => sourceScores(index, text)))
    weights.forEach((w, d) => expect(Math.abs(found[d]! - w)).toBeLessThan(0.02))
  })

  it("finds the same mixture from evidence overstated three times, given temperature 3", () => {
    const scores = Array.from({ length: 40 }, (_, i) => sourceScores(index, document(i % 3, i, 4).slice(0, 4)))
    const plain = mixtureWeights(scores)
    const overstated = mixtureWeights(
      scores.map((row) => row.map((x) => 3 * x)),
      3
    )
    plain.forEach((w, d) => expect(overstated[d]!).toBeCloseTo(w, 8))
  })

  it("weighs sources by the prior and flattens with the temperature", () => {
    expect(posterior([0, 0], { prior: [0.75, 0.25] })[0]).toBeCloseTo(0.75, 14)
    expect(posterior([Math.log(9), 0])[0]).toBeCloseTo(0.9, 14)
    expect(posterior([Math.log(9), 0], { temperature: 2 })[0]).toBeCloseTo(0.75, 14)
  })

  it("is calibrated by a temperature: evidence that counts everything four times gets temperature 4", () => {
    // Log-odds of 80 % for the right source in 4 texts of 5, reported four times too large.
    const scores = Array.from({ length: 100 }, () => [4 * Math.log(4), 0])
    const labels = scores.map((_, i) => (i % 5 === 0 ? 1 : 0))
    expect(calibrateTemperature(scores, labels)).toBeCloseTo(4, 4)
  })
})

describe("correcting observed shares by the confusion matrix", () => {
  const confusion = [
    [0.9, 0.08, 0.02],
    [0.1, 0.85, 0.05],
    [0.05, 0.05, 0.9]
  ]

  it("inverts the confusion exactly when the shares came through it", () => {
    const truth = [0.5, 0.1, 0.4]
    const observed = [0, 1, 2].map((j) => truth.reduce((sum, p, i) => sum + p * confusion[i]![j]!, 0))
    const found = correctShares(observed, confusion)
    truth.forEach((p, i) => expect(found[i]!).toBeCloseTo(p, 9))
  })

  it("stays on the simplex when no mixture explains the shares", () => {
    const found = correctShares([1, 0, 0], confusion)
    expect(found.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
    expect(found[0]).toBeCloseTo(1, 6)
    expect(Math.min(...found)).toBeGreaterThanOrEqual(0)
  })

  it("refuses a confusion matrix whose rows are no distributions", () => {
    expect(() =>
      correctShares(
        [1, 1],
        [
          [0.5, 0.4],
          [0, 1]
        ]
      )
    ).toThrow(/row 0 has 2 entries that add up to 0.9/)
  })
})
