/** Cases of the conformance suite: derivatives along a direction, and projections of gradients. */

import { Effect, Exit, type Scope } from "effect"
import { expect } from "vitest"

import { Engine, type Batch, type EngineError, type Model } from "../../src/engine/Engine.ts"
import { sketchOf } from "../../src/engine/sketch.ts"
import type { ModelSpec } from "../../src/model/ModelSpec.ts"
import { arbitraryBatch, documentsOf, largestDifference, norm, relativeError } from "./fixtures.ts"

type Case = readonly [title: string, effect: () => Effect.Effect<void, unknown, Engine | Scope.Scope>]

const K = 256

const spec: ModelSpec = {
  vocabularySize: 50,
  width: 24,
  layers: 2,
  heads: 3,
  hidden: 40,
  context: 160,
  tied: true,
  valueHead: false
}

/** Numbers that look like nothing in particular. */
const waves = (length: number, phase: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(1.7 * (i + 1) + phase) + Math.cos(0.31 * i * phase))

/** Documents of such lengths, of which the first is long, and two that begin as it does. */
const documentsOfLengths = (lengths: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> => {
  const all = arbitraryBatch(spec.vocabularySize, lengths)
  const apart = [...all.offsets.subarray(1)].map((end, i) => [...all.tokens.subarray(all.offsets[i], end)])
  const trunk = apart[0]!
  return [[...trunk.slice(0, 50), 1, 2, 3], trunk.slice(0, 30), ...apart]
}

const boundsOf = (batch: Batch, document: number) => [batch.offsets[document]!, batch.offsets[document + 1]!] as const

const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, v, i) => sum + v * y[i]!, 0)

/** Gradient of the summed -log p of documents, each by itself. */
const gradientsApart = Effect.fnUntraced(function* (model: Model, documents: ReadonlyArray<ReadonlyArray<number>>) {
  const gradients: Array<Float32Array> = []
  for (const document of documents) {
    yield* model.zeroGradients
    yield* model.backward(documentsOf([document]), { dLogProb: new Float32Array(document.length).fill(-1) })
    gradients.push(yield* model.read("gradients"))
  }
  yield* model.zeroGradients
  return gradients
})

