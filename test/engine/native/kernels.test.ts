/**
 * Each kernel of src/engine/native/kernels alone, against its formula in float64. One `describe` per kernel, named as its file,
 * so that after a change of one this is the answer:
 *
 *     npx vitest run test/engine/native/kernels.test.ts -t layernorm
 *
 * Gradients are held against central differences of the forward formula, so no derivative is written down twice.
 */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import koffi from "koffi"
import { afterAll, describe, expect, it } from "vitest"

import { type Isa, machineIsas } from "../../../src/engine/cpu.ts"
import { encode, type Values } from "../../../src/engine/requests.ts"
import { sampleToken } from "../../../src/engine/tfjs/sample.ts"
import { readJson } from "../fixtures.ts"
import { compileKernels } from "./kernel-library.ts"

const directory = mkdtempSync(join(tmpdir(), "engine-kernels-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const prototypes = {
  supports: "int kernel_supports(int mode)",
  exponential: "void kernel_exponential(float *x, size_t n)",
  softmax: "float kernel_softmax(float *scores, size_t columns)",
  gemm:
    "void kernel_gemm(size_t m, size_t n, size_t k, const float *a, int transposed, const float *b, int " +
    "pack, float *c, int accumulate)",
  linear:
    "void kernel_linear(int mode, size_t rows, size_t out, size_t in, const float *w, const float *x, " +
    "const float *dy, float *y, float *dx, float *dw)",
  attention:
    "void kernel_attention(int mode, size_t heads, size_t head_width, size_t d, size_t length, const " +
    "float *qkv, const float *dy, float *y, float *dqkv)",
  head:
    "void kernel_head(float *row, size_t vocabulary, size_t padded, int target, float " +
    "inverse_temperature, float d_log_prob, float d_entropy, float *score)",
  loss: "void kernel_loss(const void *loss, size_t position, double log_prob, double entropy, double value, double *result)",
  sample:
    "int kernel_sample(const float *logits, size_t vocabulary, size_t padded, const void *sampling, double u, float *log_prob)",
  layernormForward: "void layernorm_forward(const float *x, float *y, float *rstd, size_t rows, size_t width, size_t stride)",
  layernormBackward:
    "void layernorm_backward(const float *y, const float *rstd, const float *dy, float *dx, size_t rows, " +
    "size_t width, size_t stride)",
  ropeTable: "void rope_table(float *cosines, float *sines, size_t context, size_t head_width)",
  ropeRotate:
    "void rope_rotate(float *x, size_t rows, size_t stride, const int32_t *positions, size_t heads, " +
    "size_t head_width, const float *cosines, const float *sines, float sign, float scale)",
  swigluForward:
    "void swiglu_forward(const float *gate_up, size_t gate_up_stride, float *y, size_t stride, size_t " +
    "rows, size_t hidden, size_t span)",
  swigluBackward:
    "void swiglu_backward(const float *gate_up, float *dgate_up, size_t gate_up_stride, float *dy, " +
    "size_t stride, size_t rows, size_t hidden, size_t span)",
  adamw:
    "void adamw(const void *options, float clip, size_t count, const float *gradient, float *parameters, " +
    "float *first, float *second)",
  philox: "void philox(const uint32_t *counter, const uint32_t *key, uint32_t *out)",
  philoxUniform: "double philox_uniform(uint32_t word)"
} as const
type Kernels = Readonly<Record<keyof typeof prototypes, (...args: ReadonlyArray<unknown>) => number>>

const loaded = new Map<Isa, Kernels>()
/** The kernels of an instruction set, compiled at the first use. */
const kernelsOf = (isa: Isa): Kernels => {
  const known = loaded.get(isa)
  if (known !== undefined) return known
  const library = koffi.load(compileKernels(isa, directory))
  const kernels = Object.fromEntries(
    Object.entries(prototypes).map(([name, prototype]) => [name, library.func(prototype)])
  ) as unknown as Kernels
  loaded.set(isa, kernels)
  return kernels
}

/** The best instruction set of this machine, the other one with a unit for bf16, and the code that every compiler makes. */
const isas = new Set<Isa>([machineIsas()[0]!, machineIsas().find((isa) => isa === "avx512bf16") ?? "portable", "portable"])

/** A test of a kernel on each instruction set. */
const test = (name: string, check: (kernels: Kernels) => void) => {
  for (const isa of isas) it(`${isa}: ${name}`, () => check(kernelsOf(isa)))
}

/** The same for the kernels whose arithmetic depends on the mode; `rounding` is that of their operands. */
const modes = [
  { mode: 0, name: "f32", rounding: 2 ** -22 },
  { mode: 1, name: "bf16x3", rounding: 2 ** -13 },
  { mode: 2, name: "bf16", rounding: 2 ** -6 }
]
const testModes = (name: string, check: (kernels: Kernels, mode: number, rounding: number) => void) => {
  for (const { mode, name: modeName, rounding } of modes)
    test(`${name}, ${modeName}`, (kernels) => {
      if (kernels.supports(mode) !== 0) check(kernels, mode, rounding)
    })
}

/** Reproducible numbers between -1 and 1. */
const numbers = (count: number, seed: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => scale * Math.sin(seed + 78.233 * i + (i * i) / 7))

type Vector = ArrayLike<number>

/** Holds each number within `tolerance` times the largest of all. */
const expectClose = (actual: Vector, expected: Vector, tolerance: number) => {
  expect(actual.length).toBe(expected.length)
  const largest = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  const errors = Array.from(actual, (x, i) => (Number.isNaN(x) ? Infinity : Math.abs(x - expected[i]!)))
  const worst = errors.reduce((at, error, i) => (error > errors[at]! ? i : at), 0)
  const found = `number ${worst} of ${actual.length} is ${actual[worst]} and should be ${expected[worst]}`
  expect(errors[worst], `${found}; its error, of numbers up to ${largest}`).toBeLessThanOrEqual(tolerance * largest)
}

/** d(sum_i dy_i f(x)_i)/dx by central differences in float64. */
const gradientOf = (f: (x: Float64Array) => Vector, x: Vector, dy: Vector): Float64Array => {
  const at = Float64Array.from(Array.from(x))
  const loss = () => Array.from(f(at)).reduce((sum, y, i) => sum + y * dy[i]!, 0)
  return at.map((value, i) => {
    const step = 1e-5
    at[i] = value + step
    const above = loss()
    at[i] = value - step
    const below = loss()
    at[i] = value
    return (above - below) / (2 * step)
  })
}

/** Rows of a dense matrix. */
const rowsOf = (x: Vector, width: number): Array<ReadonlyArray<number>> =>
  Array.from({ length: x.length / width }, (_, row) => Array.from({ length: width }, (_, i) => x[row * width + i]!))

const sumOf = (x: ReadonlyArray<number>): number => x.reduce((sum, value) => sum + value, 0)

const F32 = 2 ** -22

describe("vector", () => {
  test("e^x within two units in the last place, 0 far below", ({ exponential }) => {
    const x = Float32Array.from({ length: 4001 }, (_, i) => -85 + 0.0425 * i)
    const y = x.slice()
    exponential(y, y.length)
    y.forEach((value, i) => expect(Math.abs(value / Math.exp(x[i]!) - 1)).toBeLessThan(2 ** -22))
    const far = Float32Array.of(-88, -1e30, NaN)
    exponential(far, 3)
    expect([...far]).toEqual([0, 0, NaN])
  })
})

describe("layernorm", () => {
  const [rows, width, stride] = [5, 37, 48]
  const formula = (x: Vector): Float64Array =>
    Float64Array.from(
      rowsOf(x, stride).flatMap((row) => {
        const used = row.slice(0, width)
        const mean = sumOf(used) / width
        const rstd = 1 / Math.sqrt(sumOf(used.map((v) => (v - mean) ** 2)) / width + 1e-5)
        return row.map((v, i) => (i < width ? (v - mean) * rstd : 0))
      })
    )
  const padded = (seed: number) => numbers(rows * stride, seed, 3).map((v, i) => (i % stride < width ? v : 0))

  test("forward: rows of mean 0 and variance 1, padding left 0", ({ layernormForward }) => {
    const x = padded(1)
    const y = new Float32Array(x.length)
    layernormForward(x, y, new Float32Array(rows), rows, width, stride)
    expectClose(y, formula(x), 4 * F32)
  })

  test("backward: adds the gradient to what is there", ({ layernormBackward, layernormForward }) => {
    const x = padded(2)
    const dy = padded(3)
    const y = new Float32Array(x.length)
    const rstd = new Float32Array(rows)
    layernormForward(x, y, rstd, rows, width, stride)
    const dx = padded(4)
    const before = dx.slice()
    layernormBackward(y, rstd, dy, dx, rows, width, stride)
    const expected = gradientOf(formula, x, dy).map((g, i) => (i % stride < width ? g : 0) + before[i]!)
    expectClose(dx, expected, 4 * F32)
  })
})

describe("rope", () => {
  const [rows, heads, headWidth, context] = [6, 3, 10, 400]
  const width = heads * headWidth
  const positions = Int32Array.of(0, 1, 2, 57, 398, 399)
  const formula = (x: Vector, sign: number, scale: number): Float64Array => {
    const half = headWidth / 2
    const out = Float64Array.from(Array.from(x))
    for (let row = 0; row < rows; row++)
      for (let head = 0; head < heads; head++)
        for (let i = 0; i < half; i++) {
          const angle = sign * positions[row]! * 10_000 ** ((-2 * i) / headWidth)
          const low = row * width + head * headWidth + i
          const [a, b] = [scale * x[low]!, scale * x[low + half]!]
          out[low] = a * Math.cos(angle) - b * Math.sin(angle)
          out[low + half] = b * Math.cos(angle) + a * Math.sin(angle)
        }
    return out
  }
  for (const sign of [1, -1])
    test(sign > 0 ? "turns pairs by their position's angle" : "the gradient is turned back", ({ ropeRotate, ropeTable }) => {
      const cosines = new Float32Array((context * headWidth) / 2)
      const sines = cosines.slice()
      ropeTable(cosines, sines, context, headWidth)
      const x = numbers(rows * width, 5)
      const expected = formula(x, sign, 0.25)
      ropeRotate(x, rows, width, positions, heads, headWidth, cosines, sines, sign, 0.25)
      expectClose(x, expected, 2 * F32)
    })
})

describe("swiglu", () => {
  const [rows, hidden] = [3, 64]
  const [gateUpStride, stride] = [2 * hidden + 16, hidden + 16]
  const formula = (gateUp: Vector, span: number): Float64Array => {
    const y = new Float64Array(rows * stride)
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < hidden; i++) {
        const at = row * gateUpStride + 2 * (i - (i % span)) + (i % span)
        const gate = gateUp[at]!
        y[row * stride + i] = (gate / (1 + Math.exp(-gate))) * gateUp[at + span]!
      }
    return y
  }
  for (const span of [hidden, 32]) {
    test(`forward, gates and ups in runs of ${span}`, ({ swigluForward }) => {
      const gateUp = numbers(rows * gateUpStride, 6, 8)
      const y = new Float32Array(rows * stride)
      swigluForward(gateUp, gateUpStride, y, stride, rows, hidden, span)
      expectClose(y, formula(gateUp, span), 2 * F32)
    })

    test(`backward, gates and ups in runs of ${span}`, ({ swigluBackward }) => {
      const gateUp = numbers(rows * gateUpStride, 7, 8).map((v, i) => (i % gateUpStride < 2 * hidden ? v : 0))
      const dy = numbers(rows * stride, 8).map((v, i) => (i % stride < hidden ? v : 0))
      const y = dy.slice()
      const dGateUp = new Float32Array(gateUp.length)
      swigluBackward(gateUp, dGateUp, gateUpStride, y, stride, rows, hidden, span)
      expectClose(
        dGateUp,
        gradientOf((x) => formula(x, span), gateUp, dy),
        4 * F32
      )
      expectClose(y, formula(gateUp, span), 2 * F32)
    })
  }
})

