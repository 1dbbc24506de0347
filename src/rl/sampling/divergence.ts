/**
 * When is a run no longer one to go on with? When numbers are not finite, or when the policy has gone so far from the reference
 * that what it says is noise. The run then ends with the last good policy: the last that sampled a step whose numbers were all in
 * order.
 */

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { Part } from "../../dag/Checkpoints.ts"
import * as Param from "../../dag/Param.ts"
import type { PolicyScores } from "./policy-scores.ts"

/** The policy that RL starts from stays beside it as the reference: for KL terms, and to see how far the policy has gone. */
export const ReferenceParams = {
  reference: Param.boolean(
    true,
    "score the reference policy even when no KL term needs it: the divergence is recorded and held to klLimit"
  ),
  klLimit: Param.nullable(
    Param.number(10, "divergence from the reference, in nats a token, at which the run ends; null: none", { above: 0 }),
    10
  )
}

/** A policy that can be gone back to: its parameters, and how many RL steps it has behind it. */
export interface GoodPolicy {
  readonly updatedThrough: number
  readonly parameters: Float32Array
}

/** There is nothing to go back to: the policy that RL was to start from is unusable. */
export class StartUnusable extends Schema.TaggedError<StartUnusable>()("StartUnusable", { problem: Schema.String }) {
  override get message() {
    return (
      `RL cannot start from this policy: ${this.problem}. ` +
      "Look at how it was trained (table training), or start from another checkpoint."
    )
  }
}

/** Why a vector of parameters is unusable, or null. */
export const parametersProblem = (parameters: Float32Array): string | null => {
  // x - x is 0 where x is finite and NaN elsewhere. A plain loop: this runs at every step, over every parameter.
  let sum = 0
  for (let i = 0; i < parameters.length; i++) sum += parameters[i]! - parameters[i]!
  if (sum === 0) return null
  const bad = parameters.findIndex((x) => !Number.isFinite(x))
  return `parameter ${bad} is ${parameters[bad]}`
}

/** A step is not to be taken, since its policy has diverged. */
export class Diverged extends Schema.TaggedError<Diverged>()("Diverged", { problem: Schema.String }) {
  override get message() {
    return this.problem
  }
}

/** Why what a policy says of its completions shows that it has diverged, or null. `klLimit` in nats a token; null: none. */
export const samplingProblem = ({ logProbs, entropy, kl }: PolicyScores, klLimit: number | null): string | null => {
  const bad = logProbs.findIndex((x) => !Number.isFinite(x))
  if (bad >= 0) return `the policy gives a token that it sampled log-probability ${logProbs[bad]}`
  if (!Number.isFinite(entropy)) return `the policy's entropy is ${entropy}`
  if (kl === null || klLimit === null || kl <= klLimit) return null
  return `the divergence from the reference is ${kl.toPrecision(4)} nats a token, above klLimit ${klLimit}`
}

/** The last good policy, as a part of mid-stage checkpoints. */
export const lastGood = () => {
  let good: GoodPolicy | null = null
  const part: Part<never> = {
    save: Effect.sync(() => ({
      parameters: good?.parameters ?? new Float32Array(0),
      updatedThrough: Float64Array.of(good?.updatedThrough ?? -1)
    })),
    restore: (saved) =>
      Effect.sync(() => {
        const updatedThrough = saved["updatedThrough"]![0]!
        good = updatedThrough < 0 ? null : { updatedThrough, parameters: saved["parameters"] as Float32Array }
      })
  }
  return {
    part,
    get: () => good,
    set: (policy: GoodPolicy) => {
      good = policy
    }
  }
}
