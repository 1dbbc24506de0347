/**
 * One update from one batch of rollouts: advantages, objective, engine calls. A learner owns what its algorithm keeps between steps (a
 * critic, a reference policy, an adaptive KL coefficient, demonstrations) and says which of it a checkpoint must hold. `grpoLearner`,
 * `ppoLearner` and `expertIterationLearner` stand side by side so that a diff between them is the difference between the algorithms.
 */
import { Effect } from "effect"

import type { Part } from "../dag/Checkpoints.ts"
import type { AdamW, EngineError, Model, NonFiniteGradient } from "../engine/Engine.ts"
import { permutation } from "../random/philox.ts"
import type { Fused } from "./fused.ts"
import type { PolicyLossOptions } from "./policy-loss.ts"
import { fromPositions, type Rollouts, selectSequences, sequenceCount } from "./Rollouts.ts"
import type { Objective, TokenScores } from "./terms.ts"
import { toCoefficients } from "./terms.ts"
import { policyStatistics } from "./update-statistics.ts"

/** A batch of rollouts with what is known when sampling is over. `scores` per sequence, the rest per response token. */
export interface LearningBatch {
  readonly step: number
  readonly rollouts: Rollouts
  readonly scores: Float64Array
  /** Log-probabilities by scoring: the old ones of every ratio. */
  readonly oldLogProbs: Float32Array
  readonly refLogProbs: Float32Array | undefined
  /** 0 keeps a token out of the update; absent: all take part. */
  readonly mask: Uint8Array | undefined
}

/** What an update did. `null` where the algorithm has no such thing; NaN where nothing was updated. */
export interface UpdateReport {
  readonly loss: number
  readonly gradientNorm: number
  readonly clipFraction: number
  readonly approximateKl: number
  readonly valueLoss: number | null
  readonly explainedVariance: number | null
  readonly klCoefficient: number
  /** Of the policy's last gradient step; 0 where there was none. */
  readonly learningRate: number
  /** Per response token. */
  readonly advantages: Float64Array
  /** Per sequence: took part in the update. */
  readonly used: Uint8Array
}

export type LearnerError = EngineError | NonFiniteGradient

export interface Learner {
  readonly update: (batch: LearningBatch) => Effect.Effect<UpdateReport, LearnerError>
  /** Beyond the policy itself. */
  readonly state: Readonly<Record<string, Part<EngineError>>>
}

/** How a batch is walked through. */
export interface Passes {
  readonly epochs: number
  readonly minibatches: number
  readonly seed: number
}

/** Minibatches of sequences for one step: each epoch a new order, a pure function of (seed, step, epoch). One minibatch keeps the order. */
export const minibatches = (sequences: number, step: number, passes: Passes): Array<Int32Array> => {
  const all: Array<Int32Array> = []
  for (let epoch = 0; epoch < passes.epochs; epoch++) {
    if (passes.minibatches === 1) {
      all.push(Int32Array.from({ length: sequences }, (_, i) => i))
      continue
    }
    const order = permutation(sequences, passes.seed, "minibatches", step * 1000 + epoch)
    for (let i = 0; i < passes.minibatches; i++) {
      const from = Math.floor((i * sequences) / passes.minibatches)
      const to = Math.floor(((i + 1) * sequences) / passes.minibatches)
      if (to > from) all.push(order.slice(from, to))
    }
  }
  return all
}

/** A part of the batch, and a way to take the part's entries of any per-token array. */
export const part = (rollouts: Rollouts, sequences: Int32Array) => {
  const whole = sequences.length === sequenceCount(rollouts) && sequences.every((s, i) => s === i)
  const selected = whole ? rollouts : selectSequences(rollouts, sequences)
  const tokens = whole ? null : tokenIndices(rollouts, sequences)
  return {
    rollouts: selected,
    take: <A extends Float32Array | Float64Array | Uint8Array>(perToken: A): A =>
      tokens === null ? perToken : gather(perToken, tokens)
  }
}

const tokenIndices = (rollouts: Rollouts, sequences: Int32Array): Int32Array => {
  const indices: Array<number> = []
  for (const s of sequences) for (let t = rollouts.responseOffsets[s]!; t < rollouts.responseOffsets[s + 1]!; t++) indices.push(t)
  return Int32Array.from(indices)
}

const gather = <A extends Float32Array | Float64Array | Uint8Array>(values: A, indices: Int32Array): A => {
  const out = values.slice(0, indices.length) as A
  for (let i = 0; i < indices.length; i++) out[i] = values[indices[i]!]!
  return out
}

export interface StepOutcome {
  readonly loss: number
  readonly gradientNorm: number
  readonly clipFraction: number
  readonly approximateKl: number
}

/**
 * One gradient step on one minibatch: fused where the engine can form the loss itself, else score, objective, backward. The statistics are
 * of the policy before the step.
 */
export const gradientStep = Effect.fnUntraced(function* (
  policy: Model,
  batch: {
    readonly rollouts: Rollouts
    readonly oldLogProbs: Float32Array
    readonly advantages: Float64Array
    readonly mask: Uint8Array | undefined
    readonly fused: Fused
    readonly objective: (scores: TokenScores) => Objective
    readonly needsEntropy: boolean
    readonly temperature: number
  },
  clip: PolicyLossOptions,
  optimizer: AdamW
) {
  const { rollouts, temperature } = batch
  let loss: number
  let logProbs: Float32Array
  if (batch.fused.loss !== undefined) {
    const stats = yield* policy.lossStep(rollouts, batch.fused.loss)
    loss = stats.loss
    logProbs = fromPositions(rollouts, stats.logProbs)
  } else {
    const scores = yield* policy.score(rollouts, { temperature, entropies: batch.needsEntropy })
    logProbs = fromPositions(rollouts, scores.logProbs)
    const objective = batch.objective({
      logProbs,
      ...(scores.entropies === undefined ? {} : { entropies: fromPositions(rollouts, scores.entropies) })
    })
    loss = objective.loss
    yield* policy.backward(rollouts, toCoefficients(rollouts, objective, temperature))
  }
  const { gradientNorm } = yield* policy.optimStep(optimizer)
  const statistics = policyStatistics(logProbs, batch.oldLogProbs, batch.advantages, clip, batch.mask)
  return {
    loss,
    gradientNorm,
    clipFraction: statistics.clipFractionActive,
    approximateKl: statistics.approxKl3
  } satisfies StepOutcome as StepOutcome
})

/** Means over the minibatches of a step; NaN for none. */
export const meanOutcome = (outcomes: ReadonlyArray<StepOutcome>): StepOutcome => {
  const mean = (of: (outcome: StepOutcome) => number) => outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length
  return {
    loss: mean((o) => o.loss),
    gradientNorm: mean((o) => o.gradientNorm),
    clipFraction: mean((o) => o.clipFraction),
    approximateKl: mean((o) => o.approximateKl)
  }
}

/** Per sequence: whether the mask leaves any of its tokens. */
export const usedSequences = (rollouts: Rollouts, mask: Uint8Array | undefined): Uint8Array =>
  Uint8Array.from({ length: sequenceCount(rollouts) }, (_, s) =>
    mask === undefined || mask.subarray(rollouts.responseOffsets[s]!, rollouts.responseOffsets[s + 1]!).some((kept) => kept !== 0)
      ? 1
      : 0
  )

/** A number that a checkpoint must hold. */
export const resumableNumber = (get: () => number, set: (value: number) => void): Part => ({
  save: Effect.sync(() => ({ value: Float64Array.of(get()) })),
  restore: (saved) => Effect.sync(() => set(saved["value"]![0]!))
})
