/**
 * The random projection of `projectedGradients`, as formulas: native/model/sketch.c computes it without the gradient.
 *
 * The gradient of a matrix W [out, in] is compressed on both sides (LoGra; Choe et al. 2024), and what comes of all matrices is
 * summed:
 *
 *   sketch = sum_W A_W^T G_W B_W / sqrt(k)        A_W [out, rows], B_W [in, columns], k = rows columns
 *
 * A_W and B_W hold independent signs. Sign j of index i of a side (0: A, 1: B) of tensor n of `parameterTable` is bit j mod 32
 * of word j / 32 mod 4 of the Philox block with key (seed, 0x736b6574) and counter (i, j / 128, n, side); set is +1. So it
 * depends on nothing else. Tensors with one input share the B of the first of them: q, k and v, and gate and up.
 *
 * Over the seeds E <sketch g, sketch h> = <g, h>. The variance, in units of <g, g> <h, h>, is at most
 *
 *   (1 + 2 / rows) (1 + 2 / columns) - 1        about 2 / rows + 2 / columns
 *
 * reached where one matrix has all of the gradient and that has rank one. Where M matrices have equal norms it is that over M,
 * and 2 / k for the pairs of different matrices.
 */

import { parameterTable, type ModelSpec } from "../model/ModelSpec.ts"
import { philox } from "../random/philox.ts"

/** How many numbers a sketch may have: a power of two between these. */
export const SKETCH_NUMBERS = { min: 256, max: 65_536 }

/** The k numbers of a sketch as a matrix, square or twice as wide as high. */
export const sketchShape = (k: number): { readonly rows: number; readonly columns: number } => {
  const columns = 2 ** Math.ceil(Math.log2(k) / 2)
  return { rows: k / columns, columns }
}

const KEY = 0x736b6574

/** Signs of one side of a tensor, `[indices, count]`. */
const signsOf = (seed: number, tensor: number, side: 0 | 1, indices: number, count: number): Float64Array => {
  const signs = new Float64Array(indices * count)
  const words = new Uint32Array(4)
  for (let index = 0; index < indices; index++)
    for (let j = 0; j < count; j++) {
      if (j % 128 === 0) philox(index, j / 128, tensor, side, seed, KEY, words)
      signs[index * count + j] = (words[(j >> 5) & 3]! >>> (j & 31)) & 1 ? 1 : -1
    }
  return signs
}

/** The tensor whose input a tensor shares. */
const inputOf = (name: string): string => name.replace(/\.[kv]_proj\./, ".q_proj.").replace(".up_proj.", ".gate_proj.")

/** The sketch of a flat gradient, whose value head does not count: `[k]`. Computed in float64. */
export const sketchOf = (spec: ModelSpec, gradient: Float32Array, seed: number, k: number): Float64Array => {
  const { columns, rows } = sketchShape(k)
  const sketch = new Float64Array(k)
  const table = parameterTable(spec)
  for (const [index, { name, offset, shape }] of table.entries()) {
    if (name.startsWith("value_head.")) continue
    const [outputs, inputs] = shape as [number, number]
    const a = signsOf(seed, index, 0, outputs, rows)
    const input = table.findIndex((other) => other.name === inputOf(name))
    const b = signsOf(seed, input, 1, inputs, columns)
    const compressed = new Float64Array(columns)
    for (let output = 0; output < outputs; output++) {
      compressed.fill(0)
      for (let i = 0; i < inputs; i++) {
        const g = gradient[offset + output * inputs + i]!
        for (let j = 0; j < columns; j++) compressed[j]! += g * b[i * columns + j]!
      }
      for (let row = 0; row < rows; row++) {
        const sign = a[output * rows + row]!
        for (let j = 0; j < columns; j++) sketch[row * columns + j]! += sign * compressed[j]!
      }
    }
  }
  return sketch.map((x) => x / Math.sqrt(k))
}
