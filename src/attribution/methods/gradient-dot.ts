/**
 * Gradient dot: what one step of gradient descent on a document would do to a target, at the end of training (Charpiat et al.
 * 2019, Input Similarity from the Neural Network Perspective; TracIn with its last checkpoint alone).
 *
 *   score(t, d) = < g(t), g(d) >        g: gradient of the log-probability
 *
 * log p(t) grows by rate * score to first order. A document against itself: the squared norm.
 */

import * as Effect from "effect/Effect"

import { alongDirections, targetGradients } from "../gradients/sums.ts"
import type { Method } from "./Method.ts"

export const gradientDot: Method = {
  name: "gradient-dot",
  of: "gradients",
  scores: Effect.fnUntraced(function* (of, { model, passed, promptWeight }) {
    yield* model.write("parameters", passed.at(-1)!.parameters)
    return yield* alongDirections(model, of, yield* targetGradients(model, of.targets), promptWeight)
  })
}
