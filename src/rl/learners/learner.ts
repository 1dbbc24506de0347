/**
 * One update from one batch of rollouts: advantages, objective, engine calls. A learner owns what its algorithm keeps between
 * steps (a critic, an adaptive KL coefficient, demonstrations) and says which of it a checkpoint must hold. The learners of
 * group-learner.ts, ppo-learner.ts and expert-iteration-learner.ts stand side by side so that a diff between them is the
 * difference between the algorithms.
 */

import * as Effect from "effect/Effect"

import type { Part } from "../../dag/Checkpoints.ts"
import type { AdamW, EngineError, Model, NonFiniteGradient, ScoreOptions } from "../../engine/Engine.ts"
import { maximumOf, minimumOf } from "../../lists/large.ts"
import type { Surrogate } from "../objective/engine-loss.ts"
import type { EntropyOptions } from "../objective/entropy.ts"
import { klEstimate, type KlController, type KlEstimator, nextKlCoefficient } from "../objective/kl.ts"
import { type Objective, toCoefficients, type TokenScores } from "../objective/loss-terms.ts"
import type { PolicyLossOptions } from "../objective/policy-loss.ts"
import { policyStatistics } from "../objective/update-statistics.ts"
import { fromPositions, type Rollouts, sequenceCount } from "../packed/Rollouts.ts"
import type { PolicyScores } from "../sampling/policy-scores.ts"
import type { LearningBatch, Minibatch, Passes } from "./minibatches.ts"
import type { Judge, OldPolicy } from "./old-policy.ts"

/** What an algorithm's loop is given beside its options. */
export interface LearnerLoop {
  readonly passes: Passes
  readonly temperature: number
  /** Of every gradient step of RL step `step`. */
  readonly optimizer: (step: number) => AdamW
  readonly controller: KlController
}

/** What an update did. `null` where the algorithm has no such thing, or where nothing was updated. */
export interface UpdateReport extends StepOutcome {
  /** Gradient steps of the policy. */
  readonly updates: number
  readonly valueLoss: number | null
  readonly valueClipFraction: number | null
  readonly explainedVariance: number | null
  readonly klCoefficient: number
  /** Of the policy's last gradient step; 0 where there was none. */
  readonly learningRate: number
  /** Per response token. */
  readonly advantages: Float64Array
  /** Per sequence: took part in the update. */
  readonly used: Uint8Array
  /** What the policy that sampled the batch says of it. */
  readonly scores: PolicyScores
}

export type LearnerError = EngineError | NonFiniteGradient

export interface Learner {
  /** `judge` is asked once, before anything moves; where it fails nothing has been learnt. */
  readonly update: <E>(batch: LearningBatch, judge: Judge<E>) => Effect.Effect<UpdateReport, LearnerError | E>
  /** Beyond the policy itself. */
  readonly state: Readonly<Record<string, Part<EngineError>>>
}

/** Of the gradient steps of one RL step: means, and the extremes of the ratio. All null where there was none. */
export interface StepOutcome {
  readonly loss: number | null
  readonly gradientNorm: number | null
  readonly clipFraction: number | null
  readonly clipFractionBelow: number | null
  readonly clipFractionAbove: number | null
  readonly approximateKl: number | null
  readonly approximateKl1: number | null
  readonly ratioMin: number | null
  readonly ratioMax: number | null
}

/** One gradient step's numbers. */
export type GradientOutcome = { readonly [K in keyof StepOutcome]: number }

/**
 * The loss of a minibatch, given its old log-probabilities: as the engine forms it itself, where it can (absent: those of its own
 * pass), or as an objective of this room.
 */
export type MinibatchLoss =
  | { readonly surrogate: (oldLogProbs: Float32Array | undefined) => Surrogate }
  | { readonly objective: (scores: TokenScores, oldLogProbs: ArrayLike<number>) => Objective }

/**
 * One gradient step on one minibatch: fused where the engine can form the loss itself, else score, objective, backward. The
 * statistics are of the policy before the step.
 */
