/**
 * What a model holds: its parameters, both moments and the gradient, each one flat vector in the order of `parameterTable`, and
 * AdamW on them. Tensors never change, so that a new value replaces an old one and a copy costs nothing.
 */

import * as tf from "@tensorflow/tfjs-core"

import type { AdamW, ModelVector } from "../Engine.ts"

export interface State {
  /** A vector; zeros where nothing was written yet. Owned by the state. */
  readonly get: (which: ModelVector) => tf.Tensor1D
  /** Takes the tensor over. */
  readonly set: (which: ModelVector, value: tf.Tensor1D) => void
  /** Back to zeros. */
  readonly clear: (which: ModelVector) => void
  readonly release: () => void
}

export const makeState = (size: number): State => {
  const held = new Map<ModelVector, tf.Tensor1D>()
  const clear = (which: ModelVector): void => {
    held.get(which)?.dispose()
    held.delete(which)
  }
  const set = (which: ModelVector, value: tf.Tensor1D): void => {
    clear(which)
    held.set(which, tf.keep(value))
  }
  return {
    get: (which) => {
      if (!held.has(which)) set(which, tf.zeros([size]))
      return held.get(which)!
    },
    set,
    clear,
    release: () => [...held.keys()].forEach(clear)
  }
}

/** Adds to the accumulated gradient. */
export const accumulate = (state: State, gradient: tf.Tensor1D): void =>
  state.set("gradients", tf.add(state.get("gradients"), gradient))

/** Global norm of the gradient, its squares summed in float64. */
export const gradientNorm = (state: State): number =>
  Math.sqrt((state.get("gradients").dataSync() as Float32Array).reduce((sum, g) => sum + g * g, 0))

/**
 * AdamW with decoupled decay (Loshchilov & Hutter 2019), update number `step` from 1, with a finite gradient of norm `norm`:
 *
 *   g *= min(1, clip / (norm + 1e-6));   m = b1 m + (1 - b1) g;   v = b2 v + (1 - b2) g^2
 *   p = p (1 - lr wd) - lr (m / (1 - b1^s)) / (sqrt(v / (1 - b2^s)) + eps)
 *
 * Where no gradient ever arrived the step is 0, also with epsilon 0.
 */
export const adamWStep = (state: State, options: AdamW, step: number, norm: number): void =>
  tf.tidy(() => {
    const { beta1, beta2, clipNorm, epsilon, learningRate, weightDecay } = options
    const clip = clipNorm ? Math.min(1, clipNorm / (norm + 1e-6)) : 1
    const g = tf.mul(state.get("gradients"), clip)
    const m: tf.Tensor1D = tf.add(tf.mul(state.get("firstMoments"), beta1), tf.mul(g, 1 - beta1))
    const v: tf.Tensor1D = tf.add(tf.mul(state.get("secondMoments"), beta2), tf.mul(tf.square(g), 1 - beta2))
    const corrected = tf.div(m, 1 - beta1 ** step)
    const scale = tf.add(tf.sqrt(tf.div(v, 1 - beta2 ** step)), epsilon)
    const move = tf.where(tf.equal(m, 0), tf.zerosLike(m), tf.mul(tf.div(corrected, scale), learningRate))
    state.set("parameters", tf.sub(tf.mul(state.get("parameters"), 1 - learningRate * weightDecay), move))
    state.set("firstMoments", m)
    state.set("secondMoments", v)
  })
