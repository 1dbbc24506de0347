/**
 * Sampling with a cache, one position at a time. Rows whose prompt is longer are fed their prompt while others sample already, so
 * that a row meets the same shapes, and the same roundings, whatever lies beside it; rows that ended leave.
 */

import * as tf from "@tensorflow/tfjs-core"

import type { ModelSpec } from "../../model/ModelSpec.ts"
import { philox, uniform } from "../../random/philox.ts"
import type { Generated, GenerateRequest } from "../Engine.ts"
import { sampleToken } from "./sample.ts"
import { logitsOf, type Seen, trunk, weightsOf } from "./transformer.ts"

/** Floats that the keys and values of the rows decoded together may take, and the most rows. */
const CACHE_FLOATS = 2 ** 26
const MOST_ROWS = 512

interface Row {
  readonly prompt: Int32Array
  readonly stream: number
  readonly limit: number
  readonly tokens: Array<number>
  readonly logProbs: Array<number>
  stopped: boolean
}

export interface Decoder {
  /** Decodes the next position of the rows at work. False when every row has ended. */
  readonly step: () => boolean
  readonly result: () => Generated
  /** Gives the caches back; needed when left before the end. */
  readonly release: () => void
}

export const makeDecoder = (spec: ModelSpec, parameters: tf.Tensor1D, request: GenerateRequest): Decoder => {
  const { prompts, samplesPerPrompt } = request
  const stop = new Set(request.stop)
  const words = new Uint32Array(4)
  const rows = Array.from({ length: (prompts.offsets.length - 1) * samplesPerPrompt }, (_, index): Row => {
    const document = Math.floor(index / samplesPerPrompt)
    const prompt = prompts.tokens.subarray(prompts.offsets[document]!, prompts.offsets[document + 1]!)
    const limit = Math.min(request.maxNewTokens, spec.context - prompt.length)
    return { prompt, limit, stream: request.streams?.[index] ?? index, tokens: [], logProbs: [], stopped: false }
  })
  const affordable = Math.floor(CACHE_FLOATS / (2 * spec.layers * spec.width * spec.context))
  const together = Math.max(1, Math.min(MOST_ROWS, affordable))
  let waiting = rows.filter(({ limit }) => limit > 0)
  let active: Array<Row> = []
  let position = 0
  let seen: Array<Seen> = []
  const weights = tf.tidy(() => weightsOf(spec, parameters))

  /** Draws the row's next token; whether the row goes on. */
  const draw = (row: Row, logits: Float32Array): boolean => {
    philox(row.tokens.length, 0, 0, 0, request.seed, row.stream, words)
    const { token, logProb } = sampleToken(logits, request, uniform(words[0]!))
    row.tokens.push(token)
    row.logProbs.push(logProb)
    row.stopped = stop.has(token)
    return !row.stopped && row.tokens.length < row.limit
  }

  /** Decodes one position, whose inputs are tokens of prompts or those drawn last; returns the caches of the rows that go on. */
  const feed = (): Array<Seen> => {
    const inputs = active.map(({ prompt, tokens }) => (position < prompt.length ? prompt[position]! : tokens.at(-1)!))
    const { hidden, seen: now } = trunk(spec, weights, tf.tensor2d(inputs, [inputs.length, 1], "int32"), position, seen)
    const drawing = active.map(({ prompt }) => position >= prompt.length - 1)
    let going = active.map(() => true)
    if (drawing.includes(true)) {
      const logits = logitsOf(spec, weights, hidden).dataSync() as Float32Array
      const v = spec.vocabularySize
      going = active.map((row, i) => !drawing[i] || draw(row, logits.subarray(i * v, (i + 1) * v)))
    }
    const left = going.flatMap((goes, i) => (goes ? [i] : []))
    const everyone = left.length === active.length
    const among = (x: tf.Tensor4D) => (everyone ? x : tf.gather(x, tf.tensor1d(left, "int32")))
    active = left.map((i) => active[i]!)
    position++
    return active.length === 0 ? [] : now.map(({ keys, values }) => ({ keys: among(keys), values: among(values) }))
  }

  return {
    step: () => {
      if (active.length === 0) {
        active = waiting.slice(0, together)
        waiting = waiting.slice(together)
        position = 0
      }
      if (active.length === 0) return false
      const before = seen
      seen = tf.tidy(feed)
      tf.dispose(before)
      return true
    },
    result: () => {
      const offsets = Int32Array.from({ length: rows.length + 1 })
      rows.forEach(({ tokens }, i) => (offsets[i + 1] = offsets[i]! + tokens.length))
      return {
        tokens: Int32Array.from(rows.flatMap(({ tokens }) => tokens)),
        offsets,
        logProbs: Float32Array.from(rows.flatMap(({ logProbs }) => logProbs)),
        stopped: Uint8Array.from(rows, ({ stopped }) => Number(stopped))
      }
    },
    release: () => tf.dispose([weights, seen])
  }
}
