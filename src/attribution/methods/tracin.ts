/**
 * TracIn over checkpoints (Pruthi et al. 2020, arXiv 2002.08484, section 3.2): gradient dot at several places of the training,
 * each weighted by how far the updates around it went.
 *
 *   score(t, d) = sum_i rate_i < g_i(t), g_i(d) >        rate_i: sum of the learning rates since place i - 1
 *
 * With plain gradient descent, places after every update, and batches of one it adds up to what training did to log p(t).
 */

import * as Effect from "effect/Effect"

import { alongDirections, targetGradients } from "../gradients/sums.ts"
import type { Method } from "./Method.ts"

export const tracin: Method = {
  name: "tracin",
  of: "gradients",
  scores: Effect.fnUntraced(function* (of, { model, passed, promptWeight }) {
    const scores = new Float64Array(of.targets.length * of.parts)
    for (const { parameters, rate } of passed) {
      yield* model.write("parameters", parameters)
      const here = yield* alongDirections(model, of, yield* targetGradients(model, of.targets), promptWeight)
      here.forEach((score, i) => (scores[i]! += rate * score))
    }
    return scores
  })
}
