/**
 * Handing actions to the scheduler: gathered, sorted into arrays, within what the cluster allows at once. A call that gets no
 * answer may have been taken all the same, which the queue tells by the batch's name.
 */

import * as path from "node:path"

import * as Effect from "effect/Effect"

import type { GraphNode } from "../dag/graph.ts"
import { NodeFailed, nodeFailed } from "../dag/running/NodeFailed.ts"
import { replaceFile } from "../store/disk/calls.ts"
import { type Batch, layDown, type Owner, takeAway } from "./batches.ts"
import type { Profile } from "./Profile.ts"
import { jobName, type QueueLine } from "./schedulers/queue.ts"
import type { Away, Scheduler } from "./schedulers/Scheduler.ts"
import { script, scriptFile, type Submission } from "./schedulers/submission.ts"
import { alike, tasksOf } from "./tasks.ts"
import { type Outcome, placed, savedStep, taskId, type Wanted } from "./Wanted.ts"

export interface Options {
  readonly profile: Profile
  readonly scheduler: Scheduler
  /** The run, by which other drivers know whether this one is still there. */
  readonly run: string
  /** What a job calls `exec-stage` by. */
  readonly command: ReadonlyArray<string>
  readonly variables: Readonly<Record<string, string>>
  /** About how many seconds a node takes, where that is known: what is short shares a job. */
  readonly secondsOf: (node: GraphNode) => number | null
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number
  /** Whether jobs go on when the driver leaves: asked when it does. */
  readonly detach: () => boolean
  /** Tells people what is not of one node. */
  readonly say: (line: string) => void
}

/** What the driver has that submitting needs. */
interface Driving {
  readonly owner: Owner
  readonly arraySize: number
  readonly began: (batch: Batch) => void
  /** The actions that stand in a batch. */
  readonly isIn: (token: string) => ReadonlyArray<Wanted>
  readonly settle: (one: Wanted, outcome: Outcome) => void
  readonly note: (one: Wanted, line: string) => void
  readonly answered: () => void
  readonly silent: (away: Away) => void
  readonly lookWithin: (milliseconds: number) => void
}

export interface Submitter {
  /** Submits actions that wait, if it is time to; `room`: for how many tasks there is room. */
  readonly submit: (waiting: ReadonlyArray<Wanted>, room: number) => Effect.Effect<void>
  /** Batches that got no answer: in the queue after all, or handed over once more. */
  readonly askAgain: (queue: ReadonlyMap<string, ReadonlyArray<QueueLine>>, reachable: boolean) => Effect.Effect<void>
}

/** How long requests are gathered. */
const GATHER_MS = 1000
/** Places that have to be free before more is submitted, or else how long that waits: a controller counts calls, not tasks. */
const REFILL = { places: 100, milliseconds: 30_000 }
/** By a limit of the user's or the account's, and after how many tries an array is taken for too large. */
const LIMITED = /MaxSubmit|QOS|Limit/
const LIMITED_TRIES = 3

export const makeSubmitter = (root: string, options: Options, driving: Driving): Submitter => {
  const { profile, scheduler, command, variables, now } = options
  let gatheredSince: number | null = null
  let lastSubmission = -Infinity
  let { arraySize } = driving
  /** Batches whose submission got no answer: how often they were handed over, and when that is tried again. */
  const unsure = new Map<string, { readonly submission: Submission; readonly tries: number; readonly again: number }>()

  const submit = Effect.fnUntraced(function* (waiting: ReadonlyArray<Wanted>, room: number) {
    gatheredSince ??= now()
    if (room <= 0 || now() - gatheredSince < GATHER_MS) return
    if (room < Math.min(REFILL.places, waiting.length) && now() - lastSubmission < REFILL.milliseconds) return
    gatheredSince = null
    let free = room
    for (const group of alike(waiting)) {
      const tasks = [...tasksOf(group, ({ node }) => options.secondsOf(node))]
      while (tasks.length > 0 && free > 0) {
        const some = tasks.splice(0, Math.min(arraySize, free))
        free -= some.length
        // While it is not answered nothing else is asked.
        if (!(yield* submitBatch(some))) return
      }
    }
    lastSubmission = now()
  })

  const submitBatch = Effect.fnUntraced(function* (tasks: ReadonlyArray<ReadonlyArray<Wanted>>) {
    const { asked, avoid } = tasks[0]![0]!
    const requests = tasks.map((task) =>
      task.map(({ request }) => ({ ...request, placement: { ...request.placement, threads: asked.threads ?? 1 } }))
    )
    const laid = yield* Effect.result(
      Effect.try({
        try: () => {
          const batch = layDown(root, driving.owner, requests)
          const { folder, token } = batch
          const name = jobName(token)
          const words = [...command, "exec-stage", path.join(folder, "batch.json")]
          const submission = { name, folder, tasks: tasks.length, asked, avoid: [...avoid], command: words, variables }
          replaceFile(scriptFile(folder), script(submission, profile))
          return { batch, submission }
        },
        catch: (cause) => cause
      })
    )
    if (laid._tag === "Failure") {
      for (const one of tasks.flat()) driving.settle(one, Effect.fail(nodeFailed(one.node.label, laid.failure)))
      return true
    }
    const { batch, submission } = laid.success
    driving.began(batch)
    for (const [task, ones] of tasks.entries())
      for (const one of ones) placed(one, { batch, task, job: null, since: now() }, savedStep(root, one))
    return yield* hand(batch.token, submission)
  })

  const hand = Effect.fnUntraced(function* (token: string, submission: Submission) {
    const its = driving.isIn(token)
    const outcome = yield* Effect.result(scheduler.submit(submission))
    const soon = 1000 * profile.pollSeconds
    driving.lookWithin(soon)
    if (outcome._tag === "Success") {
      unsure.delete(token)
      driving.answered()
      for (const one of its) {
        one.place!.job = outcome.success
        driving.note(one, `submitted as job ${taskId(one)}`)
      }
      return true
    }
    const { failure } = outcome
    if (failure._tag === "Refused") {
      unsure.delete(token)
      takeAway(root, submission)
      for (const one of its) refused(one, failure.message)
      return true
    }
    driving.silent(failure)
    const tries = (unsure.get(token)?.tries ?? 0) + 1
    if (tries === 1) for (const one of its) driving.note(one, `is not taken yet (${failure.words}); it is asked again`)
    if (tries >= LIMITED_TRIES && submission.tasks > 1 && LIMITED.test(failure.words)) {
      // It was refused for certain, and may be taken in parts.
      unsure.delete(token)
      takeAway(root, submission)
      arraySize = Math.ceil(submission.tasks / 2)
      for (const one of its) one.place = null
      return false
    }
    unsure.set(token, { submission, tries, again: now() + Math.min(30_000, soon * 2 ** tries) })
    return false
  })

  /** What was asked for will not be given; without the nodes that it was to avoid it may be. */
  const refused = (one: Wanted, problem: string) => {
    if (one.avoid.size === 0)
      return driving.settle(
        one,
        Effect.fail(new NodeFailed({ node: one.node.label, problem, badInput: true, at: [], log: null }))
      )
    one.avoid.clear()
    one.place = null
  }

  return {
    submit,
    askAgain: Effect.fnUntraced(function* (queue, reachable) {
      for (const [token, { submission, again }] of unsure) {
        const its = driving.isIn(token)
        if (queue.has(submission.name) || its.length === 0) unsure.delete(token)
        else if (its.every(({ unwanted }) => unwanted)) {
          unsure.delete(token)
          for (const one of its) one.place = null
        } else if (reachable && now() > again) yield* hand(token, submission)
      }
    })
  }
}
