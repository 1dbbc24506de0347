/** The model shapes of the benchmark, and how many floating-point operations a token of them costs. */

import type { Batch } from "../src/engine/Engine.ts"
import { parameterCount, type ModelSpec } from "../src/model/ModelSpec.ts"
import { draws } from "../src/random/philox.ts"

export interface Config {
  readonly name: string
  readonly width: number
  readonly layers: number
  readonly heads: number
  readonly context: number
  readonly vocabulary: number
  /** Training sequences of `context` tokens per step. */
  readonly batch: number
  /** Sequences sampled side by side. */
  readonly rows: number
}

/**
 * A and B are the shapes of docs; xs and m are what the built-in studies train, with documents of one length so that torch can
 * follow.
 */
export const configs: ReadonlyArray<Config> = [
  { name: "xs", width: 64, layers: 2, heads: 2, context: 64, vocabulary: 200, batch: 64, rows: 128 },
  { name: "m", width: 128, layers: 4, heads: 4, context: 64, vocabulary: 200, batch: 64, rows: 128 },
  { name: "A", width: 128, layers: 4, heads: 4, context: 128, vocabulary: 512, batch: 32, rows: 128 },
  { name: "B", width: 256, layers: 6, heads: 8, context: 256, vocabulary: 2048, batch: 16, rows: 128 }
]
const [xs, , A, B] = configs as [Config, Config, Config, Config]

/** 0.1 to 20 M parameters. */
export const sizes: ReadonlyArray<Config> = [xs, A, B, { ...B, name: "C", width: 512, layers: 5, batch: 8 }]

/** Shape A, 4,096 tokens a step, at contexts from 128 to 2,048. */
export const contexts: ReadonlyArray<Config> = [128, 512, 2048].map((context) => ({
  ...A,
  name: `A, context ${context}`,
  context,
  batch: 4096 / context
}))

export const specOf = (config: Config): ModelSpec => ({
  vocabularySize: config.vocabulary,
  width: config.width,
  layers: config.layers,
  heads: config.heads,
  hidden: 4 * config.width,
  context: config.context,
  tied: true,
  valueHead: false
})

export const millions = (config: Config): string => (parameterCount(specOf(config)) / 1e6).toFixed(2)

/**
 * Operations a training step needs per token: 2 per multiply-add, forward once and backward twice, matrices (16 d^2 a layer with
 * a hidden width of 4 d, and the head) and the causal half of attention. What an engine computes again does not count.
 */
export const trainingOperations = ({ context, layers, vocabulary, width }: Config): number =>
  6 * (layers * (16 * width * width + context * width) + vocabulary * width)

export const batchOf = (vocabulary: number, documents: number, length: number): Batch => {
  const random = draws(1, "bench")
  return {
    tokens: Int32Array.from({ length: documents * length }, () => random.below(vocabulary)),
    offsets: Int32Array.from({ length: documents + 1 }, (_, i) => i * length)
  }
}

/** 128 completions of 60 tokens after prompts of 64: eight of each of 16 prompts, or each of a prompt of its own. */
export const completionsOf = (vocabulary: number, grouped: boolean): Batch => {
  const prompts = batchOf(vocabulary, 128, 64)
  const completions = batchOf(vocabulary, 128, 60)
  const rows = Array.from({ length: 128 }, (_, i) => {
    const prompt = grouped ? Math.floor(i / 8) : i
    return [...prompts.tokens.subarray(64 * prompt, 64 * prompt + 64), ...completions.tokens.subarray(60 * i, 60 * i + 60)]
  })
  return { tokens: Int32Array.from(rows.flat()), offsets: Int32Array.from({ length: 129 }, (_, i) => 124 * i) }
}
