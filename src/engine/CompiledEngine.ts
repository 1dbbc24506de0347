/**
 * An engine over a compiled library (native or wasm): models live in C, this module checks requests, keeps calls in order and
 * turns outcomes into values or errors. One call computes at a time; others wait their turn without blocking the event loop.
 *
 * Interrupting a call asks the library to stop after the chunk or token it is at and waits until it has, so that memory is never
 * freed under a running call. An interrupted `lossStep` or `backward` drops the gradient accumulated so far.
 */

import { availableParallelism } from "node:os"

import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"

import { initialParameters } from "../model/initialize.ts"
import { parameterCount, type ModelSpec } from "../model/ModelSpec.ts"
import {
  checkCoefficients,
  checkGenerate,
  checkLoss,
  checkProjection,
  checkScore,
  checkSpec,
  checkTangent,
  targetCount
} from "./check-arguments.ts"
import type { CompiledLibrary, Handle, Status } from "./CompiledLibrary.ts"
import {
  Engine,
  EngineError,
  NonFiniteGradient,
  type Batch,
  type EngineInfo,
  type Generated,
  type Model,
  type TokenLoss
} from "./Engine.ts"
import type { CallName, calls, Values } from "./requests.ts"
import { sketchShape } from "./sketch.ts"

const outOfMemory = (library: CompiledLibrary, operation: string) => new EngineError({ operation, detail: library.outOfMemory })

/** A model of the library together with what its calls need. */
interface Call {
  readonly library: CompiledLibrary
  readonly handle: Handle
  readonly threads: number
  readonly turn: Semaphore.Semaphore
}

/** Runs a long call off the event loop; interruption cancels it and waits for the end. */
const run = <Name extends CallName>(
  { handle, library, turn }: Call,
  operation: string,
  name: Name,
  request: Values<(typeof calls)[Name]>
): Effect.Effect<Status, EngineError> =>
  Effect.callback<Status, EngineError>((resume) => {
    let running = true
    let ended: (() => void) | undefined
    library.cancel(handle, false)
    const settle = (broken: string | undefined, status: Status) => {
      running = false
      ended?.()
      if (broken !== undefined) resume(Effect.fail(new EngineError({ operation, detail: broken })))
      else if (status === "out of memory") resume(Effect.fail(outOfMemory(library, operation)))
      else resume(Effect.succeed(status))
    }
    try {
      library.call(name, handle, request, settle)
    } catch (cause) {
      // A number that C would read as another one.
      settle(cause instanceof Error ? cause.message : String(cause), "cancelled")
    }
    return Effect.callback<void>((stopped) => {
      if (!running) return stopped(Effect.void)
      ended = () => stopped(Effect.void)
      library.cancel(handle, true)
    })
  }).pipe(turn.withPermit)

const packed = ({ offsets, tokens }: Batch) => ({ tokens, offsets, documents: offsets.length - 1 })

const lossOf = (loss: TokenLoss, batch: Batch): Values<"Loss"> => {
  const uniformWeight = 1 / Math.max(1, targetCount(batch))
  if (loss.kind === "cross-entropy") return { ...loss, uniformWeight, inverseTemperature: 1 }
  const { temperature = 1, ...surrogate } = loss
  return { ...surrogate, uniformWeight, inverseTemperature: 1 / temperature }
}

const derivativeCalls = (call: Call, spec: ModelSpec): Pick<Model, "scoreTangent" | "projectedGradients"> => {
  const { threads } = call
  return {
    scoreTangent: Effect.fn("Model.scoreTangent")(function* (batch, direction, options = {}) {
      yield* checkTangent(spec, batch, direction, options)
      const logProbs = new Float32Array(batch.tokens.length)
      const tangents = new Float32Array(batch.tokens.length)
      const inverseTemperature = 1 / (options.temperature ?? 1)
      const request = { threads, ...packed(batch), inverseTemperature, direction, logProbs, tangents }
      yield* run(call, "scoreTangent", "tangent", request)
      return { logProbs, tangents }
    }),
    projectedGradients: Effect.fn("Model.projectedGradients")(function* (batch, seed, k) {
      yield* checkProjection(spec, batch, seed, k)
      const sketches = yield* Effect.try({
        try: () => new Float32Array((batch.offsets.length - 1) * k),
        catch: () => outOfMemory(call.library, "projectedGradients")
      })
      yield* run(call, "projectedGradients", "sketch", { threads, ...packed(batch), seed, ...sketchShape(k), sketches })
      return sketches
    })
  }
}

