/**
 * What changed between two evaluations of the same problems: differences paired by problem, with intervals and tests. Light: it runs in
 * the driver.
 */
import { Effect } from "effect"

import { Comparison } from "../schemas/comparison.ts"
import { Evaluation } from "../schemas/evaluation.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { compareEvaluations } from "../src/evaluation/compare.ts"

export const CompareParams = {
  seed: Param.integer(0, "seed of the paired bootstrap", { min: 0 })
}

export const compare = Stage.make({
  name: "compare",
  inputs: { before: Evaluation, after: Evaluation },
  params: CompareParams,
  output: Comparison,
  resources: { process: false },

  run: Effect.fn("compare")(function* ({ inputs, params, output }) {
    for (const row of compareEvaluations(inputs.before, inputs.after, params.seed)) yield* output.comparisons.append(row)
  })
})
