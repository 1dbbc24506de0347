/**
 * From a loss per token to one number, expressed as one weight per response token: L = sum_t weight_t loss_t.
 *
 * With B sequences of n_i tokens, N = sum n_i, and a constant length Lmax:
 *
 *   token_mean             1 / N                 every token counts the same (DAPO)
 *   seq_mean_token_mean    1 / (B n_i)           every sequence counts the same (GRPO as published)
 *   seq_mean_token_sum     1 / B
 *   sum_over_B_Lmax        1 / (B Lmax)          no length bias (Dr. GRPO)
 *   sum_over_Lmax          1 / Lmax              the same name in verl, without the batch mean
 *
 * Since the reduction is only a weight, gradients need no code of their own, and an engine needs no notion of a reduction. When a batch
 * is split into micro-batches, pass the totals of the *whole* batch: the weights of the parts then add up to those of the whole.
 */
import * as Schema from "effect/Schema"

import { count, type Mask } from "../packed/masked-statistics.ts"
import { requireLength, RlInputError } from "../packed/RlInputError.ts"

export const Reduction = Schema.Literals([
  "token_mean",
  "seq_mean_token_mean",
  "seq_mean_token_sum",
  "sum_over_B_Lmax",
  "sum_over_Lmax"
])
export type Reduction = typeof Reduction.Type

export const ReductionOptions = Schema.Struct({
  reduction: Reduction,
  /** Lmax in tokens, for the reductions that use it. */
  maxLength: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  /** Does a sequence without any unmasked token count in B? TRL: `count`. OpenRLHF, verl: `drop`. */
  maskedSequences: Schema.Literals(["drop", "count"])
})
export type ReductionOptions = typeof ReductionOptions.Type

/** B and N of the batch over which a mean is taken. */
export interface ReductionTotals {
  readonly tokens: number
  readonly sequences: number
}

/** B and N of sequences given by `offsets` (`[sequences + 1]`, into response tokens). */
export const reductionTotals = (
  offsets: Int32Array,
  maskedSequences: ReductionOptions["maskedSequences"],
  mask?: Mask
): ReductionTotals => {
  let tokens = 0
  let sequences = 0
  for (let s = 0; s + 1 < offsets.length; s++) {
    const n = keptTokens(offsets, s, mask)
    tokens += n
    if (n > 0 || maskedSequences === "count") sequences++
  }
  return { tokens, sequences }
}

/** One weight per response token; 0 where the mask drops it. An empty batch has only zero weights. */
export const reductionWeights = (
  offsets: Int32Array,
  options: ReductionOptions,
  mask?: Mask,
  totals: ReductionTotals = reductionTotals(offsets, options.maskedSequences, mask)
): Float64Array => {
  const tokens = offsets.at(-1) ?? 0
  if (mask !== undefined) requireLength("mask", mask, tokens)
  const weights = new Float64Array(tokens)
  for (let s = 0; s + 1 < offsets.length; s++) {
    const n = keptTokens(offsets, s, mask)
    if (n === 0) continue
    const weight = sequenceWeight(options, n, totals)
    for (let t = offsets[s]!; t < offsets[s + 1]!; t++) if (mask === undefined || mask[t] !== 0) weights[t] = weight
  }
  return weights
}

const sequenceWeight = (options: ReductionOptions, length: number, totals: ReductionTotals): number => {
  switch (options.reduction) {
    case "token_mean":
      return 1 / totals.tokens
    case "seq_mean_token_mean":
      return 1 / (totals.sequences * length)
    case "seq_mean_token_sum":
      return 1 / totals.sequences
    case "sum_over_B_Lmax":
      return 1 / (totals.sequences * maxLength(options))
    case "sum_over_Lmax":
      return 1 / maxLength(options)
  }
}

const maxLength = (options: ReductionOptions): number => {
  if (options.maxLength === undefined) {
    throw new RlInputError({
      field: "maxLength",
      detail: `the reduction ${options.reduction} divides by it, but it is not given`
    })
  }
  return options.maxLength
}

const keptTokens = (offsets: Int32Array, sequence: number, mask?: Mask): number => {
  const start = offsets[sequence]!
  const end = offsets[sequence + 1]!
  if (mask === undefined) return end - start
  let n = 0
  for (let t = start; t < end; t++) if (mask[t] !== 0) n++
  return n
}

/** sum_t weight_t value_t. Tokens of weight 0 are skipped, so that what a masked token holds (even NaN) never matters. */
export const reduce = (values: ArrayLike<number>, weights: ArrayLike<number>): number => {
  let sum = 0
  for (let t = 0; t < weights.length; t++) if (weights[t] !== 0) sum += weights[t]! * values[t]!
  return sum
}

/** Mean over unmasked tokens: what logs report, whatever the loss uses. NaN for none. */
export const tokenMean = (values: ArrayLike<number>, mask?: Mask): number => {
  const n = count(values.length, mask)
  let sum = 0
  for (let t = 0; t < values.length; t++) if (mask === undefined || mask[t] !== 0) sum += values[t]!
  return sum / n
}
