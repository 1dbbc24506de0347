/**
 * The cases every engine must pass, against float64 references. Call `conformance` with a layer; tolerances say how exact its
 * arithmetic is.
 */

import { Effect, Exit, type Layer, ManagedRuntime, type Scope } from "effect"
import { afterAll, describe, expect, it } from "vitest"

import {
  adamW,
  Engine,
  type EngineError,
  SAMPLING_RANGE,
  type Batch,
  type LossStats,
  type Model
} from "../../src/engine/Engine.ts"
import type { ModelSpec } from "../../src/model/ModelSpec.ts"
import { derivativeCases } from "./derivatives.ts"
import {
  type AdamFixture,
  arbitraryBatch,
  batchOf,
  type DecodeFixture,
  digestError,
  documentsOf,
  type FixtureModel,
  fixtureModels,
  fixtureParameters,
  fixtureSpec,
  floats,
  generateRequest,
  largestDifference,
  norm,
  readFloats,
  readForward,
  readJson,
  relativeError,
  type RlFixture,
  tensorOf
} from "./fixtures.ts"
import { overPositions, rlBatch, rlCases } from "./rl-losses.ts"

export interface Tolerances {
  /** Absolute, of log-probabilities, entropies and values. */
  readonly scores: number
  readonly loss: number
  /** Relative l2 error of a gradient tensor. */
  readonly gradient: number
  /** Of a whole gradient vector. */
  readonly wholeGradient: number
  /** Relative, of parameters after five updates. */
  readonly updates: number
  /**
   * Fine enough for finite differences and for greedy choices between nearly equal logits. Rounding every operand to 8 bits is
   * not: it makes steps of the loss.
   */
  readonly fine: boolean
}

export const f32Tolerances: Tolerances = {
  scores: 2e-5,
  loss: 5e-5,
  gradient: 3e-5,
  wholeGradient: 2e-6,
  updates: 2e-4,
  fine: true
}

const spec: ModelSpec = {
  vocabularySize: 50,
  width: 24,
  layers: 2,
  heads: 3,
  hidden: 40,
  context: 64,
  tied: true,
  valueHead: false
}

/** Draws a model whose logits are not nearly uniform, so that mistakes show. */
const sharpModel = Effect.fnUntraced(function* (spec: ModelSpec, seed = 3) {
  const engine = yield* Engine
  const model = yield* engine.createModel(spec, { seed })
  const parameters = yield* model.read("parameters")
  yield* model.write(
    "parameters",
    parameters.map((x, i) => (x === 0 ? 0.1 * Math.sin(i) : 8 * x))
  )
  return model
})

const fixtureModel = Effect.fnUntraced(function* (name: (typeof fixtureModels)[number], scale: number) {
  const engine = yield* Engine
  const { value_head_bias, value_head_weight } = readForward(name)
  const model = yield* engine.createModel(fixtureSpec(name, true), { seed: 0 })
  yield* model.write("parameters", fixtureParameters(name, scale, { weight: value_head_weight, bias: value_head_bias }))
  return model
})

/** log-probabilities a model gives to completions, by teacher forcing. */
const rescore = Effect.fnUntraced(function* (
  model: Model,
  prompts: Batch,
  samples: number,
  generated: { readonly tokens: Int32Array; readonly offsets: Int32Array },
  temperature: number
) {
  const documents: Array<ReadonlyArray<number>> = []
  for (let row = 0; row + 1 < generated.offsets.length; row++) {
    const prompt = Math.floor(row / samples)
    documents.push([
      ...prompts.tokens.subarray(prompts.offsets[prompt]!, prompts.offsets[prompt + 1]!),
      ...generated.tokens.subarray(generated.offsets[row]!, generated.offsets[row + 1]!)
    ])
  }
  const batch = documentsOf(documents)
  const { logProbs } = yield* model.score(batch, { temperature })
  const out: Array<number> = []
  for (let row = 0; row < documents.length; row++) {
    const produced = generated.offsets[row + 1]! - generated.offsets[row]!
    for (let i = 0; i < produced; i++) out.push(logProbs[batch.offsets[row + 1]! - 1 - produced + i]!)
  }
  return Float32Array.from(out)
})

