/** How a step's completions are walked through, and at what rates the policy and PPO's critic learn from them. */

import * as Param from "../../dag/Param.ts"
import { warmupConstant, warmupCosine } from "../../training/schedule.ts"

/** Learning rate after the warm-up. */
export const SCHEDULES = { constant: warmupConstant, cosine: warmupCosine } as const

export const PolicyStepParams = {
  learningRate: Param.number(3e-4, "of the policy", { above: 0 }),
  warmup: Param.number(0, "share of the steps spent warming up", { min: 0, max: 1 }),
  schedule: Param.variant(SCHEDULES, "constant", "learning rate after the warm-up; cosine falls to a tenth"),
  epochs: Param.integer(1, "passes over a step's completions", { min: 1, max: 10_000 }),
  minibatches: Param.integer(1, "gradient steps of a pass", { min: 1 })
}

export const CriticParams = {
  criticLearningRate: Param.number(2e-3, "of the critic", { above: 0 })
}
