/**
 * The executor for light stages: this process. They are short, so a request to stop waits for them rather than for a checkpoint.
 */
import * as Effect from "effect/Effect"

import { Stopped } from "../Checkpoints.ts"
import { isBadInput } from "../is-bad-input.ts"
import { Busy, execute } from "./compute-action.ts"
import { type Executor, NodeFailed } from "./Runner.ts"

export const inProcessExecutor =
  (stopRequested: () => boolean = () => false): Executor =>
  (node, request, watch) =>
    execute(node.stage, request, {
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
        error instanceof Busy || error instanceof Stopped
          ? error
          : new NodeFailed({
              node: node.label,
              problem: error instanceof Error ? error.message : String(error),
              badInput: isBadInput(error),
              log: null
            })
      )
    )
