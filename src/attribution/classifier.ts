/**
 * Which dataset's style is this text? Multinomial logistic regression over hashed unigrams and bigrams, trained on the labelled
 * pretraining documents themselves: the labels are free.
 *
 *   p(c | x) = softmax_c(w_c . x + b_c),  minimised: -log p(label | x), by AdaGrad, in an order drawn from the seed
 *
 * A class `none` is always there, trained on texts that come from no source. A part of the documents is held out (by content, so
 * that repeated documents stay on one side) to measure the confusion matrix, and with it observed shares are corrected: see
 * correctShares. This is a statement about style only: it cannot know which document a text came from.
 */

import { exp } from "../elementary/elementary.ts"
import { permutation } from "../random/philox.ts"
import { AttributionInputError, requireDocuments } from "./AttributionInputError.ts"
import { DIMENSIONS, featuresOf, type Features } from "./features.ts"
import { negativeDocuments } from "./negatives.ts"

/** Labelled documents, and how to learn from them. */
export interface ClassifierInput {
  /** Documents one after another. Give solutions without their questions: questions are shared between sources. */
  readonly tokens: Int32Array
  readonly offsets: Int32Array
  /** Index into `classes` for each document. */
  readonly labels: ArrayLike<number>
  readonly classes: ReadonlyArray<string>
  readonly seed: number
  /** Passes over the training documents. Default 4. */
  readonly epochs?: number
  /** AdaGrad's rate. Default 0.5. */
  readonly learningRate?: number
  /** Share of documents that is held out. Default 0.2. */
  readonly heldOut?: number
  /** Of more documents of a class, this many are drawn: their features are kept in memory while training. Default 10,000. */
  readonly documentsPerClass?: number
}

/** A trained classifier, with how well it does on documents that it was not trained on. */
export interface Classifier {
  /** The given classes and, last, `none`. */
  readonly classes: ReadonlyArray<string>
  /** `[DIMENSIONS][classes]`: what one feature says of every class stands together in memory. */
  readonly weights: Float32Array
  readonly bias: Float64Array
  /** On held-out documents: rows are the truth and add up to 1, columns the prediction. */
  readonly confusion: ReadonlyArray<Float64Array>
  /** Held-out documents of each class, `none` included. */
  readonly heldOutCounts: Int32Array
  /** Share of held-out documents, `none` left out, whose class is predicted. */
  readonly heldOutAccuracy: number
}

type Side = "training" | "held-out"

interface Example {
  readonly features: Features
  readonly label: number
}

/**
 * Trains on labelled documents; deterministic in (documents, seed). Throws when a class has nothing to train on or to hold out.
 */
export const trainClassifier = (input: ClassifierInput): Classifier => {
  const { tokens, offsets, labels, seed, epochs = 4, learningRate = 0.5, heldOut = 0.2, documentsPerClass = 10_000 } = input
  requireDocuments(tokens, offsets, labels, input.classes.length, "labels")
  if (!(heldOut > 0 && heldOut < 1)) {
    throw new AttributionInputError({ field: "heldOut", detail: `it must be between 0 and 1; got ${heldOut}` })
  }
  const classes = [...input.classes, "none"]
  const isHeldOut = splitByContent(tokens, offsets, heldOut)
  const chosen = atMostPerClass(labels, input.classes.length, documentsPerClass, seed)
  const examples = (side: Side): ReadonlyArray<Example> => {
    const documents = chosen.filter((d) => (isHeldOut[d] === 1) === (side === "held-out"))
    requireEveryClass(documents, labels, input.classes, side)
    const count = Math.max(3, Math.ceil(documents.length / input.classes.length))
    const negatives = negativeDocuments(tokens, offsets, documents, count, { seed, name: side })
    return [
      ...documents.map((d) => ({ features: featuresOf(tokens, offsets[d]!, offsets[d + 1]!), label: labels[d]! })),
      ...negatives.map((text) => ({ features: featuresOf(text, 0, text.length), label: classes.length - 1 }))
    ]
  }
  const model = fit(examples("training"), classes.length, { epochs, learningRate, seed })
  return { classes, ...model, ...evaluate(model, examples("held-out"), classes.length) }
}

