/**
 * When can an engine form the loss itself? Its `surrogate` knows the clipped ratio, k3, clipped values and the entropy bonus under one
 * weight per position, which covers most presets in one fused pass. Everything else (k1 or k2 in the loss, clamps, CISPO, sequence
 * ratios, two reductions at once) takes the general way: `score`, an objective of this room, `backward`.
 *
 * The answer carries the reason, so that a stage can say why it took the slower way.
 */
import type { TokenLoss } from "../../engine/Engine.ts"
import { toPositions, type Rollouts } from "../packed/Rollouts.ts"
import type { KlLossOptions } from "./kl.ts"
import type { EntropyOptions } from "./loss-terms.ts"
import type { PolicyLossOptions } from "./policy-loss.ts"

export type Surrogate = Extract<TokenLoss, { readonly kind: "surrogate" }>

export type Fused = { readonly loss: Surrogate } | { readonly loss: undefined; readonly reason: string }

export const notFused = (reason: string): Fused => ({ loss: undefined, reason })

/** Why the policy term is not the engine's, or undefined when it is. */
export const policyObstacle = (options: PolicyLossOptions): string | undefined => {
  if (options.kind !== "clip") return `the policy loss is ${options.kind}, the engine's is clip`
  if (options.ratio !== "token") return "the importance ratio is taken over sequences"
  return options.clampLogRatio === undefined ? undefined : "the log-ratio is clamped"
}

/** Why the KL term is not the engine's. Without a coefficient or a gradient it is simply left out. */
export const klObstacle = (options: KlLossOptions): string | undefined => {
  if (!klFlows(options)) return undefined
  if (options.estimator !== "k3" || options.gradient !== "own")
    return `the KL loss is ${options.estimator} with gradient ${options.gradient}`
  return options.clampEstimate === undefined && options.clampLogRatio === undefined ? undefined : "the KL estimate is clamped"
}

/** Does the KL term move the parameters? */
export const klFlows = (options: KlLossOptions): boolean => options.coefficient > 0 && options.gradient !== "none"

/** Why the entropy term is not the engine's: it would need weights of its own. */
export const entropyObstacle = (options: EntropyOptions, weights: Float64Array): string | undefined => {
  if (options.coefficient === 0 || options.reduction === "same") return undefined
  let first = 0
  for (const weight of weights) {
    if (weight === 0) continue
    if (first === 0) first = weight
    else if (weight !== first) return "the entropy bonus is a token mean, the policy loss is not"
  }
  let n = 0
  for (const weight of weights) if (weight !== 0) n++
  return n === 0 || Math.abs(first * n - 1) < 1e-12 ? undefined : "the entropy bonus is a token mean, the policy loss is not"
}

/** The policy part of a surrogate, per position. */
export const policySurrogate = (
  rollouts: Rollouts,
  oldLogProbs: ArrayLike<number>,
  advantages: ArrayLike<number>,
  weights: Float64Array,
  policy: PolicyLossOptions,
  temperature: number
): Surrogate => ({
  kind: "surrogate",
  weights: toPositions(rollouts, weights),
  advantages: toPositions(rollouts, advantages),
  oldLogProbs: toPositions(rollouts, oldLogProbs),
  clipLow: policy.clipLow,
  clipHigh: policy.clipHigh,
  ...(policy.dualClip === undefined ? {} : { dualClip: policy.dualClip }),
  temperature
})
