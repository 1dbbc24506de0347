/**
 * What every engine checks before it computes: a request that makes no sense is refused with the field and the place, never
 * computed and never passed on to native code.
 */

import * as Effect from "effect/Effect"

import { parameterCount, type ModelSpec } from "../model/ModelSpec.ts"
import {
  EngineError,
  SAMPLING_RANGE,
  type Batch,
  type Coefficients,
  type GenerateRequest,
  type ScoreOptions,
  type TokenLoss
} from "./Engine.ts"
import { SKETCH_NUMBERS } from "./sketch.ts"

const fail = (operation: string, detail: string) => Effect.fail(new EngineError({ operation, detail }))

/** The first complaint of a list of lazy checks, if any. */
const firstOf = (operation: string, complaints: Iterable<string>): Effect.Effect<void, EngineError> => {
  for (const complaint of complaints) return fail(operation, complaint)
  return Effect.void
}

const wholeNumber = (name: string, value: number, least: number, most = 2 ** 31 - 1): Array<string> =>
  Number.isInteger(value) && value >= least && value <= most
    ? []
    : [`${name} is ${value}; it must be a whole number from ${least} to ${most}`]

export const checkSpec = (spec: ModelSpec): Effect.Effect<void, EngineError> =>
  firstOf(
    "createModel",
    (function* () {
      yield* wholeNumber("vocabularySize", spec.vocabularySize, 2)
      yield* wholeNumber("width", spec.width, 1)
      yield* wholeNumber("layers", spec.layers, 0)
      yield* wholeNumber("heads", spec.heads, 1)
      yield* wholeNumber("hidden", spec.hidden, 1)
      yield* wholeNumber("context", spec.context, 1)
      if (spec.width % spec.heads !== 0) yield `width ${spec.width} is not a multiple of heads ${spec.heads}`
      else if ((spec.width / spec.heads) % 2 !== 0)
        yield `the head width ${spec.width / spec.heads} (width / heads) must be even, because rotary embedding turns pairs`
    })()
  )

function* batchComplaints(spec: ModelSpec, name: string, batch: Batch): Generator<string> {
  const { tokens, offsets } = batch
  if (offsets.length === 0) return yield `${name}.offsets is empty; it needs at least the final 0`
  if (offsets[0] !== 0) yield `${name}.offsets starts with ${offsets[0]}, not 0`
  if (offsets.at(-1) !== tokens.length) yield `${name}.offsets ends with ${offsets.at(-1)}, but there are ${tokens.length} tokens`
  for (let i = 0; i + 1 < offsets.length; i++) {
    const length = offsets[i + 1]! - offsets[i]!
    if (length < 1) yield `document ${i} of ${name} has ${length} tokens`
    if (length > spec.context)
      yield `document ${i} of ${name} has ${length} tokens, more than the model's context of ${spec.context}`
  }
  for (let t = 0; t < tokens.length; t++) {
    const token = tokens[t]!
    if (token < 0 || token >= spec.vocabularySize)
      yield `token ${t} of ${name} is ${token}, outside the vocabulary of ${spec.vocabularySize}`
  }
}

const lengthComplaints = function* (batch: Batch, arrays: Readonly<Record<string, Float32Array | undefined>>): Generator<string> {
  for (const [name, array] of Object.entries(arrays))
    if (array !== undefined && array.length !== batch.tokens.length)
      yield `${name} has ${array.length} entries, but the batch has ${batch.tokens.length} positions`
}

interface Ends {
  readonly min: number
  readonly max: number
}
/** False for NaN too. */
const within = ({ min, max }: Ends, value: number): boolean => value >= min && value <= max
const fromTo = ({ min, max }: Ends): string => `from ${min} to ${max}`

const temperatureComplaints = (temperature: number | undefined): Array<string> =>
  temperature === undefined || within(SAMPLING_RANGE.temperature, temperature)
    ? []
    : [`temperature is ${temperature}; it must be ${fromTo(SAMPLING_RANGE.temperature)}`]

export const checkScore = (spec: ModelSpec, batch: Batch, options: ScoreOptions) =>
  firstOf(
    "score",
    (function* () {
      yield* batchComplaints(spec, "batch", batch)
      yield* temperatureComplaints(options.temperature)
      if ((options.values ?? false) !== false && !spec.valueHead) yield "values were asked for, but the model has no value head"
      if (options.values === "only" && options.entropies === true) yield "entropies were asked for together with values only"
    })()
  )

