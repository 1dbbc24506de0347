/**
 * The terms from which every objective here is a sum, each already reduced and differentiated: policy, KL, entropy, value.
 *
 * A term is one number and its derivative per response token. Derivatives include the weights, so that they add up and go to an
 * engine as they are. Tokens of weight 0 are masked: nothing they hold, not even NaN, reaches a loss or a gradient.
 */

import type { Coefficients } from "../../engine/Engine.ts"
import { requireLength, RlInputError } from "../packed/RlInputError.ts"
import { toPositions, type Rollouts } from "../packed/Rollouts.ts"
import { ENTROPY_REDUCTIONS, type EntropyOptions } from "./entropy.ts"
import { klLoss, klLossGradient, type KlLossOptions } from "./kl.ts"
import { importanceRatios, POLICY_LOSSES, type PolicyLossOptions, RATIOS, shareWithinSequences } from "./policy-loss.ts"
import { reduce } from "./reduction.ts"
import { valueGradient, valueLoss, type ValueOptions } from "./value-loss.ts"

/** What the current policy says about each response token: `[response tokens]`, natural logarithms. */
export interface TokenScores {
  readonly logProbs: ArrayLike<number>
  readonly entropies?: ArrayLike<number>
}

/** A loss of the policy and what flows back from it. */
export interface Objective {
  /** The number that is minimised. */
  readonly loss: number
  /** Its parts, reduced, before their coefficients. 0 for a part that the options switch off. */
  readonly terms: { readonly policy: number; readonly kl: number; readonly entropy: number }
  /** r = pi / pi_old per response token. */
  readonly ratios: Float64Array
  /** dL/dlogp and dL/dH per response token, weights and coefficients included. */
  readonly dLogProb: Float64Array
  readonly dEntropy?: Float64Array
}

/** A reduced term before its coefficient, with its derivative per token. */
export interface Term {
  readonly loss: number
  readonly perToken: Float64Array
  readonly gradient: Float64Array
}

/**
 * Policy term: reduced loss, unweighted loss per token, gradient with respect to logp, and the ratios it saw.
 *
 * @internal the tests compare each term with other libraries
 */
export const policyTerm = (
  logProbs: ArrayLike<number>,
  oldLogProbs: ArrayLike<number>,
  advantages: ArrayLike<number>,
  offsets: Int32Array,
  weights: Float64Array,
  options: PolicyLossOptions
): Term & { readonly ratios: Float64Array } => {
  requireLength("advantages", advantages, weights.length)
  const kind = POLICY_LOSSES[options.policyLoss]
  const { ratios, live } = importanceRatios(logProbs, oldLogProbs, offsets, weights, options)
  const perToken = new Float64Array(weights.length)
  const gradient = new Float64Array(weights.length)
  for (let t = 0; t < weights.length; t++) {
    if (weights[t] === 0) continue
    perToken[t] = kind.loss(logProbs[t]!, ratios[t]!, advantages[t]!, options)
    const flows = live[t] === 1 || !kind.throughRatio
    gradient[t] = flows ? weights[t]! * kind.gradient(ratios[t]!, advantages[t]!, options) : 0
  }
  if (RATIOS[options.ratio].shared && kind.throughRatio) shareWithinSequences(gradient, offsets, weights)
  return { loss: reduce(perToken, weights), perToken, gradient, ratios }
}

/** KL to the reference, inside the loss. */
export const klTerm = (
  logProbs: ArrayLike<number>,
  refLogProbs: ArrayLike<number>,
  weights: Float64Array,
  options: KlLossOptions
): Term => {
  requireLength("refLogProbs", refLogProbs, weights.length)
  const perToken = new Float64Array(weights.length)
  const gradient = new Float64Array(weights.length)
  for (let t = 0; t < weights.length; t++) {
    if (weights[t] === 0) continue
    const d = logProbs[t]! - refLogProbs[t]!
    perToken[t] = klLoss(d, options)
    gradient[t] = weights[t]! * klLossGradient(d, options)
  }
  return { loss: reduce(perToken, weights), perToken, gradient }
}

