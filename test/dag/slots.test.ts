/** Threads as permits: who gets how many, and in what order. */

import { Deferred, Effect, Fiber } from "effect"
import { describe, expect, it } from "vitest"

import * as Slots from "../../src/dag/running/Slots.ts"

/** A body that says when it starts, with how many threads, and holds them until told. */
const job = Effect.fnUntraced(function* (slots: Slots.Slots, priority: number, started: Array<string>) {
  const release = yield* Deferred.make<void>()
  const fiber = yield* Effect.forkChild(
    slots.withThreads(priority, (threads) => {
      started.push(`${priority} with ${threads}`)
      return Deferred.await(release)
    })
  )
  return { finish: Effect.andThen(Deferred.succeed(release, undefined), Fiber.join(fiber)), fiber }
})

const turns = Effect.promise(() => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve))))

describe("slots", () => {
  it("give a node that is alone every thread", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const started: Array<string> = []
        const { finish } = yield* job(Slots.make(4), 1, started)
        yield* turns
        expect(started).toEqual(["1 with 4"])
        yield* finish
      })
    ))

  it("let the most urgent of those that became ready together start first, no more than there are threads", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const started: Array<string> = []
        const slots = Slots.make(2)
        const jobs = []
        for (const priority of [1, 5, 3]) jobs.push(yield* job(slots, priority, started))
        yield* turns
        expect(started).toEqual(["5 with 1", "3 with 1"])
        yield* jobs[1]!.finish
        yield* turns
        expect(started).toEqual(["5 with 1", "3 with 1", "1 with 1"])
        yield* jobs[0]!.finish
        yield* jobs[2]!.finish
      })
    ))

  it("are given back when a node is interrupted, waiting or running", () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const started: Array<string> = []
        const slots = Slots.make(1)
        const running = yield* job(slots, 1, started)
        yield* turns
        const waiting = yield* job(slots, 2, started)
        yield* turns
        yield* Fiber.interrupt(waiting.fiber)
        yield* Fiber.interrupt(running.fiber)
        const next = yield* job(slots, 3, started)
        yield* turns
        expect(started).toEqual(["1 with 1", "3 with 1"])
        yield* next.finish
      })
    ))
})
