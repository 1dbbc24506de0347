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

export const grpoLearner = (policy: Model, options: GrpoOptions & ReductionOptions, loop: LearnerLoop): Learner =>
  groupLearner(policy, options, loop, (kl) => {
    const current: GrpoOptions = { ...options, kl }
    const fused = grpoObstacle(current) === null
    return {
      advantages: ({ scores, rollouts, mask }) =>
        grpoAdvantages(scores, rollouts.groups, rollouts.responseOffsets, current, mask),
      loss: (minibatch) =>
        fused
          ? { surrogate: grpoSurrogate(minibatch.rollouts, minibatch, current, loop.temperature) }
          : { objective: (scores) => grpoObjective(scores, minibatch, current) }
    }
  })

export const reinforceLearner = (policy: Model, options: ReinforceOptions & ReductionOptions, loop: LearnerLoop): Learner =>
  groupLearner(policy, options, loop, (kl) => {
    const current: ReinforceOptions = { ...options, kl }
    const fused = policyObstacle(current) === null
    return {
      advantages: ({ rollouts: { responseOffsets: offsets, groups }, mask, ...batch }) =>
        reinforceAdvantages({ ...batch, offsets, groups }, current, mask).advantages,
      loss: (minibatch) =>
        fused
          ? { surrogate: policySurrogate(minibatch.rollouts, minibatch, current, loop.temperature) }
          : { objective: (scores) => policyObjective(scores, minibatch, current) }
    }
  })

/** What an algorithm without a critic says about a step, its KL coefficient in force. */
interface GroupStep {
  readonly advantages: (batch: LearningBatch) => Float64Array
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
    update: Effect.fnUntraced(function* (batch) {
      const klCoefficient = coefficient.value()
      const { advantages: advantagesOf, loss } = stepWith(klCoefficient)
      const advantages = advantagesOf(batch)
      const optimizer = loop.optimizer(batch.step)
      const outcomes: Array<GradientOutcome> = []
      for (const minibatch of learningMinibatches(batch, advantages, options, loop.passes))
        outcomes.push(yield* gradientStep(policy, minibatch, loss(minibatch), options, loop.temperature, optimizer))
      coefficient.advance(batch)
      const used = usedSequences(batch.rollouts, batch.mask)
      return reportOf(outcomes, { klCoefficient, advantages, used }, optimizer.learningRate)
    })
  }
}
