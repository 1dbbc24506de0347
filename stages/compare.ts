/**
 * What changed between two evaluations of the same problems: differences paired by problem, with intervals and tests. Light: it
 * runs in the driver.
 */

import * as Effect from "effect/Effect"

import { Comparison } from "../schemas/comparison.ts"
import { Evaluation } from "../schemas/evaluation.ts"
import * as Param from "../src/dag/Param.ts"
import * as Stage from "../src/dag/Stage.ts"
import { comparisonObjection } from "../src/evaluation/comparable.ts"
import { compareEvaluations } from "../src/evaluation/compare.ts"

export const CompareParams = {
  seed: Param.seed("seed of the paired bootstrap")
}

export const compare = Stage.make({
  name: "compare",
  inputs: { before: Evaluation, after: Evaluation },
  params: CompareParams,
  output: Comparison,
  check: (_, { before, after }) => comparisonObjection(before, after),
  resources: { process: false },

  run: Effect.fn("compare")(function* ({ inputs, params, output, progress }) {
    const { rows, problems, crossings, coverages } = yield* compareEvaluations(inputs.before, inputs.after, params.seed)
    if (problems.paired < problems.all)
      yield* progress.note(
        `only ${problems.paired} of ${problems.all} problems are in both evaluations: ` +
          "intervals and p are of those, the numbers beside them of all that each has"
      )
    for (const row of rows) yield* output.comparisons.append(row)
    for (const row of crossings) yield* output.crossings.append(row)
    for (const row of coverages) yield* output.coverages.append(row)
  })
})
