/** PPO, one batch: KL in the reward, GAE against a critic of its own, then clipped steps for policy and critic. The arithmetic is in ppo.ts. */
import * as Effect from "effect/Effect"

import type { AdamW, Model } from "../../engine/Engine.ts"
import { resumable } from "../../training/resumable.ts"
import { criticTerm, ppoObjective, type PpoOptions, ppoSurrogate, ppoTargets } from "../algorithms/ppo.ts"
import { valueStatistics } from "../objective/update-statistics.ts"
import { learningMinibatches } from "../packed/minibatches.ts"
import { fromPositions, type Rollouts, toPositions } from "../packed/Rollouts.ts"
import {
  type GradientOutcome,
  gradientStep,
  klCoefficientState,
  type Learner,
  type LearnerLoop,
  reportOf,
  usedSequences,
  type Way
} from "./learner.ts"

export const ppoLearner = (
  policy: Model,
  /** Has a value head; started from the policy's parameters. */
  critic: Model,
  options: PpoOptions,
  loop: LearnerLoop & { readonly criticOptimizer: (step: number) => AdamW }
): Learner => {
  const valuesOf = (rollouts: Rollouts) =>
    Effect.map(critic.score(rollouts, { values: "only" }), ({ values }) => fromPositions(rollouts, values!))
  const coefficient = klCoefficientState(options.klReward.coefficient, options.klReward.estimator, loop.controller)
  return {
    state: { critic: resumable(critic), klCoefficient: coefficient.part },
    update: Effect.fnUntraced(function* (batch) {
      const { step, rollouts, scores, oldLogProbs, refLogProbs, mask } = batch
      const klCoefficient = coefficient.value()
      const current: PpoOptions = { ...options, klReward: { ...options.klReward, coefficient: klCoefficient } }
      const allOldValues = yield* valuesOf(rollouts)
      const { advantages, returns: allReturns } = ppoTargets(
        { offsets: rollouts.responseOffsets, scores, oldLogProbs, refLogProbs, oldValues: allOldValues },
        current,
        mask
      )
      const outcomes: Array<GradientOutcome> = []
      let valueLoss = 0
      let valueClipFraction = 0
      for (const minibatch of learningMinibatches(batch, advantages, current.reduction, loop.passes)) {
        const oldValues = minibatch.take(allOldValues)
        const returns = minibatch.take(allReturns)
        const both = { ...minibatch, oldValues, returns }
        // At the first step the critic still gives the old values: nothing is clipped, and no pass is needed to see it.
        const values = outcomes.length === 0 ? oldValues : yield* valuesOf(minibatch.rollouts)
        valueClipFraction += valueStatistics(values, oldValues, returns, current.value.clip, minibatch.mask).valueClipFraction
        const { loss, dValue } = criticTerm(values, both, current)
        valueLoss += loss
        yield* critic.backward(minibatch.rollouts, { dValue: toPositions(minibatch.rollouts, dValue) })
        yield* critic.optimStep(loop.criticOptimizer(step))
        const way = {
          fused: ppoSurrogate(minibatch.rollouts, both, current, loop.temperature),
          // The critic is a model of its own and had its step: its old values stand in, and what they contribute is a constant.
          objective: (tokenScores) => ppoObjective({ ...tokenScores, values: oldValues }, both, current)
        } satisfies Way as Way
        outcomes.push(yield* gradientStep(policy, minibatch, way, current, loop.temperature, loop.optimizer(step)))
      }
      coefficient.advance(batch)
      const { explainedVariance } = valueStatistics(allOldValues, allOldValues, allReturns, current.value.clip, mask)
      return reportOf(
        outcomes,
        {
          klCoefficient,
          advantages,
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