/** c = a b, a [m, k], b [k, n], in float64. */
const product = (m: number, n: number, k: number, a: (i: number, k: number) => number, b: (k: number, j: number) => number) =>
  Float64Array.from({ length: m * n }, (_, at) => {
    let sum = 0
    for (let i = 0; i < k; i++) sum += a(Math.floor(at / n), i) * b(i, at % n)
    return sum
  })

describe("gemm", () => {
  /** Sizes off the register block, the depth of a visit and the stripe. */
  const [m, n, k] = [263, 80, 141]
  for (const transposed of [0, 1])
    for (const pack of [0, 1])
      test(`${transposed ? "columns" : "rows"} of A times B ${pack ? "packed" : "as it lies"}`, ({ gemm }) => {
        const a = numbers(m * k, 9)
        const b = numbers(k * n + 64, 10)
        const c = numbers(m * n, 11)
        const left = (i: number, l: number) => a[transposed ? l * m + i : i * k + l]!
        const right = (l: number, j: number) => b[pack ? j * k + l : l * n + j]!
        const expected = product(m, n, k, left, right)
        const sums = expected.map((value, i) => value + c[i]!)
        gemm(m, n, k, a, transposed, b, pack, c, 1)
        expectClose(c, sums, 16 * F32)
        gemm(m, n, k, a, transposed, b, pack, c, 0)
        expectClose(c, expected, 16 * F32)
      })
})

