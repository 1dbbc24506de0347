/**
 * What changes in a store, as it changes: server-sent events that name the runs of which something is new. The page then asks for
 * what it shows of them. Nothing is pushed into a run: its log is looked at, as `pipeline status` does.
 */

import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import type { RunLogs } from "./run-logs.ts"
import type { Changed } from "./wire.ts"

/** Between two looks: a change is seen in less than half of the second that it may take. */
const LOOK_MS = 400
/** Between two signs of life, by which a connection that is gone is noticed. */
const BEAT = Math.round(15_000 / LOOK_MS)

interface Seen {
  readonly looks: number
  readonly stamps: ReadonlyMap<string, string> | null
  readonly told: ReadonlyMap<string, number>
}

/** The bytes of the stream. */
export const changes = (logs: RunLogs): Stream.Stream<Uint8Array> =>
  Stream.tick(LOOK_MS).pipe(
    Stream.mapEffect(() => Effect.sync(() => ({ stamps: new Map(logs.stamps()), told: logs.told() }))),
    Stream.mapAccum(
      (): Seen => ({ looks: 0, stamps: null, told: new Map() }),
      ({ looks, stamps, told }, now) => {
        const changed = stamps === null ? [] : [...now.stamps].flatMap(([run, stamp]) => (stamps.get(run) === stamp ? [] : [run]))
        const gone = stamps === null ? [] : [...stamps.keys()].filter((run) => !now.stamps.has(run))
        const grown = stamps === null ? [] : [...now.told].flatMap(([run, bytes]) => (told.get(run) === bytes ? [] : [run]))
        const event: Changed = { runs: [...changed, ...gone], grown }
        const isNews = event.runs.length > 0 || grown.length > 0
        const text = isNews ? `data: ${JSON.stringify(event)}\n\n` : looks % BEAT === 0 ? ": here\n\n" : null
        return [{ looks: looks + 1, ...now }, text === null ? [] : [text]]
      }
    ),
    Stream.encodeText
  )
