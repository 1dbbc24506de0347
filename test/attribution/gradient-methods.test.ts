/** Methods that look at gradients, on a model of some hundred parameters: against its gradients, and against training it. */

import { Effect, Layer } from "effect"
import { describe, expect, it } from "vitest"

import { type Eigen, symmetricEigen } from "../../src/attribution/gradients/eigen.ts"
import { kroneckerFactors, preconditioned } from "../../src/attribution/gradients/kronecker.ts"
import { sketchesOf } from "../../src/attribution/gradients/sketches.ts"
import { gradientOf } from "../../src/attribution/gradients/sums.ts"
import type { Passed, Trained } from "../../src/attribution/gradients/Trained.ts"
import { adamTracin } from "../../src/attribution/methods/adam-tracin.ts"
import { gradientDot } from "../../src/attribution/methods/gradient-dot.ts"
import { type AttributedText, documentsApart } from "../../src/attribution/methods/Method.ts"
import { methods } from "../../src/attribution/methods/registry.ts"
import { tracin } from "../../src/attribution/methods/tracin.ts"
import { trak } from "../../src/attribution/methods/trak.ts"
import { Engine, type Model } from "../../src/engine/Engine.ts"
import { engineLayer, resolveEngine } from "../../src/engine/select.ts"
import { sketchOf } from "../../src/engine/sketch.ts"
import { parameterTable } from "../../src/model/ModelSpec.ts"
import { draws } from "../../src/random/philox.ts"

const spec = { vocabularySize: 12, width: 8, layers: 1, heads: 2, hidden: 16, context: 16, tied: true, valueHead: false }
const layer = Layer.unwrap(
  resolveEngine({ engine: "auto", mode: "f32" }).pipe(Effect.map((choice) => engineLayer(choice, { threads: 1 })))
)
/** On a model that a little noise has moved away from where all gradients are alike. */
const withModel = <A, E>(body: (model: Model, start: Float32Array) => Effect.Effect<A, E>) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const engine = yield* Engine
        const model = yield* engine.createModel(spec, { seed: 3 })
        const random = draws(4, "noise")
        const start = (yield* model.read("parameters")).map((x) => x + 0.2 * random.normal())
        yield* model.write("parameters", start)
        return yield* body(model, start)
      })
    ).pipe(Effect.provide(layer))
  )

const random = draws(9, "texts")
const textOf = (length: number, promptTokens: number): AttributedText => ({
  tokens: Int32Array.from({ length }, () => random.below(spec.vocabularySize)),
  promptTokens,
  source: "a",
  group: "a"
})
const documents = Array.from({ length: 7 }, (_, i) => textOf(5 + i, i % 3))
const targets = [textOf(8, 3), textOf(6, 0)]
const apart = documentsApart({ targets, documents })

const place = (parameters: Float32Array, rest: Partial<Passed> = {}): Passed => ({
  step: 1,
  parameters,
  rate: 1,
  secondMoments: parameters.map((x) => x * x + 0.01),
  ...rest
})
const trainedTo = (model: Model, ...passed: ReadonlyArray<Passed>): Trained => ({ model, passed, promptWeight: 0.1 })
const logProb = Effect.fnUntraced(function* (model: Model, { tokens, promptTokens }: AttributedText) {
  const { logProbs } = yield* model.score({ tokens, offsets: Int32Array.of(0, tokens.length) })
  return logProbs.reduce((sum, value, t) => (t + 1 < promptTokens || t + 1 === tokens.length ? sum : sum + value), 0)
})
const close = (actual: Float64Array, expected: ReadonlyArray<number>, share = 1e-3) => {
  const scale = Math.max(...expected.map(Math.abs))
  expect(actual).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i]! - value) / scale).toBeLessThan(share)
}
const dot = (one: Float32Array, other: Float32Array) => one.reduce((sum, value, i) => sum + value * other[i]!, 0)

