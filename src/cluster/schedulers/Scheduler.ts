/** What the driver needs of whoever starts jobs. */

import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { QueueLine } from "./queue.ts"
import type { Submission } from "./submission.ts"

export interface Scheduler {
  /** Whose queue this is, and how many tasks an array may have. */
  readonly facts: Effect.Effect<{ readonly name: string; readonly maxArraySize: number }, Away>
  /** Takes a batch whose script is written; gives the job's id. */
  readonly submit: (submission: Submission) => Effect.Effect<string, Away | Refused>
  /** All of the user's jobs that are remembered, task by task. */
  readonly queue: Effect.Effect<ReadonlyArray<QueueLine>, Away>
  /** Cancels jobs (`12`) and tasks of arrays (`12_3`). Those that are gone already are none the worse. */
  readonly cancel: (ids: ReadonlyArray<string>) => Effect.Effect<void, Away>
}

/**
 * What was asked for will not be given, however often it is asked.
 *
 * @public
 */
export class Refused extends Schema.TaggedError<Refused>()("Refused", { words: Schema.String }) {
  readonly badInput = true
  override get message() {
    return `Slurm refuses the job: ${this.words}`
  }
}

/**
 * No answer, or one that is worth asking again for: the controller is away, busy, or a limit is reached for now.
 *
 * @public
 */
export class Away extends Schema.TaggedError<Away>()("Away", { words: Schema.String }) {
  override get message() {
    return `Slurm does not answer: ${this.words}`
  }
}