describe("linear", () => {
  const [rows, out, width] = [45, 96, 64]
  testModes("y = x W^T and both gradients", ({ linear }, mode, rounding) => {
    const [w, x, dy] = [numbers(out * width, 12), numbers(rows * width, 13), numbers(rows * out, 14)]
    const [y, dx, dw] = [new Float32Array(rows * out), new Float32Array(rows * width), new Float32Array(out * width)]
    linear(mode, rows, out, width, w, x, dy, y, dx, dw)
    expectClose(
      y,
      product(
        rows,
        out,
        width,
        (i, l) => x[i * width + l]!,
        (l, j) => w[j * width + l]!
      ),
      8 * rounding
    )
    expectClose(
      dx,
      product(
        rows,
        width,
        out,
        (i, l) => dy[i * out + l]!,
        (l, j) => w[l * width + j]!
      ),
      8 * rounding
    )
    expectClose(
      dw,
      product(
        out,
        width,
        rows,
        (i, l) => dy[l * out + i]!,
        (l, j) => x[l * width + j]!
      ),
      8 * rounding
    )
  })
})

describe("softmax", () => {
  test("probabilities and the log of their denominator", ({ softmax }) => {
    const scores = numbers(48, 15, 20)
    scores.fill(-1e30, 40) /* masked */
    const denominator = sumOf(Array.from(scores, (s) => Math.exp(s)))
    const expected = Array.from(scores, (s) => Math.exp(s) / denominator)
    const logSum = softmax(scores, scores.length)
    expectClose(scores, expected, 4 * F32)
    expect([...scores.subarray(40)]).toEqual(Array.from({ length: 8 }, () => 0))
    expect(Math.abs(logSum - Math.log(denominator))).toBeLessThan(20 * F32)
  })
})

