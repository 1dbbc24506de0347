/**
 * Shares of the formats among completions: how concentrated they are, and how far two sets of them lie apart.
 *
 * Every completion has exactly one class (`invalid` is one), so shares add up to 1.
 */

import { exp, log } from "../../elementary/elementary.ts"
import type { invalid } from "../../formats/registry.ts"
import { EvaluationInputError } from "../EvaluationInputError.ts"

/**
 * The class of completions in no format, as formats/registry.ts names it. Said again, and held to be the same by its type,
 * because loading the registry loads every format and its interpreter.
 */
export const INVALID: typeof invalid = "invalid"

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
  for (const x of all) if (x > 0) nats -= (x / total) * log(x / total)
  return {
    nats,
    bits: nats / Math.LN2,
    normalised: all.length > 1 ? nats / log(all.length) : 0,
    effectiveNumber: exp(nats)
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
