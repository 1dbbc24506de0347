/** How a stage tells how far it is, while it runs. */

import type * as Effect from "effect/Effect"

/** Numbers worth watching while a stage runs: loss, reward, share of a format. */
export type LiveMetrics = Readonly<Record<string, number>>

export interface Progress {
  /** `done` of `total` units (steps, problems); cheap to call at every step. */
  readonly report: (done: number, total: number, metrics?: LiveMetrics) => Effect.Effect<void>
  /** One line for the log, and for the terminal where it matters. */
  readonly note: (line: string) => Effect.Effect<void>
}
