/**
 * Reward swap: does it matter what is rewarded, or only which format is paid most?
 *
 * One policy of each seed, GRPO with seven rewards: right answers, wrong ones, any that can be read, the group's majority, one
 * format, and two that mean nothing (a fair coin, right answers shuffled within the group). The theory has one answer for all of
 * them: the format whose completions are paid most wins; a reward that means nothing chooses none. The controls: the format that
 * is most frequent anyway, and what random rewards happen to pay most at first, must both win more seldom; and where random
 * rewards are not to help, right answers must. (After Shao et al. 2025, arXiv 2506.10947, "Spurious Rewards".)
 */

import { Param, Study } from "../src/dag/Study.ts"
import type { Claim } from "../src/report/claims/Claim.ts"
import { bestPaidWins, randomDoesNotHelp } from "../src/report/claims/prediction-claims.ts"
import { compare } from "../stages/compare.ts"
import { evaluate } from "../stages/evaluate.ts"
import { mix } from "../stages/mix.ts"
import { pretrain } from "../stages/pretrain.ts"
import { rl } from "../stages/rl.ts"
import { sft } from "../stages/sft.ts"

const meaningful = ["truth", "wrong", "readable", "majority", "format:omi2"]
const random = ["coin", "shuffled"]

export const claims: ReadonlyArray<Claim> = [
  bestPaidWins({ arms: { "rl.reward": meaningful }, control: { "rl.reward": random }, seeds: 3 }),
  randomDoesNotHelp({ arms: { "rl.reward": random }, meaningful: { "rl.reward": "truth" }, seeds: 3 })
]

export default Study.make(
  "reward-swap",
  "Does it matter what is rewarded, or only which format is paid most?",
  { seeds: Param.integer(5, "independent repetitions", { min: 1, max: 100 }) },
  ({ seed }) => {
    const corpus = mix(
      {},
      {
        sources: { tinygsm: 1, omi1: 1, omi2: 1, calc: 1 },
        tokens: 1.5e6,
        maximum: 30,
        difficulty: { 1: 1, 2: 1, 3: 1 },
        seed
      }
    )
    const base = pretrain({ corpus }, { scale: "xs", promptWeight: 0.1, evaluations: 4, seed })
    const start = sft({ base, corpus }, { seed })
    const before = evaluate({ policy: start, corpus }, { samples: 16, seed })

    return [...meaningful, ...random].map((reward) => {
      const policy = rl({ policy: start, corpus }, { algorithm: "grpo", reward, suite: "train", steps: 60, seed })
      const after = evaluate({ policy, corpus }, { samples: 16, seed })
      return { before, after, change: compare({ before, after }, { seed }) }
    })
  }
)
