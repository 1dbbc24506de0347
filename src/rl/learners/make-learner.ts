/** From a stage's params to a learner: definitions, optimizers and schedules, and PPO's critic. */

import * as Effect from "effect/Effect"

import type * as Param from "../../dag/Param.ts"
import { type AdamW, Engine, type Model } from "../../engine/Engine.ts"
import { warmupCosine } from "../../training/schedule.ts"
import { SCHEDULES } from "../algorithms/gradient-steps.ts"
import { klController, type LoopParams, type Settings } from "../params/settings.ts"
import { expertIterationLearner } from "./expert-iteration-learner.ts"
import { grpoLearner, reinforceLearner } from "./group-learner.ts"
import { ppoLearner } from "./ppo-learner.ts"

/** What a learner must know beside the definitions of its algorithm. */
export interface LoopSettings extends Param.Values<typeof LoopParams> {
  readonly steps: number
  readonly temperature: number
  readonly seed: number
}

const adam = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 }

/** The learner of the settings; PPO's critic is made here, from the policy's parameters and a value head at 0. */
export const makeLearner = Effect.fnUntraced(function* (policy: Model, settings: Settings, loop: LoopSettings) {
  const { steps, seed, temperature } = loop
  const rate = (peak: number) => {
    const schedule = SCHEDULES[loop.schedule]({ peak, warmup: Math.round(loop.warmup * steps), steps })
    return (step: number): AdamW => ({ ...adam, learningRate: schedule(step) })
  }
  const onPolicy = {
    passes: { epochs: loop.epochs, minibatches: loop.minibatches, seed },
    temperature,
    optimizer: rate(loop.learningRate),
    controller: klController(loop)
  }
  switch (settings.algorithm) {
    case "grpo":
      return grpoLearner(policy, settings, onPolicy)
    case "reinforce":
      return reinforceLearner(policy, settings, onPolicy)
    case "ppo": {
      const critic = yield* criticOf(policy, seed)
      return ppoLearner(policy, critic, settings, { ...onPolicy, criticOptimizer: rate(loop.criticLearningRate) })
    }
    case "ei": {
      const { roundSteps, imitationEpochs: epochs, imitationBatch: batch, imitationLearningRate: peak } = loop
      const rounds = { steps: roundSteps, end: steps, epochs, batch, seed, temperature }
      const optimizer = (update: number, updates: number): AdamW => {
        const schedule = warmupCosine({ peak, warmup: Math.ceil(0.05 * updates), steps: updates })
        return { ...adam, learningRate: schedule(update) }
      }
      return expertIterationLearner(policy, yield* policy.read("parameters"), settings, rounds, optimizer)
    }
    default:
      // A new algorithm does not compile before it has its learner.
      return yield* Effect.die(settings satisfies never)
  }
})

/** A model with the policy's parameters and a value head at 0. */
const criticOf = Effect.fnUntraced(function* (policy: Model, seed: number) {
  const engine = yield* Engine
  const critic = yield* engine.createModel({ ...policy.spec, valueHead: true }, { seed })
  const parameters = yield* critic.read("parameters")
  parameters.set(yield* policy.read("parameters"))
  yield* critic.write("parameters", parameters)
  return critic
})
