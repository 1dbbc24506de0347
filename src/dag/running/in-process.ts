/**
 * The executor for light stages: this process. They are short, so a request to stop waits for them rather than for a checkpoint.
 */

import * as Effect from "effect/Effect"

import { LeaseLost } from "../../store/objects/Store.ts"
import { Stopped } from "../Checkpoints.ts"
import { computeAction } from "./compute-action.ts"
import { Busy, type Executor } from "./Executor.ts"
import { nodeFailed } from "./NodeFailed.ts"

/** Runs every action that it is given here. `stopRequested` is asked at each checkpoint that a stage offers. */
export const inProcessExecutor =
  (stopRequested: () => boolean = () => false): Executor =>
  (node, request, watch) =>
    computeAction(node.stage, request, {
      stopRequested,
      attest: () => null,
      onNondeterminism: (detail) => watch({ event: "nondeterminism", node: node.id, detail }),
      progress: {
        report: (done, total, metrics = {}) =>
          Effect.sync(() => watch({ event: "progress", node: node.id, done, total, metrics })),
        note: (line) => Effect.sync(() => watch({ event: "note", node: node.id, line }))
      }
    }).pipe(
      Effect.mapError((error) =>
        error instanceof Busy || error instanceof LeaseLost || error instanceof Stopped ? error : nodeFailed(node.label, error)
      )
    )
