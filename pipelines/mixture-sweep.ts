/**
 * Mixture sweep: does more of one format in pretraining make it win, even where it is the worse one?
 *
 * Equal tokens in every mixture, so that a share is not a longer training; the weight of prose (omi2) goes from that of the
 * others to sixteen times it. (Echo Chamber, section 3.2, figures 4 and 5; there the repeats confound share and compute.) `calc`
 * is bare arithmetic, which all models need and which is no format. The controls: where a worse format wins, RL must have raised
 * its share, which the mixture may have made large already; and in short runs with one format forced, more prose must help the
 * policies that are forced into code less than those that choose.
 *
 * One mixture has no format that can be used: `lookup` names the answer without deriving it. Its numbers are larger than those of
 * the others and its problems all of two steps, because answers to smaller ones can be learnt by heart. Its control has TinyGSM
 * instead and is otherwise the same: there the same RL must help. (With three and four steps TinyGSM is never right either.)
 */

import { Param, Study } from "../src/dag/Study.ts"
import type { Claim } from "../src/report/claims/Claim.ts"
import { moreIsBetter, nothingToAmplify } from "../src/report/claims/outcome-claims.ts"
import { imbalanceFlips } from "../src/report/claims/winner-claims.ts"
import { compare } from "../stages/compare.ts"
import { evaluate } from "../stages/evaluate.ts"
import { mix } from "../stages/mix.ts"
import { pretrain } from "../stages/pretrain.ts"
import { rl } from "../stages/rl.ts"
import { sft } from "../stages/sft.ts"

const weight = "mix.sources.omi2"

export const claims: ReadonlyArray<Claim> = [
  imbalanceFlips({ balanced: { [weight]: 1 }, imbalanced: { [weight]: 4 }, sharing: ["rl.algorithm"], seeds: 6 }),
  moreIsBetter({ weight, arms: { [weight]: [1, 2, 4, 8, 16] }, others: ["tinygsm", "omi1"], seeds: 3 }),
  nothingToAmplify({ arms: { "mix.sources.lookup": 1 }, usable: { "mix.sources.tinygsm": 1, "mix.maximum": 99 }, seeds: 3 })
]

const FORMATS = ["tinygsm", "omi1", "omi2"] as const

export default Study.make(
  "mixture-sweep",
  "Does more of one format in pretraining make it win, even where it is the worse one?",
  {
    weights: Param.numbers([1, 2, 4, 8, 16], "weights of omi2 beside 1 of tinygsm, omi1 and calc", { above: 0 }),
    seeds: Param.integer(6, "independent repetitions", { min: 1, max: 100 })
  },
  ({ weights, seed }) => {
    const mixtures = weights.map((omi2) => ({
      sources: { tinygsm: 1, omi1: 1, omi2, calc: 1 },
      maximum: 20,
      difficulty: { 1: 1, 2: 1 }
    }))
    const hard = { maximum: 99, difficulty: { 2: 1 } }
    const unusable = { ...hard, sources: { lookup: 1, calc: 1 } }
    const usable = { ...hard, sources: { tinygsm: 1, calc: 1 } }

    return [...mixtures, unusable, usable].map((mixture) => {
      const corpus = mix({}, { ...mixture, tokens: 1.2e6, seed })
      const base = pretrain({ corpus }, { scale: "xs", promptWeight: 0.1, evaluations: 4, seed })
      const start = sft({ base, corpus }, { seed })
      const before = evaluate({ policy: start, corpus }, { samples: 16, seed })
      const policy = rl({ policy: start, corpus }, { algorithm: "ppo", suite: "train", steps: 60, seed })
      const after = evaluate({ policy, corpus }, { samples: 16, seed })
      const forced = FORMATS.filter((format) => "omi2" in mixture.sources && format in mixture.sources).map((force) =>
        rl({ policy: start, corpus }, { algorithm: "grpo", suite: "train", steps: 20, force, seed })
      )
      return { before, after, change: compare({ before, after }, { seed }), forced }
    })
  }
)
