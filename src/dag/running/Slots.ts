/**
 * Threads as permits. Ready nodes wait here with a priority (the work that hangs on them); the most urgent starts first, with as
 * many threads as `threadsGiven` says. That is placement, not identity.
 */

import * as Effect from "effect/Effect"

import { priorityQueue } from "../../lists/priority-queue.ts"
import { threadsGiven } from "../foresight/schedule.ts"

export interface Slots {
  /** Runs `body` with a number of threads. */
  readonly withThreads: <A, E, R>(priority: number, body: (threads: number) => Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

interface Waiting {
  readonly priority: number
  gone: boolean
  readonly start: (threads: number) => void
}

/** `total` threads of this machine, all of them free. */
export const make = (total: number): Slots => slotsBy(total, (free, waiting) => threadsGiven(free, total, waiting))

/** So many at once, whose threads are those of other machines. */
export const places = (total: number): Slots => slotsBy(total, (free, waiting) => Math.min(free, waiting, 1))

const slotsBy = (total: number, given: (free: number, waiting: number) => number): Slots => {
  let free = total
  const waiting = priorityQueue<Waiting>((a, b) => a.priority > b.priority)
  /** Those who have come since threads were last handed out. */
  let arrived: Array<Waiting> = []
  /** Of those that wait, who has not gone away since. */
  let there = 0
  let scheduled = false

  // Grants are decided after the current turn, so that nodes that become ready together are compared with each other.
  const schedule = () => {
    if (scheduled) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      for (const entry of arrived) waiting.add(entry)
      arrived = []
      for (let threads; (threads = given(free, there)) > 0;) {
        const next = waiting.take()
        if (next === undefined) return
        if (next.gone) continue
        there--
        free -= threads
        next.start(threads)
      }
    })
  }

  const acquire = (priority: number) =>
    Effect.callback<number>((resume) => {
      let started = false
      const start = (threads: number) => {
        started = true
        resume(Effect.succeed(threads))
      }
      const entry: Waiting = { priority, gone: false, start }
      arrived.push(entry)
      there++
      schedule()
      return Effect.sync(() => {
        if (started || entry.gone) return
        entry.gone = true
        there--
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
