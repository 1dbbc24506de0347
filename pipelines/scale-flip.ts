/**
 * Scale flip: on one mixture, do small models go to code and large ones to prose?
 *
 * Code leaves the arithmetic to the interpreter, prose does it in the model, so that size helps prose. Code has a ceiling
 * instead: nearly half of the problems have no right solution in its corpus, which misreads every "fewer", every half and every
 * sentence that does not matter (`gap`, `distractors`). RL can unlearn that, but not before prose has won where it is the more
 * accurate at the start. Numbers up to 99 and long training, because up to 3 million tokens all sizes know equally little
 * arithmetic. The setting was found on seeds 100 to 102, which are not among those judged. (Echo Chamber, section 3.3 and figure
 * 7.)
 */

import { Param, Study } from "../src/dag/Study.ts"
import { presetNames } from "../src/model/presets.ts"
import type { Claim } from "../src/report/claims/Claim.ts"
import { scaleFlips } from "../src/report/claims/winner-claims.ts"
import { compare } from "../stages/compare.ts"
import { evaluate } from "../stages/evaluate.ts"
import { mix } from "../stages/mix.ts"
import { pretrain } from "../stages/pretrain.ts"
import { rl } from "../stages/rl.ts"
import { sft } from "../stages/sft.ts"

export const claims: ReadonlyArray<Claim> = [
  scaleFlips({ small: { "pretrain.scale": "xs" }, large: { "pretrain.scale": ["s", "m"] }, seeds: 6 })
]

export default Study.make(
  "scale-flip",
  "On one mixture, do small models go to code and large ones to prose?",
  {
    scales: Param.someOf(presetNames, ["xs", "m"], "model sizes"),
    tokens: Param.number(6e6, "training tokens", { min: 1e5 }),
    seeds: Param.integer(8, "independent repetitions", { min: 1, max: 100 })
  },
  ({ scales, tokens, seed }) => {
    const corpus = mix(
      {},
      {
        sources: { tinygsm: 1, omi2: 1, calc: 1 },
        tokens,
        maximum: 99,
        difficulty: { 1: 1, 2: 1 },
        distractors: 0.4,
        gap: 0.46,
        seed
      }
    )

    return scales.map((scale) => {
      const base = pretrain({ corpus }, { scale, promptWeight: 0.1, evaluations: 4, seed })
      const start = sft({ base, corpus }, { seed })
      const before = evaluate({ policy: start, corpus }, { seed })
      const policy = rl({ policy: start, corpus }, { algorithm: "grpo", suite: "train", steps: 100, seed })
      const after = evaluate({ policy, corpus }, { seed })
      return { before, after, change: compare({ before, after }, { seed }) }
    })
  }
)
