/** A product on a simulated GPU, from arrays to an array, and what it must be. */

import type { Device } from "../../../src/engine/cuda/driver.ts"
import { product, productPlan, type ProductPlan, type ProductShape } from "../../../src/engine/cuda/kernels.ts"
import { download, fromBf16, numbers, toBf16, upload } from "./simulation.ts"

export interface Operands extends ProductShape {
  /** As they lie, in bf16. */
  readonly a: Uint16Array
  readonly b: Uint16Array
}

export const operandsOf = (shape: ProductShape, seed = 1): Operands => ({
  ...shape,
  a: toBf16(numbers(shape.m * shape.k, seed)),
  b: toBf16(numbers(shape.k * shape.n, seed + 1))
})

export interface ProductOptions {
  readonly kind?: "f32" | "bf16"
  /** What C holds before; the product is added to it. */
  readonly before?: Float32Array
  readonly plan?: ProductPlan
}

/** C, in f32 whatever it is kept in, and eight numbers behind it, which are 7 before. */
export const multiply = (
  device: Device,
  operands: Operands,
  { before, kind = "f32", plan = productPlan(operands) }: ProductOptions = {}
): Float32Array => {
  const { m, n } = operands
  const room = new Float32Array(m * n + 8).fill(7)
  if (before !== undefined) room.set(before)
  const counters = plan.counterBytes > 0 ? upload(device, new Uint32Array(plan.counterBytes / 4)) : null
  const memory = {
    a: upload(device, operands.a),
    b: upload(device, operands.b),
    c: upload(device, kind === "f32" ? room : toBf16(room)),
    partials: plan.partialBytes > 0 ? device.allocate(plan.partialBytes) : null
  }
  const result = kind === "f32" ? ({ kind, add: before !== undefined } as const) : ({ kind } as const)
  product(device, { ...operands, ...memory, counters, plan, result })
  const c = kind === "f32" ? download(device, memory.c, room) : fromBf16(download(device, memory.c, new Uint16Array(room.length)))
  if (counters !== null && download(device, counters, new Uint32Array(plan.counterBytes / 4)).some((count) => count !== 0))
    throw new Error("the counters are not 0 again")
  for (const held of [memory.a, memory.b, memory.c, memory.partials, counters]) if (held !== null) device.release(held)
  return c
}

/**
 * The same by its formula: products in the order of k, sixteen at a time, whose exact sum with what is there is rounded once;
 * parts of k as the plan has them, added in order. Of each element it is the sequence of roundings that device.cuh states.
 */
export const formula = ({ a, b, form, k, m, n }: Operands, { before, plan }: ProductOptions = {}): Float32Array => {
  const [left, right] = [fromBf16(a), fromBf16(b)]
  const depth = plan?.depth ?? k
  const part = (row: number, column: number, from: number, to: number): number => {
    let sum = 0
    for (let first = from; first < to; first += 16) {
      for (let at = first; at < Math.min(to, first + 16); at++)
        sum += left[form === "tn" ? at * m + row : row * k + at]! * right[form === "nt" ? column * k + at : at * n + column]!
      sum = Math.fround(sum)
    }
    return sum
  }
  const c = new Float32Array(m * n + 8).fill(7)
  for (let row = 0; row < m; row++)
    for (let column = 0; column < n; column++) {
      let sum = 0
      for (let from = 0; from < k; from += depth) sum = Math.fround(sum + part(row, column, from, Math.min(k, from + depth)))
      c[row * n + column] = before === undefined ? sum : before[row * n + column]! + sum
    }
  return c
}
