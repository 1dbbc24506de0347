/** How a stage tells how far it is, while it runs. */

import type * as Effect from "effect/Effect"

/** Numbers worth watching while a stage runs: loss, reward, share of a format. */
export type LiveMetrics = Readonly<Record<string, number>>

/**
 * The numbers of a row that a stage has added to a table of its result, for curves that are drawn as they come. A computation
 * that goes on from a checkpoint tells of the earlier rows again.
 */
export interface LiveRow {
  readonly table: string
  /** Its place in the table, from 0. */
  readonly row: number
  readonly step: number
  /** Null is a number that is not finite, which JSON cannot say. */
  readonly values: ReadonlyArray<readonly [name: string, value: number | null]>
}

export interface Progress {
  /** `done` of `total` units (steps, problems); cheap to call at every step. */
  readonly report: (done: number, total: number, metrics?: LiveMetrics) => Effect.Effect<void>
  /** One line for the log, and for the terminal where it matters. */
  readonly note: (line: string) => Effect.Effect<void>
}
