/**
 * How a step's rollouts are walked through: `epochs` passes, each a new order cut into `minibatches` parts, a pure function of
 * (seed, step, epoch). Sequences that a mask drops wholly are not computed at all; a part of which nothing is left is skipped.
 */

import { permutation } from "../../random/philox.ts"
import { reductionWeights, type ReductionOptions } from "../objective/reduction.ts"
import { type Rollouts, selectSequences, sequenceCount } from "../packed/Rollouts.ts"

/** A batch of rollouts with what is known when sampling is over. `scores` per sequence, the rest per response token. */
export interface LearningBatch {
  readonly step: number
  readonly rollouts: Rollouts
  readonly scores: Float64Array
  readonly refLogProbs: Float32Array | undefined
  /** 0 keeps a token out of the update; absent: all take part. */
  readonly mask: Uint8Array | undefined
}

export interface Passes {
  readonly epochs: number
  readonly minibatches: number
  readonly seed: number
}

/**
 * The sequences of each minibatch of a step. One minibatch keeps the order.
 *
 * @internal the tests hold the order of every pass
 */
export const minibatches = (sequences: number, step: number, passes: Passes): Array<Int32Array> => {
  const all: Array<Int32Array> = []
  for (let epoch = 0; epoch < passes.epochs; epoch++) {
    if (passes.minibatches === 1) {
      all.push(Int32Array.from({ length: sequences }, (_, i) => i))
      continue
    }
    const order = permutation(sequences, passes.seed, "minibatches", step, epoch)
    for (let i = 0; i < passes.minibatches; i++) {
      const from = Math.floor((i * sequences) / passes.minibatches)
      const to = Math.floor(((i + 1) * sequences) / passes.minibatches)
      if (to > from) all.push(order.slice(from, to))
    }
  }
  return all
}

/** One gradient step's part of the batch: what every objective needs, and a way to take its entries of any per-token array. */
export interface Minibatch {
  readonly rollouts: Rollouts
  readonly offsets: Int32Array
  readonly refLogProbs?: Float32Array
  readonly advantages: Float64Array
  /** From the reduction, over the whole minibatch; 0 where the mask drops a token. */
  readonly weights: Float64Array
  readonly mask: Uint8Array | undefined
  readonly take: <A extends PerToken>(perToken: A) => A
}
type PerToken = Float32Array | Float64Array | Uint8Array

/** The minibatches of a step that have something to learn from. */
export const learningMinibatches = function* (
  batch: LearningBatch,
  advantages: Float64Array,
  reduction: ReductionOptions,
  passes: Passes
): Iterable<Minibatch> {
  const { rollouts, step, mask } = batch
  for (const sequences of minibatches(sequenceCount(rollouts), step, passes)) {
    // Weights come from all sequences of the minibatch: a wholly masked one may count in a mean over sequences.
    const every = part(rollouts, sequences)
    const everyMask = mask === undefined ? undefined : every.take(mask)
    const weights = reductionWeights(every.rollouts.responseOffsets, reduction, everyMask)
    const kept = Int32Array.from({ length: sequences.length }, (_, i) => i).filter((i) =>
      weights.subarray(every.rollouts.responseOffsets[i]!, every.rollouts.responseOffsets[i + 1]!).some((w) => w !== 0)
    )
    if (kept.length === 0) continue
    const some = part(every.rollouts, kept)
    const take = <A extends PerToken>(perToken: A): A => some.take(every.take(perToken))
    yield {
      rollouts: some.rollouts,
      offsets: some.rollouts.responseOffsets,
      ...(batch.refLogProbs === undefined ? {} : { refLogProbs: take(batch.refLogProbs) }),
      advantages: take(advantages),
      weights: some.take(weights),
      mask: mask === undefined ? undefined : take(mask),
      take
    }
  }
}

/**
 * Some of the sequences, and a way to take their entries of any per-token array. All of them in order are the rollouts
 * themselves.
 */
const part = (rollouts: Rollouts, sequences: Int32Array) => {
  if (sequences.length === sequenceCount(rollouts) && sequences.every((s, i) => s === i))
    return { rollouts, take: <A extends PerToken>(perToken: A): A => perToken }
  const tokens: Array<number> = []
  for (const s of sequences) for (let t = rollouts.responseOffsets[s]!; t < rollouts.responseOffsets[s + 1]!; t++) tokens.push(t)
  return {
    rollouts: selectSequences(rollouts, sequences),
    take: <A extends PerToken>(perToken: A): A => {
      const out = perToken.slice(0, tokens.length) as A
      for (let i = 0; i < tokens.length; i++) out[i] = perToken[tokens[i]!]!
      return out
    }
  }
}
