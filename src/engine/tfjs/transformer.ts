/**
 * OLMo 1 written down in TensorFlow.js, as it stands in the paper and nothing else; gradients are the library's.
 *
 *   x_0 = E[token]
 *   x  += Wo Attention(RoPE(Wq n), RoPE(Wk n), Wv n)     n = LayerNorm(x)
 *   x  += Wdown (silu(Wgate n) * (Wup n))                n = LayerNorm(x)
 *   logits = H LayerNorm(x)                              H = E when tied
 *
 * Documents are the rows of a rectangle, padded at their ends: causal attention never looks at the padding, and position t of
 * every row is t, so that nothing here knows of ragged batches. All values are `[rows * length, channels]` except inside
 * attention. The tables of the rotation and the mask are computed in float64.
 */

import * as tf from "@tensorflow/tfjs-core"

import { parameterTable, type ModelSpec } from "../../model/ModelSpec.ts"

const LAYER_NORM_EPSILON = 1e-5
const ROTARY_BASE = 10_000

/** The parameter tensors by their names in `parameterTable`. */
export type Weights = Readonly<Record<string, tf.Tensor2D>>

/**
 * The parameter tensors of a flat vector. They are pieces of one split, whose derivative is a concatenation: so the gradient with
 * respect to the vector is a flat vector too.
 */
export const weightsOf = (spec: ModelSpec, parameters: tf.Tensor1D): Weights => {
  const table = parameterTable(spec)
  const pieces = tf.split(
    parameters,
    table.map(({ size }) => size)
  )
  return Object.fromEntries(table.map(({ name, shape }, i) => [name, tf.reshape(pieces[i]!, shape as [number, number])]))
}

/** Keys and values of one layer at the positions so far: `[rows, heads, positions, head width]`. */
export type Seen = { readonly keys: tf.Tensor4D; readonly values: tf.Tensor4D }

/**
 * A row of zeros with a one at the id, for each: `[ids, vocabulary]`. (Asked for floats, the WebAssembly backend writes the bits
 * of integers.)
 */
const oneHot = (ids: tf.Tensor1D, { vocabularySize }: ModelSpec): tf.Tensor2D =>
  tf.cast(tf.oneHot(ids, vocabularySize) as tf.Tensor2D, "float32")

/**
 * y = W x for every row of x; so dx = W^T dy and dW = sum dy x^T. Written out because the library would derive products with
 * transposition flags, for which its WebAssembly backend takes ten times as long as for a transposition and a product.
 */
const linear = (x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D =>
  tf.customGrad((...inputs) => {
    const [x, weight, save] = inputs as unknown as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc]
    save([x, weight])
    return {
      value: tf.matMul<tf.Tensor2D>(x, tf.transpose(weight)),
      gradFunc: (dy: tf.Tensor2D, saved) => {
        const [x, weight] = saved as [tf.Tensor2D, tf.Tensor2D]
        return [tf.matMul(dy, weight), tf.matMul(tf.transpose(dy), x)]
      }
    }
  })(x, weight)

/** (x - mean) / sqrt(variance + epsilon) over channels, variance with divisor d; no parameters. */
const layerNorm = (x: tf.Tensor2D): tf.Tensor2D => {
  const centred = tf.sub(x, tf.mean(x, -1, true))
  const variance = tf.mean(tf.square(centred), -1, true)
  return tf.mul(centred, tf.rsqrt(tf.add(variance, LAYER_NORM_EPSILON)))
}

/** A table `[length, columns]` of f(row, column). */
const tableOf = (length: number, columns: number, f: (row: number, column: number) => number): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: length * columns }, (_, i) => f(Math.floor(i / columns), i % columns)),
    [length, columns]
  )

interface Rotation {
  readonly cosines: tf.Tensor2D
  readonly sines: tf.Tensor2D
}

/** The angles position * base^(-2 i / head width) of positions `start ..`: `[length, head width / 2]`. */
const rotationAt = (start: number, length: number, headWidth: number): Rotation => {
  const angle = (row: number, i: number) => (start + row) * ROTARY_BASE ** ((-2 * i) / headWidth)
  return {
    cosines: tableOf(length, headWidth / 2, (row, i) => Math.cos(angle(row, i))),
    sines: tableOf(length, headWidth / 2, (row, i) => Math.sin(angle(row, i)))
  }
}

/** RoPE, rotate-half: channel i and channel i + half turn together. x is `[rows, heads, length, head width]`. */
const rotate = (x: tf.Tensor4D, { cosines, sines }: Rotation): tf.Tensor4D => {
  const [left, right] = tf.split(x, 2, -1) as [tf.Tensor4D, tf.Tensor4D]
  return tf.concat(
    [tf.sub(tf.mul(left, cosines), tf.mul(right, sines)), tf.add(tf.mul(right, cosines), tf.mul(left, sines))],
    -1
  ) as tf.Tensor4D
}

/** 0 where position `start + row` may look at position `column`, minus infinity where that is the future. */
const causalMask = (start: number, length: number): tf.Tensor2D =>
  tableOf(length, start + length, (row, column) => (column <= start + row ? 0 : -Infinity))

interface Place {
  readonly rows: number
  readonly length: number
  /** Position of the first column. */
  readonly start: number
}

