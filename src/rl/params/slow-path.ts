/**
 * Which settings the engine cannot form the loss of, so that each gradient step reads its batch twice; said before and during a
 * run.
 */

import { grpoObstacle } from "../algorithms/grpo.ts"
import { policyObstacle } from "../objective/engine-loss.ts"
import type { Settings } from "./settings.ts"

/** Why the engine cannot form the loss itself; null where it can. */
const obstacleOf = (settings: Settings): string | null => {
  switch (settings.algorithm) {
    case "grpo":
      return grpoObstacle(settings)
    case "ppo":
    case "reinforce":
      return policyObstacle(settings)
    case "ei":
      return null
  }
}

/** A sentence for users of settings that take the slower way; empty for the others. */
export const slowPathRemark = (settings: Settings): ReadonlyArray<string> => {
  const obstacle = obstacleOf(settings)
  return obstacle === null ? [] : [`updates take the slower way, through the scores and back: ${obstacle}`]
}
