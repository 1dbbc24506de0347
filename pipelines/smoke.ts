/**
 * Smoke: one tiny scale through every stage and all three algorithms, within a minute. For trying the tool and for tests; too
 * small to say anything about language models.
 */

import { Param, Study } from "../src/dag/Study.ts"
import { presetNames } from "../src/model/presets.ts"
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

export default Study.make(
  "smoke",
  "One tiny scale, all stages, all three algorithms, in about a minute",
  {
    scales: Param.someOf(presetNames, ["xs"], "model sizes"),
    algorithms: Param.someOf(algorithms, paperAlgorithms, "RL algorithms"),
    seeds: Param.integer(1, "independent repetitions", { min: 1, max: 100 })
  },
  ({ scales, algorithms, seed }) => {
    const corpus = mix(
      {},
      {
        sources: { tinygsm: 1, omi1: 1, omi2: 1, calc: 1 },
        tokens: 1e6,
        maximum: 20,
        difficulty: { 1: 1, 2: 1 },
        suiteSize: 400,
        seed
      }
    )
    const index = indexCorpus({ corpus }, {})

    return scales.flatMap((scale) => {
      const base = pretrain({ corpus }, { scale, promptWeight: 0.1, evaluations: 4, seed })
      const start = sft({ base, corpus }, { documents: 1500, seed })
      const before = evaluate({ policy: start, corpus }, { problems: 100, seed })

      return algorithms.map((algorithm) => {
        const policy = rl({ policy: start, corpus }, { algorithm, steps: 30, seed })
        const after = evaluate({ policy, corpus }, { problems: 100, seed })
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
