/**
 * TRAK (Park et al. 2023, arXiv 2303.14186, equation 13): influence in the linear model that the projected gradients of a trained
 * one are the features of. One model, one projection.
 *
 *   score(t, d) = phi(t)^T (Phi^T Phi + lambda)^-1 phi(d)        phi: projection of the gradient, Phi: those of all documents
 *
 * Their output function is log(p / (1 - p)), p the probability of a whole text. That of a text of many tokens is as good as 0,
 * which makes it log p and their factor 1 - p one.
 */

import * as Effect from "effect/Effect"

import { cholesky, solveWith } from "../gradients/cholesky.ts"
import { outerProducts, sketchesOf } from "../gradients/sketches.ts"
import type { Method } from "./Method.ts"

/** Numbers of a projection: with fewer documents than that, the inverse fits each of them. */
const NUMBERS = 1024
/** Lambda, in means of the diagonal of Phi^T Phi. */
const RIDGE = 0.01
const SEED = 0

export const trak: Method = {
  name: "trak",
  of: "gradients",
  scores: Effect.fnUntraced(function* ({ targets, documents, partOf, parts }, { model, passed, promptWeight }) {
    yield* model.write("parameters", passed.at(-1)!.parameters)
    const k = NUMBERS
    const sketches = yield* sketchesOf(model, documents, { seed: SEED, k, promptWeight })
    const asked = yield* sketchesOf(model, targets, { seed: SEED, k, promptWeight: 0 })
    const kernel = outerProducts(sketches, k)
    let trace = 0
    for (let i = 0; i < k; i++) trace += kernel[i * k + i]!
    for (let i = 0; i < k; i++) kernel[i * k + i]! += (RIDGE * trace) / k
    const factor = cholesky(kernel, k)
    const scores = new Float64Array(targets.length * parts)
    for (const t of targets.keys()) {
      const features = solveWith(factor, asked.subarray(t * k, (t + 1) * k))
      for (const [d, part] of partOf.entries()) {
        let sum = 0
        for (let i = 0; i < k; i++) sum += features[i]! * sketches[d * k + i]!
        scores[t * parts + part]! += sum
      }
    }
    return scores
  })
}