describe("attention", () => {
  const causal = (heads: number, h: number, length: number, qkv: Vector): Float64Array => {
    const d = heads * h
    const at = (t: number, part: number, head: number, i: number) => qkv[t * 3 * d + part * d + head * h + i]!
    const y = new Float64Array(length * d)
    for (let head = 0; head < heads; head++)
      for (let t = 0; t < length; t++) {
        const weights = Array.from({ length: t + 1 }, (_, j) => {
          let score = 0
          for (let i = 0; i < h; i++) score += at(t, 0, head, i) * at(j, 1, head, i)
          return Math.exp(score)
        })
        const total = sumOf(weights)
        for (let i = 0; i < h; i++)
          y[t * d + head * h + i] = sumOf(weights.map((weight, j) => (weight / total) * at(j, 2, head, i)))
      }
    return y
  }
  for (const [headWidth, length] of [
    [6, 37],
    [16, 33]
  ] as const) {
    const heads = 2
    const d = heads * headWidth
    const [qkv, dy] = [numbers(length * 3 * d, 16), numbers(length * d, 17)]
    const formula = (x: Vector) => causal(heads, headWidth, length, x)
    let expected: { readonly y: Vector; readonly dqkv: Vector } | undefined /* of all modes and instruction sets */
    testModes(`heads of ${headWidth}, ${length} tokens: forward and backward`, ({ attention }, mode, rounding) => {
      const [y, dqkv] = [new Float32Array(length * d), new Float32Array(length * 3 * d)]
      attention(mode, heads, headWidth, d, length, qkv, dy, y, dqkv)
      expected ??= { y: formula(qkv), dqkv: gradientOf(formula, qkv, dy) }
      expectClose(y, expected.y, 8 * rounding)
      expectClose(dqkv, expected.dqkv, 8 * rounding)
    })
  }
})