/** 1 for held-out documents, by a hash of their tokens: copies of a document fall on the same side. */
const splitByContent = (tokens: Int32Array, offsets: Int32Array, heldOut: number): Uint8Array => {
  const isHeldOut = new Uint8Array(offsets.length - 1)
  for (let d = 0; d < isHeldOut.length; d++) {
    let hash = 0x811c9dc5
    for (let t = offsets[d]!; t < offsets[d + 1]!; t++) hash = Math.imul(hash ^ tokens[t]!, 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    isHeldOut[d] = ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32 < heldOut ? 1 : 0
  }
  return isHeldOut
}

/** At most `limit` documents of each class, drawn with the seed; ascending. */
const atMostPerClass = (labels: ArrayLike<number>, classes: number, limit: number, seed: number): ReadonlyArray<number> => {
  const taken = new Int32Array(classes)
  const order = permutation(labels.length, seed, "classifier-documents")
  return Array.from(order.filter((d) => taken[labels[d]!]!++ < limit).toSorted())
}

const requireEveryClass = (
  documents: ReadonlyArray<number>,
  labels: ArrayLike<number>,
  classes: ReadonlyArray<string>,
  side: Side
): void => {
  const counts = new Int32Array(classes.length)
  for (const d of documents) counts[labels[d]!]!++
  const missing = counts.indexOf(0)
  if (missing >= 0) {
    const what = side === "training" ? "to train on" : "to hold out"
    throw new AttributionInputError({
      field: "labels",
      detail: `class "${classes[missing]}" has no document ${what}; give more documents`
    })
  }
}

type Weights = Pick<Classifier, "weights" | "bias">

const fit = (
  examples: ReadonlyArray<Example>,
  classes: number,
  options: { readonly epochs: number; readonly learningRate: number; readonly seed: number }
): Weights => {
  const weights = new Float32Array(classes * DIMENSIONS)
  const squares = new Float32Array(classes * DIMENSIONS)
  const bias = new Float64Array(classes)
  const biasSquares = new Float64Array(classes)
  const errors = new Float64Array(classes)
  const { epochs, learningRate, seed } = options
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const i of permutation(examples.length, seed, "classifier-order", epoch)) {
      const { features, label } = examples[i]!
      const { ids, values } = features
      probabilities({ weights, bias }, features, errors)[label]! -= 1
      for (let c = 0; c < classes; c++) {
        biasSquares[c]! += errors[c]! * errors[c]!
        bias[c]! -= (learningRate * errors[c]!) / (Math.sqrt(biasSquares[c]!) + 1e-6)
      }
      for (let f = 0; f < ids.length; f++) {
        const row = ids[f]! * classes
        for (let c = 0; c < classes; c++) {
          const gradient = errors[c]! * values[f]!
          squares[row + c]! += gradient * gradient
          weights[row + c]! -= (learningRate * gradient) / (Math.sqrt(squares[row + c]!) + 1e-6)
        }
      }
    }
  }
  return { weights, bias }
}

/** softmax of the class scores, written to `out` `[classes]`. */
const probabilities = ({ weights, bias }: Weights, { ids, values }: Features, out: Float64Array): Float64Array => {
  const classes = out.length
  out.set(bias)
  for (let f = 0; f < ids.length; f++) {
    const row = ids[f]! * classes
    for (let c = 0; c < classes; c++) out[c]! += weights[row + c]! * values[f]!
  }
  let most = Number.NEGATIVE_INFINITY
  for (let c = 0; c < classes; c++) most = Math.max(most, out[c]!)
  let total = 0
  for (let c = 0; c < classes; c++) total += out[c] = exp(out[c]! - most)
  for (let c = 0; c < classes; c++) out[c]! /= total
  return out
}

const argmax = (values: Float64Array): number => values.indexOf(values.reduce((a, b) => Math.max(a, b)))

const evaluate = (
  model: Weights,
  examples: ReadonlyArray<Example>,
  classes: number
): Pick<Classifier, "confusion" | "heldOutCounts" | "heldOutAccuracy"> => {
  const counts = Array.from({ length: classes }, () => new Float64Array(classes))
  const p = new Float64Array(classes)
  let right = 0
  let all = 0
  for (const { features, label } of examples) {
    const predicted = argmax(probabilities(model, features, p))
    counts[label]![predicted]!++
    if (label === classes - 1) continue
    all++
    if (predicted === label) right++
  }
  const totals = counts.map((row) => row.reduce((sum, x) => sum + x, 0))
  return {
    confusion: counts.map((row, i) => row.map((x) => x / totals[i]!)),
    heldOutCounts: Int32Array.from(totals),
    heldOutAccuracy: right / all
  }
}

/** What a classifier says of some texts. */
export interface Classification {
  /** Most probable class of each text: `[texts]`. */
  readonly labels: Uint8Array
  /** `[texts][classes]`, flat. */
  readonly probabilities: Float64Array
}

/** Classifies texts given one after another. An empty text is `none`. */
export const classify = (classifier: Classifier, tokens: ArrayLike<number>, offsets: Int32Array): Classification => {
  const classes = classifier.classes.length
  const texts = offsets.length - 1
  const labels = new Uint8Array(texts)
  const all = new Float64Array(texts * classes)
  for (let i = 0; i < texts; i++) {
    const out = all.subarray(i * classes, (i + 1) * classes)
    if (offsets[i] === offsets[i + 1]) out[classes - 1] = 1
    else probabilities(classifier, featuresOf(tokens, offsets[i]!, offsets[i + 1]!), out)
    labels[i] = argmax(out)
  }
  return { labels, probabilities: all }
}

/** Share of each class among labels: `[classes]`, the q of `correctShares`. */
export const labelShares = (labels: ArrayLike<number>, classes: number): Float64Array => {
  const shares = new Float64Array(classes)
  for (let i = 0; i < labels.length; i++) shares[labels[i]!]! += 1 / labels.length
  return shares
}
