/**
 * A backend that is not taken at its first word. What may pass is tried again, more and more rarely; and a write on a condition
 * whose answer was lost is not taken for refused: whoever finds their own bytes there has written them.
 */

import * as Effect from "effect/Effect"

import { type Backend, RemoteFailed, type Written } from "./Backend.ts"

/** Milliseconds between one try and the next, about: together a minute, as long as services ask their users to be patient. */
const WAITS = [100, 400, 1_600, 5_000, 15_000, 30_000]

/** For whoever would rather be told. */
export const IN_A_HURRY: ReadonlyArray<number> = [200, 1_000]

/** The same backend, tried again. `waits`: see `WAITS`. */
export const patient = (raw: Backend, waits: ReadonlyArray<number> = WAITS): Backend => {
  const again = <A>(attempt: Effect.Effect<A, RemoteFailed>) => persistently(attempt, waits)
  /** Whether a write that was refused is there all the same. */
  const unlessOurs = (name: string, bytes: Uint8Array, written: Written): Effect.Effect<Written, RemoteFailed> =>
    written !== "refused"
      ? Effect.succeed(written)
      : Effect.map(raw.read(name), (found): Written =>
          found !== null && Buffer.compare(found.bytes, bytes) === 0 ? { tag: found.tag } : "refused"
        )
  return {
    ...raw,
    read: (name, range) => again(raw.read(name, range)),
    stat: (name) => again(raw.stat(name)),
    list: (folder) => again(raw.list(folder)),
    put: (name, content) => again(raw.put(name, content)),
    create: (name, bytes) => again(Effect.flatMap(raw.create(name, bytes), (written) => unlessOurs(name, bytes, written))),
    replace: (name, bytes, tag) =>
      again(Effect.flatMap(raw.replace(name, bytes, tag), (written) => unlessOurs(name, bytes, written)))
  }
}

const persistently = <A>(
  attempt: Effect.Effect<A, RemoteFailed>,
  [wait, ...waits]: ReadonlyArray<number>
): Effect.Effect<A, RemoteFailed> =>
  Effect.catchIf(
    attempt,
    ({ passing }) => passing && wait !== undefined,
    // Many that were turned away together are not to come back together.
    () => Effect.andThen(Effect.sleep((wait ?? 0) * (0.5 + Math.random())), persistently(attempt, waits))
  )
