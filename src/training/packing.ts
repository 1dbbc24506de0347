/**
 * Documents to batches. A batch is whole documents one after another, about `batchTokens` tokens; attention never crosses
 * documents. The order is a permutation by (seed, epoch): batch b of epoch e is a pure function of both, so a resumed run sees
 * what it would have seen.
 */

import type { Batch } from "../engine/Engine.ts"
import { permutation } from "../random/philox.ts"

/** Token sequences that may lie on disk; the first `promptTokens[i]` of sequence i are the prompt. */
export interface Sequences {
  /** Tokens of each sequence. */
  readonly lengths: Int32Array
  readonly promptTokens: Int32Array
  /** The tokens of some sequences, in the order asked for. */
  readonly read: (sequences: Int32Array) => ReadonlyArray<Int32Array>
}

/** A batch with the weights of its targets. */
export interface WeightedBatch extends Batch {
  /** Per position: weight of its target, summing to 1 over the batch. */
  readonly weights: Float32Array
  /** Indices into the sequences. */
  readonly documents: Int32Array
}

/** How documents become batches. */
export interface PackingOptions {
  readonly batchTokens: number
  /** Longer documents are cut here. */
  readonly context: number
  /** Passes over the sequences. A part of one has that part of its batches, so that those before are what they are in a whole. */
  readonly epochs: number
  readonly seed: number
  /** Name of the random stream, so that two trainings with one seed shuffle differently. */
  readonly name: string
  /** How often each sequence of `which` is used in a pass; the order of those that are is kept. Absent: once. */
  readonly times?: Uint8Array
  /** Weight of a prompt target relative to a solution target: 1 trains on all tokens, 0 on the response only. */
  readonly promptWeight: number
}

/** Every batch of a training, by its step. */
export interface Batches {
  readonly steps: number
  /** Batches of the first pass, were it whole: what does not depend on how many passes there are. */
  readonly inPass: number
  readonly at: (step: number) => WeightedBatch
  /** Tokens in batches 0..step. */
  readonly tokensThrough: (step: number) => number
}

/** Plans every batch: O(documents) integers, no tokens read until `at`. `which` restricts to some of the sequences. */
export const packBatches = (sequences: Sequences, which: Int32Array, options: PackingOptions): Batches => {
  const { batchTokens, context, epochs, seed, name, promptWeight } = options
  const lengthOf = (document: number) => Math.min(context, sequences.lengths[document]!)
  const batches: Array<Int32Array> = []
  const tokensThrough: Array<number> = []
  let total = 0
  let inPass = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = repeated(permutation(which.length, seed, name, epoch), options.times)
    let from = 0
    const before = batches.length
    while (from < order.length) {
      let tokens = 0
      let to = from
      while (to < order.length && (to === from || tokens + lengthOf(which[order[to]!]!) <= batchTokens))
        tokens += lengthOf(which[order[to++]!]!)
      batches.push(order.subarray(from, to).map((i) => which[i]!))
      total += tokens
      tokensThrough.push(total)
      from = to
    }
    const whole = batches.length - before
    if (epoch === 0) inPass = whole
    if (epochs - epoch < 1) batches.length = before + Math.max(1, Math.round((epochs - epoch) * whole))
  }
  return {
    steps: batches.length,
    inPass,
    tokensThrough: (step) => tokensThrough[step]!,
    at: (step) => batchOf(sequences, batches[step]!, context, promptWeight)
  }
}

/** Each index as often as `times` says, one after another: a changed corpus is gone through like the one that it was. */
const repeated = (order: Int32Array, times: Uint8Array | undefined): Int32Array =>
  times === undefined ? order : Int32Array.from(Array.from(order).flatMap((i) => Array<number>(times[i]!).fill(i)))

/** The given sequences as one batch. */
export const batchOf = (sequences: Sequences, documents: Int32Array, context: number, promptWeight: number): WeightedBatch => {
  const offsets = new Int32Array(documents.length + 1)
  documents.forEach((document, i) => {
    offsets[i + 1] = offsets[i]! + Math.min(context, sequences.lengths[document]!)
  })
  const texts = sequences.read(documents)
  const tokens = new Int32Array(offsets[documents.length]!)
  const weights = new Float32Array(tokens.length)
  let sum = 0
  documents.forEach((document, i) => {
    const start = offsets[i]!
    const length = offsets[i + 1]! - start
    tokens.set(texts[i]!.subarray(0, length), start)
    const prompt = sequences.promptTokens[document]!
    // Entry t weighs the target tokens[t + 1]; the last position of a document has none.
    for (let t = 0; t < length - 1; t++) {
      const weight = t + 1 < prompt ? promptWeight : 1
      weights[start + t] = weight
      sum += weight
    }
  })
  if (sum > 0) for (let t = 0; t < weights.length; t++) weights[t]! /= sum
  return { tokens, offsets, weights, documents }
}
