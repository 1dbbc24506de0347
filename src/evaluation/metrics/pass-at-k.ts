/**
 * pass@k: the probability that at least one of k completions, drawn without replacement from n of which c are correct, is
 * correct.
 *
 *   pass@k = 1 - C(n - c, k) / C(n, k)        1 when n - c < k       (Chen et al. 2021, arXiv 2107.03374)
 *
 * Unbiased for every k <= n, unlike 1 - (1 - c/n)^k, and exact for large n: the quotient is a product of min(c, k) factors,
 * summed as logarithms so that small probabilities keep their digits. "Any of n correct" is pass@n.
 */

import { expm1, log1p } from "../../elementary/elementary.ts"
import { EvaluationInputError, requireInteger, requireSome } from "../EvaluationInputError.ts"

/** pass@k of one problem from `n` samples with `c` correct. */
export const passAtK = (n: number, c: number, k: number): number => {
  requireInteger("n", n, 1)
  requireInteger("c", c, 0, n)
  requireInteger("k", k, 1, n)
  if (c === 0) return 0
  if (n - c < k) return 1
  // C(n-c, k) / C(n, k) is symmetric in c and k: prod_{i < min(c, k)} (1 - max(c, k) / (n - i))
  const few = Math.min(c, k)
  const many = Math.max(c, k)
  let logNone = 0
  for (let i = 0; i < few; i++) logNone += log1p(-many / (n - i))
  return -expm1(logNone)
}

/** pass@k of each problem, `[problems]`: what a bootstrap over problems resamples. */
export const passAtKByProblem = (samples: ArrayLike<number>, correct: ArrayLike<number>, k: number): Float64Array => {
  requireSome("samples", samples)
  if (samples.length !== correct.length) {
    throw new EvaluationInputError({ field: "correct", detail: `${correct.length} problems, but ${samples.length} in samples` })
  }
  return Float64Array.from({ length: samples.length }, (_, i) => passAtK(samples[i]!, correct[i]!, k))
}

/** Powers of two up to n, and n: the k of pass@k and majority@k. */
export const ksUpTo = (n: number): Array<number> => [...new Set([...[1, 2, 4, 8, 16, 32, 64, 128, 256].filter((k) => k <= n), n])]
