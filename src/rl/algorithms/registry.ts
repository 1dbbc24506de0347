/**
 * The algorithms there are: one line each. Which parameters of `rl` count for an algorithm, and which presets it has, is read
 * from here.
 *
 * `definitions` are what libraries define differently, so that a preset chooses all of them. `loop` is what belongs to a run of
 * ours: no preset says anything about it.
 */

import type * as Param from "../../dag/Param.ts"
import { AdaptiveKlParams } from "../objective/kl.ts"
import { ResampleParams } from "../packed/masks.ts"
import { EXPERT_ITERATION_PRESETS, ExpertIterationParams, ImitationParams } from "./expert-iteration.ts"
import { CriticParams, PolicyStepParams } from "./gradient-steps.ts"
import { GRPO_PRESETS, GrpoParams } from "./grpo.ts"
import { PPO_PRESETS, PpoParams } from "./ppo.ts"
import { REINFORCE_PRESETS, ReinforceParams } from "./reinforce.ts"

interface AlgorithmEntry {
  /** As a sentence part in help. */
  readonly title: string
  readonly definitions: Param.Params
  readonly loop: Param.Params
  readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const onPolicyLoop = { ...PolicyStepParams, ...ResampleParams, ...AdaptiveKlParams }

export const ALGORITHMS = {
  ppo: {
    title: "PPO with a critic",
    definitions: PpoParams,
    loop: { ...onPolicyLoop, ...CriticParams },
    presets: PPO_PRESETS
  },
  grpo: { title: "group-relative policy optimisation", definitions: GrpoParams, loop: onPolicyLoop, presets: GRPO_PRESETS },
  ei: {
    title: "Expert Iteration",
    definitions: ExpertIterationParams,
    loop: ImitationParams,
    presets: EXPERT_ITERATION_PRESETS
  },
  reinforce: {
    title: "REINFORCE with a group baseline",
    definitions: ReinforceParams,
    loop: onPolicyLoop,
    presets: REINFORCE_PRESETS
  }
} as const satisfies Readonly<Record<string, AlgorithmEntry>>

export type Algorithm = keyof typeof ALGORITHMS

export const algorithms = Object.keys(ALGORITHMS) as ReadonlyArray<Algorithm>

/** The algorithms of the paper (arXiv 2504.07912): what a study compares unless it says otherwise. */
export const paperAlgorithms = ["ppo", "grpo", "ei"] as const satisfies ReadonlyArray<Algorithm>
