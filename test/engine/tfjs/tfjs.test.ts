/** The reference engine on WebAssembly: the conformance suite, native f32 held against it, and what it does with memory. */

import * as tf from "@tensorflow/tfjs-core"
import { Effect, Fiber } from "effect"
import { describe, expect, it } from "vitest"

import { machineIsas } from "../../../src/engine/cpu.ts"
import { adamW, Engine, type Batch, type Coefficients, type TokenLoss } from "../../../src/engine/Engine.ts"
import { layer as nativeLayer } from "../../../src/engine/native/NativeEngine.ts"
import { layer } from "../../../src/engine/tfjs/TfjsEngine.ts"
import type { ModelSpec } from "../../../src/model/ModelSpec.ts"
import { conformance, f32Tolerances } from "../conformance.ts"
import { arbitraryBatch, documentsOf, generateRequest, relativeError } from "../fixtures.ts"

const wasm = layer({ backend: "wasm", numericsClass: "test" })

/* The other reference model, with a tied head, would double the time; below, a tied model is held against native f32. */
conformance("tfjs f32, wasm", wasm, f32Tolerances, ["model-tiny-untied"])

const spec: ModelSpec = {
  vocabularySize: 40,
  width: 16,
  layers: 2,
  heads: 2,
  hidden: 24,
  context: 32,
  tied: true,
  valueHead: true
}
const batch: Batch = arbitraryBatch(spec.vocabularySize, [7, 1, 20, 32, 9])

/** Numbers in [low, high], one a position, that look like nothing in particular. */
const perPosition = (phase: number, low: number, high: number): Float32Array =>
  Float32Array.from(batch.tokens, (_, t) => low + ((high - low) * (Math.sin(phase * (t + 1)) + 1)) / 2)

const surrogate = {
  kind: "surrogate",
  weights: perPosition(1, 0, 0.1).map((w, t) => (t % 5 === 0 ? 0 : w)),
  advantages: perPosition(2, -2, 2),
  oldLogProbs: perPosition(3, -5, -3),
  clipLow: 0.2,
  clipHigh: 0.3
} as const satisfies TokenLoss

const losses: Readonly<Record<string, TokenLoss>> = {
  "mean cross-entropy": { kind: "cross-entropy" },
  "weighted cross-entropy": { kind: "cross-entropy", weights: perPosition(4, -0.1, 0.2) },
  "clipped surrogate": surrogate,
  "surrogate with dual clip at a temperature": { ...surrogate, dualClip: 1.5, temperature: 0.8 },
  "surrogate with KL, clipped values and entropy": {
    ...surrogate,
    refLogProbs: perPosition(5, -5, -3),
    klCoefficient: 0.1,
    returns: perPosition(6, -1, 1),
    oldValues: perPosition(7, -1, 1),
    valueClip: 0.2,
    valueCoefficient: 0.5,
    entropyCoefficient: 0.01
  }
}
const coefficients: Coefficients = {
  dLogProb: perPosition(8, -1, 1),
  dEntropy: perPosition(9, -1, 1),
  dValue: perPosition(10, -1, 1),
  temperature: 1.3
}

/** Losses and gradients of all the above, tangents and projections, from a model that is not nearly uniform. */
const gradients = Effect.gen(function* () {
  const engine = yield* Engine
  const model = yield* engine.createModel(spec, { seed: 4 })
  const fresh = yield* model.read("parameters")
  yield* model.write(
    "parameters",
    fresh.map((x, i) => (x === 0 ? 0.1 * Math.sin(i) : 8 * x))
  )
  const found: Array<{ readonly name: string; readonly loss: number; readonly gradient: Float32Array }> = []
  for (const [name, tokenLoss] of Object.entries(losses)) {
    yield* model.zeroGradients
    const { loss } = yield* model.lossStep(batch, tokenLoss)
    found.push({ name, loss, gradient: yield* model.read("gradients") })
  }
  yield* model.zeroGradients
  yield* model.backward(batch, coefficients)
  found.push({ name: "backward", loss: 0, gradient: yield* model.read("gradients") })
  yield* model.zeroGradients
  const direction = fresh.map((_, i) => Math.sin(1.7 * i))
  const { tangents } = yield* model.scoreTangent(batch, direction, { temperature: 1.3 })
  found.push({ name: "scoreTangent", loss: 0, gradient: tangents })
  found.push({ name: "projectedGradients", loss: 0, gradient: yield* model.projectedGradients(batch, 6, 256) })
  return found
}).pipe(Effect.scoped)

describe("native f32 against the reference engine", () => {
  it("has the same losses and gradients in every kind of loss, the same tangents and projections", async () => {
    const isa = machineIsas().find((isa) => isa !== "amx")!
    const ours = await Effect.runPromise(
      Effect.provide(gradients, nativeLayer({ mode: "f32", isa, numericsClass: "test", threads: 1 }))
    )
    const reference = await Effect.runPromise(Effect.provide(gradients, wasm))
    expect(reference.map(({ name }) => name)).toEqual([...Object.keys(losses), "backward", "scoreTangent", "projectedGradients"])
    for (const [i, { gradient, loss, name }] of reference.entries()) {
      expect(Math.abs(ours[i]!.loss - loss), name).toBeLessThan(f32Tolerances.loss)
      expect(relativeError(ours[i]!.gradient, gradient), name).toBeLessThan(2 * f32Tolerances.wholeGradient)
    }
  })
})

describe("tensors of the reference engine", () => {
  const run = <A, E>(effect: Effect.Effect<A, E, Engine>) => Effect.runPromise(Effect.provide(effect, wasm))

  it("do not pile up over steps, scores and samples, and are gone with the scope", () =>
    run(
      Effect.gen(function* () {
        const before = tf.memory().numTensors
        yield* Effect.scoped(
          Effect.gen(function* () {
            const engine = yield* Engine
            const model = yield* engine.createModel(spec, { seed: 1 })
            const round = Effect.gen(function* () {
              yield* model.lossStep(batch, { kind: "cross-entropy" })
              yield* model.backward(batch, coefficients)
              yield* model.optimStep(adamW)
              yield* model.score(batch, { values: true })
              yield* model.generate(generateRequest(documentsOf([[1, 2, 3], [4]]), { samplesPerPrompt: 3, stop: [5] }))
              yield* Effect.scoped(model.clone)
              return tf.memory().numTensors
            })
            const after = yield* round
            expect([yield* round, yield* round]).toEqual([after, after])
          })
        )
        expect(tf.memory().numTensors).toBe(before)
      })
    ))

  it("are given back when a call is interrupted, and the gradient so far is dropped", () =>
    run(
      Effect.gen(function* () {
        const engine = yield* Engine
        const model = yield* engine.createModel(spec, { seed: 1 })
        yield* model.read("gradients")
        const before = tf.memory().numTensors
        const calls = [
          model.generate(generateRequest(documentsOf([[1]]), { samplesPerPrompt: 4, maxNewTokens: 30 })),
          model.lossStep(batch, { kind: "cross-entropy" })
        ]
        for (const call of calls) {
          const fiber = yield* Effect.forkChild(call)
          for (let turn = 0; turn < 3; turn++) yield* Effect.yieldNow
          yield* Fiber.interrupt(fiber)
          expect(Math.max(...(yield* model.read("gradients")))).toBe(0)
          expect(tf.memory().numTensors).toBe(before)
        }
      }).pipe(Effect.scoped)
    ))
})
