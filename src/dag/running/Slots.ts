/**
 * Threads as permits. Ready nodes wait here with a priority (the work that hangs on them); the most urgent starts first, with as
 * many threads as `threadsGiven` says. That is placement, not identity.
 */

import * as Effect from "effect/Effect"

import { threadsGiven } from "../foresight/schedule.ts"

export interface Slots {
  /** Runs `body` with a number of threads. */
  readonly withThreads: <A, E, R>(priority: number, body: (threads: number) => Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

interface Waiting {
  readonly priority: number
  readonly start: (threads: number) => void
}

/** `total` threads, all of them free. */
export const make = (total: number): Slots => {
  let free = total
  const waiting: Array<Waiting> = []
  let scheduled = false

  // Grants are decided after the current turn, so that nodes that become ready together are compared with each other.
  const schedule = () => {
    if (scheduled) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      waiting.sort((a, b) => b.priority - a.priority)
      for (let threads; (threads = threadsGiven(free, total, waiting.length)) > 0;) {
        free -= threads
        waiting.shift()!.start(threads)
      }
    })
  }

  const acquire = (priority: number) =>
    Effect.callback<number>((resume) => {
      const entry: Waiting = { priority, start: (threads) => resume(Effect.succeed(threads)) }
      waiting.push(entry)
      schedule()
      return Effect.sync(() => {
        const at = waiting.indexOf(entry)
        if (at >= 0) waiting.splice(at, 1)
      })
    })
  const release = (threads: number) =>
    Effect.sync(() => {
      free += threads
      schedule()
    })

  return {
    // Waiting must be interruptible, or a stop would have to wait until a slot falls free.
    withThreads: (priority, body) => Effect.acquireUseRelease(Effect.interruptible(acquire(priority)), body, release)
  }
}