export const gradientStep = Effect.fnUntraced(function* <E>(
  policy: Model,
  old: OldPolicy<E>,
  minibatch: Minibatch,
  minibatchLoss: MinibatchLoss,
  options: PolicyLossOptions & EntropyOptions,
  temperature: number,
  optimizer: AdamW
) {
  const { rollouts } = minibatch
  let loss: number
  let logProbs: ArrayLike<number>
  let oldLogProbs: ArrayLike<number>
  if ("surrogate" in minibatchLoss) {
    const before = yield* old.before(minibatch)
    const known = before === undefined ? undefined : minibatch.take(before.logProbs)
    const pass = yield* policy.lossStep(rollouts, minibatchLoss.surrogate(known), { entropies: known === undefined })
    if (known === undefined) yield* old.learn(pass)
    loss = pass.loss
    logProbs = fromPositions(rollouts, pass.logProbs)
    oldLogProbs = known ?? logProbs
  } else {
    const before = yield* old.scores
    oldLogProbs = minibatch.take(before.logProbs)
    const entropies = options.entropyBonus !== 0
    const scores: TokenScores = old.moved()
      ? yield* tokenScores(policy, rollouts, { temperature, entropies })
      : { logProbs: oldLogProbs, ...(entropies && { entropies: minibatch.take(before.entropies) }) }
    logProbs = scores.logProbs
    const objective = minibatchLoss.objective(scores, oldLogProbs)
    loss = objective.loss
    yield* policy.backward(rollouts, toCoefficients(rollouts, objective, temperature))
  }
  const { gradientNorm } = yield* policy.optimStep(optimizer)
  old.leave()
  const statistics = policyStatistics(logProbs, oldLogProbs, minibatch.advantages, options, minibatch.mask)
  const outcome: GradientOutcome = {
    loss,
    gradientNorm,
    clipFraction: statistics.clipFractionActive,
    clipFractionBelow: statistics.clipFractionBelow,
    clipFractionAbove: statistics.clipFractionAbove,
    approximateKl: statistics.approxKl3,
    approximateKl1: statistics.approxKl1,
    ratioMin: statistics.ratioMin,
    ratioMax: statistics.ratioMax
  }
  return outcome
})

const tokenScores = (policy: Model, rollouts: Rollouts, options: ScoreOptions) =>
  Effect.map(policy.score(rollouts, options), ({ logProbs, entropies }) => ({
    logProbs: fromPositions(rollouts, logProbs),
    ...(entropies && { entropies: fromPositions(rollouts, entropies) })
  }))

/** A step's report from its gradient steps, and what else the algorithm has to say. */
export const reportOf = (
  outcomes: ReadonlyArray<GradientOutcome>,
  rest: Pick<UpdateReport, "klCoefficient" | "advantages" | "used" | "scores"> & Partial<UpdateReport>,
  learningRate: number
): UpdateReport => {
  const over = (pick: (outcome: GradientOutcome) => number, combine: (values: ReadonlyArray<number>) => number) =>
    outcomes.length === 0 ? null : combine(outcomes.map(pick))
  const mean = (values: ReadonlyArray<number>) => values.reduce((sum, x) => sum + x, 0) / values.length
  return {
    loss: over((o) => o.loss, mean),
    gradientNorm: over((o) => o.gradientNorm, mean),
    clipFraction: over((o) => o.clipFraction, mean),
    clipFractionBelow: over((o) => o.clipFractionBelow, mean),
    clipFractionAbove: over((o) => o.clipFractionAbove, mean),
    approximateKl: over((o) => o.approximateKl, mean),
    approximateKl1: over((o) => o.approximateKl1, mean),
    ratioMin: over((o) => o.ratioMin, minimumOf),
    ratioMax: over((o) => o.ratioMax, maximumOf),
    updates: outcomes.length,
    valueLoss: null,
    valueClipFraction: null,
    explainedVariance: null,
    learningRate: outcomes.length === 0 ? 0 : learningRate,
    ...rest
  }
}

/** Per sequence: whether the mask leaves any of its tokens. */
export const usedSequences = (rollouts: Rollouts, mask: Uint8Array | undefined): Uint8Array =>
  Uint8Array.from({ length: sequenceCount(rollouts) }, (_, s) =>
    mask === undefined || mask.subarray(rollouts.responseOffsets[s]!, rollouts.responseOffsets[s + 1]!).some((kept) => kept !== 0)
      ? 1
      : 0
  )

/** A KL coefficient that a controller moves from step to step, and the part of a checkpoint that holds it. */
export const klCoefficientState = (start: number, estimator: KlEstimator, controller: KlController) => {
  let value = start
  const part: Part<EngineError> = {
    save: Effect.sync(() => ({ value: Float64Array.of(value) })),
    restore: (saved) =>
      Effect.sync(() => {
        value = saved["value"]![0]!
      })
  }
  return {
    part,
    value: () => value,
    /** After a step: by the mean divergence of its completions, in nats a completion. Without a reference it stays. */
    advance: ({ rollouts, refLogProbs }: LearningBatch, { logProbs }: PolicyScores) => {
      if (refLogProbs === undefined) return
      const sequences = sequenceCount(rollouts)
      let sum = 0
      for (let t = 0; t < logProbs.length; t++) sum += klEstimate(logProbs[t]! - refLogProbs[t]!, estimator)
      value = nextKlCoefficient(value, sum / Math.max(1, sequences), sequences, controller)
    }
  }
}
