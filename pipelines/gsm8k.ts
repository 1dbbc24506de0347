/**
 * GSM8K: the same chain on real text.
 *
 * GSM8K's own solutions, repeated as the paper repeats corpora, beside the built-in formats as a supply of problems that a small
 * model can learn; one byte-level BPE vocabulary learnt from all of it. RL draws its prompts from GSM8K's training questions,
 * evaluation is on its test set and on SVAMP. A model of this size solves few of them: the numbers are honest, not impressive.
 */

import { Param, Study } from "../src/dag/Study.ts"
import { presetNames } from "../src/model/presets.ts"
import { algorithms } from "../src/rl/algorithms/registry.ts"
import { attribute } from "../stages/attribute.ts"
import { compare } from "../stages/compare.ts"
import { evaluate } from "../stages/evaluate.ts"
import { indexCorpus } from "../stages/index-corpus.ts"
import { mix } from "../stages/mix.ts"
import { pretrain } from "../stages/pretrain.ts"
import { rl } from "../stages/rl.ts"
import { sft } from "../stages/sft.ts"

export default Study.make(
  "gsm8k",
  "The same chain on real text: GSM8K with a byte-level BPE vocabulary",
  {
    scales: Param.someOf(presetNames, ["s"], "model sizes"),
    algorithms: Param.someOf(algorithms, ["grpo"], "RL algorithms"),
    seeds: Param.integer(1, "independent repetitions", { min: 1, max: 100 })
  },
  ({ scales, algorithms, seed }) => {
    const corpus = mix(
      {},
      {
        sources: { "gsm8k:train": 2, tinygsm: 1, omi2: 1 },
        tokens: 3e6,
        tokenizer: "bpe",
        vocabulary: 2048,
        maximum: 99,
        difficulty: { 1: 1, 2: 1, 3: 1 },
        suites: ["gsm8k:train", "gsm8k:test", "svamp:test", "unseen-values"],
        suiteSize: 400,
        seed
      }
    )
    const index = indexCorpus({ corpus }, {})
    return scales.flatMap((scale) => {
      const base = pretrain({ corpus }, { scale, context: 384, batchTokens: 4096, evaluations: 3, seed })
      const start = sft({ base, corpus }, { documents: 4000, batchTokens: 4096, seed })
      const suites = ["gsm8k:test", "svamp:test"]
      const evaluated = (policy: typeof start) =>
        suites.map((suite) => evaluate({ policy, corpus }, { suite, problems: 200, samples: 4, maxNewTokens: 200, seed }))
      const before = evaluated(start)

      return algorithms.map((algorithm) => {
        const policy = rl({ policy: start, corpus }, { algorithm, suite: "gsm8k:train", steps: 30, maxNewTokens: 200, seed })
        const after = evaluated(policy)
        const changes = suites.map((_, i) => compare({ before: before[i]!, after: after[i]! }, { seed }))
        return { before, after, changes, sources: attribute({ scores: after[0]!, corpus, index }, { seed }) }
      })
    })
  }
)
