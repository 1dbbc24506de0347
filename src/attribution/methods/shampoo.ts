/**
 * Influence with structured curvature: gradient dot in which every matrix of the target's gradient is divided by a Kronecker
 * product's root (as Grosse et al. 2023, EK-FAC, arXiv 2308.03296, divide by K-FAC's product; this one is Shampoo's, which needs
 * gradients and no activations).
 *
 *   score(t, d) = sum over matrices of < L^-1/2 G(t) R^-1/2, G(d) >
 *
 * Divided by L (x) R whole it would be the influence at an optimum; AdamW, which the models are trained with, divides by a root
 * of the squares of gradients too.
 */

import * as Effect from "effect/Effect"

import { kroneckerFactors, preconditioned } from "../gradients/kronecker.ts"
import { alongDirections, targetGradients } from "../gradients/sums.ts"
import type { Method } from "./Method.ts"

export const shampoo: Method = {
  name: "shampoo",
  of: "gradients",
  scores: Effect.fnUntraced(function* (of, { model, passed, promptWeight }) {
    yield* model.write("parameters", passed.at(-1)!.parameters)
    const sides = yield* kroneckerFactors(model, of.documents, promptWeight)
    const directions = (yield* targetGradients(model, of.targets)).map((gradient) =>
      preconditioned(model, sides, gradient, Math.sqrt)
    )
    return yield* alongDirections(model, of, directions, promptWeight)
  })
}
