/**
 * One supervised update, as pretraining and fine-tuning make it: the mean cross-entropy of a batch's targets, then AdamW with
 * beta 0.9 and 0.95, its gradient clipped at norm 1, at a rate that warms up linearly and falls along a cosine to a tenth of its
 * peak. A pure function of the model and the step, so that a resumed run makes the updates that it would have made.
 */

import * as Effect from "effect/Effect"

import { adamW, type EngineError, type Model, type NonFiniteGradient } from "../engine/Engine.ts"
import type { Batches } from "./packing.ts"
import { warmupCosine } from "./schedule.ts"

/** Learning rate and decay of a whole training. */
export interface SupervisedOptions {
  /** Peak. */
  readonly learningRate: number
  /** Share of the updates spent warming up. */
  readonly warmup: number
  /** Decoupled. */
  readonly weightDecay: number
}

/** A row of the table `training`: `loss` in nats a token, `tokens` seen through this update. */
export interface SupervisedUpdate {
  readonly step: number
  readonly tokens: number
  readonly loss: number
  readonly learningRate: number
  readonly gradientNorm: number
}

/** The update of each step of `batches`, to be made in order. */
export const supervised = (
  model: Model,
  batches: Batches,
  { learningRate: peak, warmup, weightDecay }: SupervisedOptions
): ((step: number) => Effect.Effect<SupervisedUpdate, EngineError | NonFiniteGradient>) => {
  const schedule = warmupCosine({ peak, warmup: Math.round(warmup * batches.steps), steps: batches.steps })
  return Effect.fn("supervised")(function* (step: number) {
    const batch = batches.at(step)
    const { loss } = yield* model.lossStep(batch, { kind: "cross-entropy", weights: batch.weights })
    const learningRate = schedule(step)
    const { gradientNorm } = yield* model.optimStep({ ...adamW, learningRate, weightDecay })
    return { step, tokens: batches.tokensThrough(step), loss, learningRate, gradientNorm }
  })
}