describe("gradient dot", { timeout: 60_000 }, () => {
  it("is the inner product of the gradients of a target's answer and of a document, its prompt weighed as in training", () =>
    withModel(
      Effect.fnUntraced(function* (model, start) {
        const scores = yield* gradientDot.scores(apart, trainedTo(model, place(start)))
        const expected: Array<number> = []
        for (const t of targets.keys())
          for (const d of documents.keys())
            expected.push(dot(yield* gradientOf(model, targets, [t], 0), yield* gradientOf(model, documents, [d], 0.1)))
        close(scores, expected)
      })
    ))

  it("of a document with itself is the square of its gradient's length, and equal documents have equal scores", () =>
    withModel(
      Effect.fnUntraced(function* (model, start) {
        const plain = [textOf(9, 0), textOf(7, 0)]
        const of = documentsApart({ targets: [plain[0]!], documents: [plain[1]!, plain[0]!, plain[0]!] })
        const scores = yield* gradientDot.scores(of, trainedTo(model, place(start)))
        const gradient = yield* gradientOf(model, plain, [0], 1)
        expect(scores[1]! / dot(gradient, gradient)).toBeCloseTo(1, 4)
        expect(scores[2]).toBe(scores[1])
      })
    ))

  it("foretells what a step along a document does to a target: halve the step, and the error falls fourfold", () =>
    withModel(
      Effect.fnUntraced(function* (model, start) {
        const [score] = yield* gradientDot.scores(apart, trainedTo(model, place(start)))
        const gradient = yield* gradientOf(model, documents, [0], 0.1)
        yield* model.write("parameters", start)
        const before = yield* logProb(model, targets[0]!)
        const errors: Array<number> = []
        for (const rate of [0.002, 0.001]) {
          yield* model.write(
            "parameters",
            start.map((x, i) => x + rate * gradient[i]!)
          )
          errors.push((yield* logProb(model, targets[0]!)) - before - rate * score!)
        }
        expect(Math.abs(errors[0]!)).toBeLessThan(0.02 * Math.abs(score!))
        expect(errors[0]! / errors[1]!).toBeGreaterThan(3)
        expect(errors[0]! / errors[1]!).toBeLessThan(5)
      })
    ))
})

describe("TracIn", { timeout: 60_000 }, () => {
  it("adds up to what plain gradient descent on a document does to a target", () =>
    withModel(
      Effect.fnUntraced(function* (model, start) {
        const passed: Array<Passed> = []
        const rate = 0.0005
        let parameters = start
        for (let step = 0; step < 40; step++) {
          passed.push(place(parameters, { step, rate }))
          yield* model.write("parameters", parameters)
          const gradient = yield* gradientOf(model, documents, [2], 0.1)
          parameters = parameters.map((x, i) => x + rate * gradient[i]!)
        }
        yield* model.write("parameters", start)
        const before = yield* Effect.forEach(targets, (target) => logProb(model, target))
        yield* model.write("parameters", parameters)
        const gains = (yield* Effect.forEach(targets, (target) => logProb(model, target))).map((after, t) => after - before[t]!)
        const own = documentsApart({ targets, documents: [documents[2]!] })
        close(yield* tracin.scores(own, trainedTo(model, ...passed)), gains, 0.05)
      })
    ))

  it("for AdamW divides by the root of the second moments, and says so where there are none", () =>
    withModel(
      Effect.fnUntraced(function* (model, start) {
        const here = place(start, { rate: 0.5 })
        const scores = yield* adamTracin.scores(apart, trainedTo(model, here))
        const scaled = (gradient: Float32Array) => gradient.map((g, i) => (0.5 * g) / Math.sqrt(here.secondMoments![i]!))
        const expected: Array<number> = []
        for (const t of targets.keys())
          for (const d of documents.keys())
            expected.push(dot(scaled(yield* gradientOf(model, targets, [t], 0)), yield* gradientOf(model, documents, [d], 0.1)))
        close(scores, expected)
        const refused = yield* Effect.flip(adamTracin.scores(apart, trainedTo(model, place(start, { secondMoments: null }))))
        expect(refused.message).toMatch(/secondMoments.*none after update 1/)
      })
    ))
})

describe("TRAK", { timeout: 60_000 }, () => {
  it("projects the gradients of documents as they are weighed in training", () =>
    withModel(
      Effect.fnUntraced(function* (model) {
        const k = 256
        const sketches = yield* sketchesOf(model, documents, { seed: 5, k, promptWeight: 0.1 })
        for (const d of documents.keys()) {
          const expected = sketchOf(spec, yield* gradientOf(model, documents, [d], 0.1), 5, k)
          close(Float64Array.from(sketches.subarray(d * k, (d + 1) * k)), [...expected])
        }
      })
    ))

  it("puts a document first that is the target, and gives copies the same", () =>
    withModel(
      Effect.fnUntraced(function* (model, start) {
        const many = [...Array.from({ length: 40 }, () => textOf(8, 0)), targets[1]!, targets[1]!]
        const scores = yield* trak.scores(
          documentsApart({ targets: [targets[1]!], documents: many }),
          trainedTo(model, place(start))
        )
        expect(scores.indexOf(Math.max(...scores))).toBe(40)
        expect(scores[41]).toBe(scores[40])
      })
    ))
})

