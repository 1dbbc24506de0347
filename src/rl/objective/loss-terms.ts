/**
 * The four terms from which every objective here is a sum, each already reduced and differentiated: policy, KL, entropy, value.
 *
 * A term is one number and its derivative per response token. Derivatives include the weights, so that they add up and go to an engine
 * as they are. Tokens of weight 0 are masked: nothing they hold, not even NaN, reaches a loss or a gradient.
 */
import * as Schema from "effect/Schema"

import type { Coefficients } from "../../engine/Engine.ts"
import { requireLength, RlInputError } from "../packed/RlInputError.ts"
import { toPositions, type Rollouts } from "../packed/Rollouts.ts"
import { klLoss, klLossGradient, type KlLossOptions } from "./kl.ts"
import { importanceRatios, policyGradient, policyLoss, shareWithinSequences, type PolicyLossOptions } from "./policy-loss.ts"
import { reduce } from "./reduction.ts"
import { valueGradient, valueLoss } from "./value-loss.ts"

/** What the current policy (and critic) says about each response token: `[response tokens]`, natural logarithms. */
export interface TokenScores {
  readonly logProbs: ArrayLike<number>
  readonly entropies?: ArrayLike<number>
  readonly values?: ArrayLike<number>
}

/** A loss and what flows back from it. */
export interface Objective {
  /** The number that is minimised. */
  readonly loss: number
  /** Its parts, reduced, before their coefficients. 0 for a part that the options switch off. */
  readonly terms: { readonly policy: number; readonly kl: number; readonly entropy: number; readonly value: number }
  /** r = pi / pi_old per response token. */
  readonly ratios: Float64Array
  /** dL/dlogp, dL/dH, dL/dV per response token, weights and coefficients included. */
  readonly dLogProb: Float64Array
  readonly dEntropy?: Float64Array
  readonly dValue?: Float64Array
}

export const EntropyOptions = Schema.Struct({
  /** The loss gets - coefficient H: positive rewards spread. */
  coefficient: Schema.Finite,
  /** `token_mean` always (TRL), or the weights of the policy term (`same`). */
  reduction: Schema.Literals(["same", "token_mean"])
})
export type EntropyOptions = typeof EntropyOptions.Type

/** A reduced term before its coefficient, with its derivative per token. */
export interface Term {
  readonly loss: number
  readonly perToken: Float64Array
  readonly gradient: Float64Array
}

/** Policy term: reduced loss, unweighted loss per token, gradient with respect to logp, and the ratios it saw. */
export const policyTerm = (
  logProbs: ArrayLike<number>,
  oldLogProbs: ArrayLike<number>,
  advantages: ArrayLike<number>,
  offsets: Int32Array,
  weights: Float64Array,
  options: PolicyLossOptions
): Term & { readonly ratios: Float64Array } => {
  requireLength("advantages", advantages, weights.length)
  const { ratios, live } = importanceRatios(logProbs, oldLogProbs, offsets, weights, options)
  const perToken = new Float64Array(weights.length)
  const gradient = new Float64Array(weights.length)
  for (let t = 0; t < weights.length; t++) {
    if (weights[t] === 0) continue
    perToken[t] = policyLoss(logProbs[t]!, ratios[t]!, advantages[t]!, options)
    const flows = live[t] === 1 || options.kind === "cispo" || options.kind === "reinforce"
    gradient[t] = flows ? weights[t]! * policyGradient(ratios[t]!, advantages[t]!, options) : 0
  }
  const throughRatio = options.kind === "clip" || options.kind === "unclipped"
  if (options.ratio === "sequence" && throughRatio) shareWithinSequences(gradient, offsets, weights)
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
  clip: number | undefined
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

/** Entropy under the weights that its options ask for; the gradient with respect to H is those weights. */
export const entropyTerm = (entropies: ArrayLike<number> | undefined, weights: Float64Array, options: EntropyOptions): Term => {
  const own = options.reduction === "same" ? weights : tokenMeanWeights(weights)
  if (entropies === undefined) {
    if (options.coefficient === 0) return { loss: 0, perToken: new Float64Array(0), gradient: new Float64Array(weights.length) }
    throw new RlInputError({ field: "entropies", detail: "the entropy coefficient is not 0, but no entropies were scored" })
  }
  requireLength("entropies", entropies, weights.length)
  return { loss: reduce(entropies, own), perToken: Float64Array.from(entropies), gradient: own }
}

const tokenMeanWeights = (weights: Float64Array): Float64Array => {
  let n = 0
  for (const weight of weights) if (weight !== 0) n++
  return weights.map((weight) => (weight === 0 ? 0 : 1 / n))
}

/** sum_k coefficient_k x_k, entry by entry. */
export const combine = (length: number, ...parts: ReadonlyArray<readonly [number, Float64Array]>): Float64Array => {
  const out = new Float64Array(length)
  for (const [coefficient, values] of parts) {
    if (coefficient !== 0) for (let t = 0; t < length; t++) out[t]! += coefficient * values[t]!
  }
  return out
}

/** An objective's gradient as the engine's `backward` takes it: per position of the packed batch. */
export const toCoefficients = (rollouts: Rollouts, objective: Objective, temperature: number): Coefficients => ({
  dLogProb: toPositions(rollouts, objective.dLogProb),
  ...(objective.dEntropy === undefined ? {} : { dEntropy: toPositions(rollouts, objective.dEntropy) }),
  ...(objective.dValue === undefined ? {} : { dValue: toPositions(rollouts, objective.dValue) }),
  temperature
})
