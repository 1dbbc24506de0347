/**
 * The token losses of `Engine.ts` as TensorFlow.js expressions. Each returns its terms per position; a loss is their sum, and
 * nothing here says how to differentiate it.
 *
 * A position of weight 0 takes no part, whatever its arrays hold: its log-probability is replaced by 0 before anything is
 * computed from it, since 0 times an overflowing ratio would not be 0.
 */

import * as tf from "@tensorflow/tfjs-core"

import type { Coefficients, TokenLoss } from "../Engine.ts"
import { type Rectangle, spread } from "./rectangles.ts"
import type { TokenStatistics } from "./transformer.ts"

type Surrogate = Extract<TokenLoss, { kind: "surrogate" }>

/** Terms of a loss over a rectangle, `[cells]`. */
export type Terms = (statistics: TokenStatistics) => tf.Tensor1D

const targetOf = (rectangle: Rectangle) => (cell: number) => rectangle.hasTarget[cell] === 1

/** weight * -log p(target). */
export const crossEntropy = (rectangle: Rectangle, weights: Float32Array): Terms => {
  const weight = spread(rectangle, weights, targetOf(rectangle))
  return ({ logProbs }) => tf.neg(tf.mul(tf.tensor1d(weight), logProbs))
}

/**
 * max(-A r, -A clip(r)), r = exp(logp - old) (Schulman et al. 2017); with dual clip c, at most -c A where A < 0 (Ye et al. 2020).
 */
const policyTerm = (loss: Surrogate, advantages: tf.Tensor1D, oldLogProbs: tf.Tensor1D, logProbs: tf.Tensor1D): tf.Tensor1D => {
  const ratio = tf.exp(tf.sub(logProbs, oldLogProbs))
  const gain = tf.neg(advantages)
  const clipped = tf.clipByValue(ratio, 1 - loss.clipLow, 1 + loss.clipHigh)
  const policy = tf.maximum(tf.mul(gain, ratio), tf.mul(gain, clipped))
  if (loss.dualClip === undefined) return policy as tf.Tensor1D
  return tf.where(tf.less(advantages, 0), tf.minimum(policy, tf.mul(gain, loss.dualClip)), policy) as tf.Tensor1D
}

/** k3 = exp(ref - logp) - 1 - (ref - logp) (Schulman 2020). */
const klTerm = (refLogProbs: tf.Tensor1D, logProbs: tf.Tensor1D): tf.Tensor1D => {
  const logRatio = tf.sub(refLogProbs, logProbs)
  return tf.sub(tf.sub(tf.exp(logRatio), 1), logRatio)
}

/** 1/2 (v - return)^2, or the larger of that and the same with v kept within `valueClip` of the old value. */
const valueTerm = (loss: Surrogate, returns: tf.Tensor1D, oldValues: () => tf.Tensor1D, values: tf.Tensor1D): tf.Tensor1D => {
  const free = tf.square(tf.sub(values, returns))
  if (loss.valueClip === undefined) return tf.mul(free, 0.5)
  const old = oldValues()
  const near = tf.add(old, tf.clipByValue(tf.sub(values, old), -loss.valueClip, loss.valueClip))
  return tf.mul(tf.maximum(free, tf.square(tf.sub(near, returns))), 0.5)
}

/** The same numbers, through which no gradient flows. */
const constant = (x: tf.Tensor1D): tf.Tensor1D => tf.tensor1d(x.dataSync())

/** weight * (policy + klCoefficient kl + valueCoefficient value - entropyCoefficient H). */
export const surrogate = (rectangle: Rectangle, loss: Surrogate): Terms => {
  const weights = spread(rectangle, loss.weights, targetOf(rectangle))
  const at = (array: Float32Array | undefined): tf.Tensor1D =>
    tf.tensor1d(spread(rectangle, array!, (cell) => weights[cell] !== 0))
  return (statistics) => {
    const weight = tf.tensor1d(weights)
    const takesPart = tf.notEqual(weight, 0)
    const logProbs = tf.where(takesPart, statistics.logProbs, tf.zerosLike(weight)) as tf.Tensor1D
    const old = loss.oldLogProbs === undefined ? constant(logProbs) : at(loss.oldLogProbs)
    let terms = policyTerm(loss, at(loss.advantages), old, logProbs)
    if (loss.klCoefficient) terms = tf.add(terms, tf.mul(klTerm(at(loss.refLogProbs), logProbs), loss.klCoefficient))
    if (loss.valueCoefficient) {
      const value = valueTerm(loss, at(loss.returns), () => at(loss.oldValues), statistics.values!)
      terms = tf.add(terms, tf.mul(value, loss.valueCoefficient))
    }
    if (loss.entropyCoefficient) terms = tf.sub(terms, tf.mul(statistics.entropies, loss.entropyCoefficient))
    return tf.mul(weight, terms)
  }
}

/** dLogProb logp + dEntropy H + dValue V, of which at least one coefficient is given. */
export const linearForm = (rectangle: Rectangle, coefficients: Coefficients): Terms => {
  const { dEntropy, dLogProb, dValue } = coefficients
  return ({ entropies, logProbs, values }) => {
    const terms: Array<tf.Tensor1D> = []
    if (dLogProb) terms.push(tf.mul(tf.tensor1d(spread(rectangle, dLogProb, targetOf(rectangle))), logProbs))
    if (dEntropy) terms.push(tf.mul(tf.tensor1d(spread(rectangle, dEntropy)), entropies))
    if (dValue) terms.push(tf.mul(tf.tensor1d(spread(rectangle, dValue)), values!))
    return tf.addN(terms)
  }
}
