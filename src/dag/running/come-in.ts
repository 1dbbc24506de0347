/**
 * Being known in a store for as long as one works there, so that `gc` takes nothing that is needed and others can tell whether a
 * run or an attempt goes on. Whoever comes in waits until no `gc` is at work, and puts back what one left that died.
 */

import * as Effect from "effect/Effect"

import { Store, type StoreFailed, storeFailed } from "../../store/objects/Store.ts"
import { thisMachine } from "../../store/presence/machine.ts"
import {
  enter,
  type Heart,
  type Holder,
  holderWords,
  keepBeating,
  observer,
  type Observer,
  type Presence,
  type Sort
} from "../../store/presence/Presence.ts"
import { asEffect, type Steps } from "../../store/presence/steps.ts"
import { awaitSweep } from "../../store/presence/Sweep.ts"
import { errorCode } from "../../text/error-text.ts"

/** Takes the steps of a protocol. What fails in it is an error of the store, or one that has words of its own. */
export const inStore = <A>(root: string, what: string, steps: () => Steps<A>): Effect.Effect<A, StoreFailed> =>
  Effect.suspend(() => asEffect(steps())).pipe(Effect.mapError((cause) => storeFailed(root, what, cause)))

/** Someone who looks at others in this store, on this machine. */
export const lookOut = Effect.map(Store, ({ root }) => observer(root, thisMachine()))

interface Known {
  readonly presence: Presence
  readonly heart: Heart
}

/** Makes us known in the store until the scope ends. */
const known = (seen: Observer, sort: Sort, token: string) =>
  Effect.acquireRelease(
    Effect.map(asEffect(enter(seen.root, seen.machine, sort, token)), (presence): Known => ({
      presence,
      heart: keepBeating(presence, seen.machine)
    })),
    ({ presence, heart }) =>
      Effect.ignore(
        Effect.try(() => {
          heart.stop()
          presence.leave()
        })
      )
  )

const WHAT = "making itself known"

const patience = ({ machine }: Observer) => `${machine.silence / 1000} seconds at most if it gives no sign of life`

/** Waits for `gc` where it is at work. */
const waitForSweep = (seen: Observer, note: (line: string) => void) =>
  inStore(seen.root, "waiting for gc", () =>
    awaitSweep(seen, (holder: Holder) =>
      note(`${holderWords(holder)} tidies the store up (gc); waiting for it, ${patience(seen)}`)
    )
  )

/** An attempt comes in until the scope ends. `note` is told of whom it waits for. */
export const attemptComesIn = Effect.fnUntraced(function* (seen: Observer, token: string, note: (line: string) => void) {
  const inside = yield* Effect.mapError(known(seen, "attempt", token), (cause) => storeFailed(seen.root, WHAT, cause))
  yield* waitForSweep(seen, note)
  return inside
})

/** What keeps a run from being known, and not from what is there already: a store that may only be read, a full disk. */
const UNWRITABLE = new Set(["EROFS", "EACCES", "EPERM", "ENOSPC", "EDQUOT"])

/** A run comes in until the scope ends. */
export const runComesIn = Effect.fnUntraced(function* (seen: Observer, token: string, note: (line: string) => void) {
  yield* known(seen, "run", token).pipe(
    Effect.catch((cause) => (UNWRITABLE.has(errorCode(cause)) ? Effect.void : Effect.fail(storeFailed(seen.root, WHAT, cause))))
  )
  yield* waitForSweep(seen, note)
})