describe("head", () => {
  const [vocabulary, padded, target, temperature] = [77, 96, 5, 0.8]
  const formula = (logits: Vector): [number, number] => {
    const z = Array.from(logits, (logit) => logit / temperature)
    const logSum = Math.log(sumOf(z.map((v) => Math.exp(v))))
    return [z[target]! - logSum, -sumOf(z.map((v) => Math.exp(v - logSum) * (v - logSum)))]
  }
  for (const dEntropy of [0, 0.4])
    test(`log p, entropy and the gradient of the logits, dL/dH = ${dEntropy}`, ({ head }) => {
      const logits = numbers(vocabulary, 18, 5)
      const row = new Float32Array(padded)
      row.set(logits)
      row.fill(NaN, vocabulary) /* padding holds anything */
      const score = new Float32Array(2)
      head(row, vocabulary, padded, target, 1 / temperature, -0.7, dEntropy, score)
      expectClose(score, formula(logits), 4 * F32)
      const gradient = gradientOf(formula, logits, [-0.7, dEntropy])
      expectClose(row.subarray(0, vocabulary), gradient, 4 * F32)
      expect(row.subarray(vocabulary).every((v) => v === 0)).toBe(true)
    })
})

describe("loss", () => {
  const one = (x: number) => Float32Array.of(x)
  /** The case's numbers are chosen away from the kinks of the clipped terms, where there is no derivative. */
  const surrogate: Values<"Loss"> = {
    kind: "surrogate",
    inverseTemperature: 1,
    weights: one(0.5),
    advantages: one(1.5),
    oldLogProbs: one(-2),
    refLogProbs: one(-2.25),
    returns: one(0.25),
    oldValues: one(1),
    clipLow: 0.2,
    clipHigh: 0.3,
    klCoefficient: 0.1,
    entropyCoefficient: 0.01,
    valueClip: 0.5,
    valueCoefficient: 0.25
  }
  const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x))
  /** As Engine.ts states it. */
  const formula = (loss: Values<"Loss">, logProb: number, entropy: number, value: number): number => {
    const first = (array: Float32Array | undefined) => array?.[0] ?? 0
    const { clipHigh = 0, clipLow = 0, dualClip = 0, entropyCoefficient = 0, klCoefficient = 0, valueCoefficient = 0 } = loss
    const advantage = first(loss.advantages)
    const ratio = Math.exp(logProb - first(loss.oldLogProbs))
    const policy = Math.max(-advantage * ratio, -advantage * clamp(ratio, 1 - clipLow, 1 + clipHigh))
    const bounded = dualClip > 0 && advantage < 0 ? Math.min(policy, -dualClip * advantage) : policy
    const difference = first(loss.refLogProbs) - logProb
    const kl = Math.exp(difference) - 1 - difference
    const target = first(loss.returns)
    const old = first(loss.oldValues)
    const clip = loss.valueClip ?? 0
    const clipped = clip > 0 ? old + clamp(value - old, -clip, clip) : value
    const error = 0.5 * Math.max((value - target) ** 2, (clipped - target) ** 2)
    return first(loss.weights) * (bounded + klCoefficient * kl + valueCoefficient * error - entropyCoefficient * entropy)
  }
  const cases: Readonly<Record<string, { readonly loss: Values<"Loss">; readonly at: readonly [number, number, number] }>> = {
    "surrogate, nothing clipped": { loss: surrogate, at: [-2.1, 3, 1.2] },
    "surrogate, ratio and value clipped": { loss: surrogate, at: [-1.5, 3, -0.3] },
    "surrogate, negative advantage": { loss: { ...surrogate, advantages: one(-1.5) }, at: [-1.2, 3, 1.2] },
    "surrogate, dual clip": { loss: { ...surrogate, advantages: one(-1.5), dualClip: 2 }, at: [-0.5, 3, 1.2] },
    "surrogate, no optional term": {
      loss: {
        kind: "surrogate",
        inverseTemperature: 1,
        weights: one(0.5),
        advantages: one(2),
        oldLogProbs: one(-2),
        clipLow: 0.2
      },
      at: [-2.1, 3, 1.2]
    }
  }
  for (const [name, { at, loss }] of Object.entries(cases))
    test(`${name}: value and derivatives`, (kernels) => {
      const result = new Float64Array(4)
      kernels.loss(encode("Loss", loss, koffi.address), 0, ...at, result)
      const value = (x: Vector) => [formula(loss, x[0]!, x[1]!, x[2]!)]
      expectClose(result.subarray(0, 1), value(at), 1e-12)
      expectClose(result.subarray(1), gradientOf(value, at, [1]), 1e-8)
    })

  test("cross-entropy, weighted and uniform; coefficients as given", (kernels) => {
    const result = new Float64Array(4)
    const run = (loss: Values<"Loss">) => {
      kernels.loss(encode("Loss", loss, koffi.address), 0, -2, 3, 1, result)
      return [...result]
    }
    const inverseTemperature = 1
    expect(run({ kind: "cross-entropy", inverseTemperature, weights: one(0.5), uniformWeight: 9 })).toEqual([1, -0.5, 0, 0])
    expect(run({ kind: "cross-entropy", inverseTemperature, uniformWeight: 0.25 })).toEqual([0.5, -0.25, 0, 0])
    const given = { dLogProb: one(3), dEntropy: one(4), dValue: one(5) }
    expect(run({ kind: "coefficients", inverseTemperature, ...given })).toEqual([0, 3, 4, 5])
  })
})