const gradientCalls = (call: Call, spec: ModelSpec): Pick<Model, "lossStep" | "backward"> => {
  const { threads } = call
  return {
    lossStep: Effect.fn("Model.lossStep")(function* (batch, loss, options = {}) {
      yield* checkLoss(spec, batch, loss)
      const total = new Float64Array(1)
      const logProbs = new Float32Array(batch.tokens.length)
      const entropies = options.entropies === true ? new Float32Array(batch.tokens.length) : undefined
      const request = { threads, ...packed(batch), loss: lossOf(loss, batch), total, logProbs, entropies }
      yield* run(call, "lossStep", "gradient", request)
      return { loss: total[0]!, logProbs, ...(entropies && { entropies }) }
    }),
    backward: Effect.fn("Model.backward")(function* (batch, coefficients) {
      yield* checkCoefficients(spec, batch, coefficients)
      const { dEntropy, dLogProb, dValue, temperature = 1 } = coefficients
      const loss: Values<"Loss"> = { kind: "coefficients", inverseTemperature: 1 / temperature, dLogProb, dEntropy, dValue }
      yield* run(call, "backward", "gradient", { threads, ...packed(batch), loss, total: new Float64Array(1) })
    })
  }
}

/** Rows of fixed length, closed up. */
const closeUp = (
  lengths: Int32Array,
  capacity: number,
  tokens: Int32Array,
  logProbs: Float32Array,
  stopped: Uint8Array
): Generated => {
  const offsets = new Int32Array(lengths.length + 1)
  for (let row = 0; row < lengths.length; row++) offsets[row + 1] = offsets[row]! + lengths[row]!
  const outTokens = new Int32Array(offsets.at(-1)!)
  const outLogProbs = new Float32Array(offsets.at(-1)!)
  for (let row = 0; row < lengths.length; row++) {
    const from = row * capacity
    outTokens.set(tokens.subarray(from, from + lengths[row]!), offsets[row])
    outLogProbs.set(logProbs.subarray(from, from + lengths[row]!), offsets[row])
  }
  return { tokens: outTokens, offsets, logProbs: outLogProbs, stopped }
}

const generateCall = (call: Call, spec: ModelSpec): Model["generate"] =>
  Effect.fn("Model.generate")(function* (request) {
    yield* checkGenerate(spec, request)
    const { prompts, samplesPerPrompt } = request
    const count = prompts.offsets.length - 1
    const rows = count * samplesPerPrompt
    const capacity = Math.min(request.maxNewTokens, spec.context)
    const { lengths, logProbs, stopped, streams, tokens } = yield* Effect.try({
      try: () => ({
        tokens: new Int32Array(rows * capacity),
        logProbs: new Float32Array(rows * capacity),
        lengths: new Int32Array(rows),
        stopped: new Uint8Array(rows),
        streams: request.streams ?? Uint32Array.from({ length: rows }, (_, row) => row)
      }),
      catch: () => outOfMemory(call.library, "generate")
    })
    yield* run(call, "generate", "generate", {
      threads: call.threads,
      promptTokens: prompts.tokens,
      promptOffsets: prompts.offsets,
      prompts: count,
      samples: samplesPerPrompt,
      maxNewTokens: capacity,
      sampling: { temperature: request.temperature, topK: request.topK, topP: request.topP ?? 1 },
      stop: Int32Array.from(request.stop),
      stops: request.stop.length,
      seed: request.seed,
      streams,
      tokens,
      logProbs,
      lengths,
      stopped
    })
    return closeUp(lengths, capacity, tokens, logProbs, stopped)
  })

