/**
 * The kernels as calls: which one, over which grid, with which parameters. What a kernel computes stands at its head, in
 * kernels/*.cu; the constants here are those there.
 */

import * as Schema from "effect/Schema"

import type { Device, DeviceMemory } from "./driver.ts"

/** How activations are kept. */
export type Activation = "f32" | "bf16"

/** Operands of a size that a kernel cannot take. */
export class UnfitShape extends Schema.TaggedError<UnfitShape>()("UnfitShape", { problem: Schema.String }) {
  override get message() {
    return this.problem
  }
}

const LAYERNORM = { threads: 128, rows: 8 } as const

interface Rows {
  readonly rows: number
  readonly width: number
  /** Numbers from one row to the next. */
  readonly stride: number
}

const overRows = ({ rows, stride, width }: Rows, kernel: string, memories: ReadonlyArray<DeviceMemory>) => {
  if (rows < 1 || width < 1 || stride < width)
    throw new UnfitShape({ problem: `layernorm of ${rows} rows of ${width} numbers, ${stride} apart: there is nothing to do` })
  return {
    kernel,
    grid: [Math.ceil(rows / LAYERNORM.rows), 1, 1],
    threads: LAYERNORM.threads,
    sharedBytes: 0,
    parameters: [...memories, rows, width, stride]
  } as const
}

/** y = (x - mean) rstd for each row: x in f32, y as `activation` says, rstd one f32 a row. */
export const layernormForward = (
  device: Device,
  activation: Activation,
  { rstd, x, y, ...rows }: Rows & Readonly<Record<"x" | "y" | "rstd", DeviceMemory>>
): void => device.launch(overRows(rows, `layernorm_forward_${activation}`, [x, y, rstd]))

/** dx += rstd (dy - mean(dy) - y mean(dy y)): y and dy as `activation` says, dx in f32. */
export const layernormBackward = (
  device: Device,
  activation: Activation,
  { dx, dy, rstd, y, ...rows }: Rows & Readonly<Record<"y" | "rstd" | "dy" | "dx", DeviceMemory>>
): void => device.launch(overRows(rows, `layernorm_backward_${activation}`, [y, rstd, dy, dx]))

/** C[m, n] of A[m, k] B[n, k]^T (nt), A[m, k] B[k, n] (nn) or A[k, m]^T B[k, n] (tn). */
export type Form = "nt" | "nn" | "tn"

export interface ProductShape {
  readonly form: Form
  readonly m: number
  readonly n: number
  readonly k: number
}

const PRODUCT = { threads: 256, tile: 128, step: 32, sharedBytes: 4 * 2 * 128 * 40 * 2 } as const

/** How a product is cut into blocks. */
export interface ProductPlan {
  /** Tiles of C along n and m. */
  readonly tiles: readonly [n: number, m: number]
  /** Parts that k is cut into, and how much of k each has. */
  readonly splits: number
  readonly depth: number
  /** Bytes of partial sums, and of their counters, which are 0 before and after; both 0 where k is not cut. */
  readonly partialBytes: number
  readonly counterBytes: number
}

/** Blocks that keep the largest card busy, and the least of k that is worth a block of its own. */
const [ENOUGH_BLOCKS, LEAST_DEPTH] = [256, 1024]

/**
 * The plan of a product, from its shape alone: no card and no batch beside it changes the order of a sum. Only gradients of
 * weights are cut along k. In the others a row of C must not depend on how many there are.
 */
export const productPlan = ({ form, k, m, n }: ProductShape): ProductPlan => {
  const tiles = [Math.ceil(n / PRODUCT.tile), Math.ceil(m / PRODUCT.tile)] as const
  const blocks = tiles[0] * tiles[1]
  const wanted = form === "tn" ? Math.min(Math.ceil(ENOUGH_BLOCKS / blocks), Math.floor(k / LEAST_DEPTH)) : 1
  return planOfDepth({ form, k, m, n }, Math.ceil(k / Math.max(1, wanted)))
}

/** The plan in which each part has so much of k, rounded up to whole steps. */
export const planOfDepth = ({ k, m, n }: ProductShape, least: number): ProductPlan => {
  const depth = Math.ceil(least / PRODUCT.step) * PRODUCT.step
  const tiles = [Math.ceil(n / PRODUCT.tile), Math.ceil(m / PRODUCT.tile)] as const
  const splits = Math.ceil(k / depth)
  const blocks = splits > 1 ? tiles[0] * tiles[1] : 0
  return { tiles, splits, depth, partialBytes: blocks * splits * PRODUCT.tile ** 2 * 4, counterBytes: blocks * 4 }
}

const productProblem = ({ form, k, m, n }: ProductShape): string | undefined => {
  const sizes = `a product of m ${m}, n ${n} and k ${k}`
  if (Math.min(m, n, k) < 1) return `${sizes} has nothing to multiply`
  const inEights = { n, ...(form === "tn" ? { m } : { k }) }
  const odd = Object.entries(inEights).find(([, size]) => size % 8 !== 0)
  return odd === undefined ? undefined : `${sizes} in form ${form}: ${odd[0]} must be a multiple of 8`
}

export interface Product extends ProductShape {
  readonly a: DeviceMemory
  readonly b: DeviceMemory
  readonly c: DeviceMemory
  /** What C holds; only f32 can be added to. The kernel for gradients of weights has no other. */
  readonly result: { readonly kind: "f32"; readonly add: boolean } | { readonly kind: "bf16" }
  readonly plan: ProductPlan
  /** As the plan says; counters of 0. */
  readonly partials: DeviceMemory | null
  readonly counters: DeviceMemory | null
}

/** C = A B, or C += A B: A and B in bf16, sums in f32. Throws UnfitShape. */
export const product = (device: Device, { a, b, c, counters, partials, plan, result, ...shape }: Product): void => {
  const problem =
    productProblem(shape) ??
    (result.kind === "bf16" && shape.form === "tn" ? "gradients of weights are summed in f32, not in bf16" : undefined)
  if (problem !== undefined) throw new UnfitShape({ problem })
  const operands = [a, b, c, shape.m, shape.n, shape.k]
  const add = result.kind === "f32" && result.add ? 1 : 0
  device.launch({
    kernel: `product_${shape.form}_${result.kind}`,
    grid: [...plan.tiles, plan.splits],
    threads: PRODUCT.threads,
    sharedBytes: PRODUCT.sharedBytes,
    parameters: [...operands, add, plan.depth, partials, counters]
  })
}
