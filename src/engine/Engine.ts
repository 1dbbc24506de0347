/**
 * What trains and samples models. An engine owns whole models, not tensors, so that one call can do a whole step; every engine
 * (`native`, `wasm`, `tfjs`) implements all of this interface and passes the same conformance suite.
 *
 * Conventions, for all engines:
 * - A batch is packed and ragged: documents one after another, attention never crosses documents, positions restart at 0.
 * - Per-token arrays have one entry per *position* of the batch. Entry t belongs to the state after reading token t:
 *   `logProbs[t]` is log p(tokens[t + 1] | tokens[..t]) inside the document. The last token of a document has no target: its
 *   log-probability is 0 and a weight or coefficient given for it is ignored. Entropies (nats) and values exist at every
 *   position.
 * - With a temperature, log-probabilities and entropies are those of softmax(logits / temperature).
 * - Gradients accumulate over `lossStep` and `backward` calls until `optimStep` or `zeroGradients`.
 * - Results are bit-equal for any number of threads.
 */

import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

import type { ModelSpec } from "../model/ModelSpec.ts"

/**
 * `f32`: plain single precision. `bf16x3`: split-bf16 products, near-f32 accuracy, AMX only. `bf16`: bf16 products, f32
 * sums, with AMX or AVX512-BF16.
 */
export type Mode = "f32" | "bf16x3" | "bf16"

export interface EngineInfo {
  readonly name: "native" | "wasm" | "tfjs"
  readonly mode: Mode
  /** Instruction set in use: `amx`, `avx512bf16`, `avx512`, ...; of tfjs the backend: `wasm`, `tfjs-node-gpu`, ... */
  readonly isa: string
  readonly threads: number
  /** Enters the action key of every stage that computes with the engine: name, mode and digest of the engine's source. */
  readonly numericsClass: string
}

/**
 * Packed documents. A document's scores are the same bits whatever else is in the batch, and the order of documents changes no
 * bit of a gradient (tfjs: within rounding). Native and wasm compute documents that begin alike once as far as they agree.
 */
export interface Batch {
  /** Token ids, `[tokens]`. */
  readonly tokens: Int32Array
  /** First token of each document and, last, the number of tokens: `[documents + 1]`. */
  readonly offsets: Int32Array
}

export interface ScoreOptions {
  readonly temperature?: number
  readonly entropies?: boolean
  /**
   * Needs a model with a value head. `only`: no log-probabilities (the array is empty), which spares everything over the
   * vocabulary.
   */
  readonly values?: boolean | "only"
}
export interface Scores {
  readonly logProbs: Float32Array
  readonly entropies?: Float32Array
  readonly values?: Float32Array
}

/** Log-probabilities and their derivatives along a direction of the parameters, per position. */
export interface Tangents {
  /** The bits that `score` gives. */
  readonly logProbs: Float32Array
  /** d/de logProbs(parameters + e direction) at e = 0; 0 where there is no target. */
  readonly tangents: Float32Array
}

/** dL/dlogp, dL/dH and dL/dV per position; the gradient of L = sum(dLogProb logp + dEntropy H + dValue V) is accumulated. */
export interface Coefficients {
  readonly dLogProb?: Float32Array
  readonly dEntropy?: Float32Array
  readonly dValue?: Float32Array
  readonly temperature?: number
}

/**
 * Losses that depend on the forward pass token by token, so that the engine can form their coefficients inside one pass. Weights
 * carry the reduction: `1 / M` for a mean over M targets.
 */
