/**
 * What a policy says of the completions that it sampled, when it reads them: the old log-probabilities of every ratio, and what
 * shows whether it can be gone on with.
 */

import * as Effect from "effect/Effect"

import type { Model } from "../../engine/Engine.ts"
import { klEstimate } from "../objective/kl.ts"
import { mean } from "../packed/masked-statistics.ts"
import { fromPositions, type Rollouts } from "../packed/Rollouts.ts"

export interface PolicyScores {
  /** Per response token. */
  readonly logProbs: Float32Array
  /** Per response token, in nats. */
  readonly entropies: Float32Array
  /** Their mean. */
  readonly entropy: number
  /** Mean k3 estimate of KL(policy || reference) per response token; null without a reference. */
  readonly kl: number | null
}

/** The completions, and what the reference says of them. */
export interface ReadByReference {
  readonly rollouts: Rollouts
  readonly refLogProbs: Float32Array | undefined
}

/** From a pass of the engine over the completions: one made for this, or that of a gradient step. */
export const policyScores = (
  { rollouts, refLogProbs }: ReadByReference,
  pass: { readonly logProbs: Float32Array; readonly entropies?: Float32Array }
): PolicyScores => {
  const logProbs = fromPositions(rollouts, pass.logProbs)
  const entropies = fromPositions(rollouts, pass.entropies ?? [])
  return {
    logProbs,
    entropies,
    entropy: mean(entropies),
    kl: refLogProbs === undefined ? null : mean(logProbs.map((logProb, t) => klEstimate(logProb - refLogProbs[t]!, "k3")))
  }
}

/** By a pass made for this. */
export const scorePolicy = (policy: Model, read: ReadByReference, temperature: number) =>
  Effect.map(policy.score(read.rollouts, { temperature, entropies: true }), (pass) => policyScores(read, pass))
