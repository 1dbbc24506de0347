/**
 * A cluster that exists in numbers only: a queue, nodes, a shared disk that shows files late, and everything that goes wrong
 * on real ones, by seed. What the driver decides is decided by the real rules, over the real account of each; time is virtual.
 */

import { decide } from "../../src/cluster/decide.ts"
import type { QueueLine } from "../../src/cluster/schedulers/queue.ts"
import { jobName } from "../../src/cluster/schedulers/queue.ts"
import { placed, seenInQueue, sightOf, takenBack, type Wanted, wantedOf } from "../../src/cluster/Wanted.ts"
import type { GraphNode } from "../../src/dag/graph.ts"
import type { Ending, StageRequest } from "../../src/dag/running/Executor.ts"

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
  /** Steps that were computed more than once, as a share of all. */
  readonly wasted: number
  /** Times that two processes were at one action. */
  readonly doubled: number
}

interface Action {
  readonly wanted: Wanted
  readonly key: number
  readonly steps: number
  saved: number
  /** When its record, and its last ending, can be seen from elsewhere. */
  recordSeen: number
  ending: { readonly is: Ending; readonly seen: number } | null
  holder: Process | null
  done: boolean
  state: "wanted" | "committed" | "failed"
}

interface Process {
  readonly action: Action
  readonly task: Task
  readonly began: number
  readonly from: number
}

interface Task {
  readonly batch: string
  readonly index: number
  readonly action: Action
  state: string
  since: number
  process: Process | null
}

/** Seconds a step takes, steps between saves, seconds until a lost node is noticed. */
const STEP = 20
const SAVE_EVERY = 15
const NOTICED = 300
const PATIENCE = { visible: 60_000, failures: 3 }