const makeModel = (call: Call, spec: ModelSpec, copy: Model["clone"], frozen: boolean): Model => {
  const { handle, library, threads } = call
  const size = parameterCount(spec)
  let updates = 0
  const refuse = (operation: string) =>
    Effect.fail(
      new EngineError({ operation, detail: "this model is a frozen copy; create a model and write the parameters to train it" })
    )
  return {
    spec,
    read: Effect.fn("Model.read")(function* (which) {
      const flat = new Float32Array(size)
      yield* run(call, "read", "read", { which, flat })
      return flat
    }),
    write: Effect.fn("Model.write")(function* (which, values) {
      if (values.length !== size)
        return yield* new EngineError({
          operation: "write",
          detail: `${which} has ${values.length} values; the model has ${size}`
        })
      yield* run(call, "write", "write", { which, flat: values })
    }),
    updates: Effect.sync(() => updates),
    setUpdates: (count) => Effect.sync(() => void (updates = count)),
    score: Effect.fn("Model.score")(function* (batch, options = {}) {
      yield* checkScore(spec, batch, options)
      const positions = batch.tokens.length
      const { values: wanted = false } = options
      const logProbs = new Float32Array(wanted === "only" ? 0 : positions)
      const entropies = options.entropies === true ? new Float32Array(positions) : undefined
      const values = wanted === false ? undefined : new Float32Array(positions)
      const inverseTemperature = 1 / (options.temperature ?? 1)
      yield* run(call, "score", "score", { threads, ...packed(batch), inverseTemperature, logProbs, entropies, values })
      return { logProbs, ...(entropies && { entropies }), ...(values && { values }) }
    }),
    ...derivativeCalls(call, spec),
    ...(frozen ? { lossStep: () => refuse("lossStep"), backward: () => refuse("backward") } : gradientCalls(call, spec)),
    optimStep: Effect.fn("Model.optimStep")(function* (options) {
      if (frozen) return yield* refuse("optimStep")
      const norm = new Float64Array(1)
      const request = { threads, options: { ...options, step: updates + 1 }, norm }
      const status = yield* run(call, "optimStep", "update", request).pipe(Effect.uninterruptible)
      if (status === "non-finite") return yield* new NonFiniteGradient({ update: updates + 1, gradientNorm: norm[0]! })
      updates++
      return { gradientNorm: norm[0]!, step: updates }
    }),
    zeroGradients: Effect.sync(() => library.zeroGradients(handle)).pipe(call.turn.withPermit),
    generate: generateCall(call, spec),
    clone: copy
  }
}

/** Threads of a request: as many as asked for, one per core if that is open. */
export const threadCount = (threads: number | undefined): number =>
  Math.max(1, Math.min(64, Math.floor(threads ?? availableParallelism())))

/** The engine over a library. `unsupported`: what to say where the library cannot have `info.mode`. */
export const makeEngine = (
  library: CompiledLibrary,
  info: EngineInfo,
  unsupported: string
): Effect.Effect<Engine["Service"], EngineError> =>
  Effect.gen(function* () {
    if (!library.supports(info.mode)) return yield* new EngineError({ operation: "starting the engine", detail: unsupported })
    const turn = yield* Semaphore.make(1)

    const allocate = (spec: ModelSpec): Effect.Effect<Call, EngineError, Scope.Scope> => {
      const { vocabularySize: vocabulary, ...shape } = spec
      return Effect.acquireRelease(
        Effect.suspend(() => {
          const handle = library.create({ mode: info.mode, vocabulary, ...shape })
          return handle === null
            ? Effect.fail(outOfMemory(library, "createModel"))
            : Effect.succeed({ library, handle, threads: info.threads, turn })
        }),
        (call) => Effect.sync(() => library.destroy(call.handle)).pipe(turn.withPermit)
      )
    }

    const build = (spec: ModelSpec, parameters: Float32Array, frozen: boolean): Effect.Effect<Model, EngineError, Scope.Scope> =>
      Effect.gen(function* () {
        const call = yield* allocate(spec)
        const model: Model = makeModel(
          call,
          spec,
          Effect.suspend(() => Effect.flatMap(model.read("parameters"), (values) => build(spec, values, true))),
          frozen
        )
        yield* model.write("parameters", parameters)
        return model
      })

    return Engine.of({
      info,
      createModel: Effect.fn("Engine.createModel")(function* (spec, { seed }) {
        yield* checkSpec(spec)
        const parameters = yield* Effect.try({
          try: () => initialParameters(spec, seed),
          catch: () => outOfMemory(library, "createModel") /* a RangeError: no array is that long */
        })
        return yield* build(spec, parameters, false)
      })
    })
  })
