/**
 * The reference engine: the interface of `Engine.ts` over TensorFlow.js and its automatic differentiation. Meant to be read
 * beside the formulas and believed; the other engines are held against it. Single precision, one thread, no kernels of its own.
 *
 * Work goes rectangle by rectangle and, when sampling, position by position; between two of these other fibers run and an
 * interruption is heard. A `lossStep` or `backward` that is interrupted or fails drops the gradient accumulated so far.
 */

import * as tf from "@tensorflow/tfjs-core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"

import { initialParameters } from "../../model/initialize.ts"
import { parameterCount, type ModelSpec } from "../../model/ModelSpec.ts"
import {
  checkCoefficients,
  checkGenerate,
  checkLoss,
  checkProjection,
  checkScore,
  checkSpec,
  checkTangent,
  targetCount
} from "../check-arguments.ts"
import { Engine, EngineError, NonFiniteGradient, type Batch, type EngineInfo, type Model } from "../Engine.ts"
import { sketchOf } from "../sketch.ts"
import type { TfjsBackend } from "./backends.ts"
import { makeDecoder } from "./Decoder.ts"
import { loadBackend } from "./load.ts"
import { crossEntropy, linearForm, surrogate, type Terms } from "./losses.ts"
import { collect, rectanglesOf, type Rectangle } from "./rectangles.ts"
import { accumulate, adamWStep, gradientNorm, makeState, type State } from "./State.ts"
import { tokenStatistics, type TokenStatistics } from "./transformer.ts"

export interface TfjsOptions {
  readonly backend: TfjsBackend
  readonly numericsClass: string
  /** For TensorFlow's own library; the other backends use one. */
  readonly threads?: number
}

/** Cells of a rectangle: as many as keep its widest array, the logits, at 32 MiB, within reason. */
const cellsAtOnce = (spec: ModelSpec): number => Math.min(4096, Math.ceil(2 ** 23 / spec.vocabularySize))

const attempt = <A>(operation: string, compute: () => A): Effect.Effect<A, EngineError> =>
  Effect.try({
    try: compute,
    catch: (cause) => new EngineError({ operation, detail: cause instanceof Error ? cause.message : String(cause) })
  })

/** Computes rectangle after rectangle, letting others run in between; what a step does not return is freed. */
const eachRectangle = (spec: ModelSpec, batch: Batch, operation: string, work: (rectangle: Rectangle) => void) =>
  Effect.forEach(
    rectanglesOf(batch, cellsAtOnce(spec)),
    (rectangle) =>
      Effect.andThen(
        attempt(operation, () => tf.tidy(() => work(rectangle))),
        Effect.yieldNow
      ),
    { discard: true }
  )

const statisticsOver = (spec: ModelSpec, rectangle: Rectangle, parameters: tf.Tensor1D, temperature = 1): TokenStatistics =>
  tokenStatistics(
    spec,
    parameters,
    tf.tensor2d(rectangle.tokens, [rectangle.rows, rectangle.length], "int32"),
    tf.tensor1d(rectangle.targets, "int32"),
    temperature
  )

const read = (tensor: tf.Tensor): Float32Array => tensor.dataSync() as Float32Array

const scoreCall = (spec: ModelSpec, state: State): Model["score"] =>
  Effect.fn("Model.score")(function* (batch, options = {}) {
    yield* checkScore(spec, batch, options)
    const positions = batch.tokens.length
    const { values: wanted = false } = options
    const logProbs = new Float32Array(wanted === "only" ? 0 : positions)
    const entropies = options.entropies === true ? new Float32Array(positions) : undefined
    const values = wanted === false ? undefined : new Float32Array(positions)
    yield* eachRectangle(spec, batch, "score", (rectangle) => {
      const statistics = statisticsOver(spec, rectangle, state.get("parameters"), options.temperature)
      if (wanted !== "only") collect(rectangle, read(statistics.logProbs), logProbs, (cell) => rectangle.hasTarget[cell] === 1)
      if (entropies) collect(rectangle, read(statistics.entropies), entropies)
      if (values) collect(rectangle, read(statistics.values!), values)
    })
    return { logProbs, ...(entropies && { entropies }), ...(values && { values }) }
  })

/** Accumulates the gradient of the sum of a loss's terms; returns that sum, in float64, and the scores met. */
const differentiate = (
  spec: ModelSpec,
  state: State,
  batch: Batch,
  operation: string,
  temperature: number | undefined,
  entropiesToo: boolean,
  termsOver: (rectangle: Rectangle) => Terms
) =>
  Effect.gen(function* () {
    let loss = 0
    const logProbs = new Float32Array(batch.tokens.length)
    const entropies = entropiesToo ? new Float32Array(batch.tokens.length) : undefined
    yield* eachRectangle(spec, batch, operation, (rectangle) => {
      const terms = termsOver(rectangle)
      const forward = (parameters: tf.Tensor) => {
        const statistics = statisticsOver(spec, rectangle, parameters as tf.Tensor1D, temperature)
        collect(rectangle, read(statistics.logProbs), logProbs, (cell) => rectangle.hasTarget[cell] === 1)
        if (entropies) collect(rectangle, read(statistics.entropies), entropies)
        return terms(statistics)
      }
      const { grad, value } = tf.valueAndGrad(forward)(state.get("parameters"))
      accumulate(state, grad as tf.Tensor1D)
      for (const term of read(value)) loss += term
    })
    return { loss, logProbs, ...(entropies && { entropies }) }
  }).pipe(Effect.onError(() => Effect.sync(() => state.clear("gradients"))))

