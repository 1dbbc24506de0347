/**
 * TracIn for AdamW: the direction in which an update on a document moves the parameters is not its gradient but that divided by
 * the root of the second moments (Xia et al. 2024, LESS, arXiv 2402.04333, section 3.1; here the division is on the target's
 * side, which is the same inner product, and the moments are those of the training).
 *
 *   score(t, d) = sum_i rate_i < g_i(t) / (sqrt(v_i) + epsilon), g_i(d) >
 *
 * First moments only spread an update over the following ones and are left out.
 */

import * as Effect from "effect/Effect"

import { adamW } from "../../engine/Engine.ts"
import { momentsOf } from "../gradients/one-more-update.ts"
import { alongDirections, targetGradients } from "../gradients/sums.ts"
import type { Method } from "./Method.ts"

export const adamTracin: Method = {
  name: "adam-tracin",
  of: "moments",
  scores: Effect.fnUntraced(function* (of, { model, passed, promptWeight }) {
    const scores = new Float64Array(of.targets.length * of.parts)
    for (const place of passed) {
      const moments = yield* momentsOf(place)
      yield* model.write("parameters", place.parameters)
      const directions = (yield* targetGradients(model, of.targets)).map((gradient) =>
        gradient.map((g, i) => g / (Math.sqrt(moments[i]!) + adamW.epsilon))
      )
      const here = yield* alongDirections(model, of, directions, promptWeight)
      here.forEach((score, i) => (scores[i]! += place.rate * score))
    }
    return scores
  })
}