export const checkCoefficients = (spec: ModelSpec, batch: Batch, coefficients: Coefficients) =>
  firstOf(
    "backward",
    (function* () {
      const { dEntropy, dLogProb, dValue, temperature } = coefficients
      yield* batchComplaints(spec, "batch", batch)
      yield* lengthComplaints(batch, { dLogProb, dEntropy, dValue })
      yield* temperatureComplaints(temperature)
      if (dValue !== undefined && !spec.valueHead) yield "dValue was given, but the model has no value head"
    })()
  )

export const checkTangent = (
  spec: ModelSpec,
  batch: Batch,
  direction: Float32Array,
  { temperature }: Pick<ScoreOptions, "temperature">
) =>
  firstOf(
    "scoreTangent",
    (function* () {
      yield* batchComplaints(spec, "batch", batch)
      yield* temperatureComplaints(temperature)
      const size = parameterCount(spec)
      if (direction.length !== size) yield `direction has ${direction.length} values; the model has ${size}`
    })()
  )

export const checkProjection = (spec: ModelSpec, batch: Batch, seed: number, k: number) =>
  firstOf(
    "projectedGradients",
    (function* () {
      yield* batchComplaints(spec, "batch", batch)
      yield* wholeNumber("seed", seed, 0, 2 ** 32 - 1)
      if (!within(SKETCH_NUMBERS, k) || !Number.isInteger(Math.log2(k)))
        yield `k is ${k}; it must be a power of two ${fromTo(SKETCH_NUMBERS)}`
    })()
  )

export const checkLoss = (spec: ModelSpec, batch: Batch, loss: TokenLoss) =>
  firstOf(
    "lossStep",
    (function* () {
      yield* batchComplaints(spec, "batch", batch)
      yield* lengthComplaints(batch, { weights: loss.weights })
      if (loss.kind === "cross-entropy") return
      const { advantages, oldLogProbs, oldValues, refLogProbs, returns } = loss
      yield* lengthComplaints(batch, { advantages, oldLogProbs, oldValues, refLogProbs, returns })
      yield* temperatureComplaints(loss.temperature)
      if ((loss.klCoefficient ?? 0) !== 0 && refLogProbs === undefined) yield "klCoefficient needs refLogProbs"
      if ((loss.valueCoefficient ?? 0) !== 0) {
        if (!spec.valueHead) yield "valueCoefficient needs a model with a value head"
        if (returns === undefined) yield "valueCoefficient needs returns"
        if (loss.valueClip !== undefined && oldValues === undefined) yield "valueClip needs oldValues"
      }
      if (loss.valueClip !== undefined && !(loss.valueClip > 0)) yield `valueClip is ${loss.valueClip}; it must be positive`
      if (loss.dualClip !== undefined && !(loss.dualClip > 1)) yield `dualClip is ${loss.dualClip}; it must be above 1`
    })()
  )

export const checkGenerate = (spec: ModelSpec, request: GenerateRequest) =>
  firstOf(
    "generate",
    (function* () {
      yield* batchComplaints(spec, "prompts", request.prompts)
      yield* wholeNumber("samplesPerPrompt", request.samplesPerPrompt, 1)
      yield* wholeNumber("maxNewTokens", request.maxNewTokens, 0)
      yield* wholeNumber("seed", request.seed, 0, 2 ** 32 - 1)
      if (request.temperature !== 0 && !within(SAMPLING_RANGE.temperature, request.temperature))
        yield `temperature is ${request.temperature}; it must be 0 (greedy) or ${fromTo(SAMPLING_RANGE.temperature)}`
      if (request.topK !== undefined) yield* wholeNumber("topK", request.topK, 0)
      if (request.topP !== undefined && !within(SAMPLING_RANGE.topP, request.topP))
        yield `topP is ${request.topP}; it must be ${fromTo(SAMPLING_RANGE.topP)}`
      const rows = (request.prompts.offsets.length - 1) * request.samplesPerPrompt
      if (request.streams !== undefined && request.streams.length !== rows)
        yield `streams has ${request.streams.length} entries, but there are ${rows} rows`
      for (const token of request.stop)
        if (!Number.isInteger(token) || token < 0 || token >= spec.vocabularySize)
          yield `stop token ${token} is outside the vocabulary of ${spec.vocabularySize}`
    })()
  )

/** Number of positions that have a target: the M of a mean over targets. */
export const targetCount = (batch: Batch): number => batch.tokens.length - (batch.offsets.length - 1)