/** `models`: the reference models to check; for an engine that is slow, one. */
export const conformance = (
  name: string,
  layer: Layer.Layer<Engine, unknown>,
  tolerances: Tolerances = f32Tolerances,
  models: ReadonlyArray<FixtureModel> = fixtureModels
): void => {
  describe(name, () => {
    const runtime = ManagedRuntime.make(layer)
    afterAll(() => runtime.dispose())
    const run = <A>(effect: Effect.Effect<A, unknown, Engine | Scope.Scope>): Promise<A> =>
      runtime.runPromise(Effect.scoped(effect))
    const test = (title: string, effect: () => Effect.Effect<void, unknown, Engine | Scope.Scope>) =>
      it(title, () => run(effect()))

    const testIfFine = tolerances.fine ? test : () => undefined

    for (const fixture of models) {
      const forward = readForward(fixture)
      const batch = batchOf(forward.tokens, forward.doc_lengths)
      const fixtureShape = fixtureSpec(fixture, true)

      for (const scale of ["init", "sharp"] as const) {
        const expected = forward.runs[scale]

        test(`${fixture} ${scale}: log-probabilities, entropies and values are those of float64`, () =>
          Effect.gen(function* () {
            const model = yield* fixtureModel(fixture, expected.param_scale)
            const scores = yield* model.score(batch, { entropies: true, values: true })
            expect(largestDifference(scores.logProbs, floats(expected.logp))).toBeLessThan(tolerances.scores)
            expect(largestDifference(scores.entropies!, expected.entropy)).toBeLessThan(tolerances.scores)
            expect(largestDifference(scores.values!, expected.values)).toBeLessThan(tolerances.scores)
            const { logProbs, values } = yield* model.score(batch, { values: "only" })
            expect(values).toEqual(scores.values)
            expect(logProbs).toHaveLength(0)
          }))

        test(`${fixture} ${scale}: a temperature of 0.7 divides the logits`, () =>
          Effect.gen(function* () {
            const model = yield* fixtureModel(fixture, expected.param_scale)
            const scores = yield* model.score(batch, { entropies: true, temperature: 0.7 })
            expect(largestDifference(scores.logProbs, floats(expected.logp_temperature_0_7))).toBeLessThan(tolerances.scores)
            expect(largestDifference(scores.entropies!, expected.entropy_temperature_0_7)).toBeLessThan(tolerances.scores)
          }))

        test(`${fixture} ${scale}: losses and gradients are those of float64`, () =>
          Effect.gen(function* () {
            const model = yield* fixtureModel(fixture, expected.param_scale)
            const mean = yield* model.lossStep(batch, { kind: "cross-entropy" })
            expect(Math.abs(mean.loss - expected.losses.mean_ce)).toBeLessThan(tolerances.loss)
            expect(largestDifference(mean.logProbs, floats(expected.logp))).toBeLessThan(tolerances.scores)
            expect(digestError(fixtureShape, yield* model.read("gradients"), expected.gradient_digests.mean_ce)).toBeLessThan(
              tolerances.gradient
            )

            yield* model.zeroGradients
            const raw = floats(forward.weights_for_weighted_ce)
            const total = raw.reduce((a, b) => a + b, 0)
            const weighted = yield* model.lossStep(batch, { kind: "cross-entropy", weights: raw.map((w) => w / total) })
            expect(Math.abs(weighted.loss - expected.losses.weighted_ce)).toBeLessThan(tolerances.loss)
            expect(digestError(fixtureShape, yield* model.read("gradients"), expected.gradient_digests.weighted_ce)).toBeLessThan(
              tolerances.gradient
            )

            yield* model.zeroGradients
            yield* model.backward(batch, { dLogProb: floats(forward.generic_dlogp), dEntropy: floats(forward.generic_dentropy) })
            expect(digestError(fixtureShape, yield* model.read("gradients"), expected.gradient_digests.generic)).toBeLessThan(
              tolerances.gradient
            )

            yield* model.zeroGradients
            const dValue = floats(expected.values.map((v, i) => (v - forward.value_targets[i]!) / expected.values.length))
            yield* model.backward(batch, { dValue })
            expect(digestError(fixtureShape, yield* model.read("gradients"), expected.gradient_digests.value)).toBeLessThan(
              tolerances.gradient
            )
            // After the gradient of values alone, that of anything else adds up with it.
            const values = (yield* model.read("gradients")).slice()
            yield* model.lossStep(batch, { kind: "cross-entropy" })
            const both = yield* model.read("gradients")
            yield* model.zeroGradients
            yield* model.lossStep(batch, { kind: "cross-entropy" })
            const alone = yield* model.read("gradients")
            expect(
              largestDifference(
                both,
                alone.map((g, i) => g + values[i]!)
              )
            ).toBeLessThan(tolerances.scores)
          }))
      }

      test(`${fixture}: whole gradients match the files element by element`, () =>
        Effect.gen(function* () {
          const model = yield* fixtureModel(fixture, forward.runs.sharp.param_scale)
          const size = readFloats(`${fixture}/params.f32`).length
          yield* model.lossStep(batch, { kind: "cross-entropy" })
          const mean = (yield* model.read("gradients")).subarray(0, size)
          expect(relativeError(mean, readFloats(`${fixture}/grad-mean_ce.f32`))).toBeLessThan(tolerances.wholeGradient)
          yield* model.zeroGradients
          yield* model.backward(batch, { dLogProb: floats(forward.generic_dlogp), dEntropy: floats(forward.generic_dentropy) })
          const generic = (yield* model.read("gradients")).subarray(0, size)
          expect(relativeError(generic, readFloats(`${fixture}/grad-generic.f32`))).toBeLessThan(tolerances.wholeGradient)
        }))

      test(`${fixture}: five AdamW updates with clipping follow the reference trajectory`, () =>
        Effect.gen(function* () {
          const engine = yield* Engine
          const adam = readJson<AdamFixture>(`${fixture}/adamw.json`)
          const shape = fixtureSpec(fixture)
          for (const scale of ["init", "sharp"] as const) {
            const { f64, param_scale } = adam.runs[scale]
            const model = yield* engine.createModel(shape, { seed: 0 })
            yield* model.write("parameters", fixtureParameters(fixture, param_scale))
            for (const [step, tokens] of adam.batches.entries()) {
              const { loss } = yield* model.lossStep(batchOf(tokens, adam.doc_lengths), { kind: "cross-entropy" })
              expect(Math.abs(loss - f64.loss_before_step[step]!)).toBeLessThan(10 * tolerances.loss)
              const update = yield* model.optimStep({
                learningRate: adam.lr_per_step[step]!,
                beta1: adam.hyper.beta1,
                beta2: adam.hyper.beta2,
                epsilon: adam.hyper.eps,
                weightDecay: adam.hyper.weight_decay,
                clipNorm: adam.hyper.max_grad_norm
              })
              expect(update.step).toBe(step + 1)
              expect(Math.abs(update.gradientNorm / f64.grad_norm_before_clipping[step]! - 1)).toBeLessThan(tolerances.updates)
            }
            const after = yield* model.lossStep(batchOf(adam.batches[0]!, adam.doc_lengths), { kind: "cross-entropy" })
            expect(Math.abs(after.loss - f64.loss_on_first_batch_after_5_steps)).toBeLessThan(10 * tolerances.loss)
            expect(digestError(shape, yield* model.read("parameters"), f64.final_params)).toBeLessThan(tolerances.updates)
            const second = yield* model.read("secondMoments")
            for (const [tensor, l2] of Object.entries(f64.second_moment_l2))
              expect(Math.abs(norm(tensorOf(shape, second, tensor)) / l2 - 1)).toBeLessThan(10 * tolerances.updates)
          }
        }))

      const rl = readJson<RlFixture>(`${fixture}/rl.json`)

      test(`${fixture}: every PPO and GRPO loss and its gradient, fused in one pass`, () =>
        Effect.gen(function* () {
          const engine = yield* Engine
          const model = yield* engine.createModel(fixtureShape, { seed: 0 })
          const head = { weight: rl.value_head_weight, bias: rl.value_head_bias }
          yield* model.write("parameters", fixtureParameters(fixture, rl.param_scale, head))
          const sequences = rlBatch(rl)
          for (const { loss, name } of rlCases(rl)) {
            yield* model.zeroGradients
            const stats = yield* model.lossStep(sequences, loss)
            expect(Math.abs(stats.loss - rl.expected.losses[name]!), name).toBeLessThan(tolerances.loss)
            const digests = rl.expected.gradient_digests[name]!
            expect(digestError(fixtureShape, yield* model.read("gradients"), digests), name).toBeLessThan(tolerances.gradient)
          }
        }))

      test(`${fixture}: a loss the engine does not know goes through backward (k2 in the loss)`, () =>
        Effect.gen(function* () {
          const engine = yield* Engine
          const model = yield* engine.createModel(fixtureShape, { seed: 0 })
          const head = { weight: rl.value_head_weight, bias: rl.value_head_bias }
          yield* model.write("parameters", fixtureParameters(fixture, rl.param_scale, head))
          const tokens = rl.old_logp.flat().length
          const dLogProb = rl.expected.logp.map((row, i) => row.map((logp, t) => (logp - rl.ref_logp[i]![t]!) / tokens))
          yield* model.backward(rlBatch(rl), { dLogProb: overPositions(rl, rlBatch(rl), dLogProb), temperature: rl.temperature })
          const digests = rl.expected.gradient_digests["k2_in_loss/token_mean"]!
          expect(digestError(fixtureShape, yield* model.read("gradients"), digests)).toBeLessThan(tolerances.gradient)
        }))

      testIfFine(`${fixture}: greedy decoding gives the reference continuations and their log-probabilities`, () =>
        Effect.gen(function* () {
          const engine = yield* Engine
          const decode = readJson<DecodeFixture>(`${fixture}/decode.json`)
          const model = yield* engine.createModel(fixtureSpec(fixture), { seed: 0 })
          yield* model.write("parameters", fixtureParameters(fixture, decode.param_scale))
          const generated = yield* model.generate(
            generateRequest(documentsOf(decode.cases.map((c) => c.prompt)), { temperature: 0, maxNewTokens: decode.new_tokens })
          )
          expect([...generated.tokens]).toEqual(decode.cases.flatMap((c) => c.continuation))
          expect([...generated.stopped]).toEqual(decode.cases.map(() => 0))
          const expected = decode.cases.flatMap((c) => c.logp_of_chosen)
          expect(largestDifference(generated.logProbs, expected)).toBeLessThan(10 * tolerances.scores)
        })
      )
    }

    testIfFine(
      "the gradient agrees with finite differences of the loss, ragged documents and widths off the padding included",
      () =>
        Effect.gen(function* () {
          const model = yield* sharpModel({ ...spec, valueHead: true })
          const batch = arbitraryBatch(spec.vocabularySize, [5, 1, 17, 2, 33])
          const positions = batch.tokens.length
          const weights = Float32Array.from({ length: positions }, (_, t) => Math.cos(t))
          yield* model.lossStep(batch, { kind: "cross-entropy", weights })
          const gradient = yield* model.read("gradients")
          const parameters = yield* model.read("parameters")
          /** L along a line in parameter space, summed in float64 from the log-probabilities. */
          const lossAt = Effect.fnUntraced(function* (direction: Float64Array, step: number) {
            yield* model.write(
              "parameters",
              parameters.map((p, i) => p + step * direction[i]!)
            )
            const { logProbs } = yield* model.score(batch)
            return logProbs.reduce((sum, logp, t) => sum - weights[t]! * logp, 0)
          })
          for (const phase of [1, 2, 3]) {
            const direction = Float64Array.from({ length: parameters.length }, (_, i) => Math.sin(phase * (i + 1)))
            const step = 2e-4
            const slope = ((yield* lossAt(direction, step)) - (yield* lossAt(direction, -step))) / (2 * step)
            const expected = direction.reduce((sum, v, i) => sum + v * gradient[i]!, 0)
            expect(Math.abs(slope - expected)).toBeLessThan(2e-2 * norm(gradient))
          }
        })
    )

    test("gradients of several calls add up, and a call on parts equals one on the whole", () =>
      Effect.gen(function* () {
        const model = yield* sharpModel(spec)
        const whole = arbitraryBatch(spec.vocabularySize, [9, 20])
        const weights = Float32Array.from({ length: 29 }, () => 0.1)
        yield* model.lossStep(whole, { kind: "cross-entropy", weights })
        const expected = yield* model.read("gradients")
        yield* model.zeroGradients
        yield* model.lossStep(batchOf([...whole.tokens.subarray(0, 9)], [9]), {
          kind: "cross-entropy",
          weights: weights.subarray(0, 9)
        })
        yield* model.lossStep(batchOf([...whole.tokens.subarray(9)], [20]), {
          kind: "cross-entropy",
          weights: weights.subarray(9)
        })
        expect(relativeError(yield* model.read("gradients"), expected)).toBeLessThan(tolerances.gradient)
      }))

    test("a document's scores do not depend on the other documents of its batch", () =>
      Effect.gen(function* () {
        const model = yield* sharpModel(spec)
        const together = yield* model.score(arbitraryBatch(spec.vocabularySize, [40, 7, 64, 13]), { entropies: true })
        const all = arbitraryBatch(spec.vocabularySize, [40, 7, 64, 13])
        for (const [i, length] of [40, 7, 64, 13].entries()) {
          const start = all.offsets[i]!
          const alone = yield* model.score(batchOf([...all.tokens.subarray(start, start + length)], [length]), {
            entropies: true
          })
          expect(alone.logProbs).toEqual(together.logProbs.slice(start, start + length))
          expect(alone.entropies).toEqual(together.entropies!.slice(start, start + length))
        }
      }))

    test("documents that begin alike have the scores and the gradient that they have apart", () =>
      Effect.gen(function* () {
        const model = yield* sharpModel({ ...spec, context: 256, valueHead: true })
        const [trunk = [], leaf = []] = [200, 60].map((length) => [...arbitraryBatch(spec.vocabularySize, [length]).tokens])
        // Branches at several depths, a document twice, one that is the beginning of the last, one of another kind between
        // relatives.
        const branches = [200, 150, 33, 18, 90].map((depth, i) => [...trunk.slice(0, depth), i, ...leaf.slice(i, 40)])
        const documents = [trunk, ...branches, branches[4]!, trunk.slice(0, 70), leaf, trunk.slice(0, 70), trunk.slice(0, 70)]
        const together = documentsOf(documents)
        const apart = documents.map((document, i) => {
          const bounds = [together.offsets[i]!, together.offsets[i + 1]!] as const
          return { batch: documentsOf([document]), bounds }
        })
        const scores = yield* model.score(together, { entropies: true, values: true })
        const values = yield* model.score(together, { values: "only" })
        expect(values.values).toEqual(scores.values)
        for (const { batch, bounds } of apart) {
          const alone = yield* model.score(batch, { entropies: true, values: true })
          expect(scores.logProbs.slice(...bounds)).toEqual(alone.logProbs)
          expect(scores.entropies!.slice(...bounds)).toEqual(alone.entropies)
          expect(scores.values!.slice(...bounds)).toEqual(alone.values)
        }
        const [weights, dEntropy, dValue] = [1, 2, 3].map((phase) =>
          Float32Array.from({ length: together.tokens.length }, (_, t) => Math.sin(phase * t + 1))
        ) as [Float32Array, Float32Array, Float32Array]
        const steps = [
          (batch: Batch, bounds: readonly [number, number]) =>
            model.lossStep(batch, { kind: "cross-entropy", weights: weights.subarray(...bounds) }),
          (batch: Batch, bounds: readonly [number, number]) => model.backward(batch, { dValue: dValue.subarray(...bounds) }),
          (batch: Batch, bounds: readonly [number, number]) =>
            model.backward(batch, {
              dLogProb: weights.subarray(...bounds),
              dEntropy: dEntropy.subarray(...bounds),
              dValue: dValue.subarray(...bounds)
            })
        ]
        for (const step of steps) {
          yield* model.zeroGradients
          for (const { batch, bounds } of apart) yield* step(batch, bounds)
          const sum = yield* model.read("gradients")
          yield* model.zeroGradients
          yield* step(together, [0, together.tokens.length])
          expect(relativeError(yield* model.read("gradients"), sum)).toBeLessThan(tolerances.gradient)
        }
        const { logProbs } = yield* model.lossStep(together, { kind: "cross-entropy" })
        expect(logProbs).toEqual(scores.logProbs)
      }))

    test("without old log-probabilities a surrogate takes those of its own pass, which are the bits of scoring", () =>
      Effect.gen(function* () {
        const model = yield* sharpModel({ ...spec, context: 128, valueHead: true })
        // Documents that begin alike, one of a single token, and more rows than go together.
        const [trunk = []] = [[...arbitraryBatch(spec.vocabularySize, [100]).tokens]]
        const batch = documentsOf([trunk, [...trunk.slice(0, 60), 3, 4, 5], [7], trunk.slice(20, 110), trunk.slice(0, 30)])
        const wave = (phase: number, size: number) =>
          Float32Array.from(batch.tokens, (_, t) => (t % 7 === phase ? 0 : size * Math.sin(phase * t + 1)))
        const basic = { kind: "surrogate", weights: wave(1, 0.1), advantages: wave(2, 2), clipLow: 0.2, clipHigh: 0.2 } as const
        const value = { returns: wave(3, 1), oldValues: wave(4, 1), valueClip: 0.1, valueCoefficient: 0.5 }
        const kl = { refLogProbs: wave(5, 3), klCoefficient: 0.3 }
        for (const loss of [basic, { ...basic, ...kl, dualClip: 3 }, { ...basic, ...kl, ...value, entropyCoefficient: 0.1 }])
          for (const temperature of [1, 0.7]) {
            const scores = yield* model.score(batch, { temperature, entropies: true })
            yield* model.zeroGradients
            const given = yield* model.lossStep(batch, { ...loss, temperature, oldLogProbs: scores.logProbs })
            const gradient = yield* model.read("gradients")
            yield* model.zeroGradients
            const own = yield* model.lossStep(batch, { ...loss, temperature }, { entropies: true })
            expect(own).toEqual({ loss: given.loss, ...scores })
            expect(yield* model.read("gradients")).toEqual(gradient)
            expect(gradient.some((g) => g !== 0)).toBe(true)
            expect(given).not.toHaveProperty("entropies")
          }
        yield* model.zeroGradients
        const crossEntropy = yield* model.lossStep(batch, { kind: "cross-entropy" }, { entropies: true })
        expect(crossEntropy.entropies).toEqual((yield* model.score(batch, { entropies: true })).entropies)
      }))

    test("documents whose loss moves nothing add nothing to a gradient, and are scored all the same", () =>
      Effect.gen(function* () {
        const model = yield* sharpModel({ ...spec, context: 128, valueHead: true })
        const idle = arbitraryBatch(spec.vocabularySize, [40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50])
        const few = arbitraryBatch(spec.vocabularySize, [70, 20])
        const zeros = new Float32Array(idle.tokens.length)
        const basic = { kind: "surrogate", clipLow: 0.2, clipHigh: 0.2 } as const
        const wave = (size: number) => Float32Array.from({ length: size }, (_, t) => Math.sin(t + 1))
        const nothing: ReadonlyArray<() => Effect.Effect<LossStats | void, EngineError>> = [
          () => model.lossStep(idle, { kind: "cross-entropy", weights: zeros }),
          () => model.lossStep(idle, { ...basic, weights: wave(zeros.length), advantages: zeros }, { entropies: true }),
          () => model.backward(idle, { dLogProb: zeros, dEntropy: zeros, dValue: zeros }),
          () => model.backward(idle, { dValue: zeros })
        ]
        const something = [
          () => model.lossStep(few, { kind: "cross-entropy" }),
          () => model.lossStep(few, { ...basic, weights: wave(90), advantages: wave(90), entropyCoefficient: 0.1 }),
          () => model.backward(few, { dLogProb: wave(90), dValue: wave(90) }),
          () => model.backward(few, { dValue: wave(90) })
        ]
        const scores = yield* model.score(idle, { entropies: true })
        for (const [i, idly] of nothing.entries()) {
          const step = something[i]!
          const stats = yield* idly()
          expect((yield* model.read("gradients")).every((g) => g === 0)).toBe(true)
          if (stats) expect(stats).toMatchObject({ logProbs: scores.logProbs })
          if (stats?.entropies) expect(stats.entropies).toEqual(scores.entropies)
          yield* model.zeroGradients
          yield* step()
          const alone = yield* model.read("gradients")
          yield* idly()
          expect(yield* model.read("gradients")).toEqual(alone)
          yield* model.zeroGradients
          yield* idly()
          yield* step()
          expect((yield* model.read("gradients")).every((g, j) => g === alone[j])).toBe(true)
          yield* model.zeroGradients
        }
        // In one batch of many pieces: only what moves something counts, wherever it lies in the order of documents.
        const many = arbitraryBatch(
          spec.vocabularySize,
          Array.from({ length: 30 }, (_, i) => 70 + i)
        )
        const documents = [many, few].flatMap(({ tokens, offsets }) =>
          Array.from({ length: offsets.length - 1 }, (_, i) => [...tokens.subarray(offsets[i], offsets[i + 1])])
        )
        const together = documentsOf(documents)
        const weights = Float32Array.from(together.tokens, (_, t) => (t < many.tokens.length ? 0 : 0.1))
        yield* model.lossStep(together, { kind: "cross-entropy", weights })
        const gradient = yield* model.read("gradients")
        yield* model.zeroGradients
        yield* model.lossStep(few, { kind: "cross-entropy", weights: new Float32Array(90).fill(0.1) })
        expect(relativeError(gradient, yield* model.read("gradients"))).toBeLessThan(tolerances.gradient)
      }))

    test("a gradient does not depend on the order of the documents", () =>
      Effect.gen(function* () {
        const { info } = yield* Engine
        const model = yield* sharpModel({ ...spec, context: 128 })
        const all = arbitraryBatch(spec.vocabularySize, [40, 7, 128, 13, 100, 90, 60])
        const documents = [...all.offsets.subarray(1)].map((end, i) => [...all.tokens.subarray(all.offsets[i], end)])
        documents.push([...documents[2]!.slice(0, 50), 1, 2, 3], documents[2]!.slice(0, 30))
        const gradients: Array<Float32Array> = []
        for (const order of [
          [0, 1, 2, 3, 4, 5, 6, 7, 8],
          [8, 2, 6, 4, 7, 0, 5, 3, 1]
        ]) {
          yield* model.zeroGradients
          yield* model.lossStep(documentsOf(order.map((i) => documents[i]!)), { kind: "cross-entropy" })
          gradients.push(yield* model.read("gradients"))
        }
        expect(relativeError(gradients[1]!, gradients[0]!)).toBeLessThan(tolerances.gradient)
        if (info.name !== "tfjs") expect(gradients[1]).toEqual(gradients[0])
      }))

    test("sampled log-probabilities are those of scoring the samples, at the sampling temperature", () =>
      Effect.gen(function* () {
        const model = yield* sharpModel(spec)
        const prompts = arbitraryBatch(spec.vocabularySize, [3, 18, 1])
        const generated = yield* model.generate(
          generateRequest(prompts, { samplesPerPrompt: 5, temperature: 0.8, topK: 20, topP: 0.9, maxNewTokens: 40, stop: [7] })
        )
        const rescored = yield* rescore(model, prompts, 5, generated, 0.8)
        expect(generated.logProbs.length).toBeGreaterThan(100)
        expect(largestDifference(rescored, generated.logProbs)).toBeLessThan(5 * tolerances.scores)
      }))

    test("a sample depends on its prompt, seed and stream alone, not on its batch mates", () =>
      Effect.gen(function* () {
        const model = yield* sharpModel(spec)
        const prompts = arbitraryBatch(spec.vocabularySize, [4, 9, 2, 30, 6])
        const request = generateRequest(prompts, { samplesPerPrompt: 3, maxNewTokens: 30, stop: [11], seed: 77 })
        const all = yield* model.generate(request)
        for (const row of [0, 4, 11, 14]) {
          const prompt = Math.floor(row / 3)
          const alone = yield* model.generate({
            ...request,
            samplesPerPrompt: 1,
            prompts: documentsOf([[...prompts.tokens.subarray(prompts.offsets[prompt]!, prompts.offsets[prompt + 1]!)]]),
            streams: Uint32Array.of(row)
          })
          expect(alone.tokens).toEqual(all.tokens.slice(all.offsets[row], all.offsets[row + 1]))
          expect(alone.logProbs).toEqual(all.logProbs.slice(all.offsets[row], all.offsets[row + 1]))
        }
        const other = yield* model.generate({ ...request, seed: 78 })
        expect([...other.tokens]).not.toEqual([...all.tokens])
      }))

    test("samples follow the model's distribution", () =>
      Effect.gen(function* () {
        const model = yield* sharpModel({ ...spec, vocabularySize: 12 }, 5)
        const prompt = [3, 1, 4]
        const draws = 4000
        const { logProbs, tokens } = yield* model.generate(
          generateRequest(documentsOf([prompt]), { samplesPerPrompt: draws, maxNewTokens: 1, temperature: 1.5 })
        )
        const counts = new Map<number, { count: number; logProb: number }>()
        for (const [i, token] of tokens.entries()) {
          const entry = counts.get(token) ?? { count: 0, logProb: logProbs[i]! }
          counts.set(token, { ...entry, count: entry.count + 1 })
        }
        let mass = 0
        for (const { count, logProb } of counts.values()) {
          const p = Math.exp(logProb)
          mass += p
          expect(Math.abs(count / draws - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / draws) + 1e-9)
        }
        expect(mass).toBeGreaterThan(0.99)
      }))

    test("top-k keeps the k most probable tokens, top-p the smallest set that reaches p", () =>
      Effect.gen(function* () {
        const model = yield* sharpModel({ ...spec, vocabularySize: 12 }, 5)
        const prompt = documentsOf([[3, 1, 4]])
        const sample = (options: { topK?: number; topP?: number }) =>
          model.generate(generateRequest(prompt, { samplesPerPrompt: 3000, maxNewTokens: 1, temperature: 2, ...options }))
        const everything = yield* sample({})
        const probability = new Map<number, number>()
        for (const [i, token] of everything.tokens.entries()) probability.set(token, Math.exp(everything.logProbs[i]!))
        const ranked = [...probability].toSorted((a, b) => b[1] - a[1])
        const kept = (generated: { tokens: Int32Array }) => [...new Set(generated.tokens)].toSorted((a, b) => a - b)
        const best = (count: number) =>
          ranked
            .slice(0, count)
            .map(([token]) => token)
            .toSorted((a, b) => a - b)
        expect(kept(yield* sample({ topK: 3 }))).toEqual(best(3))
        expect(kept(yield* sample({ topK: 1 }))).toEqual(best(1))
        let nucleus = 0
        for (let mass = 0; mass < 0.8; nucleus++) mass += ranked[nucleus]![1]
        expect(kept(yield* sample({ topP: 0.8 }))).toEqual(best(nucleus))
      }))

    test("at the ends of SAMPLING_RANGE draws, scores and gradients are finite, and what they tend to", () =>
      Effect.gen(function* () {
        const { temperature, topP } = SAMPLING_RANGE
        // Not a whole register: tokens that pad the vocabulary must never be drawn.
        const model = yield* sharpModel({ ...spec, vocabularySize: 13 }, 5)
        const prompt = documentsOf([[3, 1, 4]])
        const sample = (options: { topK?: number; topP?: number; temperature?: number }) =>
          model.generate(generateRequest(prompt, { samplesPerPrompt: 400, maxNewTokens: 1, ...options }))
        const drawn = (generated: { tokens: Int32Array }) => [...new Set(generated.tokens)].toSorted((a, b) => a - b)
        const [greedy] = drawn(yield* sample({ temperature: 0 }))
        const ends: ReadonlyArray<readonly [Parameters<typeof sample>[0], tokens: number]> = [
          [{ temperature: temperature.min }, 1],
          [{ temperature: temperature.min, topP: topP.min }, 1],
          [{ temperature: temperature.min, topP: 1 - 1e-12 }, 1],
          [{ temperature: temperature.max, topP: topP.min }, 1],
          [{ temperature: temperature.max, topK: 1 }, 1],
          [{ temperature: temperature.max }, 13],
          [{ temperature: temperature.max, topP: 1 - 1e-12 }, 13],
          [{ temperature: temperature.max, topK: 13 }, 13],
          [{ temperature: temperature.max, topK: 2 ** 31 - 1 }, 13],
          [{ temperature: temperature.max, topK: 13, topP: topP.min }, 1]
        ]
        for (const [how, tokens] of ends) {
          const generated = yield* sample(how)
          expect([JSON.stringify(how), drawn(generated).length]).toEqual([JSON.stringify(how), tokens])
          if (tokens === 1) expect(drawn(generated)).toEqual([greedy])
          expect(generated.logProbs.every((logProb) => logProb <= 0 && Number.isFinite(logProb))).toBe(true)
          if (how.temperature === temperature.max) expect(Math.abs(generated.logProbs[0]! + Math.log(13))).toBeLessThan(0.05)
        }
        const batch = arbitraryBatch(13, [6, 4])
        for (const end of [temperature.min, temperature.max]) {
          const scores = yield* model.score(batch, { temperature: end, entropies: true })
          expect([...scores.logProbs, ...scores.entropies!].every(Number.isFinite)).toBe(true)
          const ones = new Float32Array(batch.tokens.length).fill(1)
          yield* model.backward(batch, { dLogProb: ones, dEntropy: ones, temperature: end })
          expect((yield* model.optimStep(adamW)).step).toBeGreaterThan(0)
        }
        for (const beyond of [{ temperature: temperature.min / 2 }, { temperature: temperature.max * 2 }, { topP: topP.min / 2 }])
          expect(Exit.isFailure(yield* Effect.exit(sample(beyond)))).toBe(true)
      }))

    test("generation ends with a stop token, at the token limit, or at the context", () =>
      Effect.gen(function* () {
        const model = yield* sharpModel({ ...spec, context: 16 })
        const prompts = arbitraryBatch(spec.vocabularySize, [4, 15, 16])
        const free = yield* model.generate(generateRequest(prompts, { samplesPerPrompt: 2, maxNewTokens: 100 }))
        const lengths = (offsets: Int32Array) => [...offsets.subarray(1)].map((end, i) => end - offsets[i]!)
        expect(lengths(free.offsets)).toEqual([12, 12, 1, 1, 0, 0])
        expect([...free.stopped]).toEqual([0, 0, 0, 0, 0, 0])
        const stop = free.tokens[5]!
        const stopped = yield* model.generate(generateRequest(prompts, { samplesPerPrompt: 2, maxNewTokens: 100, stop: [stop] }))
        const first = [...stopped.tokens.subarray(0, stopped.offsets[1])]
        expect(first).toEqual([...free.tokens.subarray(0, first.length)])
        expect(first.at(-1)).toBe(stop)
        expect(first.length).toBeLessThanOrEqual(6)
        expect(stopped.stopped[0]).toBe(1)
        const limited = yield* model.generate(generateRequest(prompts, { samplesPerPrompt: 2, maxNewTokens: 3 }))
        expect(lengths(limited.offsets)).toEqual([3, 3, 1, 1, 0, 0])
      }))

    test("a run resumed from parameters, moments and update count gives the same bytes", () =>
      Effect.gen(function* () {
        const engine = yield* Engine
        const batches = [1, 2, 3, 4].map((k) => arbitraryBatch(spec.vocabularySize, [10 + k, 30, 5 * k]))
        const train = Effect.fnUntraced(function* (model: Model, from: number, to: number) {
          for (let i = from; i < to; i++) {
            yield* model.lossStep(batches[i]!, { kind: "cross-entropy" })
            yield* model.optimStep({ ...adamW, learningRate: 1e-2 })
          }
        })
        const through = yield* engine.createModel(spec, { seed: 9 })
        yield* train(through, 0, 4)

        const first = yield* engine.createModel(spec, { seed: 9 })
        yield* train(first, 0, 2)
        const resumed = yield* engine.createModel(spec, { seed: 1234 })
        for (const which of ["parameters", "firstMoments", "secondMoments"] as const)
          yield* resumed.write(which, yield* first.read(which))
        yield* resumed.setUpdates(yield* first.updates)
        yield* train(resumed, 2, 4)
        for (const which of ["parameters", "firstMoments", "secondMoments"] as const)
          expect(yield* resumed.read(which)).toEqual(yield* through.read(which))
        expect(yield* resumed.updates).toBe(4)
      }))

    test("a gradient that is not finite is an error and leaves parameters, moments and count as they were", () =>
      Effect.gen(function* () {
        const model = yield* sharpModel(spec)
        const batch = arbitraryBatch(spec.vocabularySize, [12])
        yield* model.lossStep(batch, { kind: "cross-entropy" })
        yield* model.optimStep(adamW)
        const before = [yield* model.read("parameters"), yield* model.read("firstMoments"), yield* model.read("secondMoments")]
        for (const bad of [NaN, Infinity]) {
          yield* model.lossStep(batch, { kind: "cross-entropy", weights: new Float32Array(12).fill(bad) })
          const exit = yield* Effect.exit(model.optimStep(adamW))
          expect(Exit.isFailure(exit) && String(exit.cause)).toContain("gradient of update 2 is not finite")
        }
        expect([yield* model.read("parameters"), yield* model.read("firstMoments"), yield* model.read("secondMoments")]).toEqual(
          before
        )
        expect(yield* model.updates).toBe(1)
        yield* model.lossStep(batch, { kind: "cross-entropy" })
        expect((yield* model.optimStep(adamW)).step).toBe(2)
      }))

    test("a clone is a frozen copy that later training does not touch", () =>
      Effect.gen(function* () {
        const model = yield* sharpModel(spec)
        const batch = arbitraryBatch(spec.vocabularySize, [12, 20])
        const before = yield* model.score(batch)
        const copy = yield* model.clone
        yield* model.lossStep(batch, { kind: "cross-entropy" })
        yield* model.optimStep({ ...adamW, learningRate: 0.05 })
        expect(yield* copy.score(batch)).toEqual(before)
        expect((yield* model.score(batch)).logProbs).not.toEqual(before.logProbs)
        const refused = yield* Effect.exit(copy.lossStep(batch, { kind: "cross-entropy" }))
        expect(Exit.isFailure(refused) && String(refused.cause)).toContain("frozen copy")
      }))

    test("two models at work at once do not disturb each other", () =>
      Effect.gen(function* () {
        const other: ModelSpec = { ...spec, width: 32, heads: 2, tied: false }
        const batch = arbitraryBatch(spec.vocabularySize, [12, 40, 3])
        const train = Effect.fnUntraced(function* (shape: ModelSpec) {
          const model = yield* sharpModel(shape)
          for (let i = 0; i < 3; i++) {
            yield* model.lossStep(batch, { kind: "cross-entropy" })
            yield* model.optimStep(adamW)
          }
          return yield* model.read("parameters")
        })
        const apart = [yield* train(spec), yield* train(other)]
        expect(yield* Effect.all([train(spec), train(other)], { concurrency: 2 })).toEqual(apart)
      }))

    test("fresh parameters are N(0, 0.02^2), deterministic in seed and tensor, value heads 0", () =>
      Effect.gen(function* () {
        const engine = yield* Engine
        const shape: ModelSpec = { ...spec, valueHead: true }
        const parameters = yield* (yield* engine.createModel(shape, { seed: 5 })).read("parameters")
        const embedding = tensorOf(shape, parameters, "model.embed_tokens.weight")
        expect(Math.abs(norm(embedding) / Math.sqrt(embedding.length) - 0.02)).toBeLessThan(0.002)
        expect([...tensorOf(shape, parameters, "value_head.weight"), ...tensorOf(shape, parameters, "value_head.bias")]).toEqual(
          Array.from({ length: 25 }, () => 0)
        )
        expect(yield* (yield* engine.createModel(shape, { seed: 5 })).read("parameters")).toEqual(parameters)
        const deeper = { ...shape, layers: 3 }
        const more = yield* (yield* engine.createModel(deeper, { seed: 5 })).read("parameters")
        const name = "model.layers.1.mlp.up_proj.weight"
        expect(tensorOf(deeper, more, name)).toEqual(tensorOf(shape, parameters, name))
      }))

    describe("refuses what makes no sense, naming field and place", () => {
      const batch = arbitraryBatch(spec.vocabularySize, [4, 5])
      const refusals: ReadonlyArray<readonly [string, (model: Model) => Effect.Effect<unknown, unknown>, string]> = [
        ["a token outside the vocabulary", (m) => m.score(batchOf([1, 2, 50], [3])), "token 2 of batch is 50"],
        ["offsets that do not cover the tokens", (m) => m.score({ ...batch, offsets: Int32Array.of(0, 4) }), "ends with 4"],
        [
          "an empty document",
          (m) => m.score({ ...batch, offsets: Int32Array.of(0, 4, 4, 9) }),
          "document 1 of batch has 0 tokens"
        ],
        ["a document beyond the context", (m) => m.score(arbitraryBatch(50, [65])), "more than the model's context of 64"],
        [
          "weights of the wrong length",
          (m) => m.lossStep(batch, { kind: "cross-entropy", weights: new Float32Array(8) }),
          "weights has 8"
        ],
        ["values without a head", (m) => m.score(batch, { values: true }), "no value head"],
        ["values only without a head", (m) => m.score(batch, { values: "only" }), "no value head"],
        ["a temperature of 0 when scoring", (m) => m.score(batch, { temperature: 0 }), "temperature is 0"],
        ["parameters of the wrong size", (m) => m.write("parameters", new Float32Array(3)), "parameters has 3 values"],
        [
          "streams of the wrong length",
          (m) => m.generate(generateRequest(batch, { streams: new Uint32Array(1) })),
          "streams has 1"
        ],
        ["a stop token outside the vocabulary", (m) => m.generate(generateRequest(batch, { stop: [50] })), "stop token 50"],
        ["a topP of 0", (m) => m.generate(generateRequest(batch, { topP: 0 })), "topP is 0"]
      ]
      for (const [title, call, message] of refusals)
        test(title, () =>
          Effect.gen(function* () {
            const exit = yield* Effect.exit(call(yield* sharpModel(spec)))
            expect(Exit.isFailure(exit) && String(exit.cause)).toContain(message)
          })
        )
      test("a head width that is odd", () =>
        Effect.gen(function* () {
          const engine = yield* Engine
          const exit = yield* Effect.exit(engine.createModel({ ...spec, width: 9, heads: 3 }, { seed: 1 }))
          expect(Exit.isFailure(exit) && String(exit.cause)).toContain("head width 3")
        }))
    })

    for (const [title, effect] of derivativeCases(sharpModel, tolerances, models.length === 1)) test(title, effect)

    test("an empty batch is no work and no error", () =>
      Effect.gen(function* () {
        const model = yield* sharpModel(spec)
        const empty = { tokens: new Int32Array(0), offsets: Int32Array.of(0) }
        expect((yield* model.score(empty)).logProbs.length).toBe(0)
        expect((yield* model.lossStep(empty, { kind: "cross-entropy" })).loss).toBe(0)
        expect((yield* model.generate(generateRequest(empty))).tokens.length).toBe(0)
      }))
  })
}
