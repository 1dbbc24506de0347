/** The format classifier, on made-up sources of known style. */

import { describe, expect, it } from "vitest"

import { confusionRows } from "../../src/attribution/attribute-completions.ts"
import { classify, labelShares, trainClassifier } from "../../src/attribution/classifier.ts"
import { correctShares } from "../../src/attribution/mixture-weights.ts"
import { negativeDocuments } from "../../src/attribution/negatives.ts"
import { permutation } from "../../src/random/philox.ts"
import { corpus, document, pack } from "./made-up-sources.ts"

const classes = ["a", "b", "c"]
const training = corpus([150, 150, 150])
const classifier = trainClassifier({ ...training, classes, seed: 1 })

describe("the format classifier", () => {
  it("names the source of at least 97 % of held-out and of unseen documents", () => {
    expect(classifier.heldOutAccuracy).toBeGreaterThanOrEqual(0.97)
    const unseen = corpus([60, 60, 60], 2)
    const { labels } = classify(classifier, unseen.tokens, unseen.offsets)
    const right = labels.filter((label, i) => label === unseen.labels[i]).length
    expect(right / labels.length).toBeGreaterThanOrEqual(0.97)
  })

  it("says none to shuffled documents, to random words and to loops, nearly always", () => {
    expect(classifier.classes).toEqual(["a", "b", "c", "none"])
    // Of a hundred texts, so that one or two more or less decide nothing.
    const { confusion, heldOutCounts } = trainClassifier({ ...corpus([600, 600, 600]), classes, seed: 1 })
    expect(heldOutCounts[3]).toBeGreaterThanOrEqual(100)
    expect(confusion[3]![3]).toBeGreaterThan(0.9)
    const loop = Int32Array.from({ length: 60 }, (_, i) => [7, 31, 2][i % 3]!)
    expect([...classify(classifier, loop, Int32Array.of(0, 60)).labels]).toEqual([3])
  })

  it("learns from no more documents per class than asked", () => {
    const few = trainClassifier({ ...training, classes, seed: 1, documentsPerClass: 40 })
    expect(Math.max(...few.heldOutCounts.slice(0, 3))).toBeLessThan(20)
    expect(Math.min(...few.heldOutCounts.slice(0, 3))).toBeGreaterThan(0)
    expect(few.weights).not.toEqual(classifier.weights)
  })

  it("says none, with certainty, to an empty text", () => {
    const { labels, probabilities } = classify(classifier, [], Int32Array.of(0, 0))
    expect([...labels]).toEqual([3])
    expect([...probabilities]).toEqual([0, 0, 0, 1])
  })

  it("falls to chance when labels are permuted", () => {
    const order = permutation(training.labels.length, 4, "permuted-labels")
    const shuffled = trainClassifier({
      ...training,
      labels: training.labels.map((_, i) => training.labels[order[i]!]!),
      classes,
      seed: 1
    })
    expect(shuffled.heldOutAccuracy).toBeLessThan(0.5)
    // Measured on real documents alone: texts made up for `none` are easy and would flatter it.
    const counts = shuffled.heldOutCounts
    const right = [0, 1, 2].reduce((sum, c) => sum + counts[c]! * shuffled.confusion[c]![c]!, 0)
    expect(shuffled.heldOutAccuracy).toBeCloseTo(right / (counts[0]! + counts[1]! + counts[2]!), 12)
    for (const row of shuffled.confusion) expect(row.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12)
  })

  it("recovers the shares of a synthetic mixture, closer once corrected by the confusion matrix", () => {
    const truth = [0.7, 0.2, 0.1, 0]
    const texts = truth.flatMap((share, s) => Array.from({ length: 300 * share }, (_, i) => document(s, i, 5)))
    const mixture = pack(texts)
    const observed = labelShares(classify(classifier, mixture.tokens, mixture.offsets).labels, 4)
    const corrected = correctShares(observed, classifier.confusion)
    truth.forEach((share, c) => expect(Math.abs(corrected[c]! - share)).toBeLessThan(0.03))
  })

  it("gives the same weights for the same documents and seed", () => {
    const again = trainClassifier({ ...training, classes, seed: 1 })
    expect(again.weights).toEqual(classifier.weights)
    expect(again.confusion).toEqual(classifier.confusion)
  })

  it("keeps copies of a document on one side of the split: memorised copies earn nothing", () => {
    // Every document is random noise with a random label, three times over. Without care, copies leak and accuracy is high.
    const noise = corpus([120], 6)
    const documents = Array.from({ length: 120 }, (_, i) => noise.tokens.subarray(noise.offsets[i]!, noise.offsets[i + 1]!))
    const copies = pack([...documents, ...documents, ...documents])
    const labels = permutation(120, 8, "noise-labels").map((x) => x % 2)
    const trained = trainClassifier({ ...copies, labels: [...labels, ...labels, ...labels], classes: ["x", "y"], seed: 1 })
    expect(trained.heldOutAccuracy).toBeLessThan(0.75)
  })

  it("names the class that has no documents", () => {
    expect(() => trainClassifier({ ...training, classes: [...classes, "d"], seed: 1 })).toThrow(
      /class "d" has no document to train on/
    )
  })
})

describe("texts that come from no source", () => {
  const negatives = (seed: number, name: string) =>
    negativeDocuments(training.tokens, training.offsets, [...training.labels.keys()], 30, { seed, name })

  it("are others on the two sides, and no side has those of the other with the next seed", () => {
    expect(negatives(0, "training")).toEqual(negatives(0, "training"))
    const drawn = [negatives(0, "training"), negatives(0, "held-out"), negatives(1, "training"), negatives(1, "held-out")]
    expect(new Set(drawn.map((texts) => texts.join("|"))).size).toBe(4)
  })
})

describe("the rows of a confusion table", () => {
  it("are shares of each source's documents, for every class that can be named", () => {
    const rows = confusionRows([0, 0, 0, 0, 1], [0, 0, 2, 0, 1], { sources: ["a", "b", "c"], classes: ["a", "b", "none"] })
    expect(rows.map(({ actual, predicted, share, documents }) => [actual, predicted, share, documents])).toEqual([
      ["a", "a", 0.75, 4],
      ["a", "b", 0, 4],
      ["a", "none", 0.25, 4],
      ["b", "a", 0, 1],
      ["b", "b", 1, 1],
      ["b", "none", 0, 1],
      ["c", "a", 0, 0],
      ["c", "b", 0, 0],
      ["c", "none", 0, 0]
    ])
  })
})
