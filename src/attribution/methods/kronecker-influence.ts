/**
 * Influence with the curvature of every matrix as one Kronecker product (as Grosse et al. 2023, arXiv 2308.03296, with EK-FAC's;
 * these factors are Shampoo's, which need gradients and no activations: `../gradients/kronecker.ts`).
 *
 *   score(t, d) = sum over matrices of < L^-1 G(t) R^-1, G(d) >
 *
 * What many documents pull at counts little, and so what is peculiar to a target counts more. Divided by roots (L^-1/4 as in the
 * optimizer, or L^-1/2) it predicts retraining less well.
 */

import * as Effect from "effect/Effect"

import { kroneckerFactors, preconditioned } from "../gradients/kronecker.ts"
import { alongDirections, targetGradients } from "../gradients/sums.ts"
import type { Method } from "./Method.ts"

export const kroneckerInfluence: Method = {
  name: "kronecker-influence",
  of: "gradients",
  scores: Effect.fnUntraced(function* (of, { model, passed, promptWeight }) {
    yield* model.write("parameters", passed.at(-1)!.parameters)
    const sides = yield* kroneckerFactors(model, of.documents, promptWeight)
    const directions = (yield* targetGradients(model, of.targets)).map((gradient) => preconditioned(model, sides, gradient))
    return yield* alongDirections(model, of, directions, promptWeight)
  })
}
