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
 * Since the reduction is only a weight, gradients need no code of their own, and an engine needs no notion of a reduction. When a
 * batch is split into micro-batches, pass the totals of the *whole* batch: the weights of the parts then add up to those of the
 * whole.
 *
 * A new reduction is a new entry of `REDUCTIONS`: the parameter `reduction` of `rl` and all that is computed are read from it.
 */

import * as Param from "../../dag/Param.ts"
import type { Mask } from "../packed/masked-statistics.ts"
import { requireLength } from "../packed/RlInputError.ts"

/** The weight of each token of a sequence with `length` tokens, in a batch of these totals; `longest` is Lmax. */
type Reduction = (length: number, totals: ReductionTotals, longest: number) => number

export const REDUCTIONS = {
  token_mean: (_, { tokens }) => 1 / tokens,
  seq_mean_token_mean: (length, { sequences }) => 1 / (sequences * length),
  seq_mean_token_sum: (_, { sequences }) => 1 / sequences,
  sum_over_B_Lmax: (_, { sequences }, longest) => 1 / (sequences * longest),
  sum_over_Lmax: (_, __, longest) => 1 / longest
} as const satisfies Readonly<Record<string, Reduction>>

/** Does a sequence without any unmasked token count in B? TRL: `count`. OpenRLHF, verl: `drop`. */
const MASKED_SEQUENCES = { drop: false, count: true } as const satisfies Readonly<Record<string, boolean>>

export const ReductionParams = {
  reduction: Param.variant(REDUCTIONS, "token_mean", "from losses of tokens to one number; Lmax is maxNewTokens"),
  maskedSequences: Param.variant(MASKED_SEQUENCES, "drop", "whether wholly masked sequences count in a mean over sequences")
}
export type ReductionOptions = Param.Values<typeof ReductionParams> & {
  /** Lmax, in tokens. */
  readonly maxNewTokens: number
}

/** B and N of the batch over which a mean is taken. */
export interface ReductionTotals {
  readonly tokens: number
  readonly sequences: number
}

/**
 * B and N of sequences given by `offsets` (`[sequences + 1]`, into response tokens).
 *
 * @internal the tests of micro-batches need it; a step is never split today.
 */
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
    if (n > 0 || MASKED_SEQUENCES[maskedSequences]) sequences++
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
    const weight = REDUCTIONS[options.reduction](n, totals, options.maxNewTokens)
    for (let t = offsets[s]!; t < offsets[s + 1]!; t++) if (mask === undefined || mask[t] !== 0) weights[t] = weight
  }
  return weights
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