/** Causal softmax attention of a layer over what it has seen and the current positions. */
const attention = (
  spec: ModelSpec,
  { length, rows, start }: Place,
  projected: { readonly q: tf.Tensor2D; readonly k: tf.Tensor2D; readonly v: tf.Tensor2D },
  rotation: Rotation,
  mask: tf.Tensor2D,
  earlier: Seen | undefined
): readonly [tf.Tensor2D, Seen] => {
  const headWidth = spec.width / spec.heads
  const heads = (x: tf.Tensor2D): tf.Tensor4D => tf.transpose(tf.reshape(x, [rows, length, spec.heads, headWidth]), [0, 2, 1, 3])
  const after = (before: tf.Tensor4D | undefined, now: tf.Tensor4D): tf.Tensor4D =>
    before === undefined ? now : tf.concat([before, now], 2)
  const q = rotate(heads(projected.q), rotation)
  const keys = after(earlier?.keys, rotate(heads(projected.k), rotation))
  const values = after(earlier?.values, heads(projected.v))
  const scores = tf.add(
    tf.div(tf.matMul(q, keys, false, true), Math.sqrt(headWidth)),
    tf.reshape(mask, [1, 1, length, start + length])
  )
  const attended = tf.matMul(tf.softmax(scores), values)
  return [tf.reshape(tf.transpose(attended, [0, 2, 1, 3]), [rows * length, spec.width]), { keys, values }]
}

/** The gated MLP: Wdown (silu(Wgate n) * (Wup n)) with silu(x) = x sigmoid(x). */
const gatedMlp = (weights: Weights, at: string, n: tf.Tensor2D): tf.Tensor2D => {
  const gate = linear(n, weights[`${at}.gate_proj.weight`]!)
  const up = linear(n, weights[`${at}.up_proj.weight`]!)
  return linear(tf.mul(tf.mul(gate, tf.sigmoid(gate)), up), weights[`${at}.down_proj.weight`]!)
}

export interface Trunk {
  /** Last hidden states, normalised: `[rows * length, width]`. */
  readonly hidden: tf.Tensor2D
  /** One entry a layer, these positions included. */
  readonly seen: ReadonlyArray<Seen>
}

/**
 * Everything below the heads, for tokens `[rows, length]` at positions `start ..` (default 0). With `start` above 0, `earlier`
 * holds what the layers saw of the positions before.
 */
export const trunk = (
  spec: ModelSpec,
  weights: Weights,
  tokens: tf.Tensor2D,
  start = 0,
  earlier: ReadonlyArray<Seen> = []
): Trunk => {
  const [rows, length] = tokens.shape
  const place = { rows, length, start }
  const rotation = rotationAt(start, length, spec.width / spec.heads)
  const mask = causalMask(start, length)
  const seen: Array<Seen> = []
  /* A product with one-hot rows instead of a look-up, whose derivative the WebAssembly backend lacks. */
  let x = linear(oneHot(tf.reshape(tokens, [rows * length]), spec), tf.transpose(weights["model.embed_tokens.weight"]!))
  for (let layer = 0; layer < spec.layers; layer++) {
    const at = `model.layers.${layer}`
    const projection = (n: tf.Tensor2D, name: string) => linear(n, weights[`${at}.self_attn.${name}_proj.weight`]!)
    const n = layerNorm(x)
    const projected = { q: projection(n, "q"), k: projection(n, "k"), v: projection(n, "v") }
    const [attended, now] = attention(spec, place, projected, rotation, mask, earlier[layer])
    seen.push(now)
    x = tf.add(x, projection(attended, "o"))
    x = tf.add(x, gatedMlp(weights, `${at}.mlp`, layerNorm(x)))
  }
  return { hidden: layerNorm(x), seen }
}

/** Next-token logits: `[hidden states, vocabulary]`. */
export const logitsOf = (spec: ModelSpec, weights: Weights, hidden: tf.Tensor2D): tf.Tensor2D =>
  linear(hidden, weights[spec.tied ? "model.embed_tokens.weight" : "lm_head.weight"]!)

/** The value head: `[hidden states]`. */
const valuesOf = (weights: Weights, hidden: tf.Tensor2D): tf.Tensor1D =>
  tf.reshape(tf.add(linear(hidden, weights["value_head.weight"]!), weights["value_head.bias"]!), [-1])

/** What losses are made of, per position `[rows * length]`. */
export interface TokenStatistics {
  /** log p(target) under softmax(logits / temperature). */
  readonly logProbs: tf.Tensor1D
  /** Entropy of softmax(logits / temperature), nats. */
  readonly entropies: tf.Tensor1D
  /** Only with a value head. */
  readonly values: tf.Tensor1D | undefined
}

export const tokenStatistics = (
  spec: ModelSpec,
  parameters: tf.Tensor1D,
  tokens: tf.Tensor2D,
  targets: tf.Tensor1D,
  temperature: number
): TokenStatistics => {
  const weights = weightsOf(spec, parameters)
  const { hidden } = trunk(spec, weights, tokens)
  const all = tf.logSoftmax(tf.div(logitsOf(spec, weights, hidden), temperature))
  return {
    logProbs: tf.sum(tf.mul(oneHot(targets, spec), all), -1),
    entropies: tf.neg(tf.sum(tf.mul(tf.exp(all), all), -1)),
    values: spec.valueHead ? valuesOf(weights, hidden) : undefined
  }
}
