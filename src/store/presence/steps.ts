/**
 * A protocol between processes, one operation on a shared folder a step. Written so, the same code runs here and in a test that
 * stops, kills and interleaves several of them at every step.
 */

import * as Effect from "effect/Effect"

/** Gives at each step how many milliseconds to wait before the next: 0 where there is nothing to wait for. */
export type Steps<A> = Generator<number, A, void>

/** Takes all steps, and gives way while there is something to wait for. Fails with what a step throws. */
export const asEffect = <A>(steps: Steps<A>): Effect.Effect<A, unknown> =>
  Effect.flatMap(Effect.try({ try: () => untilWait(steps), catch: (cause) => cause }), ({ done, value }) =>
    done === true ? Effect.succeed(value) : Effect.flatMap(Effect.sleep(value), () => asEffect(steps))
  )

const untilWait = <A>(steps: Steps<A>): IteratorResult<number, A> => {
  for (;;) {
    const next = steps.next()
    if (next.done === true || next.value > 0) return next
  }
}

/** Takes all steps of a protocol that never waits. */
export const atOnce = <A>(steps: Steps<A>): A => {
  for (;;) {
    const { done, value } = untilWait(steps)
    if (done === true) return value
  }
}
