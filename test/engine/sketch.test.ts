/** The random projection by itself: what it preserves, and how well. */

import { describe, expect, it } from "vitest"

import { sketchOf, sketchShape } from "../../src/engine/sketch.ts"
import { parameterCount, type ModelSpec } from "../../src/model/ModelSpec.ts"
import { draws } from "../../src/random/philox.ts"

const spec: ModelSpec = {
  vocabularySize: 12,
  width: 8,
  layers: 1,
  heads: 2,
  hidden: 12,
  context: 16,
  tied: false,
  valueHead: true
}
const SEEDS = 400
const K = 256

const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!
  return sum
}

/** A vector that is 0 at the value head, of which a document's gradient has nothing. */
const vectorOf = (name: string): Float32Array => {
  const random = draws(1, name)
  const size = parameterCount(spec)
  return Float32Array.from({ length: size }, (_, i) => (i < size - spec.width - 1 ? random.uniform() - 0.3 : 0))
}

describe("the projection of gradients", () => {
  it("keeps inner products in expectation over the seeds, within the variance that is stated", () => {
    const [g, h] = [vectorOf("g"), vectorOf("h")]
    const pairs = [
      [g, g],
      [g, h]
    ] as const
    for (const [x, y] of pairs) {
      const truth = dot(x, y)
      const size = Math.sqrt(dot(x, x) * dot(y, y))
      const estimates = Array.from({ length: SEEDS }, (_, seed) => dot(sketchOf(spec, x, seed, K), sketchOf(spec, y, seed, K)))
      const mean = estimates.reduce((a, b) => a + b, 0) / SEEDS
      const deviation = Math.sqrt(estimates.reduce((sum, e) => sum + (e - mean) ** 2, 0) / (SEEDS - 1))
      expect(Math.abs(mean - truth)).toBeLessThan((4 * deviation) / Math.sqrt(SEEDS))
      expect(deviation / size).toBeLessThan(Math.sqrt((1 + 2 / 16) ** 2 - 1))
      expect(deviation).toBeGreaterThan(0)
    }
  })

  it("is linear, and tells tensors, rows and columns apart", () => {
    const size = parameterCount(spec)
    const unit = (i: number) => Float32Array.from({ length: size }, (_, j) => (i === j ? 1 : 0))
    const sketches = [0, 1, spec.width, 12 * 8, 12 * 8 + 8 * 8].map((i) => sketchOf(spec, unit(i), 3, K))
    for (const sketch of sketches) expect(dot(sketch, sketch)).toBeCloseTo(1)
    expect(new Set(sketches.map((sketch) => sketch.join())).size).toBe(sketches.length)
    const both = sketchOf(
      spec,
      unit(0).map((x, i) => x + (i === 1 ? 2 : 0)),
      3,
      K
    )
    both.forEach((x, j) => expect(x).toBeCloseTo(sketches[0]![j]! + 2 * sketches[1]![j]!))
  })

  it.each([
    [256, 16, 16],
    [512, 16, 32],
    [1024, 32, 32],
    [65_536, 256, 256]
  ])("of %i numbers is a matrix of %i by %i", (k, rows, columns) => {
    expect(sketchShape(k)).toEqual({ rows, columns })
  })
})