/** `slow`: of an engine for which few short documents must do. */
export const derivativeCases = (
  sharpModel: (spec: ModelSpec) => Effect.Effect<Model, EngineError, Engine | Scope.Scope>,
  tolerances: { readonly scores: number; readonly gradient: number; readonly fine: boolean },
  slow: boolean
): ReadonlyArray<Case> => {
  const untied: ModelSpec = { ...spec, tied: false, valueHead: true }
  const shapes = slow ? [untied] : [spec, untied]
  const documents = documentsOfLengths(slow ? [20, 1] : [128, 40, 7, 13, 100, 1, 90])
  return [
    [
      "tangents are the adjoint of gradients: <c, J v> = <J^T c, v>, at a temperature",
      () =>
        Effect.gen(function* () {
          for (const shape of shapes) {
            const model = yield* sharpModel(shape)
            const batch = documentsOf(documents)
            const direction = (yield* model.read("parameters")).map((_, i) => Math.sin(1.7 * i))
            const coefficients = waves(batch.tokens.length, 2)
            const { tangents } = yield* model.scoreTangent(batch, direction, { temperature: 0.7 })
            yield* model.backward(batch, { dLogProb: coefficients, temperature: 0.7 })
            const terms = tangents.map((t, i) => Math.abs(t * coefficients[i]!))
            const scale = terms.reduce((sum, term) => sum + term, 0)
            const difference = dot(coefficients, tangents) - dot(yield* model.read("gradients"), direction)
            expect(scale).toBeGreaterThan(10)
            expect(Math.abs(difference) / scale).toBeLessThan(tolerances.gradient)
          }
        })
    ],
    ...(tolerances.fine
      ? ([
          [
            "tangents are the central differences of scores",
            () =>
              Effect.gen(function* () {
                const model = yield* sharpModel(spec)
                const batch = documentsOf(documents)
                const parameters = yield* model.read("parameters")
                const waving = waves(parameters.length, 1)
                const direction = waving.map((v) => v / norm(waving))
                const { tangents } = yield* model.scoreTangent(batch, direction)
                const step = 4e-3
                const moved: Array<Float32Array> = []
                for (const sign of [1, -1]) {
                  yield* model.write(
                    "parameters",
                    parameters.map((p, i) => p + sign * step * direction[i]!)
                  )
                  moved.push((yield* model.score(batch)).logProbs)
                }
                const differences = moved[0]!.map((plus, t) => (plus - moved[1]![t]!) / (2 * step))
                expect(relativeError(differences, tangents)).toBeLessThan(100 * tolerances.scores)
              })
          ]
        ] satisfies ReadonlyArray<Case>)
      : []),
    [
      "tangents are linear in the direction, and 0 along none; beside them stand the bits of scoring",
      () =>
        Effect.gen(function* () {
          const model = yield* sharpModel(spec)
          const batch = documentsOf(documents)
          const size = (yield* model.read("parameters")).length
          const [v, w] = [waves(size, 1), waves(size, 3)]
          const along = Effect.fnUntraced(function* (direction: Float32Array) {
            const { logProbs, tangents } = yield* model.scoreTangent(batch, direction)
            expect(logProbs).toEqual((yield* model.score(batch)).logProbs)
            return tangents
          })
          const [ofV, ofW] = [yield* along(v), yield* along(w)]
          const sum = ofV.map((t, i) => 2 * t - ofW[i]!)
          expect(relativeError(yield* along(v.map((x, i) => 2 * x - w[i]!)), sum)).toBeLessThan(tolerances.gradient)
          expect(norm(ofV)).toBeGreaterThan(1)
          expect(largestDifference(yield* along(new Float32Array(size)), new Float32Array(batch.tokens.length))).toBe(0)
          for (let i = 0; i < documents.length; i++) expect(ofV[batch.offsets[i + 1]! - 1]).toBe(0)
        })
    ],
    [
      "a document's tangents do not depend on the other documents of its batch, nor on their order",
      () =>
        Effect.gen(function* () {
          const { info } = yield* Engine
          const model = yield* sharpModel(spec)
          const direction = waves((yield* model.read("parameters")).length, 1)
          const batch = documentsOf(documents)
          const backwards = documentsOf(documents.toReversed())
          const together = (yield* model.scoreTangent(batch, direction)).tangents
          const reversed = (yield* model.scoreTangent(backwards, direction)).tangents
          for (const [i, document] of documents.entries()) {
            const here = together.slice(...boundsOf(batch, i))
            const there = reversed.slice(...boundsOf(backwards, documents.length - 1 - i))
            const alone = (yield* model.scoreTangent(documentsOf([document]), direction)).tangents
            expect(largestDifference(here, alone)).toBeLessThan(1e-3 * (1 + norm(alone)))
            if (info.name === "tfjs") continue
            expect(here).toEqual(alone)
            expect(there).toEqual(alone)
          }
        })
    ],
    [
      "projections are those of the documents' gradients, and leave the gradient as it is",
      () =>
        Effect.gen(function* () {
          for (const shape of shapes) {
            const model = yield* sharpModel(shape)
            const few = documents.slice(-4)
            yield* model.lossStep(documentsOf(few), { kind: "cross-entropy" })
            const before = yield* model.read("gradients")
            const projections = yield* model.projectedGradients(documentsOf(few), 5, K)
            expect(projections).toHaveLength(few.length * K)
            expect(yield* model.read("gradients")).toEqual(before)
            for (const [i, gradient] of (yield* gradientsApart(model, few)).entries()) {
              const projection = projections.subarray(i * K, (i + 1) * K)
              const expected = sketchOf(shape, gradient, 5, K)
              if (few[i]!.length === 1) expect(largestDifference(projection, new Float32Array(K))).toBe(0)
              else expect(relativeError(projection, expected)).toBeLessThan(tolerances.gradient)
            }
          }
        })
    ],
    [
      "a document's projection does not depend on the other documents of its batch, nor on their order",
      () =>
        Effect.gen(function* () {
          const { info } = yield* Engine
          const model = yield* sharpModel(spec)
          const together = yield* model.projectedGradients(documentsOf(documents), 7, 2 * K)
          const reversed = yield* model.projectedGradients(documentsOf(documents.toReversed()), 7, 2 * K)
          for (const [i, document] of documents.entries()) {
            const alone = yield* model.projectedGradients(documentsOf([document]), 7, 2 * K)
            const here = together.slice(i * 2 * K, (i + 1) * 2 * K)
            const from = (documents.length - 1 - i) * 2 * K
            expect(largestDifference(here, alone)).toBeLessThan(1e-4 * (1 + norm(alone)))
            if (info.name === "tfjs") continue
            expect(here).toEqual(alone)
            expect(reversed.slice(from, from + 2 * K)).toEqual(alone)
          }
          expect(yield* model.projectedGradients(documentsOf(documents), 8, 2 * K)).not.toEqual(together)
        })
    ],
    [
      "a frozen copy has tangents and projections too; what makes no sense is refused, and an empty batch is no work",
      () =>
        Effect.gen(function* () {
          const model = yield* sharpModel(spec)
          const batch = documentsOf(documents.slice(0, 2))
          const direction = waves((yield* model.read("parameters")).length, 1)
          const copy = yield* model.clone
          expect(yield* copy.scoreTangent(batch, direction)).toEqual(yield* model.scoreTangent(batch, direction))
          expect(yield* copy.projectedGradients(batch, 1, K)).toEqual(yield* model.projectedGradients(batch, 1, K))
          const empty = documentsOf([])
          expect((yield* model.scoreTangent(empty, direction)).tangents).toHaveLength(0)
          expect(yield* model.projectedGradients(empty, 1, K)).toHaveLength(0)
          const refusals: ReadonlyArray<readonly [Effect.Effect<unknown, unknown>, string]> = [
            [model.scoreTangent(batch, direction.subarray(1)), `direction has ${direction.length - 1} values`],
            [model.scoreTangent(batch, direction, { temperature: 0 }), "temperature is 0"],
            [model.scoreTangent(documentsOf([[50]]), direction), "token 0 of batch is 50"],
            [model.projectedGradients(batch, 1, 1000), "k is 1000; it must be a power of two from 256 to 65536"],
            [model.projectedGradients(batch, 1, 128), "k is 128"],
            [model.projectedGradients(batch, -1, K), "seed is -1"]
          ]
          for (const [call, message] of refusals) {
            const exit = yield* Effect.exit(call)
            expect(Exit.isFailure(exit) && String(exit.cause)).toContain(message)
          }
        })
    ]
  ]
}
