/** GRPO and its kin, one batch: group advantages, then clipped steps with KL in the loss. The arithmetic is in grpo.ts. */
import { Effect } from "effect"

import type { Model } from "../engine/Engine.ts"
import { grpoAdvantages, grpoObjective, type GrpoOptions, grpoSurrogate } from "./grpo.ts"
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

export const grpoLearner = (policy: Model, options: GrpoOptions, loop: LearnerLoop): Learner => {
  const coefficient = klCoefficientState(options.kl.coefficient, options.kl.estimator, loop.controller)
  return {
    state: { klCoefficient: coefficient.part },
    update: Effect.fnUntraced(function* (batch) {
      const { step, rollouts, scores, mask } = batch
      const klCoefficient = coefficient.value()
      const current: GrpoOptions = { ...options, kl: { ...options.kl, coefficient: klCoefficient } }
      const advantages = grpoAdvantages(scores, rollouts.groups, rollouts.responseOffsets, current, mask)
      const outcomes: Array<GradientOutcome> = []
      for (const minibatch of learningMinibatches(batch, advantages, current.reduction, loop.passes)) {
        const way = {
          fused: grpoSurrogate(minibatch.rollouts, minibatch, current, loop.temperature),
          objective: (tokenScores) => grpoObjective(tokenScores, minibatch, current),
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
