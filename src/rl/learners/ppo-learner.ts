/**
 * PPO, one batch: KL in the reward, GAE against a critic of its own, then clipped steps for policy and critic. The arithmetic is
 * in ppo.ts.
 */

import * as Effect from "effect/Effect"

import type { AdamW, Model } from "../../engine/Engine.ts"
import { resumable } from "../../training/resumable.ts"
import { criticObjective, type PpoOptions, ppoTargets } from "../algorithms/ppo.ts"
import { policyObstacle, policySurrogate } from "../objective/engine-loss.ts"
import { policyObjective } from "../objective/loss-terms.ts"
import type { ReductionOptions } from "../objective/reduction.ts"
import { valueStatistics } from "../objective/update-statistics.ts"
import { fromPositions, type Rollouts, toPositions } from "../packed/Rollouts.ts"
import {
  type GradientOutcome,
  gradientStep,
  klCoefficientState,
  type Learner,
  type LearnerLoop,
  type MinibatchLoss,
  reportOf,
  usedSequences
} from "./learner.ts"
import { type LearningBatch, learningMinibatches, type Minibatch } from "./minibatches.ts"
import { type Judge, oldPolicy } from "./old-policy.ts"

export const ppoLearner = (
  policy: Model,
  /** Has a value head; started from the policy's parameters. */
  critic: Model,
  options: PpoOptions & ReductionOptions,
  loop: LearnerLoop & { readonly criticOptimizer: (step: number) => AdamW }
): Learner => {
  const valuesOf = (rollouts: Rollouts) =>
    Effect.map(critic.score(rollouts, { values: "only" }), ({ values }) => fromPositions(rollouts, values!))
  const coefficient = klCoefficientState(options.kl, options.klEstimator, loop.controller)
  const fused = policyObstacle(options) === null
  const lossOf = (minibatch: Minibatch): MinibatchLoss =>
    fused
      ? { surrogate: (old) => policySurrogate(minibatch.rollouts, { ...minibatch, oldLogProbs: old }, options, loop.temperature) }
      : { objective: (scores, old) => policyObjective(scores, { ...minibatch, oldLogProbs: old }, options) }
  return {
    state: { critic: resumable(critic), klCoefficient: coefficient.part },
    update: Effect.fnUntraced(function* <E>(batch: LearningBatch, judge: Judge<E>) {
      const { step, rollouts, refLogProbs, mask } = batch
      const klCoefficient = coefficient.value()
      const old = oldPolicy(policy, batch, loop.temperature, judge)
      const oldLogProbs = klCoefficient > 0 ? (yield* old.scores).logProbs : undefined
      const current = { ...options, kl: klCoefficient }
      const allOldValues = yield* valuesOf(rollouts)
      const { advantages, returns: allReturns } = ppoTargets(
        { offsets: rollouts.responseOffsets, scores: batch.scores, oldLogProbs, refLogProbs, oldValues: allOldValues },
        current,
        mask
      )
      const outcomes: Array<GradientOutcome> = []
      let valueLoss = 0
      let valueClipFraction = 0
      for (const minibatch of learningMinibatches(batch, advantages, current, loop.passes)) {
        const oldValues = minibatch.take(allOldValues)
        const returns = minibatch.take(allReturns)
        // At the first step the critic still gives the old values: nothing is clipped, and no pass is needed to see it.
        const values = outcomes.length === 0 ? oldValues : yield* valuesOf(minibatch.rollouts)
        // The policy first: its scores are judged before anything moves.
        outcomes.push(
          yield* gradientStep(policy, old, minibatch, lossOf(minibatch), options, loop.temperature, loop.optimizer(step))
        )
        valueClipFraction += valueStatistics(values, oldValues, returns, current.valueClip, minibatch.mask).valueClipFraction
        const { loss, dValue } = criticObjective(values, { ...minibatch, oldValues, returns }, current)
        valueLoss += loss
        yield* critic.backward(minibatch.rollouts, { dValue: toPositions(minibatch.rollouts, dValue) })
        yield* critic.optimStep(loop.criticOptimizer(step))
      }
      const scores = yield* old.scores
      coefficient.advance(batch, scores)
      const { explainedVariance } = valueStatistics(allOldValues, allOldValues, allReturns, current.valueClip, mask)
      return reportOf(
        outcomes,
        {
          klCoefficient,
          advantages,
          scores,
          used: usedSequences(rollouts, mask),
          valueLoss: outcomes.length === 0 ? null : valueLoss / outcomes.length,
          valueClipFraction: outcomes.length === 0 ? null : valueClipFraction / outcomes.length,
          explainedVariance: Number.isNaN(explainedVariance) ? null : explainedVariance
        },
        loop.optimizer(step).learningRate
      )
    })
  }
}
