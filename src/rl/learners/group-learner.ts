/**
 * GRPO and REINFORCE, one batch: advantages from the rewards of a group, then steps of the policy alone. They differ in what an
 * advantage is and in where KL stands: in the loss (grpo.ts), or in the reward (reinforce.ts).
 */

import * as Effect from "effect/Effect"

import type { Model } from "../../engine/Engine.ts"
import { grpoAdvantages, grpoObjective, grpoObstacle, type GrpoOptions, grpoSurrogate } from "../algorithms/grpo.ts"
import { reinforceAdvantages, type ReinforceOptions } from "../algorithms/reinforce.ts"
import { policyObstacle, policySurrogate } from "../objective/engine-loss.ts"
import { policyObjective } from "../objective/loss-terms.ts"
import type { ReductionOptions } from "../objective/reduction.ts"
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
import { learningMinibatches, type LearningBatch, type Minibatch } from "./minibatches.ts"
import { type Judge, oldPolicy } from "./old-policy.ts"

export const grpoLearner = (policy: Model, options: GrpoOptions & ReductionOptions, loop: LearnerLoop): Learner =>
  groupLearner(policy, options, loop, (kl) => {
    const current: GrpoOptions = { ...options, kl }
    const fused = grpoObstacle(current) === null
    return {
      klInReward: false,
      advantages: ({ scores, rollouts, mask }) =>
        grpoAdvantages(scores, rollouts.groups, rollouts.responseOffsets, current, mask),
      loss: (minibatch) =>
        fused
          ? {
              surrogate: (old) => grpoSurrogate(minibatch.rollouts, { ...minibatch, oldLogProbs: old }, current, loop.temperature)
            }
          : { objective: (scores, old) => grpoObjective(scores, { ...minibatch, oldLogProbs: old }, current) }
    }
  })

export const reinforceLearner = (policy: Model, options: ReinforceOptions & ReductionOptions, loop: LearnerLoop): Learner =>
  groupLearner(policy, options, loop, (kl) => {
    const current: ReinforceOptions = { ...options, kl }
    const fused = policyObstacle(current) === null
    return {
      klInReward: kl > 0,
      advantages: ({ rollouts: { responseOffsets: offsets, groups }, mask, scores, refLogProbs }, oldLogProbs) =>
        reinforceAdvantages({ offsets, groups, scores, oldLogProbs, refLogProbs }, current, mask).advantages,
      loss: (minibatch) =>
        fused
          ? {
              surrogate: (old) =>
                policySurrogate(minibatch.rollouts, { ...minibatch, oldLogProbs: old }, current, loop.temperature)
            }
          : { objective: (scores, old) => policyObjective(scores, { ...minibatch, oldLogProbs: old }, current) }
    }
  })

/** What an algorithm without a critic says about a step, its KL coefficient in force. */
interface GroupStep {
  /** Are advantages made of the old log-probabilities? They are given only then. */
  readonly klInReward: boolean
  readonly advantages: (batch: LearningBatch, oldLogProbs: Float32Array | undefined) => Float64Array
  readonly loss: (minibatch: Minibatch) => MinibatchLoss
}

const groupLearner = (
  policy: Model,
  options: (GrpoOptions | ReinforceOptions) & ReductionOptions,
  loop: LearnerLoop,
  stepWith: (klCoefficient: number) => GroupStep
): Learner => {
  const coefficient = klCoefficientState(options.kl, options.klEstimator, loop.controller)
  return {
    state: { klCoefficient: coefficient.part },
    update: Effect.fnUntraced(function* <E>(batch: LearningBatch, judge: Judge<E>) {
      const klCoefficient = coefficient.value()
      const { advantages: advantagesOf, klInReward, loss } = stepWith(klCoefficient)
      const old = oldPolicy(policy, batch, loop.temperature, judge)
      const advantages = advantagesOf(batch, klInReward ? (yield* old.scores).logProbs : undefined)
      const optimizer = loop.optimizer(batch.step)
      const outcomes: Array<GradientOutcome> = []
      for (const minibatch of learningMinibatches(batch, advantages, options, loop.passes))
        outcomes.push(yield* gradientStep(policy, old, minibatch, loss(minibatch), options, loop.temperature, optimizer))
      const scores = yield* old.scores
      coefficient.advance(batch, scores)
      const used = usedSequences(batch.rollouts, batch.mask)
      return reportOf(outcomes, { klCoefficient, advantages, used, scores }, optimizer.learningRate)
    })
  }
}
