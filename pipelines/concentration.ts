/**
 * Concentration: how soon does RL settle on one format, which one, and what does it cost?
 *
 * One mixture of three formats (and `calc`, bare arithmetic, which is no format), two sizes, PPO and GRPO, long enough for the
 * late part to show. Evaluated with 64 samples, because curves of pass@k cross between k = 8 and 32. (Echo Chamber, section 3.1,
 * figures 2 and 8.) The control: the same GRPO with the rewards of each group shuffled among its completions, which pays as much
 * and means nothing. Claims are judged on GRPO with true rewards, so that the two differ in the reward alone; PPO is told beside
 * them. What each format would gain if it were the only one, its trainability, is seen in short runs with the format forced.
 *
 * `distractors`: how often a problem has a sentence that does not matter. `gap`: the share of TinyGSM's solutions that are
 * wrong, always for the same kinds of problems. `promptWeight`: what a token of the question counts beside one of the solution.
 */

import { Param, Study } from "../src/dag/Study.ts"
import { presetNames } from "../src/model/presets.ts"
import type { Claim } from "../src/report/claims/Claim.ts"
import { sharpening } from "../src/report/claims/outcome-claims.ts"
import { refinesStyle } from "../src/report/claims/refinement-claims.ts"
import { accuracyDecides, concentration } from "../src/report/claims/winner-claims.ts"
import { compare } from "../stages/compare.ts"
import { evaluate } from "../stages/evaluate.ts"
import { mix } from "../stages/mix.ts"
import { pretrain } from "../stages/pretrain.ts"
import { rl } from "../stages/rl.ts"
import { sft } from "../stages/sft.ts"

const truth = { "rl.reward": "truth" }
const arms = { "rl.algorithm": "grpo", ...truth }
const control = { "rl.algorithm": "grpo", "rl.reward": "shuffled" }
const beside = { name: "PPO", arms: { "rl.algorithm": "ppo", ...truth } }

export const claims: ReadonlyArray<Claim> = [
  concentration({ arms, control, beside, seeds: 3 }),
  accuracyDecides({ arms, control, beside, seeds: 6 }),
  sharpening({ arms, control, beside, k: 64, seeds: 3 }),
  refinesStyle({ arms, control, beside, sharing: ["pretrain.scale"], seeds: 3 })
]

const FORMATS = ["tinygsm", "omi1", "omi2"]

export default Study.make(
  "concentration",
  "How soon does RL settle on one format, which one, and what does it cost?",
  {
    scales: Param.someOf(presetNames, ["xs", "s"], "model sizes"),
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
    const evaluated = { problems: 400, samples: 64, seed }

    return scales.flatMap((scale) => {
      const base = pretrain({ corpus }, { scale, promptWeight: 0.1, evaluations: 4, seed })
      const start = sft({ base, corpus }, { seed })
      const before = evaluate({ policy: start, corpus }, evaluated)

      const forced = FORMATS.map((force) =>
        rl({ policy: start, corpus }, { algorithm: "grpo", suite: "train", steps: 20, force, seed })
      )
      const arms = [
        { algorithm: "ppo", reward: "truth" } as const,
        { algorithm: "grpo", reward: "truth" } as const,
        { algorithm: "grpo", reward: "shuffled" } as const
      ].map((arm) => {
        const policy = rl({ policy: start, corpus }, { ...arm, suite: "train", steps: 100, kl: 1e-3, seed })
        const after = evaluate({ policy, corpus }, evaluated)
        return { before, after, change: compare({ before, after }, { seed }) }
      })
      return { arms, forced }
    })
  }
)
