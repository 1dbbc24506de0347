/**
 * The executor for a cluster. Whatever the runner asks for within a second becomes one array of jobs; one look at the
 * queue serves all of them; their news come from files in the store. What is to be done about an action is decided in
 * decide.ts. A driver that dies loses nothing: the next one finds its batches in the store and the queue, and goes on watching.
 */

import * as Effect from "effect/Effect"

import type { Executor } from "../dag/running/Executor.ts"
import { Store } from "../store/objects/Store.ts"
import { makeDriver } from "./driver.ts"
import type { Options } from "./submitting.ts"
import type { Outcome } from "./Wanted.ts"

/** How often the store is looked at. */
const LOOK_MS = 500
/** How long the driver waits for the states of its jobs to be saved when it is asked to leave. */
const LEAVE_SECONDS = 40

/**
 * The executor, for as long as its scope is open. An action that is interrupted has its job cancelled and is waited for until its
 * state is saved, unless jobs are to go on without a driver.
 */
export const clusterExecutor = Effect.fnUntraced(function* (options: Options) {
  const store = yield* Store
  const driver = makeDriver(store, options)
  // Registered first, so that the loop is no more when it is called.
  yield* Effect.addFinalizer(() => Effect.sync(driver.tidy))
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(driver.round, Effect.sleep(LOOK_MS))))
  const executor: Executor = (node, request, watch) =>
    Effect.flatten(
      Effect.callback<Outcome>((resume) => {
        const wanted = driver.want({ node, request, watch, settle: (outcome) => resume(Effect.succeed(outcome)) })
        const cancelled = Effect.callback<void>((gone) => driver.cancel(wanted, () => gone(Effect.void))).pipe(
          Effect.timeoutOption(LEAVE_SECONDS * 1000)
        )
        return Effect.suspend(() => (options.detach() ? Effect.sync(() => driver.forget(wanted)) : Effect.asVoid(cancelled)))
      })
    )
  return executor
})
