/**
 * Mixture sweep: does more of one format in pretraining make it win, even where it is the worse one?
 *
 * Equal tokens in every mixture, so that a share is not a longer training; the weight of prose (omi2) goes from that of the
 * others to sixteen times it. (Echo Chamber, section 3.2, figures 4 and 5; there the repeats confound share and compute.) The
 * control has no format that it can use: solutions that name the answer without deriving it. What each format would gain if it
 * were the only one is seen in short runs with the format forced: forced into code, policies must not get better by more prose.
 * Whether a worse format wins is asked of two seeds of the balanced mixture too: there it would be chance.
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
  nothingToAmplify({ arms: { "mix.sources.lookup": 1 }, usable: { [weight]: 1 }, seeds: 3 })
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
    const unusable = { sources: { lookup: 1, calc: 1 }, maximum: 99, difficulty: { 3: 1, 4: 1 } }

    return [...mixtures, unusable].map((mixture) => {
      const corpus = mix({}, { ...mixture, tokens: 1.2e6, seed })
      const base = pretrain({ corpus }, { scale: "xs", promptWeight: 0.1, evaluations: 4, seed })
      const start = sft({ base, corpus }, { seed })
      const before = evaluate({ policy: start, corpus }, { samples: 16, seed })
      const policy = rl({ policy: start, corpus }, { algorithm: "ppo", suite: "train", steps: 60, seed })
      const after = evaluate({ policy, corpus }, { samples: 16, seed })
      const forced = FORMATS.filter((format) => format in mixture.sources).map((force) =>
        rl({ policy: start, corpus }, { algorithm: "grpo", suite: "train", steps: 20, force, seed })
      )
      return { before, after, change: compare({ before, after }, { seed }), forced }
    })
  }
)
