/**
 * Which solution styles do the completions use, how often is each right, and how concentrated is the choice?
 *
 * Every completion has exactly one class (`invalid` is one), so shares add up to 1 and share-weighted accuracies to the accuracy.
 */
import { EvaluationInputError } from "../EvaluationInputError.ts"
import { wilson, type Interval } from "../statistics/intervals.ts"

export interface FormatShare {
  readonly format: string
  readonly count: number
  readonly correct: number
  readonly share: number
  readonly shareInterval: Interval
  /** correct / count; NaN for a format that never occurs. */
  readonly accuracy: number
  /** Wilson; NaN for a format that never occurs. */
  readonly accuracyInterval: Interval
  /** Share among the correct completions; NaN when none is correct. */
  readonly shareOfCorrect: number
}

/** One row per format of `formats`, in that order. `labels` `[completions]` are indices into it, `correct` `[completions]` 0 or 1. */
export const formatShares = (
  labels: ArrayLike<number>,
  correct: ArrayLike<number>,
  formats: ReadonlyArray<string>
): ReadonlyArray<FormatShare> => {
  if (labels.length === 0) throw new EvaluationInputError({ field: "labels", detail: "it is empty" })
  if (labels.length !== correct.length) {
    throw new EvaluationInputError({ field: "correct", detail: `${correct.length} completions, but ${labels.length} labels` })
  }
  const counts = new Int32Array(formats.length)
  const rights = new Int32Array(formats.length)
  for (let i = 0; i < labels.length; i++) {
    if (formats[labels[i]!] === undefined) {
      throw new EvaluationInputError({
        field: "labels",
        detail: `completion ${i} has label ${labels[i]}, but there are ${formats.length} formats`
      })
    }
    counts[labels[i]!]!++
    if (correct[i] !== 0) rights[labels[i]!]!++
  }
  const allRight = rights.reduce((sum, x) => sum + x, 0)
  return formats.map((format, f) => ({
    format,
    count: counts[f]!,
    correct: rights[f]!,
    share: counts[f]! / labels.length,
    shareInterval: wilson(counts[f]!, labels.length),
    accuracy: rights[f]! / counts[f]!,
    accuracyInterval: counts[f] === 0 ? { low: Number.NaN, high: Number.NaN } : wilson(rights[f]!, counts[f]!),
    shareOfCorrect: rights[f]! / allRight
  }))
}

export interface Concentration {
  /** -sum p ln p, with 0 ln 0 = 0. */
  readonly nats: number
  readonly bits: number
  /** Over the logarithm of the number of classes: 1 is even; 0 for a single class. */
  readonly normalised: number
  /** exp(nats): the number of equally used classes with the same entropy. */
  readonly effectiveNumber: number
}

/** Entropy of the shares given by non-negative counts (or weights), one per class. */
export const shareEntropy = (counts: ArrayLike<number>): Concentration => {
  const all = Array.from(counts)
  const total = all.reduce((sum, x) => sum + x, 0)
  if (!(total > 0) || all.some((x) => x < 0)) {
    throw new EvaluationInputError({ field: "counts", detail: "counts must not be negative and one must be above 0" })
  }
  let nats = 0
  for (const x of all) if (x > 0) nats -= (x / total) * Math.log(x / total)
  return {
    nats,
    bits: nats / Math.LN2,
    normalised: all.length > 1 ? nats / Math.log(all.length) : 0,
    effectiveNumber: Math.exp(nats)
  }
}

/** Total variation distance between two distributions over the same classes: the share of completions that changed style. */
export const totalVariation = (before: ArrayLike<number>, after: ArrayLike<number>): number => {
  if (before.length !== after.length) {
    throw new EvaluationInputError({ field: "after", detail: `${after.length} classes, but ${before.length} before` })
  }
  let sum = 0
  for (let i = 0; i < before.length; i++) sum += Math.abs(before[i]! - after[i]!)
  return sum / 2
}
