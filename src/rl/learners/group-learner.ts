/**
 * GRPO and REINFORCE, one batch: advantages from the rewards of a group, then steps of the policy alone. They differ in what an advantage
 * is and in where KL stands: in the loss (grpo.ts), or in the reward (reinforce.ts).
 */
import * as Effect from "effect/Effect"

import type { Model } from "../../engine/Engine.ts"
import { grpoAdvantages, grpoObjective, type GrpoOptions, grpoSurrogate } from "../algorithms/grpo.ts"
import { reinforceAdvantages, reinforceObjective, type ReinforceOptions, reinforceSurrogate } from "../algorithms/reinforce.ts"
import { learningMinibatches, type Minibatch } from "../packed/minibatches.ts"
import {
  type GradientOutcome,
  gradientStep,
  klCoefficientState,
  type Learner,
  type LearnerLoop,
  type LearningBatch,
  reportOf,
  usedSequences,
  type Way
} from "./learner.ts"

export const grpoLearner = (policy: Model, options: GrpoOptions, loop: LearnerLoop): Learner =>
  groupLearner(policy, options, options.kl, loop, (coefficient) => {
    const current: GrpoOptions = { ...options, kl: { ...options.kl, coefficient } }
    return {
      advantages: ({ scores, rollouts, mask }) =>
        grpoAdvantages(scores, rollouts.groups, rollouts.responseOffsets, current, mask),
      way: (minibatch) => ({
        fused: grpoSurrogate(minibatch.rollouts, minibatch, current, loop.temperature),
        objective: (scores) => grpoObjective(scores, minibatch, current)
      })
    }
  })

export const reinforceLearner = (policy: Model, options: ReinforceOptions, loop: LearnerLoop): Learner =>
  groupLearner(policy, options, options.klReward, loop, (coefficient) => {
    const current: ReinforceOptions = { ...options, klReward: { ...options.klReward, coefficient } }
    return {
      advantages: ({ rollouts: { responseOffsets: offsets, groups }, mask, ...batch }) =>
        reinforceAdvantages({ ...batch, offsets, groups }, current, mask).advantages,
      way: (minibatch) => ({
        fused: reinforceSurrogate(minibatch.rollouts, minibatch, current, loop.temperature),
        objective: (scores) => reinforceObjective(scores, minibatch, current)
      })
    }
  })

/** What an algorithm without a critic says about a step, its KL coefficient in force. */
interface GroupStep {
  readonly advantages: (batch: LearningBatch) => Float64Array
  readonly way: (minibatch: Minibatch) => Way
}

const groupLearner = (
  policy: Model,
  options: Pick<GrpoOptions, "policy" | "reduction" | "entropy">,
  kl: Pick<GrpoOptions["kl"], "coefficient" | "estimator">,
  loop: LearnerLoop,
  stepWith: (klCoefficient: number) => GroupStep
): Learner => {
  const coefficient = klCoefficientState(kl.coefficient, kl.estimator, loop.controller)
  return {
    state: { klCoefficient: coefficient.part },
    update: Effect.fnUntraced(function* (batch) {
      const klCoefficient = coefficient.value()
      const { advantages: advantagesOf, way } = stepWith(klCoefficient)
      const advantages = advantagesOf(batch)
      const optimizer = loop.optimizer(batch.step)
      const outcomes: Array<GradientOutcome> = []
      for (const minibatch of learningMinibatches(batch, advantages, options.reduction, loop.passes))
        outcomes.push(yield* gradientStep(policy, minibatch, way(minibatch), options, loop.temperature, optimizer))
      coefficient.advance(batch)
      const used = usedSequences(batch.rollouts, batch.mask)
      return reportOf(outcomes, { klCoefficient, advantages, used }, optimizer.learningRate)
    })
  }
}