describe("adamw", () => {
  test("three updates with decay and a clipped gradient; where no gradient ever came only decay", ({ adamw }) => {
    const count = 37
    const options = { learningRate: 0.01, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 }
    const clip = 0.75
    const parameters = numbers(count, 19)
    const [first, second] = [new Float32Array(count), new Float32Array(count)]
    const expected = { p: Float64Array.from(parameters), m: new Float64Array(count), v: new Float64Array(count) }
    for (let step = 1; step <= 3; step++) {
      const gradient = numbers(count, 20 + step).map((g, i) => (i === 7 ? 0 : g))
      adamw(encode("AdamW", { ...options, step }, koffi.address), clip, count, gradient, parameters, first, second)
      for (let i = 0; i < count; i++) {
        const g = clip * gradient[i]!
        expected.m[i] = 0.9 * expected.m[i]! + 0.1 * g
        expected.v[i] = 0.95 * expected.v[i]! + 0.05 * g * g
        const corrected = Math.sqrt(expected.v[i]! / (1 - 0.95 ** step)) + 1e-8
        expected.p[i] = expected.p[i]! * (1 - 0.01 * 0.1) - (0.01 * (expected.m[i]! / (1 - 0.9 ** step))) / corrected
      }
    }
    expectClose(parameters, expected.p, 2 * F32)
    expectClose(first, expected.m, 4 * F32)
    expectClose(second, expected.v, 4 * F32)
  })
})

describe("philox", () => {
  interface Vectors {
    readonly vectors: ReadonlyArray<Readonly<Record<"counter" | "key" | "output", ReadonlyArray<string>>>>
  }
  test("the published vectors", ({ philox }) => {
    const { vectors } = readJson<Vectors>("philox.json")
    expect(vectors.length).toBeGreaterThan(3)
    const words = (hexadecimal: ReadonlyArray<string>) => Uint32Array.from(hexadecimal, (word) => Number.parseInt(word, 16))
    for (const { counter, key, output } of vectors) {
      const out = new Uint32Array(4)
      philox(words(counter), words(key), out)
      expect(out).toEqual(words(output))
    }
  })

  test("uniforms are strictly between 0 and 1", ({ philoxUniform }) => {
    expect([0, 2 ** 31, 2 ** 32 - 1].map((word) => philoxUniform(word))).toEqual([2 ** -25, 0.5 + 2 ** -25, 1 - 2 ** -25])
  })
})

describe("sample", () => {
  const [vocabulary, padded] = [77, 96]
  const rules = [
    { temperature: 0 },
    { temperature: 1 },
    { temperature: 0.7, topK: 5 },
    { temperature: 1, topP: 0.8 },
    { temperature: 1.3, topK: 20, topP: 0.6 }
  ]
  for (const rule of rules)
    test(`${JSON.stringify(rule)}: the token that the uniform falls on`, ({ sample }) => {
      for (let row = 0; row < 20; row++) {
        /* Every second row has many equal logits: of these the lower ids are kept. */
        const logits = numbers(vocabulary, 30 + row, 4).map((logit) => (row % 2 === 0 ? logit : Math.round(logit)))
        const room = new Float32Array(padded)
        room.set(logits)
        const logProb = new Float32Array(1)
        const sampling = encode("Sampling", { topP: 1, ...rule }, koffi.address)
        for (const u of [0.013, 0.37, 0.5, 0.81, 0.997]) {
          const expected = sampleToken(logits, rule, u)
          expect(sample(room, vocabulary, padded, sampling, u, logProb)).toBe(expected.token)
          expect(Math.abs(logProb[0]! - expected.logProb)).toBeLessThan(16 * F32)
        }
      }
    })
})
