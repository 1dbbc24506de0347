/**
 * One supervised update, as pretraining and fine-tuning make it: the mean cross-entropy of a batch's targets, then AdamW with
 * beta 0.9 and 0.95, its gradient clipped at norm 1. A pure function of the model and the step, so that a resumed run makes the
 * updates that it would have made.
 */

import * as Effect from "effect/Effect"

import type { TrainingBatches } from "../../schemas/checkpoint.ts"
import { adamW, type EngineError, type Model, type NonFiniteGradient } from "../engine/Engine.ts"
import type { Table } from "../store/schema/Table.ts"
import type { Batches } from "./packing.ts"

/** Learning rate and decay of a whole training. */
export interface SupervisedOptions {
  /** By the step, from 0. */
  readonly learningRate: (step: number) => number
  /** Decoupled. */
  readonly weightDecay: number
}

/** What an update did: a row of the table `training` and one of `batches`. */
export interface SupervisedUpdate {
  readonly row: UpdateRow
  readonly batch: Table.Input<typeof TrainingBatches>
}

/** `loss` in nats a token, `tokens` seen through this update. */
interface UpdateRow {
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
  { learningRate: rateOf, weightDecay }: SupervisedOptions
): ((step: number) => Effect.Effect<SupervisedUpdate, EngineError | NonFiniteGradient>) =>
  Effect.fn("supervised")(function* (step: number) {
    const batch = batches.at(step)
    const { loss } = yield* model.lossStep(batch, { kind: "cross-entropy", weights: batch.weights })
    const learningRate = rateOf(step)
    const { gradientNorm } = yield* model.optimStep({ ...adamW, learningRate, weightDecay })
    const row = { step, tokens: batches.tokensThrough(step), loss, learningRate, gradientNorm }
    return { row, batch: { step, documents: batch.documents } }
  })
