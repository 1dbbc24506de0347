/**
 * A cluster that exists in numbers only: a queue, nodes, a shared disk that shows files late, and everything that goes wrong
 * on real ones, by seed. The driver over it is the real one, with its batches in a real folder; time is virtual.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import { forgetEnding, tellFrom } from "../../src/cluster/batches.ts"
import { type Driver, makeDriver } from "../../src/cluster/driver.ts"
import { defaultProfile } from "../../src/cluster/Profile.ts"
import type { QueueLine } from "../../src/cluster/schedulers/queue.ts"
import { Away, type Scheduler } from "../../src/cluster/schedulers/Scheduler.ts"
import type { Submission } from "../../src/cluster/schedulers/submission.ts"
import type { Outcome } from "../../src/cluster/Wanted.ts"
import type { GraphNode } from "../../src/dag/graph.ts"
import { Busy, type Ending, type StageRequest } from "../../src/dag/running/Executor.ts"
import { type ActionRecord, LeaseLost } from "../../src/store/objects/Store.ts"

export interface World {
  readonly actions: number
  readonly slots: number
  /** Mean hours between losses of the node under a task, and how many preemptions an hour of a task. */
  readonly lossHours: number
  readonly preemptionsPerHour: number
  /** Of lost nodes, how many have a process that goes on, unseen. */
  readonly splitBrains: number
  /** Of submissions, how many have no answer; of those half were taken all the same. */
  readonly lostAnswers: number
  /** Seconds until files of other machines are seen, at most. */
  readonly late: number
  /** Seconds from and to which the controller does not answer. */
  readonly outage: readonly [number, number]
  /** Whether the scheduler starts again by itself what it has preempted. */
  readonly requeues: boolean
  /** Seconds for which tasks that are over stay in the list. */
  readonly remembered: number
}

export interface Course {
  readonly committed: number
  readonly failed: number
  readonly hours: number
  readonly submissions: number
  readonly looks: number
  /** Lines that these looks have listed. */
  readonly lines: number
  /** Steps that were computed more than once, as a share of all. */
  readonly wasted: number
  /** Times that two processes were at one action. */
  readonly doubled: number
  /** Seconds that actions waited for a process, all together, as the driver tells, and as it was. */
  readonly queued: { readonly told: number; readonly real: number }
}

interface Action {
  readonly key: string
  readonly steps: number
  readonly attempt: string
  saved: number
  /** When its record can be seen from elsewhere. */
  recordSeen: number
  holder: Process | null
  done: boolean
  state: "wanted" | "committed" | "failed"
  computing: number
}

interface Process {
  readonly action: Action
  readonly task: Task
  readonly began: number
  readonly from: number
}

interface Task {
  readonly job: string
  readonly submission: Submission
  readonly index: number
  readonly action: Action
  state: string
  since: number
}

/** Seconds a step takes, steps between saves, seconds until a lost node is noticed, seconds between rounds of the driver. */
const STEP = 20
const SAVE_EVERY = 15
const NOTICED = 300
const ROUND = 10

const exclaim = (what: string): never => {
  throw new Error(what)
}

/** Reproducible chance (mulberry32). */
export const chance = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