/**
 * Derivatives by differentiating twice: u -> J^T u, the gradient of sum(u logp), is linear in u, so that the gradient of its
 * inner product with a direction v is J v.
 */
const tangentCall = (spec: ModelSpec, state: State): Model["scoreTangent"] =>
  Effect.fn("Model.scoreTangent")(function* (batch, direction, { temperature } = {}) {
    yield* checkTangent(spec, batch, direction, { ...(temperature !== undefined && { temperature }) })
    const logProbs = new Float32Array(batch.tokens.length)
    const tangents = new Float32Array(batch.tokens.length)
    yield* eachRectangle(spec, batch, "scoreTangent", (rectangle) => {
      const v = tf.tensor1d(direction)
      const scores = (parameters: tf.Tensor) => statisticsOver(spec, rectangle, parameters as tf.Tensor1D, temperature).logProbs
      const now = scores(state.get("parameters"))
      const gradient = (u: tf.Tensor) => tf.grad((parameters) => tf.sum(tf.mul(u, scores(parameters))))(state.get("parameters"))
      const derivative = tf.grad((u) => tf.sum(tf.mul(gradient(u), v)))(tf.onesLike(now))
      const hasTarget = (cell: number) => rectangle.hasTarget[cell] === 1
      collect(rectangle, read(now), logProbs, hasTarget)
      collect(rectangle, read(derivative), tangents, hasTarget)
    })
    return { logProbs, tangents }
  })

/** Document by document: its gradient, and of that the sketch. */
const projectionCall = (spec: ModelSpec, state: State): Model["projectedGradients"] =>
  Effect.fn("Model.projectedGradients")(function* (batch, seed, k) {
    yield* checkProjection(spec, batch, seed, k)
    const documents = batch.offsets.length - 1
    const sketches = new Float32Array(documents * k)
    for (let i = 0; i < documents; i++) {
      const tokens = batch.tokens.subarray(batch.offsets[i], batch.offsets[i + 1])
      const document = { tokens, offsets: Int32Array.of(0, tokens.length) }
      yield* eachRectangle(spec, document, "projectedGradients", (rectangle) => {
        const terms = crossEntropy(rectangle, new Float32Array(tokens.length).fill(1))
        const loss = (parameters: tf.Tensor) => tf.sum(terms(statisticsOver(spec, rectangle, parameters as tf.Tensor1D)))
        sketches.set(sketchOf(spec, read(tf.grad(loss)(state.get("parameters"))), seed, k), i * k)
      })
    }
    return sketches
  })

const gradientCalls = (spec: ModelSpec, state: State): Pick<Model, "lossStep" | "backward"> => ({
  lossStep: Effect.fn("Model.lossStep")(function* (batch, loss, { entropies = false } = {}) {
    yield* checkLoss(spec, batch, loss)
    const temperature = loss.kind === "surrogate" ? loss.temperature : undefined
    const mean = () => new Float32Array(batch.tokens.length).fill(1 / Math.max(1, targetCount(batch)))
    const weights = loss.weights ?? mean()
    return yield* differentiate(spec, state, batch, "lossStep", temperature, entropies, (rectangle) =>
      loss.kind === "surrogate" ? surrogate(rectangle, loss) : crossEntropy(rectangle, weights)
    )
  }),
  backward: Effect.fn("Model.backward")(function* (batch, coefficients) {
    yield* checkCoefficients(spec, batch, coefficients)
    const { dEntropy, dLogProb, dValue, temperature } = coefficients
    if (dEntropy === undefined && dLogProb === undefined && dValue === undefined) return
    yield* differentiate(spec, state, batch, "backward", temperature, false, (rectangle) => linearForm(rectangle, coefficients))
  })
})

const updateCall = (state: State, counter: { updates: number }): Model["optimStep"] =>
  Effect.fn("Model.optimStep")(function* (options) {
    const step = counter.updates + 1
    const norm = yield* attempt("optimStep", () => gradientNorm(state))
    if (Number.isFinite(norm)) yield* attempt("optimStep", () => adamWStep(state, options, step, norm))
    state.clear("gradients")
    if (!Number.isFinite(norm)) return yield* new NonFiniteGradient({ update: step, gradientNorm: norm })
    counter.updates = step
    return { gradientNorm: norm, step }
  }, Effect.uninterruptible)