/** Critic term. */
export const valueTerm = (
  values: ArrayLike<number>,
  oldValues: ArrayLike<number>,
  returns: ArrayLike<number>,
  weights: Float64Array,
  clip: ValueOptions["valueClip"]
): Term => {
  requireLength("values", values, weights.length)
  requireLength("oldValues", oldValues, weights.length)
  requireLength("returns", returns, weights.length)
  const perToken = new Float64Array(weights.length)
  const gradient = new Float64Array(weights.length)
  for (let t = 0; t < weights.length; t++) {
    if (weights[t] === 0) continue
    perToken[t] = valueLoss(values[t]!, oldValues[t]!, returns[t]!, clip)
    gradient[t] = weights[t]! * valueGradient(values[t]!, oldValues[t]!, returns[t]!, clip)
  }
  return { loss: reduce(perToken, weights), perToken, gradient }
}

/**
 * Entropy under the weights that its options ask for; the gradient with respect to H is those weights.
 *
 * @internal the tests compare each term with other libraries
 */
export const entropyTerm = (entropies: ArrayLike<number> | undefined, weights: Float64Array, options: EntropyOptions): Term => {
  if (entropies === undefined) {
    if (options.entropyBonus === 0) return { loss: 0, perToken: new Float64Array(0), gradient: new Float64Array(weights.length) }
    throw new RlInputError({ field: "entropies", detail: "the entropy coefficient is not 0, but no entropies were scored" })
  }
  requireLength("entropies", entropies, weights.length)
  const own = ENTROPY_REDUCTIONS[options.entropyReduction](weights)
  return { loss: reduce(entropies, own), perToken: Float64Array.from(entropies), gradient: own }
}

/** sum_k coefficient_k x_k, entry by entry. */
export const combine = (length: number, ...parts: ReadonlyArray<readonly [number, Float64Array]>): Float64Array => {
  const out = new Float64Array(length)
  for (const [coefficient, values] of parts) {
    if (coefficient !== 0) for (let t = 0; t < length; t++) out[t]! += coefficient * values[t]!
  }
  return out
}

/** What an update knows beside the current policy, per response token. */
export interface PolicyBatch {
  readonly offsets: Int32Array
  readonly oldLogProbs: ArrayLike<number>
  readonly advantages: ArrayLike<number>
  /** From `reductionWeights`; 0 masks a token. */
  readonly weights: Float64Array
}

/**
 * Policy term less the entropy bonus, with its gradient: the whole objective of PPO's policy and of REINFORCE, and most of
 * GRPO's.
 */
export const policyObjective = (
  scores: TokenScores,
  batch: PolicyBatch,
  options: PolicyLossOptions & EntropyOptions
): Objective => {
  const { weights } = batch
  const policy = policyTerm(scores.logProbs, batch.oldLogProbs, batch.advantages, batch.offsets, weights, options)
  const entropy = entropyTerm(scores.entropies, weights, options)
  const bonus = options.entropyBonus
  return {
    loss: policy.loss - bonus * entropy.loss,
    terms: { policy: policy.loss, kl: 0, entropy: entropy.loss },
    ratios: policy.ratios,
    dLogProb: policy.gradient,
    ...(bonus === 0 ? {} : { dEntropy: combine(weights.length, [-bonus, entropy.gradient]) })
  }
}

/** An objective's gradient as the engine's `backward` takes it: per position of the packed batch. */
export const toCoefficients = (rollouts: Rollouts, objective: Objective, temperature: number): Coefficients => ({
  dLogProb: toPositions(rollouts, objective.dLogProb),
  ...(objective.dEntropy === undefined ? {} : { dEntropy: toPositions(rollouts, objective.dEntropy) }),
  temperature
})
