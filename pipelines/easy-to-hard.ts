/**
 * Easy to hard: does RL on problems of one and two steps help on problems of three, and does the mixture decide?
 *
 * Pretraining has seen problems of up to four steps; RL sees easy ones alone. Two mixtures of equal tokens, with prose and
 * without. Each policy is evaluated as it writes, and with one format forced: what is gained there is not the choice of a
 * format. That one is omi1, the better code, which both mixtures hold. The control: with prose, and the rewards of each group
 * shuffled among its completions, which pays as much and means nothing: true ones must gain more. (Echo Chamber, section 3.5 and
 * table 1.)
 */

import { Param, Study } from "../src/dag/Study.ts"
import { presetNames } from "../src/model/presets.ts"
import type { Claim } from "../src/report/claims/Claim.ts"
import { transfersToHard } from "../src/report/claims/refinement-claims.ts"
import { compare } from "../stages/compare.ts"
import { evaluate } from "../stages/evaluate.ts"
import { mix } from "../stages/mix.ts"
import { pretrain } from "../stages/pretrain.ts"
import { rl } from "../stages/rl.ts"
import { sft } from "../stages/sft.ts"

const truth = { "rl.reward": "truth" }
const free = { "evaluate.force": "", ...truth }
const withProse = { "mix.sources.omi2": 1 }
const without = { "mix.sources.omi2": 0 }

export const claims: ReadonlyArray<Claim> = [
  transfersToHard({
    withProse: { ...free, ...withProse },
    without: { ...free, ...without },
    forced: { "evaluate.force": "omi1", ...truth, ...withProse },
    shuffled: { "evaluate.force": "", "rl.reward": "shuffled", ...withProse },
    sharing: ["pretrain.scale"],
    seeds: 3
  })
]

export default Study.make(
  "easy-to-hard",
  "Does RL on easy problems help on harder ones, and does the mixture decide?",
  {
    scales: Param.someOf(presetNames, ["s"], "model sizes"),
    seeds: Param.integer(5, "independent repetitions", { min: 1, max: 100 })
  },
  ({ scales, seed }) =>
    [1, 0].flatMap((omi2) => {
      const corpus = mix(
        {},
        {
          sources: { tinygsm: 1, omi1: 1, omi2, calc: 1 },
          tokens: 3e6,
          maximum: 99,
          difficulty: { 1: 1, 2: 1, 3: 1, 4: 0.5 },
          distractors: 0.2,
          gap: 0.15,
          suites: ["train-easy", "steps-3"],
          seed
        }
      )

      return scales.flatMap((scale) => {
        const base = pretrain({ corpus }, { scale, promptWeight: 0.1, evaluations: 4, seed })
        const start = sft({ base, corpus }, { seed })
        const easy = { algorithm: "grpo", suite: "train-easy", steps: 60, seed } as const
        const policy = rl({ policy: start, corpus }, easy)
        const shuffled = rl({ policy: start, corpus }, { ...easy, reward: "shuffled" })
        const arms = [{ policy, force: "" }, { policy, force: "omi1" }, ...(omi2 === 0 ? [] : [{ policy: shuffled, force: "" }])]

        return arms.map(({ policy, force }) => {
          const asked = { suite: "steps-3", problems: 400, samples: 8, force, seed }
          const before = evaluate({ policy: start, corpus }, asked)
          const after = evaluate({ policy, corpus }, asked)
          return { before, after, change: compare({ before, after }, { seed }) }
        })
      })
    })
)
