/**
 * A training that goes on from a shorter one. Where the shared part of both ends, the shorter one keeps its exact state: what the
 * model's updates so far have made of it. There is no other: the batches and every draw are functions of the seed and the step.
 */

import * as Effect from "effect/Effect"

import type { Checkpoint, TrainingState } from "../../schemas/checkpoint.ts"
import type { Continued, Reader, Writer } from "../dag/Stage.ts"
import type { Model } from "../engine/Engine.ts"
import type { PassedPolicies } from "../model/passed-policies.ts"
import { readStateVector, tensorRows } from "../model/tensors.ts"
import type { Table } from "../store/schema/Table.ts"
import { resumable } from "./resumable.ts"

const VECTORS = ["parameters", "firstMoments", "secondMoments"] as const

/** The state of a model after `step` updates, as rows of the table `trainingState`. */
export const stateRows = Effect.fnUntraced(function* (model: Model, step: number) {
  const rows: Array<Table.Input<typeof TrainingState>> = []
  for (const vector of VECTORS)
    for (const row of tensorRows(model.spec, yield* model.read(vector))) rows.push({ step, vector, ...row })
  return rows
})

/**
 * Brings a model to where a shorter training left the shared part, and takes over its rows so far; the updates done. `done`:
 * those that this training has made itself, with their rows. Where it is as far already, or the state lies behind `shared`, the
 * end of its own shared part, nothing is done.
 */
export const goOn = Effect.fnUntraced(function* (
  model: Model,
  shorter: Continued<typeof Checkpoint>,
  output: Writer<typeof Checkpoint>,
  passed: PassedPolicies,
  { done, shared }: { readonly done: number; readonly shared: number }
) {
  const state = shorter.trainingState
  const step = state.rows === 0 ? 0 : state.row(0).step
  if (step <= done || step > shared) return done
  const vector = (name: (typeof VECTORS)[number]) => readStateVector(model.spec, state, name)
  yield* resumable(model).restore({
    parameters: vector("parameters"),
    firstMoments: vector("firstMoments"),
    secondMoments: vector("secondMoments"),
    updates: Float64Array.of(step)
  })
  const isNew = (row: { readonly step: number }) => row.step > done && row.step <= step
  // Updates count from 0; everything else is after so many.
  for (const row of shorter.training) if (isNew({ step: row.step + 1 })) yield* output.training.append(row)
  for (const row of shorter.batches) if (isNew({ step: row.step + 1 })) yield* output.batches.append(row)
  for (const row of shorter.heldOut) if (isNew(row)) yield* output.heldOut.append(row)
  for (const row of shorter.probes) if (isNew(row)) yield* output.probes.append(row)
  for (const row of shorter.snapshots) if (isNew(row)) yield* output.snapshots.append(row)
  // Of the tables that may be missing, the only one that is there by a param.
  const { secondMoments }: Reader<typeof Checkpoint> = shorter
  for (const row of secondMoments ?? []) if (isNew(row)) yield* output.secondMoments.append(row)
  // How the shorter one ended lies beside this one's way, even where it ends with the shared part.
  for (const row of shorter.policies) if (row.snapshot && isNew(row)) yield* passed.takeOver(row)
  // Both may keep the state of one step.
  if (step === shared) for (const row of state) yield* output.trainingState.append(row)
  return step
})