/** Lets a study run in a world; ends when every action is settled, or after a hundred days. */
export const courseOf = (world: World, random: () => number): Course => {
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
  const actions = Array.from({ length: world.actions }, (_, key): Action => {
    const request = { key: String(key) } as StageRequest
    const wanted = wantedOf({ node: {} as GraphNode, request, watch: () => {}, settle: () => {}, asked: {} })
    const steps = 10 + Math.floor(exponential(120))
    return { wanted, key, steps, saved: 0, recordSeen: Infinity, ending: null, holder: null, done: false, state: "wanted" }
  })

  // The cluster.
  let free = world.slots
  const queue: Array<Task> = []
  const listed: Array<Task> = []
  const over = (task: Task, state: string) => {
    task.state = state
    task.since = now
    task.process = null
  }
  const schedule = () => {
    if (isAway()) return
    for (const task of queue.splice(0, Math.max(0, free))) start(task)
  }
  const start = (task: Task) => {
    const { action } = task
    free--
    task.state = "RUNNING"
    // The first thing that a task does is to look whether it is needed.
    if (action.recordSeen <= now) return finish(task, "COMPLETED", { type: "done", computed: false })
    if (action.holder !== null) return finish(task, "COMPLETED", { type: "busy", host: "n", pid: 1 })
    const process: Process = { action, task, began: now, from: action.saved }
    action.holder = process
    action.ending = null
    task.process = process
    const end = now + (action.steps - action.saved) * STEP
    const lost = now + exponential(world.lossHours * 3600)
    const preempted = now + exponential(3600 / world.preemptionsPerHour)
    if (Math.min(lost, preempted) >= end) return at(end, () => complete(process))
    if (preempted < lost) return at(preempted, () => preempt(process))
    at(lost, () => lose(process))
  }
  const stepsOf = ({ from, began, action }: Process) => Math.min(action.steps, from + Math.floor((now - began) / STEP))
  const save = (process: Process, steps: number) => {
    process.action.saved = Math.max(process.action.saved, steps)
  }
  const finish = (task: Task, state: string, ending: Ending | null) => {
    if (ending !== null) task.action.ending = { is: ending, seen: later() }
    free++
    over(task, state)
    at(now, schedule)
  }
  const complete = (process: Process) => {
    const { action, task } = process
    computed += action.steps - process.from
    commit(action)
    action.holder = null
    finish(task, "COMPLETED", { type: "done", computed: true })
  }
  const commit = (action: Action) => {
    if (!action.done) action.recordSeen = later()
    action.done = true
  }
  const preempt = (process: Process) => {
    const { action, task } = process
    // Half of the sites give it time to save.
    const steps = stepsOf(process)
    const graceful = random() < 0.5
    save(process, graceful ? steps : process.from + Math.floor((steps - process.from) / SAVE_EVERY) * SAVE_EVERY)
    computed += steps - process.from
    action.holder = null
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
    computed += steps - process.from
    task.process = null
    // Unseen it computes on, until it notices at a save that another has its lease, or commits.
    if (goesOn) at(now + NOTICED + SAVE_EVERY * STEP * random(), () => unseen(process))
    else action.holder = null
    at(now + NOTICED, () => {
      if (!goesOn || random() < 0.7) action.holder = action.holder === process ? null : action.holder
      finish(task, random() < 0.3 ? "FAILED" : "NODE_FAIL", null)
    })
  }
  const unseen = (process: Process) => {
    const { action } = process
    if (action.holder !== null && action.holder !== process) {
      doubled++
      computed += SAVE_EVERY
      action.ending ??= { is: { type: "overtaken" }, seen: later() }
      return
    }
    // Nobody had taken it over: its result counts.
    if (!action.done) commit(action)
    action.holder = null
  }

  // The driver, round by round, as src/cluster/driver.ts goes about it.
  let batches = 0
  let submissions = 0
  let looks = 0
  let pause = 5
  const unsure: Array<{ readonly token: string; readonly own: ReadonlyArray<Action>; again: number }> = []
  const hand = (token: string, own: ReadonlyArray<Action>) => {
    submissions++
    const lost = isAway() || random() < world.lostAnswers
    if (!lost || (!isAway() && random() < 0.5))
      for (const [index, action] of own.entries()) {
        const task: Task = { batch: token, index, action, state: "PENDING", since: now, process: null }
        listed.push(task)
        queue.push(task)
      }
    if (lost) unsure.push({ token, own, again: now + 15 })
    schedule()
  }
  const linesNow = (): ReadonlyMap<string, ReadonlyArray<QueueLine>> => {
    const seen = listed.filter(({ state, since }) => ["RUNNING", "PENDING"].includes(state) || now - since < world.remembered)
    const lines = seen.map(({ batch, index, state }): QueueLine => {
      return { job: "1", task: index, name: jobName(batch), listed: { at: "listed", state, reason: "None", node: "n" } }
    })
    return Map.groupBy(lines, ({ name }) => name)
  }
  const act = (action: Action) => {
    const { wanted } = action
    const ending = action.ending !== null && action.ending.seen <= now && wanted.place !== null ? action.ending.is : null
    const sight = sightOf(wanted, {
      recorded: action.recordSeen <= now,
      ending,
      saved: action.saved,
      now: now * 1000,
      reachable: !isAway()
    })
    const decision = decide(sight, PATIENCE)
    if (decision.do === "take") action.state = "committed"
    else if (decision.do === "fail" || decision.do === "stop") action.state = "failed"
    // The runner waits for the other holder, and asks again when that is gone.
    else if (decision.do === "yield") {
      if (action.holder === null) takenBack(wanted, { do: "again", because: "", counts: false })
    } else if (decision.do === "again") takenBack(wanted, decision)
  }
  const round = () => {
    const open = actions.filter(({ state }) => state === "wanted")
    if (open.length === 0) return
    let changed = false
    if (!isAway()) {
      looks++
      const lines = linesNow()
      for (const { wanted } of open) changed = seenInQueue(wanted, lines, now * 1000) || changed
      for (const one of unsure.splice(0))
        if (!lines.has(jobName(one.token))) {
          if (now > one.again) hand(one.token, one.own)
          else unsure.push(one)
        }
    }
    for (const action of open) if (action.wanted.place !== null) act(action)
    const waiting = open.filter(({ wanted, state }) => state === "wanted" && wanted.place === null)
    if (waiting.length > 0 && !isAway()) {
      const token = String(batches++).padStart(32, "0")
      const batch = { token, folder: "", owner: { cluster: "", user: "", run: "" }, tasks: [] }
      for (const [task, action] of waiting.entries()) {
        action.ending = null
        placed(action.wanted, { batch, task, job: null, since: now * 1000 }, action.saved)
      }
      hand(token, waiting)
      changed = true
    }
    pause = changed ? 5 : Math.min(60, pause * 1.5)
    at(now + pause, round)
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
    wasted: computed / all - 1,
    doubled
  }
}
