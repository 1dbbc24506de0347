/** From a stage's params to a learner: the definitions of definitions.ts, optimizers and schedules, and PPO's critic. */
import * as Effect from "effect/Effect"

import { type AdamW, Engine, type Model } from "../../engine/Engine.ts"
import { warmupConstant, warmupCosine } from "../../training/schedule.ts"
import {
  type Algorithm,
  type Definitions,
  expertIterationOptions,
  grpoOptions,
  klController,
  ppoOptions,
  reinforceOptions
} from "../params/settings.ts"
import { expertIterationLearner } from "./expert-iteration-learner.ts"
import { grpoLearner, reinforceLearner } from "./group-learner.ts"
import { ppoLearner } from "./ppo-learner.ts"

export interface AlgorithmSettings extends Definitions {
  readonly algorithm: Algorithm
  readonly epochs: number
  readonly minibatches: number
  readonly learningRate: number
  readonly criticLearningRate: number
  readonly warmup: number
  readonly schedule: "constant" | "cosine"
  readonly steps: number
  readonly temperature: number
  readonly maxNewTokens: number
  readonly roundSteps: number
  readonly imitationEpochs: number
  readonly imitationBatch: number
  readonly imitationLearningRate: number
  readonly seed: number
}

const adam = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 }

/** The learner of the settings; PPO's critic is made here, from the policy's parameters and a value head at 0. */
export const makeLearner = Effect.fnUntraced(function* (policy: Model, settings: AlgorithmSettings) {
  const rate = (peak: number) => {
    const warmup = Math.round(settings.warmup * settings.steps)
    const schedule =
      settings.schedule === "cosine" ? warmupCosine({ peak, warmup, steps: settings.steps }) : warmupConstant({ peak, warmup })
    return (step: number): AdamW => ({ ...adam, learningRate: schedule(step) })
  }
  const loop = {
    passes: { epochs: settings.epochs, minibatches: settings.minibatches, seed: settings.seed },
    temperature: settings.temperature,
    optimizer: rate(settings.learningRate),
    controller: klController(settings)
  }
  switch (settings.algorithm) {
    case "grpo":
      return grpoLearner(policy, grpoOptions(settings), loop)
    case "reinforce":
      return reinforceLearner(policy, reinforceOptions(settings), loop)
    case "ppo": {
      const critic = yield* criticOf(policy, settings.seed)
      return ppoLearner(policy, critic, ppoOptions(settings), { ...loop, criticOptimizer: rate(settings.criticLearningRate) })
    }
    case "ei": {
      const { roundSteps, imitationEpochs: epochs, imitationBatch: batch, imitationLearningRate: peak, seed } = settings
      const rounds = { steps: roundSteps, end: settings.steps, epochs, batch, seed }
      const optimizer = (update: number, updates: number): AdamW => {
        const schedule = warmupCosine({ peak, warmup: Math.ceil(0.05 * updates), steps: updates })
        return { ...adam, learningRate: schedule(update) }
      }
      return expertIterationLearner(policy, yield* policy.read("parameters"), expertIterationOptions(settings), rounds, optimizer)
    }
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
