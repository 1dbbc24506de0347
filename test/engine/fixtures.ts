/** The reference models of test/fixtures: sizes, parameters, batches and float64 results. See test/fixtures/README.md. */

import { readFileSync } from "node:fs"

import type { Batch, GenerateRequest } from "../../src/engine/Engine.ts"
import { parameterTable, type ModelSpec } from "../../src/model/ModelSpec.ts"

export const fixtureModels = ["model-tiny-untied", "model-small-tied"] as const
export type FixtureModel = (typeof fixtureModels)[number]

const file = (name: string) => new URL(`../fixtures/${name}`, import.meta.url)

export const readJson = <A>(name: string): A => JSON.parse(readFileSync(file(name), "utf8")) as A

export const readFloats = (name: string): Float32Array => {
  const bytes = readFileSync(file(name))
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

interface Config {
  readonly config: Readonly<Record<"vocab" | "d_model" | "n_layers" | "n_heads" | "mlp_hidden", number>> & {
    readonly tied: boolean
  }
}

export const fixtureSpec = (model: FixtureModel, valueHead = false): ModelSpec => {
  const { config } = readJson<Config>(`${model}/config.json`)
  return {
    vocabularySize: config.vocab,
    width: config.d_model,
    layers: config.n_layers,
    heads: config.n_heads,
    hidden: config.mlp_hidden,
    context: 32,
    tied: config.tied,
    valueHead
  }
}

/** The fixture's parameters times a power of two, with a value head appended if given. */
export const fixtureParameters = (model: FixtureModel, scale: number, head?: ValueHead): Float32Array => {
  const parameters = readFloats(`${model}/params.f32`).map((x) => x * scale)
  return head ? Float32Array.of(...parameters, ...head.weight, ...head.bias) : parameters
}

export interface ValueHead {
  readonly weight: ReadonlyArray<number>
  readonly bias: ReadonlyArray<number>
}

export const batchOf = (tokens: ReadonlyArray<number>, lengths: ReadonlyArray<number>): Batch => {
  const offsets = [0]
  for (const length of lengths) offsets.push(offsets.at(-1)! + length)
  return { tokens: Int32Array.from(tokens), offsets: Int32Array.from(offsets) }
}

export const documentsOf = (documents: ReadonlyArray<ReadonlyArray<number>>): Batch =>
  batchOf(
    documents.flat(),
    documents.map((document) => document.length)
  )

export interface Digest {
  readonly l2: number
  readonly proj: number
  readonly max_abs: number
}
export type Digests = Readonly<Record<string, Digest>>

interface Run {
  readonly param_scale: number
  readonly logp: ReadonlyArray<number | null>
  readonly entropy: ReadonlyArray<number>
  readonly logp_temperature_0_7: ReadonlyArray<number | null>
  readonly entropy_temperature_0_7: ReadonlyArray<number>
  readonly values: ReadonlyArray<number>
  readonly losses: Readonly<Record<"mean_ce" | "weighted_ce" | "generic" | "value", number>>
  readonly gradient_digests: Readonly<Record<"mean_ce" | "weighted_ce" | "generic" | "value", Digests>>
}

export interface Forward {
  readonly doc_lengths: ReadonlyArray<number>
  readonly tokens: ReadonlyArray<number>
  readonly weights_for_weighted_ce: ReadonlyArray<number | null>
  readonly generic_dlogp: ReadonlyArray<number | null>
  readonly generic_dentropy: ReadonlyArray<number>
  readonly value_head_weight: ReadonlyArray<number>
  readonly value_head_bias: ReadonlyArray<number>
  readonly value_targets: ReadonlyArray<number>
  readonly runs: Readonly<Record<"init" | "sharp", Run>>
  readonly full_gradient_files: Readonly<Record<string, { readonly file: string }>>
}
export const readForward = (model: FixtureModel) => readJson<Forward>(`${model}/forward.json`)

/** null (no target) becomes 0, as engines report it. */
export const floats = (values: ReadonlyArray<number | null>): Float32Array => Float32Array.from(values, (x) => x ?? 0)

export interface AdamFixture {
  readonly hyper: Readonly<Record<"beta1" | "beta2" | "eps" | "weight_decay" | "max_grad_norm", number>>
  readonly lr_per_step: ReadonlyArray<number>
  readonly doc_lengths: ReadonlyArray<number>
  readonly batches: ReadonlyArray<ReadonlyArray<number>>
  readonly runs: Readonly<
    Record<
      "init" | "sharp",
      {
        readonly param_scale: number
        readonly f64: {
          readonly loss_before_step: ReadonlyArray<number>
          readonly grad_norm_before_clipping: ReadonlyArray<number>
          readonly loss_on_first_batch_after_5_steps: number
          readonly final_params: Digests
          readonly first_moment_l2: Readonly<Record<string, number>>
          readonly second_moment_l2: Readonly<Record<string, number>>
        }
      }
    >
  >
}

type Ragged = ReadonlyArray<ReadonlyArray<number>>
export interface RlFixture {
  readonly param_scale: number
  readonly temperature: number
  readonly constants: { readonly Lmax: number; readonly beta: number }
  readonly prompt_lengths: ReadonlyArray<number>
  readonly sequences: Ragged
  readonly value_head_weight: ReadonlyArray<number>
  readonly value_head_bias: ReadonlyArray<number>
  readonly old_logp: Ragged
  readonly ref_logp: Ragged
  readonly old_values: Ragged
  readonly expected: {
    readonly logp: Ragged
    readonly entropy: Ragged
    readonly values: Ragged
    readonly gae: Readonly<Record<string, Readonly<Record<"returns" | "whitened_n_minus_1", Ragged>>>>
    readonly group_advantages: Readonly<Record<string, ReadonlyArray<number>>>
    readonly losses: Readonly<Record<string, number>>
    readonly gradient_digests: Readonly<Record<string, Digests>>
  }
}

export interface DecodeFixture {
  readonly param_scale: number
  readonly new_tokens: number
  readonly cases: ReadonlyArray<{
    readonly prompt: ReadonlyArray<number>
    readonly continuation: ReadonlyArray<number>
    readonly logp_of_chosen: ReadonlyArray<number>
  }>
}

/** The slice of a flat vector that belongs to a tensor. */
export const tensorOf = (spec: ModelSpec, flat: Float32Array, name: string): Float32Array => {
  const tensor = parameterTable(spec).find((p) => p.name === name)
  if (tensor === undefined) throw new Error(`no tensor ${name}`)
  return flat.subarray(tensor.offset, tensor.offset + tensor.size)
}

export const norm = (x: ArrayLike<number>): number => {
  let squares = 0
  for (let i = 0; i < x.length; i++) squares += x[i]! * x[i]!
  return Math.sqrt(squares)
}

/** |x - y| / |y| over whole vectors. */
export const relativeError = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
  norm(Float64Array.from(x, (v, i) => v - y[i]!)) / norm(y)

export const largestDifference = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
  Array.from(x).reduce((most, v, i) => Math.max(most, Math.abs(v - y[i]!)), x.length === y.length ? 0 : Infinity)

/** Largest error of l2 and of the projection on cos(i + 1) over all tensors of a digest, relative to each tensor's l2. */
export const digestError = (spec: ModelSpec, flat: Float32Array, digests: Digests): number => {
  let worst = 0
  for (const [name, digest] of Object.entries(digests)) {
    const tensor = tensorOf(spec, flat, name)
    const projection = tensor.reduce((sum, v, i) => sum + v * Math.cos(i + 1), 0)
    const scale = Math.max(digest.l2, 1e-12)
    worst = Math.max(worst, Math.abs(norm(tensor) - digest.l2) / scale, Math.abs(projection - digest.proj) / scale)
  }
  return worst
}

/** A small ragged batch of reproducible nonsense. */
export const arbitraryBatch = (vocabulary: number, lengths: ReadonlyArray<number>): Batch =>
  batchOf(
    Array.from({ length: lengths.reduce((a, b) => a + b, 0) }, (_, i) => (i * i * 7 + i * 13 + 5) % vocabulary),
    lengths
  )

export const generateRequest = (prompts: Batch, options: Partial<GenerateRequest> = {}): GenerateRequest => ({
  prompts,
  samplesPerPrompt: 1,
  maxNewTokens: 12,
  temperature: 1,
  stop: [],
  seed: 1,
  ...options
})
