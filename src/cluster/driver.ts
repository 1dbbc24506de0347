/**
 * What goes on in the driver of a study whose stages run on a cluster: one loop that submits, looks at the queue, reads what
 * tasks have left in the store, and does for each action what is decided. Calls of the scheduler are few, and for all jobs.
 */

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"

import { Stopped } from "../dag/Checkpoints.ts"
import { endOfLog } from "../dag/running/attempts/log.ts"
import { Busy, type Ending, happeningOf } from "../dag/running/Executor.ts"
import { NodeFailed, nodeFailed } from "../dag/running/NodeFailed.ts"
import { append } from "../lists/large.ts"
import type { ResultUnread, StoreFailed } from "../store/objects/failures.ts"
import { actionKeys } from "../store/objects/records.ts"
import type { ActionRecord } from "../store/objects/records.ts"
import { LeaseLost } from "../store/objects/Store.ts"
import { thisMachine } from "../store/presence/machine.ts"
import { driverOf } from "../store/presence/Presence.ts"
import { errorText } from "../text/error-text.ts"
import { type Batch, batchesIn, endingsIn, leftIn, logOf, newsFrom, takeAway } from "./batches.ts"
import { decide, type Decision, isOver, isQuestionable, OVER_MEMORY } from "./decide.ts"
import { jobName, type QueueLine } from "./schedulers/queue.ts"
import { Away } from "./schedulers/Scheduler.ts"
import { makeSubmitter, type Options, type Submitter } from "./submitting.ts"
import {
  begins,
  lineOf,
  type Outcome,
  placed,
  queuedFor,
  savedStep,
  seenInQueue,
  sightOf,
  takenBack,
  taskId,
  type Wanted,
  wantedOf
} from "./Wanted.ts"

export interface Driver {
  /** One round: what is new, and what comes of it. To be gone through again and again, and never left half-way. */
  readonly round: Effect.Effect<void>
  readonly want: (given: Pick<Wanted, "node" | "request" | "watch" | "settle">) => Wanted
  /** Cancels its task; `gone` is called when that is over or was never begun. */
  readonly cancel: (wanted: Wanted, gone: () => void) => void
  /** Leaves its task as it is. */
  readonly forget: (wanted: Wanted) => void
  /** Takes away what nobody needs. */
  readonly tidy: () => void
}

/** Of how many tasks the news are read at a look, the endings apart, at least, and which part of all. */
const NEWS_AT_A_LOOK = { least: 64, part: 16 }
/** Milliseconds between two looks at what tasks have left, for each that is looked at: a file server has others to serve. */
const LOOK_MS_EACH = 1

const NONE: ReadonlySet<string> = new Set()

/** What is asked of a store: where it is, and what there is of a key. */
interface Results {
  readonly root: string
  readonly lookup: (key: string) => Effect.Effect<ActionRecord | null, StoreFailed | ResultUnread>
}

