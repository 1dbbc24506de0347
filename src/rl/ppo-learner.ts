/** PPO, one batch: KL in the reward, GAE against a critic of its own, then clipped steps for policy and critic. The arithmetic is in ppo.ts. */
import { Effect } from "effect"

import type { AdamW, Model } from "../engine/Engine.ts"
import { resumable } from "../training/resumable.ts"
import { type KlController, nextKlCoefficient } from "./kl.ts"
import {
  gradientStep,
  type Learner,
  meanOutcome,
  minibatches,
  part,
  type Passes,
  resumableNumber,
  type StepOutcome,
  usedSequences
} from "./learner.ts"
import { criticSurrogate, ppoObjective, type PpoOptions, ppoSurrogate, ppoTargets } from "./ppo.ts"
import { reductionWeights, tokenMean } from "./reduction.ts"
import { fromPositions, sequenceCount } from "./Rollouts.ts"
import { valueStatistics } from "./update-statistics.ts"

export const ppoLearner = (
  policy: Model,
  /** Has a value head; started from the policy's parameters. */
  critic: Model,
  options: PpoOptions,
  loop: {
    readonly passes: Passes
    readonly temperature: number
    readonly optimizer: (step: number) => AdamW
    readonly criticOptimizer: (step: number) => AdamW
    readonly controller: KlController
  }
): Learner => {
  let klCoefficient = options.klReward.coefficient
  return {
    state: {
      critic: resumable(critic),
      klCoefficient: resumableNumber(
        () => klCoefficient,
        (value) => (klCoefficient = value)
      )
    },
    update: Effect.fnUntraced(function* ({ step, rollouts, scores, oldLogProbs, refLogProbs, mask }) {
      const used = klCoefficient
      const current: PpoOptions = { ...options, klReward: { ...options.klReward, coefficient: used } }
      const { values } = yield* critic.score(rollouts, { values: true })
      const oldValues = fromPositions(rollouts, values!)
      const { kl, advantages, returns } = ppoTargets(
        {
          offsets: rollouts.responseOffsets,
          scores,
          oldLogProbs,
          oldValues,
          ...(refLogProbs === undefined ? {} : { refLogProbs })
        },
        current,
        mask
      )
      const outcomes: Array<StepOutcome> = []
      let valueLoss = 0
      for (const sequences of minibatches(sequenceCount(rollouts), step, loop.passes)) {
        const { rollouts: some, take } = part(rollouts, sequences)
        const someMask = mask === undefined ? undefined : take(mask)
        const batch = {
          offsets: some.responseOffsets,
          oldLogProbs: take(oldLogProbs),
          advantages: take(advantages),
          returns: take(returns),
          oldValues: take(oldValues),
          weights: reductionWeights(some.responseOffsets, current.reduction, someMask)
        }
        if (batch.weights.every((weight) => weight === 0)) continue
        const { loss } = yield* critic.lossStep(some, criticSurrogate(some, batch, current))
        valueLoss += loss
        yield* critic.optimStep(loop.criticOptimizer(step))
        outcomes.push(
          yield* gradientStep(
            policy,
            {
              rollouts: some,
              oldLogProbs: batch.oldLogProbs,
              advantages: batch.advantages,
              mask: someMask,
              fused: ppoSurrogate(some, batch, current, loop.temperature),
              // The critic is a model of its own and had its step: its old values stand in, and what they contribute is a constant.
              objective: (tokenScores) => ppoObjective({ ...tokenScores, values: batch.oldValues }, batch, current),
              needsEntropy: current.entropy.coefficient !== 0,
              temperature: loop.temperature
            },
            current.policy,
            loop.optimizer(step)
          )
        )
      }
      if (refLogProbs !== undefined) {
        const perSequence = (tokenMean(kl, mask) * kl.length) / Math.max(1, sequenceCount(rollouts))
        klCoefficient = nextKlCoefficient(klCoefficient, perSequence, sequenceCount(rollouts), loop.controller)
      }
      return {
        ...meanOutcome(outcomes),
        valueLoss: valueLoss / Math.max(1, outcomes.length),
        explainedVariance: valueStatistics(oldValues, oldValues, returns, current.value.clip, mask).explainedVariance,
        klCoefficient: used,
        learningRate: outcomes.length === 0 ? 0 : loop.optimizer(step).learningRate,
        advantages,
        used: usedSequences(rollouts, mask)
      }
    })
  }
}
