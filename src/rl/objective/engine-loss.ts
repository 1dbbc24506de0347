/**
 * When can the engine form the loss itself? Its `surrogate` knows the clipped ratio, k3 and the entropy bonus under one weight
 * per position, which covers most presets in one fused pass. Everything else takes the general way: `score`, an objective of this
 * room, `backward`. That reads the batch twice.
 *
 * An obstacle is a sentence part that says why a set of options cannot be fused, from the options alone: `plan` and the run tell
 * users.
 */

import type { TokenLoss } from "../../engine/Engine.ts"
import { toPositions, type Rollouts } from "../packed/Rollouts.ts"
import type { EntropyOptions } from "./entropy.ts"
import type { KlLossOptions } from "./kl.ts"
import type { PolicyBatch } from "./loss-terms.ts"
import type { PolicyLossOptions } from "./policy-loss.ts"
import type { ReductionOptions } from "./reduction.ts"

export type Surrogate = Extract<TokenLoss, { readonly kind: "surrogate" }>

/** A batch whose old log-probabilities may still be unknown. */
export type SurrogateBatch = Omit<PolicyBatch, "oldLogProbs" | "offsets"> & {
  readonly oldLogProbs?: ArrayLike<number> | undefined
}

type PolicyOptions = PolicyLossOptions & EntropyOptions & Pick<ReductionOptions, "reduction">

/** Why the engine cannot form `policyObjective` itself, or null when it can. */
export const policyObstacle = (options: PolicyOptions): string | null => {
  const { policyLoss, ratio, ratioClamp } = options
  if (policyLoss !== "clip") return `policyLoss is "${policyLoss}", and the engine's own loss is "clip"`
  if (ratio !== "token") return `ratio is "${ratio}", and the engine's own is "token"`
  return ratioClamp === "none" ? entropyObstacle(options) : `ratioClamp is ${ratioClamp}, and the engine clamps no ratio`
}

/** Why the KL term is not the engine's. Without a coefficient or a gradient it is simply left out. */
export const klObstacle = (options: KlLossOptions): string | null => {
  if (!klFlows(options)) return null
  const { klEstimator, klGradient, klClamp, klEstimateClamp } = options
  if (klEstimator !== "k3") return `klEstimator is "${klEstimator}", and the engine's own is "k3"`
  if (klGradient !== "own") return `klGradient is "${klGradient}", and the engine's is the estimate's own`
  if (klClamp !== "none") return `klClamp is ${klClamp}, and the engine clamps no divergence`
  return klEstimateClamp === "none" ? null : `klEstimateClamp is ${klEstimateClamp}, and the engine clamps no estimate`
}

/** Does the KL term move the parameters? */
export const klFlows = ({ kl, klGradient }: KlLossOptions): boolean => kl > 0 && klGradient !== "none"

/** Why the entropy term is not the engine's: it would need weights of its own, beside those of the policy loss. */
const entropyObstacle = ({ entropyBonus, entropyReduction, reduction }: PolicyOptions): string | null =>
  entropyBonus === 0 || entropyReduction === "same" || entropyReduction === reduction
    ? null
    : `entropyReduction is "${entropyReduction}" and reduction "${reduction}", and the engine has one weight for both`

/**
 * `policyObjective` as the engine's surrogate, per position, where nothing is in its way. Without old log-probabilities they are
 * those of the engine's own pass.
 */
export const policySurrogate = (
  rollouts: Rollouts,
  batch: SurrogateBatch,
  options: PolicyLossOptions & EntropyOptions,
  temperature: number
): Surrogate => ({
  kind: "surrogate",
  weights: toPositions(rollouts, batch.weights),
  advantages: toPositions(rollouts, batch.advantages),
  ...(batch.oldLogProbs === undefined ? {} : { oldLogProbs: toPositions(rollouts, batch.oldLogProbs) }),
  clipLow: options.clipLow,
  clipHigh: options.clipHigh,
  ...(options.dualClip === "none" ? {} : { dualClip: options.dualClip }),
  ...(options.entropyBonus === 0 ? {} : { entropyCoefficient: options.entropyBonus }),
  temperature
})
