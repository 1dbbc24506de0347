/**
 * An engine over a compiled library (native or wasm): models live in C, this module checks requests, keeps calls in order and turns
 * outcomes into values or errors. One call computes at a time; others wait their turn without blocking the event loop.
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
import { checkCoefficients, checkGenerate, checkLoss, checkScore, checkSpec, targetCount } from "./check.ts"
import { type CompiledLibrary, type Handle, type Long, type Status, statuses } from "./CompiledLibrary.ts"
import {
  Engine,
  EngineError,
  NonFiniteGradient,
  type Batch,
  type EngineInfo,
  type Generated,
  type Mode,
  type Model,
  type ModelVector,
  type TokenLoss
} from "./Engine.ts"

const modes: ReadonlyArray<Mode> = ["f32", "bf16x3", "bf16"]
const vectors: ReadonlyArray<ModelVector> = ["parameters", "firstMoments", "secondMoments", "gradients"]
const lossKinds = { "cross-entropy": 0, surrogate: 1, coefficients: 2 }

const outOfMemory = (library: CompiledLibrary, operation: string) => new EngineError({ operation, detail: library.outOfMemory })

/** A model of the library together with what its calls need. */
interface Call {
  readonly library: CompiledLibrary
  readonly handle: Handle
  readonly threads: number
  readonly turn: Semaphore.Semaphore
}

/**
 * Runs a long call off the event loop. The arguments stay reachable until it has ended; interruption cancels it and waits for the end.
 */
const run = <A extends ReadonlyArray<unknown>>(
  call: Call,
  operation: string,
  long: Long<A>,
  args: A
): Effect.Effect<Status, EngineError> =>
  Effect.callback<Status, EngineError>((resume) => {
    let held: A | undefined = args
    let ended: (() => void) | undefined
    call.library.cancel(call.handle, 0)
    long(...args, (error, status) => {
      held = undefined
      ended?.()
      if (error !== null && error !== undefined) resume(Effect.fail(new EngineError({ operation, detail: String(error) })))
      else if (status === 1) resume(Effect.fail(outOfMemory(call.library, operation)))
      else resume(Effect.succeed(statuses[status] ?? "cancelled"))
    })
    return Effect.callback<void>((stopped) => {
      if (held === undefined) return stopped(Effect.void)
      ended = () => stopped(Effect.void)
      call.library.cancel(call.handle, 1)
    })
  }).pipe(call.turn.withPermit)

const numbersOf = (loss: TokenLoss, batch: Batch): Float64Array => {
  const surrogate = loss.kind === "surrogate" ? loss : undefined
  return Float64Array.of(
    1 / (surrogate?.temperature ?? 1),
    1 / Math.max(1, targetCount(batch)),
    surrogate?.clipLow ?? 0,
    surrogate?.clipHigh ?? 0,
    surrogate?.dualClip ?? 0,
    surrogate?.klCoefficient ?? 0,
    surrogate?.entropyCoefficient ?? 0,
    surrogate?.valueClip ?? 0,
    surrogate?.valueCoefficient ?? 0
  )
}

/** An array is passed as it is, an absent one as NULL. */
const pointer = (array: Float32Array | undefined): Float32Array | null =>
  array === undefined || array.length === 0 ? null : array

const gradientCalls = (call: Call, spec: ModelSpec): Pick<Model, "lossStep" | "backward"> => {
  const { handle, library, threads } = call
  const documents = (batch: Batch) => batch.offsets.length - 1
  return {
    lossStep: Effect.fn("Model.lossStep")(function* (batch, loss) {
      yield* checkLoss(spec, batch, loss)
      const s = loss.kind === "surrogate" ? loss : undefined
      const total = new Float64Array(1)
      const logProbs = new Float32Array(batch.tokens.length)
      yield* run(call, "lossStep", library.gradient, [
        ...([
          handle,
          threads,
          batch.tokens,
          batch.offsets,
          documents(batch),
          lossKinds[loss.kind],
          numbersOf(loss, batch)
        ] as const),
        ...([pointer(loss.weights), pointer(s?.advantages), pointer(s?.oldLogProbs), pointer(s?.refLogProbs)] as const),
        ...([pointer(s?.returns), pointer(s?.oldValues), null, null, null, total, logProbs] as const)
      ])
      return { loss: total[0]!, logProbs }
    }),
    backward: Effect.fn("Model.backward")(function* (batch, coefficients) {
      yield* checkCoefficients(spec, batch, coefficients)
      const { dEntropy, dLogProb, dValue, temperature = 1 } = coefficients
      const numbers = new Float64Array(9)
      numbers[0] = 1 / temperature
      yield* run(call, "backward", library.gradient, [
        ...([handle, threads, batch.tokens, batch.offsets, documents(batch), lossKinds.coefficients, numbers] as const),
        ...([null, null, null, null, null, null] as const),
        ...([pointer(dLogProb), pointer(dEntropy), pointer(dValue), new Float64Array(1), null] as const)
      ])
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
    yield* run(call, "generate", call.library.generate, [
      ...([call.handle, call.threads, prompts.tokens, prompts.offsets, count, samplesPerPrompt, capacity] as const),
      ...([request.temperature, request.topK ?? 0, request.topP ?? 1] as const),
      ...([Int32Array.from(request.stop), request.stop.length, request.seed, streams] as const),
      ...([tokens, logProbs, lengths, stopped] as const)
    ])
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
      yield* run(call, "read", library.read, [handle, vectors.indexOf(which), flat])
      return flat
    }),
    write: Effect.fn("Model.write")(function* (which, values) {
      if (values.length !== size)
        return yield* new EngineError({
          operation: "write",
          detail: `${which} has ${values.length} values; the model has ${size}`
        })
      yield* run(call, "write", library.write, [handle, vectors.indexOf(which), values])
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
      yield* run(call, "score", library.score, [
        ...([handle, threads, batch.tokens, batch.offsets, batch.offsets.length - 1, 1 / (options.temperature ?? 1)] as const),
        ...([pointer(logProbs), pointer(entropies), pointer(values)] as const)
      ])
      return { logProbs, ...(entropies && { entropies }), ...(values && { values }) }
    }),
    ...(frozen ? { lossStep: () => refuse("lossStep"), backward: () => refuse("backward") } : gradientCalls(call, spec)),
    optimStep: Effect.fn("Model.optimStep")(function* (options) {
      if (frozen) return yield* refuse("optimStep")
      const { beta1, beta2, clipNorm = 0, epsilon, learningRate, weightDecay } = options
      const numbers = Float64Array.of(learningRate, beta1, beta2, epsilon, weightDecay, clipNorm)
      const norm = new Float64Array(1)
      const status = yield* run(call, "optimStep", library.update, [handle, threads, numbers, updates + 1, norm]).pipe(
        Effect.uninterruptible
      )
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
    const mode = modes.indexOf(info.mode)
    if (library.supports(mode) === 0) return yield* new EngineError({ operation: "starting the engine", detail: unsupported })
    const turn = yield* Semaphore.make(1)

    const allocate = (spec: ModelSpec): Effect.Effect<Call, EngineError, Scope.Scope> => {
      const shape = Int32Array.of(spec.vocabularySize, spec.width, spec.layers, spec.heads, spec.hidden, spec.context)
      const all = Int32Array.of(...shape, Number(spec.tied), Number(spec.valueHead))
      return Effect.acquireRelease(
        Effect.suspend(() => {
          const handle = library.create(all, mode)
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
