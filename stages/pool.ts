/** Put two banks of retrainings together that ask the same of models of the same groups: the retrainings of both. */

import * as Effect from "effect/Effect"

import { RetrainingBank } from "../schemas/retrainings.ts"
import { requireSameQuestions } from "../src/attribution/retraining/bank.ts"
import * as Stage from "../src/dag/Stage.ts"

export const PoolParams = {}

export const pool = Stage.make({
  name: "pool",
  inputs: { one: RetrainingBank, other: RetrainingBank },
  params: PoolParams,
  output: RetrainingBank,
  resources: { cost: () => 1e6 },

  run: Effect.fn("pool")(function* ({ inputs: { one, other }, output }) {
    yield* requireSameQuestions(one, other, "other")
    for (const row of one.documentGroups) yield* output.documentGroups.append(row)
    for (const row of one.groupedDocuments) yield* output.groupedDocuments.append(row)
    for (const row of one.heldOutTargets) yield* output.heldOutTargets.append(row)
    for (const [bank, before] of [[one, 0] as const, [other, one.retrainings.rows] as const]) {
      const renumbered = <A extends { readonly retraining: number }>(row: A) => ({ ...row, retraining: row.retraining + before })
      for (const row of bank.retrainings) yield* output.retrainings.append(renumbered(row))
      for (const row of bank.groupWeights) yield* output.groupWeights.append(renumbered(row))
      for (const row of bank.outcomes) yield* output.outcomes.append(renumbered(row))
    }
  })
})
