/**
 * The curvature of a model as one Kronecker product a matrix, from gradients alone, as Shampoo has it (Gupta et al. 2018, arXiv
 * 1802.09568; that L (x) R over its trace is next to the best such product: Morwani et al. 2024, arXiv 2406.17748).
 *
 *   L = mean G G^T,  R = mean G^T G        G [out, in]: gradient of a document with respect to a matrix
 */

import * as Effect from "effect/Effect"

import type { Model } from "../../engine/Engine.ts"
import { type ParameterShape, parameterTable } from "../../model/ModelSpec.ts"
import type { Tokens } from "./batches.ts"
import { type Eigen, symmetricEigen } from "./eigen.ts"
import { gradientOf } from "./sums.ts"

/** The sides of a matrix in the directions of their eigenvectors. */
interface Side {
  readonly left: Eigen
  readonly right: Eigen
}

/** Documents whose gradients are looked at: each has a rank of its length, so that some hundred fill the matrices. */
const SAMPLE = 256

/** The factors of every matrix over documents evenly spaced in the corpus, at the model's parameters. */
export const kroneckerFactors = Effect.fnUntraced(function* (
  model: Model,
  documents: ReadonlyArray<Tokens>,
  promptWeight: number
) {
  const table = parameterTable(model.spec)
  const sums = table.map(({ shape: [rows = 1, columns = 1] }) => ({
    left: new Float64Array(rows * rows),
    right: new Float64Array(columns * columns)
  }))
  const count = Math.min(SAMPLE, documents.length)
  for (let i = 0; i < count; i++) {
    const gradient = yield* gradientOf(model, documents, [Math.floor((i * documents.length) / count)], promptWeight)
    for (const [m, place] of table.entries()) addProducts(gradient, place, sums[m]!.left, sums[m]!.right, count)
  }
  return sums.map(({ left, right }, m): Side => {
    const [rows = 1, columns = 1] = table[m]!.shape
    return { left: symmetricEigen(left, rows), right: symmetricEigen(right, columns) }
  })
})

/** Adds G G^T / count to `left` and G^T G / count to `right`. */
const addProducts = (
  gradient: Float32Array,
  { shape: [rows = 1, columns = 1], offset }: ParameterShape,
  left: Float64Array,
  right: Float64Array,
  count: number
): void => {
  for (let i = 0; i < rows; i++) {
    const own = offset + i * columns
    for (let j = 0; j <= i; j++) {
      const other = offset + j * columns
      let sum = 0
      for (let c = 0; c < columns; c++) sum += gradient[own + c]! * gradient[other + c]!
      left[i * rows + j]! += sum / count
      if (i !== j) left[j * rows + i]! += sum / count
    }
    for (let c = 0; c < columns; c++) {
      const factor = gradient[own + c]! / count
      if (factor !== 0) for (let d = 0; d < columns; d++) right[c * columns + d]! += factor * gradient[own + d]!
    }
  }
}

/** What is added to the eigenvalues of a side, in their means: below that the sample says little. */
const DAMPING = 0.01

/** L^-1 G R^-1 of every matrix G of a flat gradient, eigenvalues damped. */
export const preconditioned = (model: Model, sides: ReadonlyArray<Side>, gradient: Float32Array): Float32Array => {
  const result = new Float32Array(gradient.length)
  for (const [
    m,
    {
      shape: [rows = 1, columns = 1],
      offset
    }
  ] of parameterTable(model.spec).entries()) {
    const { left, right } = sides[m]!
    const [byLeft, byRight] = [divisors(left.values), divisors(right.values)]
    // Into the directions of the eigenvectors, V_L G V_R^T, divided there, and back.
    const own = times(left.vectors, gradient.subarray(offset, offset + rows * columns), rows, rows, columns)
    const turned = times(own, transposed(right.vectors, columns), rows, columns, columns)
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[i * columns + j]! /= byLeft[i]! * byRight[j]!
    const back = times(transposed(left.vectors, rows), turned, rows, rows, columns)
    result.set(times(back, right.vectors, rows, columns, columns), offset)
  }
  return result
}

/** Damped eigenvalues; those of a matrix that no document pulls at are infinite, so that it does not count. */
const divisors = (values: Float64Array): Float64Array => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.map((value) => (mean > 0 ? Math.max(value, 0) + DAMPING * mean : Number.POSITIVE_INFINITY))
}

/** A [n, k] B [k, m]. */
const times = (a: ArrayLike<number>, b: ArrayLike<number>, n: number, k: number, m: number): Float64Array => {
  const product = new Float64Array(n * m)
  for (let i = 0; i < n; i++)
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l]!
      for (let j = 0; j < m; j++) product[i * m + j]! += factor * b[l * m + j]!
    }
  return product
}

const transposed = (a: Float64Array, n: number): Float64Array => {
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) result[j * n + i] = a[i * n + j]!
  return result
}