export type TokenLoss =
  /** L = sum_t weight_t (-logp_t). `weights` absent: the mean over all targets of the batch. */
  | { readonly kind: "cross-entropy"; readonly weights?: Float32Array }
  /**
   * The clipped surrogate shared by PPO and GRPO. With r = exp(logp - oldLogProb), per position:
   *   policy = max(-A r, -A clip(r, 1 - clipLow, 1 + clipHigh));   with dualClip c and A < 0: min(policy, -c A)
   *   kl     = k3: exp(ref - logp) - 1 - (ref - logp)
   *   value  = 1/2 (v - return)^2, or with valueClip: 1/2 max((v - ret)^2, (old + clip(v - old, -valueClip, valueClip) - ret)^2)
   *   L      = sum_t weight_t (policy + klCoefficient kl + valueCoefficient value - entropyCoefficient H)
   */
  | {
      readonly kind: "surrogate"
      readonly weights: Float32Array
      readonly advantages: Float32Array
      /** Absent: those of this very pass, as constants. The policy has not moved since it sampled, and every r is 1. */
      readonly oldLogProbs?: Float32Array
      readonly clipLow: number
      readonly clipHigh: number
      readonly dualClip?: number
      readonly refLogProbs?: Float32Array
      readonly klCoefficient?: number
      readonly entropyCoefficient?: number
      readonly returns?: Float32Array
      readonly oldValues?: Float32Array
      readonly valueClip?: number
      readonly valueCoefficient?: number
      readonly temperature?: number
    }

export interface LossStats {
  /** L as defined above. */
  readonly loss: number
  /** The forward pass that the loss saw, per position; free, since it was computed anyway. The bits that `score` gives. */
  readonly logProbs: Float32Array
  readonly entropies?: Float32Array
}

export interface AdamW {
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** Decoupled: p *= 1 - learningRate * weightDecay, before the Adam step, on every tensor. */
  readonly weightDecay: number
  /** Global norm clipping: coefficient min(1, clipNorm / (norm + 1e-6)). Absent: none. */
  readonly clipNorm?: number
}
export const adamW: AdamW = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 }

export interface UpdateStats {
  /** Global gradient norm before clipping. */
  readonly gradientNorm: number
  /** Number of this update, from 1: the s of the bias correction. */
  readonly step: number
}

/**
 * Where sampling makes sense in float32. Logits are divided by the temperature: far below the least they overflow, and long
 * before that the most probable token is certain; far above the most all tokens are alike, those that pad the vocabulary among
 * them.
 */
export const SAMPLING_RANGE = {
  temperature: {
    min: 0.001,
    max: 1000,
    why: {
      below: "Below that every draw is the most probable token, and float32 overflows.",
      beyond: "Beyond that every token is as probable as any other."
    }
  },
  topP: {
    min: 1e-6,
    max: 1,
    why: {
      below: "Below that the nucleus is one token whatever the model says: greedy completions have that.",
      beyond: "A nucleus of 1 has all tokens in it."
    }
  }
}

export interface GenerateRequest {
  /** Prompts one after another, as a batch. */
  readonly prompts: Batch
  /** Completions of prompt p are rows p * samplesPerPrompt ... of the result; they share the prompt's cache. */
  readonly samplesPerPrompt: number
  /** Generation also stops at the model's context. */
  readonly maxNewTokens: number
  /** 0 is greedy (first of equal maxima); else within `SAMPLING_RANGE`. */
  readonly temperature: number
  /** Keep the k most probable tokens; 0 or absent: all. */
  readonly topK?: number
  /** Keep the smallest set of most probable tokens with mass >= topP; 1 or absent: all. */
  readonly topP?: number
  readonly stop: ReadonlyArray<number>
  /** Philox key word 0. */
  readonly seed: number
  /**
   * One Philox stream per result row, key word 1; absent: the row's index. A sequence depends on (weights, prompt, seed, stream)
   * only, never on its batch mates. Token i of a row uses the uniform from word 0 of the block with counter (i, 0, 0, 0).
   */
  readonly streams?: Uint32Array
}
export interface Generated {
  /** Completion tokens, the stop token included, row after row. */
  readonly tokens: Int32Array
  /** `[rows + 1]`. */
  readonly offsets: Int32Array
  /** log-probability of each token under softmax(logits / temperature), before top-k and top-p; temperature 1 when greedy. */
  readonly logProbs: Float32Array
  /** 1 where the row ended with a stop token, 0 where it was cut at a limit. */
  readonly stopped: Uint8Array
}

