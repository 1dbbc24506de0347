/** Products on a simulated GPU: against their formula to the bit, and against the native engine's. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import koffi from "koffi"
import { afterAll, describe, expect, it } from "vitest"

import { machineIsas } from "../../../src/engine/cpu.ts"
import { planOfDepth, productPlan, type ProductShape, UnfitShape } from "../../../src/engine/cuda/kernels.ts"
import { compileKernels } from "../native/kernel-library.ts"
import { formula, multiply, type Operands, operandsOf } from "./products.ts"
import { fromBf16, numbers, ORDERS, PATIENCE, simulate, simulated, toBf16 } from "./simulation.ts"

const directory = mkdtempSync(join(tmpdir(), "engine-cuda-native-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const gpu = simulated ? simulate() : (undefined as never)

/** One tile and several, with edges everywhere; fewer steps than the ring has places, and more. */
const shapes: ReadonlyArray<ProductShape> = (["nt", "nn", "tn"] as const).flatMap((form) => [
  { form, m: 8, n: 8, k: 8 },
  { form, m: form === "tn" ? 136 : 133, n: 264, k: form === "tn" ? 75 : 72 },
  { form, m: 128, n: 128, k: form === "tn" ? 203 : 200 }
])
const nameOf = ({ form, k, m, n }: ProductShape) => `${form}, m ${m}, n ${n}, k ${k}`

describe("the plan of a product", () => {
  it("cuts k for gradients of weights alone, into whole steps, by the shape", () => {
    const sizes = { m: 768, n: 768, k: 32_768 }
    expect(productPlan({ form: "nt", ...sizes })).toEqual({
      tiles: [6, 6],
      splits: 1,
      depth: 32_768,
      partialBytes: 0,
      counterBytes: 0
    })
    expect(productPlan({ form: "tn", ...sizes })).toEqual({
      tiles: [6, 6],
      splits: 8,
      depth: 4096,
      partialBytes: 36 * 8 * 128 * 128 * 4,
      counterBytes: 36 * 4
    })
    expect(productPlan({ form: "tn", ...sizes, k: 1500 }).splits).toBe(1)
    expect(planOfDepth({ form: "tn", ...sizes, k: 100 }, 40)).toMatchObject({ splits: 2, depth: 64 })
  })

  it("has every k in exactly one part, whatever the size", () => {
    for (let k = 8; k < 70_000; k = Math.ceil(k * 1.3)) {
      const { depth, splits } = productPlan({ form: "tn", m: 128, n: 256, k })
      expect(depth % 32).toBe(0)
      expect((splits - 1) * depth).toBeLessThan(k)
      expect(splits * depth).toBeGreaterThanOrEqual(k)
    }
  })
})

describe.skipIf(!simulated)("products on a simulated GPU (skipped without a C++ compiler)", { timeout: PATIENCE }, () => {
  for (const shape of shapes)
    it(`${nameOf(shape)}: the formula's bits in every order of threads, and nothing behind C is written`, () => {
      const operands = operandsOf(shape)
      const expected = formula(operands)
      for (const order of shape.m > 130 ? [0] : ORDERS) {
        gpu.setOrder(order)
        expect(multiply(gpu.open(), operands)).toEqual(expected)
      }
    })

  it("are close to the native engine's in f32: forward, gradient of the input, gradient of the weights", () => {
    const [rows, out, width] = [141, 160, 96]
    const library = koffi.load(compileKernels(machineIsas()[0]!, directory, ["-O1"]))
    const linear = library.func(
      "void kernel_linear(int mode, size_t rows, size_t out, size_t in, const float *w, const float *x, const float *dy, " +
        "float *y, float *dx, float *dw)"
    )
    const [w, x, dy] = [toBf16(numbers(out * width, 12)), toBf16(numbers(rows * width, 13)), toBf16(numbers(rows * out, 14))]
    const [y, dx, dw] = [new Float32Array(rows * out), new Float32Array(rows * width), new Float32Array(out * width)]
    linear(0, rows, out, width, fromBf16(w), fromBf16(x), fromBf16(dy), y, dx, dw)
    const cases: ReadonlyArray<readonly [Operands, Float32Array]> = [
      [{ form: "nt", m: rows, n: out, k: width, a: x, b: w }, y],
      [{ form: "nn", m: rows, n: width, k: out, a: dy, b: w }, dx],
      [{ form: "tn", m: out, n: width, k: rows, a: dy, b: x }, dw]
    ]
    for (const [operands, expected] of cases) {
      const c = multiply(gpu.open(), operands)
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      const furthest = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - c[i]!)), 0)
      expect(furthest / largest, nameOf(operands)).toBeLessThan(2 ** -20)
    }
  })

  it("parts of k are added in their order, whichever block comes last", () => {
    const operands = operandsOf({ form: "tn", m: 136, n: 128, k: 203 })
    const plan = planOfDepth(operands, 64)
    expect(plan.splits).toBe(4)
    const expected = formula(operands, { plan })
    expect(expected).not.toEqual(formula(operands))
    for (const order of ORDERS) {
      gpu.setOrder(order)
      expect(multiply(gpu.open(), operands, { plan })).toEqual(expected)
    }
  })

  it("are added to what is there where that is asked for, and rounded for activations", () => {
    const operands = operandsOf({ form: "nn", m: 20, n: 48, k: 64 })
    const before = numbers(20 * 48, 9)
    expect(multiply(gpu.open(), operands, { before })).toEqual(formula(operands, { before }))
    expect(multiply(gpu.open(), operands, { kind: "bf16" })).toEqual(fromBf16(toBf16(formula(operands))))
  })

  it("a row is the same bits wherever it stands and whatever is beside it", () => {
    const [m, n, k] = [200, 64, 72]
    for (const form of ["nt", "nn"] as const) {
      const operands = operandsOf({ form, m, n, k })
      const whole = multiply(gpu.open(), operands)
      for (const [from, to] of [
        [0, 1],
        [77, 140],
        [131, 200]
      ] as const) {
        const some = multiply(gpu.open(), { ...operands, m: to - from, a: operands.a.slice(from * k, to * k) })
        expect(some.slice(0, (to - from) * n)).toEqual(whole.slice(from * n, to * n))
      }
    }
  })

  it("sizes that copies of 16 bytes cannot take are refused by name", () => {
    const refused = (shape: ProductShape, kind: "f32" | "bf16" = "f32") => {
      try {
        multiply(gpu.open(), operandsOf(shape), { kind })
      } catch (error) {
        return error instanceof UnfitShape ? error.message : error
      }
      return "not refused"
    }
    expect(refused({ form: "nt", m: 8, n: 8, k: 12 })).toBe(
      "a product of m 8, n 8 and k 12 in form nt: k must be a multiple of 8"
    )
    expect(refused({ form: "tn", m: 12, n: 8, k: 9 })).toBe(
      "a product of m 12, n 8 and k 9 in form tn: m must be a multiple of 8"
    )
    expect(refused({ form: "nn", m: 8, n: 4, k: 8 })).toBe("a product of m 8, n 4 and k 8 in form nn: n must be a multiple of 8")
    expect(refused({ form: "tn", m: 8, n: 8, k: 8 }, "bf16")).toBe("gradients of weights are summed in f32, not in bf16")
  })
})