const generateCall = (spec: ModelSpec, state: State): Model["generate"] =>
  Effect.fn("Model.generate")(function* (request) {
    yield* checkGenerate(spec, request)
    return yield* Effect.acquireUseRelease(
      attempt("generate", () => makeDecoder(spec, state.get("parameters"), request)),
      Effect.fnUntraced(function* (decoder) {
        while (yield* attempt("generate", decoder.step)) yield* Effect.yieldNow
        return decoder.result()
      }),
      (decoder) => Effect.sync(decoder.release)
    )
  })

const frozen = (operation: string) =>
  Effect.fail(
    new EngineError({ operation, detail: "this model is a frozen copy; create a model and write the parameters to train it" })
  )
const frozenCalls: Pick<Model, "lossStep" | "backward" | "optimStep"> = {
  lossStep: () => frozen("lossStep"),
  backward: () => frozen("backward"),
  optimStep: () => frozen("optimStep")
}

/** A model over a state, freed with the scope. Calls wait for one another. */
const makeModel = (
  spec: ModelSpec,
  turn: Semaphore.Semaphore,
  isFrozen: boolean
): Effect.Effect<readonly [Model, State], never, Scope.Scope> =>
  Effect.gen(function* () {
    const size = parameterCount(spec)
    const state = yield* Effect.acquireRelease(
      Effect.sync(() => makeState(size)),
      (state) => turn.withPermit(Effect.sync(state.release))
    )
    const counter = { updates: 0 }
    const { backward, lossStep } = gradientCalls(spec, state)
    const calls: Pick<Model, "lossStep" | "backward" | "optimStep"> = isFrozen
      ? frozenCalls
      : { lossStep, backward, optimStep: updateCall(state, counter) }
    const score = scoreCall(spec, state)
    const scoreTangent = tangentCall(spec, state)
    const projectedGradients = projectionCall(spec, state)
    const generate = generateCall(spec, state)
    const model: Model = {
      spec,
      read: (which) => turn.withPermit(attempt("read", () => read(state.get(which)).slice())),
      write: Effect.fn("Model.write")(function* (which, values) {
        if (values.length !== size)
          return yield* new EngineError({
            operation: "write",
            detail: `${which} has ${values.length} values; the model has ${size}`
          })
        yield* turn.withPermit(attempt("write", () => state.set(which, tf.tensor1d(values.slice()))))
      }),
      updates: Effect.sync(() => counter.updates),
      setUpdates: (count) => Effect.sync(() => void (counter.updates = count)),
      score: (batch, options) => turn.withPermit(score(batch, options)),
      scoreTangent: (batch, direction, options) => turn.withPermit(scoreTangent(batch, direction, options)),
      projectedGradients: (batch, seed, k) => turn.withPermit(projectedGradients(batch, seed, k)),
      lossStep: (batch, loss, options) => turn.withPermit(calls.lossStep(batch, loss, options)),
      backward: (batch, coefficients) => turn.withPermit(calls.backward(batch, coefficients)),
      optimStep: (options) => turn.withPermit(calls.optimStep(options)),
      zeroGradients: turn.withPermit(Effect.sync(() => state.clear("gradients"))),
      generate: (request) => turn.withPermit(generate(request)),
      clone: Effect.gen(function* () {
        const [copy, copied] = yield* makeModel(spec, turn, true)
        yield* turn.withPermit(attempt("clone", () => copied.set("parameters", tf.clone(state.get("parameters")))))
        return copy
      })
    }
    return [model, state] as const
  })

/** The reference engine on a backend, which is loaded now. */
export const layer = (options: TfjsOptions): Layer.Layer<Engine, EngineError> =>
  Layer.effect(
    Engine,
    Effect.gen(function* () {
      const native = options.backend === "tfjs-node" || options.backend === "tfjs-node-gpu"
      const threads = native ? Math.max(1, Math.floor(options.threads ?? 1)) : 1
      yield* Effect.tryPromise({
        try: () => loadBackend(options.backend, threads),
        catch: (cause) =>
          new EngineError({
            operation: `loading TensorFlow.js (${options.backend})`,
            detail:
              (cause instanceof Error ? cause.message : String(cause)) +
              (native ? "; ECHO_CHAMBER_TFJS_BACKEND=wasm does without that library" : "")
          })
      })
      const turn = yield* Semaphore.make(1)
      const info: EngineInfo = {
        name: "tfjs",
        mode: "f32",
        isa: options.backend,
        threads,
        numericsClass: options.numericsClass
      }
      return Engine.of({
        info,
        createModel: Effect.fn("Engine.createModel")(function* (spec, { seed }) {
          yield* checkSpec(spec)
          const parameters = yield* attempt("createModel", () => initialParameters(spec, seed))
          const [model] = yield* makeModel(spec, turn, false)
          yield* model.write("parameters", parameters)
          return model
        })
      })
    })
  )