/** Lets a study run in a world, over a store at `root`; ends when every action is settled, or after a hundred days. */
export const courseOf = (root: string, world: World, random: () => number): Course => {
  fs.mkdirSync(path.join(root, "actions"))
  let now = 0
  const events: Array<{ readonly at: number; readonly happens: () => void }> = []
  const at = (time: number, happens: () => void) => {
    let i = events.length
    while (i > 0 && events[i - 1]!.at < time) i--
    events.splice(i, 0, { at: time, happens })
  }
  const exponential = (mean: number) => -Math.log(1 - random()) * mean
  const later = () => now + random() * world.late
  const isAway = () => now >= world.outage[0] && now < world.outage[1]

  let computed = 0
  let doubled = 0
  const actions = Array.from({ length: world.actions }, (_, number): Action => {
    const key = number.toString(16).padStart(64, "0")
    const attempt = path.join(root, "attempts", key, "0".repeat(32))
    const steps = 10 + Math.floor(exponential(120))
    return { key, steps, attempt, saved: 0, recordSeen: Infinity, holder: null, done: false, state: "wanted", computing: 0 }
  })
  const byKey = new Map(actions.map((action) => [action.key, action]))

  // The cluster.
  let free = world.slots
  const queue: Array<Task> = []
  const listed = new Set<Task>()
  const over = (task: Task, state: string) => {
    task.state = state
    task.since = now
  }
  const schedule = () => {
    if (isAway()) return
    for (const task of queue.splice(0, Math.max(0, free))) start(task)
  }
  const leaveLater = ({ submission, action }: Task, ending: Ending) =>
    at(later(), () => {
      const file = path.join(submission.folder, `ending-${action.key}.json`)
      if (fs.existsSync(submission.folder)) fs.writeFileSync(file, JSON.stringify(ending))
    })
  const start = (task: Task) => {
    const { action, submission } = task
    free--
    task.state = "RUNNING"
    forgetEnding(submission.folder, action.key)
    // The first thing that a task does is to look whether it is needed.
    if (action.recordSeen <= now) return finish(task, "COMPLETED", { type: "done", computed: false })
    if (action.holder !== null) return finish(task, "COMPLETED", { type: "busy", host: "n", pid: 1 })
    const process: Process = { action, task, began: now, from: action.saved }
    action.holder = process
    tellFrom(submission.folder, task.index)({ key: action.key, type: "began", host: "n" })
    const end = now + (action.steps - action.saved) * STEP
    const lost = now + exponential(world.lossHours * 3600)
    const preempted = now + exponential(3600 / world.preemptionsPerHour)
    if (Math.min(lost, preempted) >= end) return at(end, () => complete(process))
    if (preempted < lost) return at(preempted, () => preempt(process))
    at(lost, () => lose(process))
  }
  const stepsOf = ({ from, began, action }: Process) => Math.min(action.steps, from + Math.floor((now - began) / STEP))
  const save = ({ action }: Process, steps: number) => {
    if (steps <= action.saved) return
    action.saved = steps
    fs.mkdirSync(action.attempt, { recursive: true })
    fs.writeFileSync(path.join(action.attempt, "checkpoint.json"), JSON.stringify({ step: steps }))
  }
  const finish = (task: Task, state: string, ending: Ending | null) => {
    if (ending !== null) leaveLater(task, ending)
    free++
    over(task, state)
    at(now, schedule)
  }
  const leave = ({ action, began }: Process, steps: number, from: number) => {
    computed += steps - from
    action.computing += now - began
    action.holder = null
  }
  const complete = (process: Process) => {
    leave(process, process.action.steps, process.from)
    commit(process.action)
    finish(process.task, "COMPLETED", { type: "done", computed: true })
  }
  const commit = (action: Action) => {
    if (action.done) return
    action.recordSeen = later()
    action.done = true
    at(action.recordSeen, () => fs.writeFileSync(path.join(root, "actions", `${action.key}.json`), ""))
  }
  const preempt = (process: Process) => {
    const { task } = process
    // Half of the sites give it time to save.
    const steps = stepsOf(process)
    const graceful = random() < 0.5
    save(process, graceful ? steps : process.from + Math.floor((steps - process.from) / SAVE_EVERY) * SAVE_EVERY)
    leave(process, steps, process.from)
    if (graceful) return finish(task, random() < 0.5 ? "FAILED" : "PREEMPTED", { type: "stopped", step: steps })
    if (!world.requeues) return finish(task, "PREEMPTED", null)
    free++
    over(task, "PENDING")
    at(now + 120, () => {
      if (task.state === "PENDING") queue.push(task)
      schedule()
    })
  }
  const lose = (process: Process) => {
    const { action, task } = process
    const goesOn = random() < world.splitBrains
    const steps = stepsOf(process)
    save(process, process.from + Math.floor((steps - process.from) / SAVE_EVERY) * SAVE_EVERY)
    leave(process, steps, process.from)
    // Unseen it computes on, until it notices at a save that another has its lease, or commits.
    if (goesOn) {
      action.holder = process
      at(now + NOTICED + SAVE_EVERY * STEP * random(), () => unseen(process))
    }
    at(now + NOTICED, () => {
      if (!goesOn || random() < 0.7) action.holder = action.holder === process ? null : action.holder
      finish(task, random() < 0.3 ? "FAILED" : "NODE_FAIL", null)
    })
  }
  const unseen = (process: Process) => {
    const { action, task } = process
    if (action.holder !== null && action.holder !== process) {
      doubled++
      computed += SAVE_EVERY
      return leaveLater(task, { type: "overtaken" })
    }
    // Nobody had taken it over: its result counts.
    if (!action.done) commit(action)
    computed += action.steps - action.saved
    action.holder = null
  }

  // What the driver sees of it.
  let submissions = 0
  let looks = 0
  let lines = 0
  const unlessAway = <A>(answer: () => Effect.Effect<A, Away>): Effect.Effect<A, Away> =>
    Effect.suspend(() => (isAway() ? Effect.fail(new Away({ words: "connection refused" })) : answer()))
  const scheduler: Scheduler = {
    facts: unlessAway(() => Effect.succeed({ name: "simulated", maxArraySize: 1000 })),
    submit: (submission) =>
      Effect.suspend(() => {
        const job = String(++submissions)
        const lost = isAway() || random() < world.lostAnswers
        if (!lost || (!isAway() && random() < 0.5)) {
          const { tasks } = JSON.parse(fs.readFileSync(path.join(submission.folder, "batch.json"), "utf8")) as {
            readonly tasks: ReadonlyArray<readonly [string]>
          }
          for (const [index, [key]] of tasks.entries()) {
            const task: Task = { job, submission, index, action: byKey.get(key)!, state: "PENDING", since: now }
            listed.add(task)
            queue.push(task)
          }
          at(now, schedule)
        }
        return lost ? Effect.fail(new Away({ words: "timed out" })) : Effect.succeed(job)
      }),
    queue: unlessAway(() => {
      looks++
      for (const task of listed)
        if (!["RUNNING", "PENDING"].includes(task.state) && now - task.since >= world.remembered) listed.delete(task)
      lines += listed.size
      return Effect.succeed(
        [...listed].map(({ job, index, submission, state }): QueueLine => {
          return { job, task: index, name: submission.name, listed: { at: "listed", state, reason: "None", node: "n" } }
        })
      )
    }),
    cancel: (ids) => exclaim(`the driver cancels ${ids.join(", ")}, which nobody has asked for`)
  }
  const driver: Driver = makeDriver(
    { root, lookup: (key) => Effect.sync(() => (byKey.get(key)!.recordSeen <= now ? recordOf(byKey.get(key)!) : null)) },
    {
      profile: defaultProfile(),
      scheduler,
      run: "simulated",
      command: ["node"],
      variables: {},
      secondsOf: () => null,
      now: () => now * 1000,
      detach: () => false,
      say: () => {}
    }
  )
  const recordOf = ({ steps }: Action) => ({ seconds: steps * STEP }) as ActionRecord

  // What the runner does: it waits for another holder, and asks again when that is gone.
  let told = 0
  let real = 0
  const want = (action: Action): void => {
    const node = { id: action.key, label: action.key, stage: { name: "simulated" } } as unknown as GraphNode
    const request = { key: action.key, placement: {} } as unknown as StageRequest
    driver.want({ node, request, watch: () => {}, settle: (outcome) => settled(action, outcome) })
  }
  const settled = (action: Action, outcome: Outcome): void => {
    const exit = Effect.runSyncExit(outcome)
    if (Exit.isSuccess(exit)) {
      action.state = "committed"
      told += exit.value.queued ?? 0
      real += now - action.computing
      return
    }
    const problem = Cause.squash(exit.cause)
    if (problem instanceof Busy || problem instanceof LeaseLost) awaitOther(action)
    else action.state = "failed"
  }
  const awaitOther = (action: Action): void => {
    if (action.recordSeen <= now) action.state = "committed"
    else if (action.holder === null) want(action)
    else at(now + ROUND, () => awaitOther(action))
  }
  for (const action of actions) want(action)
  const round = () => {
    Effect.runSync(driver.round)
    at(now + ROUND, round)
  }
  at(0, round)
  at(world.outage[1], schedule)
  while (events.length > 0 && now < 100 * 86_400 && actions.some(({ state }) => state === "wanted")) {
    const next = events.pop()!
    now = next.at
    next.happens()
  }
  const all = actions.reduce((sum, { steps }) => sum + steps, 0)
  return {
    committed: actions.filter(({ state }) => state === "committed").length,
    failed: actions.filter(({ state }) => state === "failed").length,
    hours: now / 3600,
    submissions,
    looks,
    lines,
    wasted: computed / all - 1,
    doubled,
    queued: { told, real }
  }
}
