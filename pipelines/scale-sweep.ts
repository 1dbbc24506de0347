/**
 * Scale sweep: does the size of a model decide which pretraining format RL amplifies?
 *
 * One mixture, three sizes, three algorithms. Every policy is evaluated before and after RL on the same problems, and its outputs
 * are attributed to the sources of the mixture. (Echo Chamber, section 3.3 and figure 7.)
 *
 * Code formats leave the arithmetic to the interpreter, prose does it in the model. TinyGSM was never checked for correctness:
 * here its corpus misreads a share of problems systematically.
 *
 * A first look: of the claims, C7 alone has its control here. The studies `concentration` and `algorithms` bind the same claims
 * with theirs.
 */

import { Param, Study } from "../src/dag/Study.ts"
import { presetNames } from "../src/model/presets.ts"
import { expertIterationSlower, grpoLessStable } from "../src/report/claims/algorithm-claims.ts"
import type { Claim } from "../src/report/claims/Claim.ts"
import { sharpening } from "../src/report/claims/outcome-claims.ts"
import { accuracyDecides, concentration, scaleFlips } from "../src/report/claims/winner-claims.ts"
import { algorithms, paperAlgorithms } from "../src/rl/algorithms/registry.ts"
import { attributeRollouts } from "../stages/attribute-rollouts.ts"
import { attribute } from "../stages/attribute.ts"
import { compare } from "../stages/compare.ts"
import { evaluate } from "../stages/evaluate.ts"
import { indexCorpus } from "../stages/index-corpus.ts"
import { mix } from "../stages/mix.ts"
import { pretrain } from "../stages/pretrain.ts"
import { rl } from "../stages/rl.ts"
import { sft } from "../stages/sft.ts"

const ppo = { "rl.algorithm": "ppo" }
const grpo = { "rl.algorithm": "grpo" }
const ei = { "rl.algorithm": "ei" }
const sharing = ["pretrain.scale"]

/** Judged from three seeds on; the default is one, for a first look within minutes. */
export const claims: ReadonlyArray<Claim> = [
  concentration({ arms: ppo, seeds: 3 }),
  accuracyDecides({ arms: { "rl.algorithm": [...paperAlgorithms] }, seeds: 6 }),
  sharpening({ arms: { "rl.algorithm": ["ppo", "grpo"] }, k: 8, seeds: 3 }),
  scaleFlips({ small: { "pretrain.scale": "xs" }, large: { "pretrain.scale": "m" }, sharing: ["rl.algorithm"], seeds: 6 }),
  grpoLessStable({ ppo, grpo, sharing, seeds: 6 }),
  expertIterationSlower({ ppo, ei, sharing, seeds: 3 })
]

export default Study.make(
  "scale-sweep",
  "Does the size of a model decide which pretraining format RL amplifies?",
  {
    scales: Param.someOf(presetNames, ["xs", "s", "m"], "model sizes; see src/model/presets.ts"),
    algorithms: Param.someOf(algorithms, paperAlgorithms, "RL algorithms"),
    seeds: Param.integer(1, "independent repetitions", { min: 1, max: 100 })
  },
  ({ scales, algorithms, seed }) => {
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
    const index = indexCorpus({ corpus }, {})

    return scales.flatMap((scale) => {
      const base = pretrain({ corpus }, { scale, promptWeight: 0.1, evaluations: 4, seed })
      const start = sft({ base, corpus }, { seed })
      const before = evaluate({ policy: start, corpus }, { seed })

      return algorithms.map((algorithm) => {
        const policy = rl({ policy: start, corpus }, { algorithm, suite: "train", steps: 60, seed })
        const after = evaluate({ policy, corpus }, { seed })
        return {
          before,
          after,
          change: compare({ before, after }, { seed }),
          sources: attribute({ scores: after, corpus, index }, { seed }),
          rewarded: attributeRollouts({ rollouts: policy, corpus, index }, { seed })
        }
      })
    })
  }
)
