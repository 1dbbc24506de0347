/** An action that the runner waits for, and what is seen of it on the cluster. */

import type * as Effect from "effect/Effect"

import type { Stopped } from "../dag/Checkpoints.ts"
import type { GraphNode } from "../dag/graph.ts"
import { savedSteps } from "../dag/running/attempts/folders.ts"
import type { Busy, Ending, Happening, Obtained, StageRequest } from "../dag/running/Executor.ts"
import type { NodeFailed } from "../dag/running/NodeFailed.ts"
import { maximumOf } from "../lists/large.ts"
import type { LeaseLost } from "../store/objects/Store.ts"
import type { Batch } from "./batches.ts"
import { type Decision, isOver, type Listed, MEMORY_FACTOR, type Sight } from "./decide.ts"
import type { Asked } from "./Profile.ts"
import { jobName, type QueueLine } from "./schedulers/queue.ts"

export type Outcome = Effect.Effect<Obtained, NodeFailed | Busy | LeaseLost | Stopped>

/** Where an action was submitted. */
export interface Place {
  readonly batch: Batch
  /** Its task of the batch. */
  readonly task: number
  /** Id of the array; null until it is known. */
  job: string | null
  /** When it was submitted, by the driver's clock. */
  readonly since: number
}

export interface Wanted {
  readonly node: GraphNode
  readonly request: StageRequest
  readonly watch: (happening: Happening) => void
  readonly settle: (outcome: Outcome) => void
  /** What its next job asks for, and the nodes that it avoids. */
  asked: Asked
  readonly avoid: Set<string>
  /** Null while it waits to be submitted. */
  place: Place | null
  listed: Listed
  ran: boolean
  /** Whether a process has begun with it, and not only with others of its task. */
  began: boolean
  /** Milliseconds in which no process was at it, and since when that is so; null while one is. */
  waited: number
  waitsSince: number | null
  /** When its task was first seen to be over. */
  overSince: number | null
  /** The last step that was saved when it was submitted. */
  savedBefore: number
  failures: number
  enlarged: number
  /** Whether the runner does not wait for it any more, and its task has been told so. */
  unwanted: boolean
  cancelled: boolean
}

/** A new one, from now on. */
export const wantedOf = (given: Pick<Wanted, "node" | "request" | "watch" | "settle" | "asked">, now: number): Wanted => ({
  ...given,
  waited: 0,
  waitsSince: now,
  avoid: new Set(),
  place: null,
  listed: { at: "absent" },
  ran: false,
  began: false,
  overSince: null,
  savedBefore: 0,
  failures: 0,
  enlarged: 0,
  unwanted: false,
  cancelled: false
})

/** The last step after which any holder of its key has saved its state. */
export const savedStep = (root: string, { request }: Pick<Wanted, "request">): number =>
  maximumOf(savedSteps(root, request.key), 0)

/** It stands in a batch now. `saved`: the last step whose state is kept. */
export const placed = (wanted: Wanted, place: Place, saved: number): void => {
  const fresh = { listed: { at: "absent" }, ran: false, began: false, overSince: null, cancelled: false }
  Object.assign(wanted, { ...fresh, place, savedBefore: saved })
}

/** A process is at it from now on. */
export const begins = (wanted: Wanted, now: number): void => {
  if (wanted.waitsSince !== null) wanted.waited += now - wanted.waitsSince
  wanted.waitsSince = null
}

/** No process is at it from now on. */
const waits = (wanted: Wanted, now: number): void => void (wanted.waitsSince ??= now)

/** Seconds in which no process was at it. `seconds`: what computing took at least, where none was ever seen to begin. */
export const queuedFor = ({ waited, waitsSince }: Wanted, seconds: number, now: number): number =>
  (waited + (waitsSince === null ? 0 : Math.max(0, now - waitsSince - seconds * 1000))) / 1000

/** Whether others share its task, so that a task that runs may not be at it. */
const isShared = ({ place }: Wanted): boolean => place !== null && (place.batch.tasks[place.task]?.length ?? 0) > 1

/** By what the lines of a task are found among those of a queue. */
export const lineOf = (name: string, task: number): string => `${name} ${task}`

/** What a look at the queue says of it, by task: whether anything of that is new. `now`: when the look began. */
export const seenInQueue = (wanted: Wanted, lines: ReadonlyMap<string, ReadonlyArray<QueueLine>>, now: number): boolean => {
  const { place, listed: before } = wanted
  // A look that began before it was submitted says nothing of it.
  if (place === null || place.since >= now) return false
  const its = lines.get(lineOf(jobName(place.batch.token), place.task)) ?? []
  // The name may be there twice, where an answer of `sbatch` was lost: what still lives counts.
  const line = its.find(({ listed }) => !isOver(listed)) ?? its[0]
  // Where no answer came it may never have been taken: that it is not there says nothing of it.
  if (line === undefined && place.job === null) return false
  const listed: Listed = line?.listed ?? { at: "absent" }
  if (line !== undefined) place.job = line.job
  wanted.listed = listed
  const state = stateOf(listed)
  if (state === "RUNNING") {
    wanted.ran = true
    if (!isShared(wanted)) begins(wanted, now)
  } else if (state === "PENDING") waits(wanted, now)
  wanted.overSince = isOver(listed) ? (wanted.overSince ?? now) : null
  // Why it waits changes all the time.
  return state !== stateOf(before)
}

const stateOf = (listed: Listed): string => (listed.at === "listed" ? listed.state : listed.at)

/** What is known of an action besides what the queue says. */
interface Known {
  readonly recorded: boolean
  readonly ending: Ending | null
  /** Whether its log says that it took too much memory. */
  readonly overMemory: boolean
  /** The last step whose state is kept. */
  readonly saved: number
  readonly now: number
  /** Whether the controller answers. */
  readonly reachable: boolean
}

/** All that is known of it. */
export const sightOf = (wanted: Wanted, { recorded, ending, overMemory, saved, now, reachable }: Known): Sight => ({
  recorded,
  ending,
  overMemory,
  listed: reachable ? wanted.listed : { at: "unreachable" },
  ran: wanted.ran,
  over: wanted.overSince === null ? 0 : now - wanted.overSince,
  advanced: saved > wanted.savedBefore,
  failures: wanted.failures,
  enlarged: wanted.enlarged
})

/** It is to be submitted again, as was decided. What never began has no part in what ended its task. */
export const takenBack = (
  wanted: Wanted,
  { counts, avoid, moreMemory }: Extract<Decision, { readonly do: "again" }>,
  now: number
): void => {
  const { began } = wanted
  const isAmongOthers = isShared(wanted)
  waits(wanted, now)
  wanted.place = null
  if (avoid !== undefined) wanted.avoid.add(avoid)
  if (isAmongOthers && !began) return
  const { memoryGB } = wanted.asked
  if (moreMemory === true && memoryGB !== undefined) {
    wanted.enlarged++
    wanted.asked = { ...wanted.asked, memoryGB: memoryGB * MEMORY_FACTOR }
  }
  wanted.failures = counts ? wanted.failures + 1 : 0
}

/** Its task as `scancel` wants it named; null while its job is not known. */
export const taskId = ({ place }: Wanted): string | null =>
  place === null || place.job === null ? null : `${place.job}_${place.task}`