/** What of a model can be read and written as a flat f32 vector in the order of `parameterTable`. */
export type ModelVector = "parameters" | "firstMoments" | "secondMoments" | "gradients"

export interface Model {
  readonly spec: ModelSpec
  readonly read: (which: ModelVector) => Effect.Effect<Float32Array, EngineError>
  readonly write: (
    which: "parameters" | "firstMoments" | "secondMoments",
    values: Float32Array
  ) => Effect.Effect<void, EngineError>
  /** Updates done so far (the s of AdamW's bias correction); settable to resume exactly. */
  readonly updates: Effect.Effect<number>
  readonly setUpdates: (count: number) => Effect.Effect<void>
  readonly score: (batch: Batch, options?: ScoreOptions) => Effect.Effect<Scores, EngineError>
  /**
   * The derivative of every log-probability along a direction, a flat vector as `read` gives it, by forward-mode
   * differentiation: one pass, exact up to rounding. With v the gradient of a target's log-probability, the sum over a document's
   * tangents is the inner product of its gradient with v, for the price of a gradient of the batch. Products are in the engine's
   * mode, attention's tangents in f32. A document's tangents are the same bits whatever else is in the batch (tfjs: within
   * rounding).
   */
  readonly scoreTangent: (
    batch: Batch,
    direction: Float32Array,
    options?: Pick<ScoreOptions, "temperature">
  ) => Effect.Effect<Tangents, EngineError>
  /**
   * Of every document the gradient of its summed -log p, projected at random to k numbers: `[documents, k]`. Inner products of
   * projections are those of the gradients in expectation over the seeds; `sketch.ts` says how it projects and with what
   * variance. `seed` is a 32-bit word, k a power of two within `SKETCH_NUMBERS`. No gradient is ever held. A document's numbers
   * are the same bits whatever else is in the batch (tfjs: within rounding); the gradient that `lossStep` accumulates stays as it
   * is.
   */
  readonly projectedGradients: (batch: Batch, seed: number, k: number) => Effect.Effect<Float32Array, EngineError>
  readonly lossStep: (
    batch: Batch,
    loss: TokenLoss,
    options?: Pick<ScoreOptions, "entropies">
  ) => Effect.Effect<LossStats, EngineError>
  readonly backward: (batch: Batch, coefficients: Coefficients) => Effect.Effect<void, EngineError>
  /** AdamW. A non-finite gradient fails with `NonFiniteGradient` and leaves the model as it was. */
  readonly optimStep: (options: AdamW) => Effect.Effect<UpdateStats, EngineError | NonFiniteGradient>
  readonly zeroGradients: Effect.Effect<void>
  readonly generate: (request: GenerateRequest) => Effect.Effect<Generated, EngineError>
  /** A frozen copy of the parameters (reference or old policy), freed with the scope. */
  readonly clone: Effect.Effect<Model, EngineError, Scope.Scope>
}

export class EngineError extends Schema.TaggedError<EngineError>()("EngineError", {
  operation: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `The engine failed in ${this.operation}: ${this.detail}`
  }
}

export class NonFiniteGradient extends Schema.TaggedError<NonFiniteGradient>()("NonFiniteGradient", {
  update: Schema.Int,
  gradientNorm: Schema.Number
}) {
  override get message() {
    return (
      `The gradient of update ${this.update} is not finite (norm ${this.gradientNorm}); ` +
      `the parameters were left as they were. Lower the learning rate.`
    )
  }
}

export class Engine extends Context.Service<
  Engine,
  {
    readonly info: EngineInfo
    /**
     * A new model, freed with the scope. Matrices are drawn from N(0, 0.02^2), deterministic in (seed, tensor name, element)
     * through Philox and equal in every engine; value heads start at 0.
     */
    readonly createModel: (spec: ModelSpec, options: { readonly seed: number }) => Effect.Effect<Model, EngineError, Scope.Scope>
  }
>()("echo-chamber/engine/Engine") {}
