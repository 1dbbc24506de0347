/**
 * Algorithms: do PPO, GRPO and Expert Iteration go to one winner, how steadily, and how far?
 *
 * All start from one policy of each seed and see the same number of rollouts. Expert Iteration restarts from that policy in
 * every round, as the paper's does, and goes on from the last one in a further arm (`startFrom: "previous"`). A further arm of
 * GRPO has a KL penalty that is only reported (`klGradient: "none"`), as in the paper's code. The control: GRPO has a twin whose
 * learning rate differs in the seventh digit; what those two differ by is chance, and algorithms must differ by more. (Echo
 * Chamber, section 4, figures 14 and 20.)
 */

import { Param, Study } from "../src/dag/Study.ts"
import { presetNames } from "../src/model/presets.ts"
import { expertIterationSlower, grpoLessStable } from "../src/report/claims/algorithm-claims.ts"
import type { Claim } from "../src/report/claims/Claim.ts"
import { compare } from "../stages/compare.ts"
import { evaluate } from "../stages/evaluate.ts"
import { mix } from "../stages/mix.ts"
import { pretrain } from "../stages/pretrain.ts"
import { rl } from "../stages/rl.ts"
import { sft } from "../stages/sft.ts"

const RATE = 3e-4
const ALMOST = 3.000001e-4

const ppo = { "rl.algorithm": "ppo" }
const grpo = { "rl.algorithm": "grpo", "rl.learningRate": RATE, "rl.klGradient": null }
const twin = { "rl.algorithm": "grpo", "rl.learningRate": ALMOST }
const ei = { "rl.algorithm": "ei", "rl.startFrom": null }
const sharing = ["pretrain.scale"]

export const claims: ReadonlyArray<Claim> = [
  grpoLessStable({ ppo, grpo, twins: { one: grpo, other: twin }, sharing, seeds: 6 }),
  expertIterationSlower({ ppo, ei, twins: { one: grpo, other: twin }, sharing, seeds: 3 })
]

export default Study.make(
  "algorithms",
  "Do the algorithms go to one winner, how steadily, and how far?",
  {
    scales: Param.someOf(presetNames, ["xs"], "model sizes"),
    seeds: Param.integer(6, "independent repetitions", { min: 1, max: 100 })
  },
  ({ scales, seed }) => {
    const corpus = mix(
      {},
      {
        sources: { tinygsm: 1, omi1: 1, omi2: 1, calc: 1 },
        tokens: 3e6,
        maximum: 99,
        difficulty: { 1: 1, 2: 1, 3: 1, 4: 0.5 },
        distractors: 0.2,
        gap: 0.15,
        seed
      }
    )
    const evaluated = { problems: 400, samples: 16, seed }

    return scales.flatMap((scale) => {
      const base = pretrain({ corpus }, { scale, promptWeight: 0.1, evaluations: 4, seed })
      const start = sft({ base, corpus }, { seed })
      const before = evaluate({ policy: start, corpus }, evaluated)
      const same = { suite: "train", steps: 100, seed } as const
      const policies = [
        rl({ policy: start, corpus }, { ...same, algorithm: "ppo", kl: 1e-3 }),
        rl({ policy: start, corpus }, { ...same, algorithm: "grpo", kl: 1e-3 }),
        rl({ policy: start, corpus }, { ...same, algorithm: "grpo", kl: 1e-3, learningRate: ALMOST }),
        rl({ policy: start, corpus }, { ...same, algorithm: "grpo", kl: 1e-3, klGradient: "none" }),
        rl({ policy: start, corpus }, { ...same, algorithm: "ei" }),
        rl({ policy: start, corpus }, { ...same, algorithm: "ei", startFrom: "previous" })
      ]
      return policies.map((policy) => {
        const after = evaluate({ policy, corpus }, evaluated)
        return { before, after, change: compare({ before, after }, { seed }) }
      })
    })
  }
)
