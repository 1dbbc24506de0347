/**
 * What the policy that sampled a batch says of it, during the update: the old log-probabilities of every ratio.
 *
 * Until the first optimizer step that policy is the one at hand, and a forward pass of it gives the same bits whatever it is made
 * for. So one pass serves twice: that of the first gradient step gives the old log-probabilities (`ownPassServes` says when), or
 * a pass that had to be made before serves as the first step's scores. Either way the scores are judged, once, before the policy
 * moves.
 */

import * as Effect from "effect/Effect"

import type { EngineError, LossStats, Model } from "../../engine/Engine.ts"
import { type PolicyScores, policyScores, scorePolicy } from "../sampling/policy-scores.ts"
import type { LearningBatch, Minibatch } from "./minibatches.ts"

/** Is told what the policy says of a batch before anything is learnt from it, and fails where the run is to end instead. */
export type Judge<E> = (scores: PolicyScores) => Effect.Effect<void, E>

export interface OldPolicy<E> {
  /** What it says, by a pass of its own where nothing has told yet. */
  readonly scores: Effect.Effect<PolicyScores, EngineError | E>
  /** The same for a gradient step; undefined where the step's own pass is to tell, which `learn` then takes. */
  readonly before: (minibatch: Minibatch) => Effect.Effect<PolicyScores | undefined, EngineError | E>
  /** Takes the scores from the pass of a gradient step. A step that is not to be taken leaves no gradient behind. */
  readonly learn: (pass: LossStats) => Effect.Effect<void, E>
  /** Whether the policy is no longer the old one. */
  readonly moved: () => boolean
  /** After an optimizer step. */
  readonly leave: () => void
}

/**
 * The rule: does the first gradient step's own forward pass give the old log-probabilities, so that none is made for them alone?
 *
 * It is asked of a step whose loss the engine forms, since `lossStep` hands its pass out. The answer is yes where that step sees
 * every completion: `minibatches` is 1, and no mask drops a completion wholly. Whoever needs them earlier has asked for `scores`
 * by then: PPO and REINFORCE with KL in the reward, whose advantages are made of them, and a loss that the engine cannot form.
 * Expert Iteration takes no step on what it has just sampled, and always asks.
 */
const ownPassServes = (batch: LearningBatch, minibatch: Minibatch): boolean => minibatch.rollouts === batch.rollouts

export const oldPolicy = <E>(policy: Model, batch: LearningBatch, temperature: number, judge: Judge<E>): OldPolicy<E> => {
  let known: PolicyScores | undefined
  let moved = false
  const keep = (scores: PolicyScores) =>
    Effect.suspend(() => {
      known = scores
      return judge(scores)
    })
  const scores = Effect.suspend(() =>
    known === undefined ? scorePolicy(policy, batch, temperature).pipe(Effect.tap(keep)) : Effect.succeed(known)
  )
  return {
    scores,
    before: (minibatch) =>
      Effect.suspend((): Effect.Effect<PolicyScores | undefined, EngineError | E> =>
        known === undefined && ownPassServes(batch, minibatch) ? Effect.succeed(undefined) : scores
      ),
    learn: (pass) => keep(policyScores(batch, pass)).pipe(Effect.onError(() => policy.zeroGradients)),
    moved: () => moved,
    leave: () => {
      moved = true
    }
  }
}
