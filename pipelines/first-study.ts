/**
 * Does a model solve more problems after RL than before?
 *
 * A first study. It reads like the methods section of a paper: what the models learn from, how they are trained, what is
 * measured, and what would count. Change a line and run it again: only what depends on that line is computed anew.
 *
 *     pipeline plan first-study             what would be computed, and the claim
 *     pipeline run first-study              compute it: a table, and a report with figures
 *     pipeline run first-study --steps 60   with another value of a dimension below
 *     pipeline list first-study             every parameter of every stage, with its default
 */

import { Param, Study } from "../src/dag/Study.ts"
import { type Claim, RISES } from "../src/report/claims/Claim.ts"
import { changeOf, overSeeds, solvingRows, trialsOf } from "../src/report/claims/trials.ts"
import { compare } from "../stages/compare.ts"
import { evaluate } from "../stages/evaluate.ts"
import { mix } from "../stages/mix.ts"
import { pretrain } from "../stages/pretrain.ts"
import { rl } from "../stages/rl.ts"
import { sft } from "../stages/sft.ts"

/** The policies that the claim is about, by their settings. */
const trained = { "rl.algorithm": "grpo" }

// What is claimed and what would count stand here before the run. The report judges these claims and no others.
export const claims: ReadonlyArray<Claim> = [
  {
    id: "N1",
    statement: "RL makes the policy solve more problems.",
    criterion: "pass@1 of samples is higher after RL than before, on average over seeds.",
    needs: "evaluations on both sides of RL",
    // The fewest seeds that it may be judged with. A seed repeats everything, from the mixture on.
    seeds: 3,
    evidence: (data) => ({
      // All parts must be shown. Each says what is measured and how it is tested, and gives one number for each seed.
      parts: [
        {
          measure: "pass@1, after RL minus before",
          unit: "points",
          test: RISES,
          rows: [solvingRows("pass@1")],
          ...overSeeds(trialsOf(data, trained), (trial) => changeOf(trial, "pass@1"))
        }
      ]
    })
  }
]

export default Study.make(
  "first-study",
  "Does a model solve more problems after RL than before?",
  // Dimensions: each is a flag of `pipeline run first-study`. `seeds` repeats the whole study, with `seed` 0, 1, 2, ...
  {
    steps: Param.integer(30, "RL steps", { min: 1, max: 1000 }),
    seeds: Param.integer(3, "independent repetitions", { min: 1, max: 100 })
  },
  ({ steps, seed }) => {
    // What the models learn from: word problems with solutions in three formats, in equal parts, and the problem suites.
    const corpus = mix(
      {},
      { sources: { tinygsm: 1, omi1: 1, omi2: 1 }, tokens: 1e6, maximum: 20, difficulty: { 1: 1, 2: 1 }, seed }
    )

    // A model from scratch (sizes: pipeline list), then fine-tuned to open each solution with the tag of its format.
    const base = pretrain({ corpus }, { scale: "xs", promptWeight: 0.1, seed })
    const start = sft({ base, corpus }, { documents: 1500, seed })

    // RL from there. Other algorithms: ppo, ei, reinforce. A list of them, mapped over, would be a comparison.
    const policy = rl({ policy: start, corpus }, { algorithm: "grpo", steps, seed })

    // Both policies on the same problems, and what changed between them, problem by problem.
    const before = evaluate({ policy: start, corpus }, { problems: 100, seed })
    const after = evaluate({ policy, corpus }, { problems: 100, seed })

    // What is returned belongs to the study; what it needs follows.
    return { before, after, change: compare({ before, after }, { seed }) }
  }
)
