/**
 * A training as the methods see it that ask for gradients: the model, and the places that its parameters passed through, with
 * what the updates did on the way to each.
 */

import type { Checkpoint } from "../../../schemas/checkpoint.ts"
import type { Reader } from "../../dag/Stage.ts"
import { adamW, type Model } from "../../engine/Engine.ts"
import { readParameters, readSnapshot } from "../../model/tensors.ts"

/** A place on the way, after `step` updates. */
export interface Passed {
  readonly step: number
  readonly parameters: Float32Array
  /** Sum of the learning rates of the updates since the place before. */
  readonly rate: number
  /** AdamW's second moments, corrected for their beginning at 0; null: not kept. */
  readonly secondMoments: Float32Array | null
}

/** A training from beginning to end. */
export interface Trained {
  /** Of its shape; what it holds is overwritten. */
  readonly model: Model
  /** In the order of the updates; the last is what came of it. */
  readonly passed: ReadonlyArray<Passed>
  /** Weight of a prompt's tokens in the loss that was trained on. */
  readonly promptWeight: number
}

/** Where a training has been: its snapshots, and its end. */
export const passedPlaces = ({ spec, training, snapshots, secondMoments, weights }: Reader<typeof Checkpoint>) => {
  const rates = training.column("learningRate")
  const kept = new Set(snapshots.column("step"))
  const moments = new Set(secondMoments?.column("step"))
  const steps = [...new Set([...kept, rates.length])]
  return steps.map((step, i): Passed => ({
    step,
    parameters: kept.has(step) ? readSnapshot(spec, snapshots, step) : readParameters(spec, weights),
    rate: rates.subarray(i === 0 ? 0 : steps[i - 1]!, step).reduce((sum, rate) => sum + rate, 0),
    secondMoments:
      secondMoments !== undefined && moments.has(step) ? corrected(readSnapshot(spec, secondMoments, step), step) : null
  }))
}

const corrected = (moments: Float32Array, step: number): Float32Array => {
  const bias = 1 - adamW.beta2 ** step
  return moments.map((moment) => moment / bias)
}
