/**
 * What to do about an action that was given to the cluster, from all that is seen of it. The record in the store is the only
 * truth; what the scheduler says is a hint. A job that is not listed proves nothing: lists are cut, jobs age out of them, a
 * cancelled task of an array vanishes at once. So absence begins a wait, and what the task itself left counts for more.
 */

import type { Ending } from "../dag/running/Executor.ts"

/** What the scheduler's list says of a task. `unreachable`: the controller does not answer. */
export type Listed =
  | { readonly at: "listed"; readonly state: string; readonly reason: string; readonly node: string }
  | { readonly at: "absent" }
  | { readonly at: "unreachable" }

/** Everything that is known of an action on the cluster. */
export interface Sight {
  /** Whether its record is in the store. */
  readonly recorded: boolean
  /** What its task left when it was through with it, since it was submitted last. */
  readonly ending: Ending | null
  readonly listed: Listed
  /** Whether its task was ever seen to run, by the list or by what it told. */
  readonly ran: boolean
  /** Whether its log says that it took more memory than it was given: not every site has a state for that. */
  readonly overMemory: boolean
  /** Milliseconds, on the driver's own clock, since the task was first seen to be over, or absent; 0 while it is not. */
  readonly over: number
  /** Whether it has saved a later step since it was submitted last. */
  readonly advanced: boolean
  /** How often it has been submitted again although it had not advanced, and how often with more memory. */
  readonly failures: number
  readonly enlarged: number
}

/** What the decision allows: from the profile. */
export interface Patience {
  /** Milliseconds that a result may take to be seen from another machine. */
  readonly visible: number
  /** How often an action is submitted again without having advanced. */
  readonly failures: number
}

export type Decision =
  | { readonly do: "take" }
  | { readonly do: "wait" }
  /** Another holder has the key: its record is waited for. */
  | { readonly do: "yield" }
  | {
      readonly do: "again"
      readonly because: string
      /** Whether it counts as a failure. */
      readonly counts: boolean
      readonly cancelFirst?: true
      readonly avoid?: string
      readonly moreMemory?: true
    }
  | { readonly do: "fail"; readonly because: string }
  /** A person has cancelled it. */
  | { readonly do: "stop"; readonly because: string }

/** States of tasks that are over, as `squeue` writes them. A state that is not known is waited out: clusters have their own. */
const OVER = new Set([
  "BOOT_FAIL",
  "CANCELLED",
  "COMPLETED",
  "DEADLINE",
  "FAILED",
  "NODE_FAIL",
  "OUT_OF_MEMORY",
  "PREEMPTED",
  "REVOKED",
  "TIMEOUT"
])

/** Reasons of a pending task that nothing but another submission mends. */
const DEAD_END = new Set(["launch failed requeued held", "launch_failed_requeued_held", "JobHoldMaxRequeue"])

/** Reasons of a pending task that no waiting mends. */
const IMPOSSIBLE = new Set(["BadConstraints", "InvalidAccount", "InvalidQOS", "PartitionTimeLimit", "AccountNotAllowed"])

/** How often a task gets more memory, and how much. */
const MOST_ENLARGED = 2
export const MEMORY_FACTOR = 1.5

/** Whether the task is over, or nowhere to be seen. */
export const isOver = (listed: Listed): boolean => listed.at === "absent" || (listed.at === "listed" && OVER.has(listed.state))

/** Whether what is listed may call for something to be done. */
export const isQuestionable = (listed: Listed): boolean =>
  isOver(listed) || (listed.at === "listed" && (DEAD_END.has(listed.reason) || IMPOSSIBLE.has(listed.reason)))

const wait = { do: "wait" } as const

/** What Slurm writes into the log of a job that took more memory than it had, by control groups or by looking at it. */
export const OVER_MEMORY = /exceeded (?:job )?memory limit|oom[-_ ]kill/i

/** The next step. */
export const decide = (sight: Sight, patience: Patience): Decision => {
  const { recorded, ending, listed, over } = sight
  if (recorded) return { do: "take" }
  // A stage that fails fails again: nothing of the cluster mends it, unless it was the machine that failed.
  if (ending?.type === "failed" && ending.machine !== true) return { do: "fail", because: ending.problem }
  if (listed.at === "unreachable") return wait
  if (listed.at === "listed" && !OVER.has(listed.state)) return whilePending(listed, sight, patience)
  switch (ending?.type) {
    case "busy":
    case "overtaken":
      return { do: "yield" }
    case "stopped":
      if (listed.at === "listed" && listed.state === "CANCELLED") return { do: "stop", because: CANCELLED }
      return again(sight, patience, "was stopped")
    case "failed":
      return again(sight, patience, ending.problem, avoiding(listed))
    case "done":
      return over < patience.visible ? wait : again(sight, patience, "said that it was done and left no result that is seen here")
    default:
      return over < patience.visible ? wait : withoutWord(sight, patience)
  }
}

const CANCELLED = "was cancelled; its state is saved"

const whilePending = ({ state, reason }: Extract<Listed, { at: "listed" }>, sight: Sight, patience: Patience): Decision => {
  if (state !== "PENDING") return wait
  if (DEAD_END.has(reason)) return again(sight, patience, `is held by the scheduler (${reason})`, { cancelFirst: true })
  if (IMPOSSIBLE.has(reason)) return { do: "fail", because: `the scheduler will never start it (${reason}): see the profile` }
  return wait
}

/** Of a task that is over, or absent, and left neither a result nor a word. */
const withoutWord = (sight: Sight, patience: Patience): Decision => {
  const { listed, overMemory } = sight
  if (overMemory || (listed.at === "listed" && listed.state === "OUT_OF_MEMORY"))
    return sight.enlarged < MOST_ENLARGED
      ? { do: "again", because: "ran out of memory", counts: false, moreMemory: true }
      : { do: "fail", because: `ran out of memory, also with ${MEMORY_FACTOR ** MOST_ENLARGED} times as much` }
  if (listed.at !== "listed") return again(sight, patience, "is no longer known to the scheduler")
  const where = avoiding(listed)
  switch (listed.state) {
    case "TIMEOUT":
    case "DEADLINE":
      return again(sight, patience, "reached its time limit")
    case "NODE_FAIL":
    case "BOOT_FAIL":
      return again(sight, patience, "lost its node", where)
    case "PREEMPTED":
      return again(sight, patience, "was preempted")
    case "CANCELLED":
      return sight.ran ? { do: "stop", because: CANCELLED } : again(sight, patience, "was cancelled before it began")
    default:
      return again(sight, patience, `ended without a word (${listed.state})`, where)
  }
}

const avoiding = (listed: Listed): { readonly avoid?: string } =>
  listed.at === "listed" && listed.node !== "" ? { avoid: listed.node } : {}

/** Submits it again while that leads anywhere: as often as it advances, and a few times besides. */
const again = (
  { advanced, failures }: Sight,
  patience: Patience,
  because: string,
  more: { readonly cancelFirst?: true; readonly avoid?: string } = {}
): Decision => {
  if (!advanced && failures >= patience.failures)
    return { do: "fail", because: `${because}, ${failures + 1} times without getting further` }
  return { do: "again", because, counts: !advanced, ...more }
}
