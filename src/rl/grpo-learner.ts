/** GRPO and its kin, one batch: group advantages, then clipped steps with KL in the loss. The arithmetic is in grpo.ts. */
import { Effect } from "effect"

import type { AdamW, Model } from "../engine/Engine.ts"
import { grpoAdvantages, grpoObjective, type GrpoOptions, grpoSurrogate } from "./grpo.ts"
import {
  gradientStep,
  type Learner,
  meanOutcome,
  minibatches,
  part,
  type Passes,
  type StepOutcome,
  usedSequences
} from "./learner.ts"
import { reductionWeights } from "./reduction.ts"
import { sequenceCount } from "./Rollouts.ts"

export const grpoLearner = (
  policy: Model,
  options: GrpoOptions,
  loop: { readonly passes: Passes; readonly temperature: number; readonly optimizer: (step: number) => AdamW }
): Learner => ({
  state: {},
  update: Effect.fnUntraced(function* ({ step, rollouts, scores, oldLogProbs, refLogProbs, mask }) {
    const advantages = grpoAdvantages(scores, rollouts.groups, rollouts.responseOffsets, options, mask)
    const outcomes: Array<StepOutcome> = []
    for (const sequences of minibatches(sequenceCount(rollouts), step, loop.passes)) {
      const { rollouts: some, take } = part(rollouts, sequences)
      const someMask = mask === undefined ? undefined : take(mask)
      const batch = {
        offsets: some.responseOffsets,
        oldLogProbs: take(oldLogProbs),
        advantages: take(advantages),
        weights: reductionWeights(some.responseOffsets, options.reduction, someMask),
        ...(refLogProbs === undefined ? {} : { refLogProbs: take(refLogProbs) })
      }
      if (batch.weights.every((weight) => weight === 0)) continue
      outcomes.push(
        yield* gradientStep(
          policy,
          {
            rollouts: some,
            oldLogProbs: batch.oldLogProbs,
            advantages: batch.advantages,
            mask: someMask,
            fused: grpoSurrogate(some, batch, options, loop.temperature),
            objective: (tokenScores) => grpoObjective(tokenScores, batch, options),
            needsEntropy: options.entropy.coefficient !== 0,
            temperature: loop.temperature
          },
          options.policy,
          loop.optimizer(step)
        )
      )
    }
    return {
      ...meanOutcome(outcomes),
      valueLoss: null,
      explainedVariance: null,
      klCoefficient: options.kl.coefficient,
      learningRate: outcomes.length === 0 ? 0 : loop.optimizer(step).learningRate,
      advantages,
      used: usedSequences(rollouts, mask)
    }
  })
})