/** A driver of the jobs of one run. */
export const makeDriver = (store: Results, options: Options): Driver => {
  const { root } = store
  const { profile, scheduler, say, now } = options
  const wanted = new Set<Wanted>()
  const goneCalls = new Map<Wanted, () => void>()
  /** Batches that were laid down or adopted here, and up to where the news of each task have been read. */
  const batches = new Map<string, { readonly batch: Batch; readonly read: Array<number> }>()
  /** Actions in batches of earlier drivers that are in the queue. */
  const adoptable = new Map<string, { readonly batch: Batch; readonly task: number }>()
  /** Null until the controller has answered for the first time. */
  let submitter: Submitter | null = null
  let queueSeen: ReadonlyMap<string, ReadonlyArray<QueueLine>> = new Map()
  let nextLook = -Infinity
  let nextNews = -Infinity
  let pause = profile.pollSeconds * 1000
  /** Since when the controller has not answered. */
  let silentSince: number | null = null
  let saidSilent = 0
  let turn = 0
  /** What went wrong in a round and was said. */
  const troubles = new Set<string>()
  /** Batches whose logs a failure names. */
  const keptLogs = new Set<string>()

  const answered = () => {
    if (silentSince !== null && saidSilent > 0) say("Slurm answers again.")
    silentSince = null
    saidSilent = 0
  }
  const silent = ({ words }: Away) => {
    const minutes = (now() - (silentSince ??= now())) / 60_000
    // At once where it has never answered, else after a minute; and then less and less often.
    if (minutes < 2 ** saidSilent - (submitter === null ? 1 : 0)) return
    saidSilent++
    say(`Slurm has not answered for ${Math.floor(minutes)} min (${words}). Jobs that run go on; it is asked again.`)
  }

  const drop = (one: Wanted) => {
    wanted.delete(one)
    goneCalls.get(one)?.()
    goneCalls.delete(one)
  }
  const settle = (one: Wanted, outcome: Outcome) => {
    drop(one)
    one.settle(outcome)
  }
  const note = (one: Wanted, line: string) => one.watch({ event: "note", node: one.node.id, line })

  /** Has the queue looked at soon. */
  const lookWithin = (milliseconds: number) => {
    pause = Math.min(pause, milliseconds)
    nextLook = Math.min(nextLook, now() + milliseconds)
  }

  /** Asks the controller who it is; finds what earlier drivers have left in its queue. */
  const begin = Effect.gen(function* () {
    const facts = yield* scheduler.facts
    const own = { cluster: facts.name, user: String(process.getuid?.() ?? ""), run: options.run }
    yield* lookAtQueue
    for (const batch of batchesIn(root, (token) => queueSeen.has(jobName(token)))) {
      const { cluster, user, run } = batch.owner
      // What a driver that is there has laid down is its own: it would cancel it, and then we would not have it.
      if (cluster !== own.cluster || user !== own.user || driverOf(root, thisMachine(), run) !== "gone") continue
      const lines = queueSeen.get(jobName(batch.token)) ?? []
      const endings = endingsIn(root, batch)
      for (const { task, listed } of lines)
        if (!isOver(listed)) for (const key of batch.tasks[task] ?? []) if (!endings.has(key)) adoptable.set(key, { batch, task })
    }
    submitter = makeSubmitter(root, options, {
      owner: own,
      arraySize: Math.min(profile.arraySize, facts.maxArraySize),
      began: (batch) => void batches.set(batch.token, { batch, read: [] }),
      isIn: (token) => [...wanted].filter(({ place }) => place?.batch.token === token),
      settle,
      note,
      answered,
      silent,
      lookWithin
    })
  })

  const lookAtQueue = Effect.gen(function* () {
    const began = now()
    const lines = yield* scheduler.queue
    answered()
    queueSeen = Map.groupBy(lines, ({ name }) => name)
    const byTask = Map.groupBy(lines, ({ name, task }) => lineOf(name, task))
    let changed = false
    for (const one of wanted) {
      const { place } = one
      if (!seenInQueue(one, byTask, began)) continue
      changed = true
      if (place === null || one.listed.at !== "listed") continue
      const { state, reason, node } = one.listed
      if (state === "PENDING") note(one, `job ${taskId(one)} waits in the queue (${reason})`)
      if (state === "RUNNING") note(one, `job ${taskId(one)} runs on ${node}`)
    }
    pause = changed ? profile.pollSeconds * 1000 : Math.min(pause * 1.5, profile.pollMostSeconds * 1000)
    nextLook = now() + pause
  })

  /** News and endings of tasks: by a folder's list for each batch, and the news of some tasks at a time. */
  const readNews = (): ReadonlyMap<Wanted, Ending> => {
    const endings = new Map<Wanted, Ending>()
    const byBatch = Map.groupBy(
      [...wanted].filter(({ place }) => place !== null),
      ({ place }) => place!.batch
    )
    const running: Array<readonly [Batch, number, ReadonlyArray<Wanted>]> = []
    for (const [batch, its] of byBatch) {
      const keys = new Set(its.map(({ request }) => request.key))
      const left = leftIn(root, batch, (key) => keys.has(key))
      for (const one of its) {
        const ending = left.endings.get(one.request.key)
        if (ending !== undefined) endings.set(one, ending)
      }
      for (const [task, ones] of Map.groupBy(its, ({ place }) => place!.task))
        if (left.telling.has(task)) running.push([batch, task, ones])
    }
    const most = Math.max(NEWS_AT_A_LOOK.least, running.length / NEWS_AT_A_LOOK.part)
    for (let i = 0; i < Math.min(most, running.length); i++) {
      const [{ token, folder }, task, ones] = running[turn++ % running.length]!
      const { read } = batches.get(token)!
      const { news, next } = newsFrom(folder, task, read[task] ?? 0)
      read[task] = next
      for (const one of news) {
        const its = ones.find(({ request }) => request.key === one.key)
        if (its === undefined) continue
        if (one.type === "began") {
          its.ran = its.began = true
          begins(its, now())
        } else its.watch(happeningOf(one, its.node.id))
      }
    }
    return endings
  }

  /** Does for an action what is decided. */
  const act = Effect.fnUntraced(function* (one: Wanted, ending: Ending | null, decision: Decision) {
    switch (decision.do) {
      case "wait":
        return
      case "take": {
        const action = yield* Effect.result(store.lookup(one.request.key))
        if (action._tag === "Failure") return settle(one, Effect.fail(nodeFailed(one.node.label, action.failure)))
        if (action.success === null) return
        const computed = ending?.type === "done" ? ending.computed : one.ran
        const queued = queuedFor(one, action.success.seconds, now())
        return settle(one, Effect.succeed({ action: action.success, computed, queued }))
      }
      case "yield":
        return settle(
          one,
          ending?.type === "busy"
            ? Effect.fail(new Busy({ host: ending.host, pid: ending.pid }))
            : Effect.fail(new LeaseLost({ key: one.request.key }))
        )
      case "stop":
        note(one, `job ${taskId(one)} ${decision.because}`)
        return settle(one, Effect.fail(new Stopped({ step: savedStep(root, one) })))
      case "fail":
        return yield* give(one, ending, decision.because)
      case "again":
        return yield* again(one, decision)
    }
  })

  /** Gives an action up. A job of it that is still in the queue would be found there by the next run. */
  const give = Effect.fnUntraced(function* (one: Wanted, ending: Ending | null, because: string) {
    const { place } = one
    if (place !== null) keptLogs.add(place.batch.token)
    settle(one, Effect.fail(failure(one, ending, because)))
    const id = taskId(one)
    if (id !== null && !isOver(one.listed) && place?.batch.tasks[place.task]?.length === 1 && ending === null)
      yield* scheduler.cancel([id])
  })

  const failure = (one: Wanted, ending: Ending | null, because: string): NodeFailed => {
    const { node, place } = one
    const log = place === null ? null : logOf(place.batch.folder, place.task)
    if (ending?.type === "failed") {
      const { problem, badInput, at } = ending
      return new NodeFailed({ node: node.label, problem, badInput, at, log })
    }
    const lines = log === null ? [] : endOfLog(log)
    const said = lines.length === 0 ? "; its log is empty" : `\nThe end of its log:\n${lines.join("\n")}`
    return new NodeFailed({ node: node.label, problem: `job ${taskId(one)} ${because}${said}`, badInput: false, at: [], log })
  }

  const again = Effect.fnUntraced(function* (one: Wanted, decision: Extract<Decision, { readonly do: "again" }>) {
    if (decision.moreMemory === true && one.asked.memoryGB === undefined)
      return yield* give(one, null, "ran out of memory; give it more by memoryGB in the profile")
    const id = taskId(one)
    if (decision.cancelFirst === true && id !== null) yield* scheduler.cancel([id])
    note(one, `job ${id ?? "of an unknown id"} ${decision.because}: submitted again`)
    takenBack(one, decision, now())
  })

  const liveTasks = (): number => {
    const live = new Set<string>()
    for (const { place, overSince } of wanted)
      if (place !== null && overSince === null) live.add(`${place.batch.token} ${place.task}`)
    return live.size
  }

  /** An earlier driver's job may be at it. */
  const adopt = (one: Wanted) => {
    const found = adoptable.get(one.request.key)
    if (found === undefined) return
    adoptable.delete(one.request.key)
    const { batch, task } = found
    if (!batches.has(batch.token)) batches.set(batch.token, { batch, read: [] })
    const job = (queueSeen.get(jobName(batch.token)) ?? [])[0]?.job ?? null
    placed(one, { batch, task, job, since: now() }, savedStep(root, one))
    note(one, `goes on as job ${taskId(one)} of an earlier run`)
  }

  /** Submits what waits and is not at work already. */
  const submitWaiting = Effect.gen(function* () {
    const ready = [...wanted].filter(({ place, unwanted }) => place === null && !unwanted)
    for (const one of ready) adopt(one)
    const left = ready.filter(({ place }) => place === null)
    if (left.length > 0) yield* submitter!.submit(left, profile.maxJobs - liveTasks())
  })

  /** Cancels the tasks of actions that nobody waits for, unless they hold others that are not through. */
  const cancelUnwanted = Effect.gen(function* () {
    const leaving = [...wanted].filter(({ unwanted, cancelled, place }) => unwanted && !cancelled && place !== null)
    const ids: Array<string> = []
    const told: Array<Wanted> = []
    for (const [batch, its] of Map.groupBy(leaving, ({ place }) => place!.batch)) {
      // Where an answer was lost, the name may be there twice.
      const listed = (queueSeen.get(jobName(batch.token)) ?? []).map(({ job }) => job)
      const jobs = new Set([...listed, ...its.flatMap(({ place }) => place!.job ?? [])])
      if (jobs.size === 0) continue
      const endings = endingsIn(root, batch)
      const mine = new Set(
        [...wanted].flatMap(({ place, unwanted, request }) => (place?.batch === batch && unwanted ? request.key : []))
      )
      const free = (task: number) => batch.tasks[task]!.every((key) => mine.has(key) || endings.has(key))
      const tasks = [...new Set(its.map(({ place }) => place!.task))].filter(free)
      for (const job of jobs) append(ids, tasks.length === batch.tasks.length ? [job] : tasks.map((task) => `${job}_${task}`))
      append(told, its)
    }
    if (ids.length > 0) yield* scheduler.cancel(ids)
    for (const one of told) one.cancelled = true
    if (told.length > 0) lookWithin(1000)
  })

  /** Looks into one action where there may be something to be done. `recorded`: keys whose records have just been listed. */
  const attend = Effect.fnUntraced(function* (one: Wanted, ending: Ending | null, recorded: ReadonlySet<string>) {
    if (one.place === null) return
    const mayCall = one.listed.at === "listed" ? isQuestionable(one.listed) : one.overSince !== null
    if (one.unwanted) {
      if (ending !== null || one.overSince !== null) drop(one)
      return
    }
    if (ending === null && !mayCall && !recorded.has(one.request.key)) return
    // A task that has ended is soon seen to be over: the queue is asked before its next turn.
    if (ending !== null) lookWithin(1000 * profile.pollSeconds)
    const isRecorded = (yield* Effect.orElseSucceed(store.lookup(one.request.key), () => null)) !== null
    if (!isRecorded && ending === null && !mayCall) return
    const saved = savedStep(root, one)
    const { batch, task } = one.place
    const overMemory =
      !isRecorded && ending === null && one.ran && endOfLog(logOf(batch.folder, task)).some((line) => OVER_MEMORY.test(line))
    const sight = sightOf(one, { recorded: isRecorded, ending, overMemory, saved, now: now(), reachable: silentSince === null })
    yield* act(one, ending, decide(sight, { visible: profile.visibleSeconds * 1000, failures: profile.retries }))
  })

  /** Says what went wrong, once; the rest of the round goes on. */
  const inspiteOf = <A>(step: Effect.Effect<A, Away>): Effect.Effect<A | void, Away> =>
    Effect.catchCause(step, (cause) => {
      const error = Cause.squash(cause)
      if (error instanceof Away) return Effect.fail(error)
      const words = errorText(error)
      if (!troubles.has(words)) say(`Watching the jobs met trouble; they go on, and it is tried again: ${words}`)
      troubles.add(words)
      return Effect.void
    })

  const round = Effect.gen(function* () {
    for (const one of wanted) if (one.unwanted && one.place === null) drop(one)
    if (wanted.size === 0) return
    yield* inspiteOf(cancelUnwanted)
    if (submitter === null) yield* begin
    const looks = now() >= nextLook
    if (looks) yield* lookAtQueue
    // What a task has left is never left out of what is decided about it.
    if (looks || now() >= nextNews) {
      nextNews = now() + wanted.size * LOOK_MS_EACH
      const endings = yield* inspiteOf(Effect.sync(readNews))
      // One list in place of a file for each of thousands of jobs; and to be listed is what makes a network disk look anew.
      const recorded = (looks ? yield* inspiteOf(Effect.sync(() => new Set(actionKeys(root)))) : undefined) ?? NONE
      if (endings !== undefined) for (const one of wanted) yield* inspiteOf(attend(one, endings.get(one) ?? null, recorded))
    }
    yield* inspiteOf(submitter!.askAgain(queueSeen, silentSince === null))
    yield* inspiteOf(submitWaiting)
  }).pipe(
    Effect.catchTag("Away", (away) => {
      silent(away)
      nextLook = now() + profile.pollSeconds * 1000
      return Effect.void
    }),
    inspiteOf,
    Effect.ignore
  )

  return {
    round: Effect.uninterruptible(round),
    want: (given) => {
      const one = wantedOf({ ...given, asked: profile.askedBy(given.node.stage.name) }, now())
      wanted.add(one)
      return one
    },
    cancel: (one, gone) => {
      if (!wanted.has(one)) return gone()
      one.unwanted = true
      goneCalls.set(one, gone)
    },
    forget: (one) => void wanted.delete(one),
    tidy: () => {
      if (options.detach()) return
      const left = [...wanted].flatMap((one) => taskId(one) ?? [])
      if (left.length > 0)
        say(`${left.length} jobs were not seen to end: scancel ${left.slice(0, 5).join(" ")}${left.length > 5 ? " ..." : ""}`)
      const kept = new Set([...wanted].map(({ place }) => place?.batch.token))
      // Those of other drivers are theirs: what they have laid down may not be in the queue yet.
      for (const { batch } of batches.values()) {
        const alive = (queueSeen.get(jobName(batch.token)) ?? []).some(({ listed }) => !isOver(listed))
        const endings = endingsIn(root, batch)
        // What has said its last word may be listed for a moment more.
        const over = !alive || batch.tasks.flat().every((key) => endings.has(key))
        if (!kept.has(batch.token) && !keptLogs.has(batch.token) && over) takeAway(root, batch)
      }
    }
  }
}