describe("curvature as Kronecker products", { timeout: 60_000 }, () => {
  it("stands on the eigenvectors of a symmetric matrix, which are orthogonal and give it back", () => {
    const n = 9
    const given = draws(2, "matrix")
    const half = Float64Array.from({ length: n * n }, () => given.normal())
    const matrix = Float64Array.from({ length: n * n }, (_, at) => half[at]! + half[(at % n) * n + Math.floor(at / n)]!)
    const { values, vectors } = symmetricEigen(matrix, n)
    const back = new Float64Array(n * n)
    for (let v = 0; v < n; v++)
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) back[i * n + j]! += values[v]! * vectors[v * n + i]! * vectors[v * n + j]!
    close(back, [...matrix], 1e-9)
    for (let v = 0; v < n; v++)
      for (let w = 0; w <= v; w++) {
        let sum = 0
        for (let i = 0; i < n; i++) sum += vectors[v * n + i]! * vectors[w * n + i]!
        expect(Math.abs(sum - (v === w ? 1 : 0))).toBeLessThan(1e-9)
      }
  })

  it("divides a gradient by L on the left and by R on the right, as far as it is not damped", () =>
    withModel(
      Effect.fnUntraced(function* (model) {
        const gradient = yield* gradientOf(model, targets, [0], 0)
        const sides = yield* kroneckerFactors(model, documents, 0.1)
        const divided = preconditioned(model, sides, gradient)
        // Multiplied again, matrix by matrix: (L + damping) X (R + damping) = G.
        for (const [m, { shape, offset }] of parameterTable(spec).entries()) {
          const [rows, columns] = shape as [number, number]
          const product = (side: Eigen, n: number) => {
            const damping = (0.01 * side.values.reduce((sum, value) => sum + value, 0)) / n
            return (i: number, j: number) => {
              let sum = i === j ? damping : 0
              for (let v = 0; v < n; v++) sum += side.values[v]! * side.vectors[v * n + i]! * side.vectors[v * n + j]!
              return sum
            }
          }
          const [left, right] = [product(sides[m]!.left, rows), product(sides[m]!.right, columns)]
          const back = new Float64Array(rows * columns)
          for (let i = 0; i < rows; i++)
            for (let k = 0; k < rows; k++) {
              const by = left(i, k)
              for (let l = 0; l < columns; l++)
                for (let j = 0; j < columns; j++) back[i * columns + j]! += by * divided[offset + k * columns + l]! * right(l, j)
            }
          close(back, [...gradient.subarray(offset, offset + rows * columns)])
        }
      })
    ))
})

describe("every method", { timeout: 60_000 }, () => {
  // Enough of each source for a classifier to learn from, and the first target's own words.
  const drawn = Array.from({ length: 60 }, (_, i) => ({ ...textOf(5 + (i % 7), i % 3), source: i % 2 === 0 ? "a" : "b" }))
  const documents = [...drawn, { ...drawn[0]!, tokens: targets[0]!.tokens }]
  const parted = { targets, documents, partOf: Int32Array.from(documents, (_, i) => i % 4), parts: 4 }
  const apart = documentsApart({ targets, documents })
  it.each(methods.map(({ name, scores }) => [name, scores] as const))("gives parts the sums over documents: %s", (_, scores) =>
    withModel(
      Effect.fnUntraced(function* (model, start) {
        const trained = trainedTo(
          model,
          place(start),
          place(
            start.map((x) => 1.1 * x),
            { step: 2 }
          )
        )
        const single = yield* scores(apart, trained)
        const sums = [...new Float64Array(targets.length * parted.parts)]
        for (const t of targets.keys())
          for (const [d, part] of parted.partOf.entries()) sums[t * parted.parts + part]! += single[t * documents.length + d]!
        close(yield* scores(parted, trained), sums)
      })
    )
  )
})
