/**
 * KL sweep: what does a penalty on leaving the start keep alive, and do the shares go where theory says?
 *
 * One policy of each seed, RL with penalties of five strengths (`--kls`). PPO has the penalty in its reward, as the theory has
 * it, so that final shares follow from the shares and accuracies before RL with nothing fitted. GRPO has it in its loss; with
 * its gradient dead, as in the paper's code, no breadth must follow. The controls: two runs with that gradient dead, alike but
 * for the seventh digit of their learning rate, which the gradient must outdo; and the prediction with the accuracies handed
 * round among the formats, which must miss by more. (Echo Chamber, sections 3.1 and 3.6, figure 3.)
 */

import { Param, Study } from "../src/dag/Study.ts"
import type { Claim } from "../src/report/claims/Claim.ts"
import { klKeepsBreadth } from "../src/report/claims/outcome-claims.ts"
import { tiltPredicts } from "../src/report/claims/prediction-claims.ts"
import { compare } from "../stages/compare.ts"
import { evaluate } from "../stages/evaluate.ts"
import { mix } from "../stages/mix.ts"
import { pretrain } from "../stages/pretrain.ts"
import { rl } from "../stages/rl.ts"
import { sft } from "../stages/sft.ts"

const WEAK = 0.03
const STRONG = 0.3
const RATE = 3e-4
const ALMOST = 3.000001e-4
const grpo = { "rl.algorithm": "grpo" }
const kl = (strength: number, gradient: string | null) => ({ "rl.kl": strength, "rl.klGradient": gradient })

export const claims: ReadonlyArray<Claim> = [
  klKeepsBreadth({
    weak: kl(WEAK, null),
    strong: kl(STRONG, null),
    dead: {
      alive: { ...grpo, ...kl(STRONG, null) },
      dead: { ...grpo, ...kl(STRONG, "none"), "rl.learningRate": RATE },
      twin: { ...grpo, ...kl(STRONG, "none"), "rl.learningRate": ALMOST }
    },
    sharing: ["rl.algorithm"],
    k: 16,
    seeds: 3
  }),
  tiltPredicts({
    arms: { "rl.algorithm": "ppo", "rl.kl": [0.3, 1, 3] },
    grouped: { ...grpo, "rl.kl": [0.3, 1, 3], "rl.klGradient": null },
    seeds: 3
  })
]

export default Study.make(
  "kl-sweep",
  "What does a KL penalty keep alive, and do the shares go where theory says?",
  {
    kls: Param.numbers([0.03, 0.1, 0.3, 1, 3], "KL coefficients", { min: 0 }),
    seeds: Param.integer(5, "independent repetitions", { min: 1, max: 100 })
  },
  ({ kls, seed }) => {
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
    const base = pretrain({ corpus }, { scale: "xs", promptWeight: 0.1, evaluations: 4, seed })
    const start = sft({ base, corpus }, { seed })
    const evaluated = { problems: 800, samples: 16, seed }
    const before = evaluate({ policy: start, corpus }, evaluated)

    const arms = kls.flatMap((kl) => [
      rl({ policy: start, corpus }, { algorithm: "ppo", suite: "train", steps: 100, kl, seed }),
      rl({ policy: start, corpus }, { algorithm: "grpo", suite: "train", steps: 100, kl, seed })
    ])
    const dead = kls
      .filter((kl) => kl === WEAK || kl === STRONG)
      .map((kl) => rl({ policy: start, corpus }, { algorithm: "grpo", suite: "train", steps: 100, kl, klGradient: "none", seed }))
    const twin = rl(
      { policy: start, corpus },
      { algorithm: "grpo", suite: "train", steps: 100, kl: STRONG, klGradient: "none", learningRate: ALMOST, seed }
    )
    return [...arms, ...dead, ...(kls.includes(STRONG) ? [twin] : [])].map((policy) => {
      const after = evaluate({ policy, corpus }, evaluated)
      return { before, after, change: compare({ before, after }, { seed }) }
    })
  }
)
