/** Linear equations of a symmetric positive definite matrix, by Cholesky's decomposition A = L L^T. */

import { AttributionInputError } from "../AttributionInputError.ts"

/**
 * The lower factor of a matrix `[n, n]`, row-major, of which the lower half is read. Throws `AttributionInputError` where it is
 * not positive definite.
 */
export const cholesky = (matrix: Float64Array, n: number): Float64Array => {
  const factor = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!
      if (i === j && !(sum > 0)) throw new AttributionInputError({ field: "matrix", detail: "it is not positive definite" })
      factor[i * n + j] = i === j ? Math.sqrt(sum) : sum / factor[j * n + j]!
    }
  return factor
}

/** x of A x = b, from the factor of A. */
export const solveWith = (factor: Float64Array, b: ArrayLike<number>): Float64Array => {
  const n = b.length
  const x = Float64Array.from(b)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * n + k]! * x[k]!
    x[i]! /= factor[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[k * n + i]! * x[k]!
    x[i]! /= factor[i * n + i]!
  }
  return x
}
