/** REINFORCE with a group baseline, one batch: KL in the reward, then steps without a critic. The arithmetic is in reinforce.ts. */
import { Effect } from "effect"

import type { Model } from "../engine/Engine.ts"
import {
  type GradientOutcome,
  gradientStep,
  klCoefficientState,
  type Learner,
  type LearnerLoop,
  reportOf,
  usedSequences
} from "./learner.ts"
import { learningMinibatches } from "./minibatches.ts"
import { reinforceAdvantages, reinforceObjective, type ReinforceOptions, reinforceSurrogate } from "./reinforce.ts"

export const reinforceLearner = (policy: Model, options: ReinforceOptions, loop: LearnerLoop): Learner => {
  const coefficient = klCoefficientState(options.klReward.coefficient, options.klReward.estimator, loop.controller)
  return {
    state: { klCoefficient: coefficient.part },
    update: Effect.fnUntraced(function* (batch) {
      const { step, rollouts, scores, oldLogProbs, refLogProbs, mask } = batch
      const klCoefficient = coefficient.value()
      const current: ReinforceOptions = { ...options, klReward: { ...options.klReward, coefficient: klCoefficient } }
      const { groups, responseOffsets: offsets } = rollouts
      const { advantages } = reinforceAdvantages(
        { offsets, groups, scores, oldLogProbs, ...(refLogProbs === undefined ? {} : { refLogProbs }) },
        current,
        mask
      )
      const outcomes: Array<GradientOutcome> = []
      for (const minibatch of learningMinibatches(batch, advantages, current.reduction, loop.passes)) {
        const way = {
          fused: reinforceSurrogate(minibatch.rollouts, minibatch, current, loop.temperature),
          objective: (tokenScores) => reinforceObjective(tokenScores, minibatch, current),
          needsEntropy: current.entropy.coefficient !== 0,
          temperature: loop.temperature
        } satisfies Parameters<typeof gradientStep>[2]
        outcomes.push(yield* gradientStep(policy, minibatch, way, current.policy, loop.optimizer(step)))
      }
      coefficient.advance(batch)
      const used = usedSequences(rollouts, mask)
      return reportOf(outcomes, { klCoefficient, advantages, used }, loop.optimizer(step).learningRate)
    })
  }
}
