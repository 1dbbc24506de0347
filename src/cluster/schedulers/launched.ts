/**
 * A scheduler for machines without one: each task is a process of a command that the profile names (`ssh`, `kubectl run`), on so
 * many hosts at once. What has to reach a task goes by files in the store, for such commands hand no signals on.
 */

import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"

import * as Effect from "effect/Effect"

import { newToken } from "../../store/presence/Presence.ts"
import { askToStop, hasBegun, logOf } from "../batches.ts"
import type { Profile } from "../Profile.ts"
import type { QueueLine } from "./queue.ts"
import type { Scheduler } from "./Scheduler.ts"
import { quoted, scriptFile, type Submission } from "./submission.ts"

/** How the task is called in the words of a launch, and what else they may say of it. */
export const COMMAND = "{command}"
const HOST = "{host}"

interface Task {
  readonly job: string
  readonly index: number
  readonly submission: Submission
  state: "PENDING" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED"
  host: string
  /** Ends its command and frees its host; of one that has been started. */
  abandon: (state: "FAILED" | "CANCELLED", words: string) => void
}

/** What the profile says of it: how a process is started, and where. */
export type Launch = Pick<Profile, "hosts" | "perHost" | "startSeconds"> & { readonly launch: ReadonlyArray<string> }

/** Starts processes by a command; they end with it, or go on where it leaves them. */
export const launched = ({ launch, hosts, perHost, startSeconds }: Launch): Scheduler => {
  const tasks: Array<Task> = []
  const busy = new Map<string, number>()
  const failures = new Map<string, number>()
  let jobs = 0

  const freeHost = (avoid: ReadonlyArray<string>): string | undefined => {
    // Those that have failed more often than others come last: a dead one would take everything that waits.
    const free = hosts
      .filter((host) => (busy.get(host) ?? 0) < perHost)
      .toSorted((a, b) => (failures.get(a) ?? 0) - (failures.get(b) ?? 0))
    // One that has failed is taken again where there is no other.
    return free.find((host) => !avoid.includes(host)) ?? (hosts.every((host) => avoid.includes(host)) ? free[0] : undefined)
  }
  const startSome = () => {
    for (const task of tasks) {
      if (task.state !== "PENDING") continue
      const host = freeHost(task.submission.avoid)
      if (host !== undefined) start(task, host)
    }
  }
  const start = (task: Task, host: string) => {
    task.state = "RUNNING"
    task.host = host
    busy.set(host, (busy.get(host) ?? 0) + 1)
    const { folder, name } = task.submission
    const [program, ...words] = launch.map((word) =>
      word
        // As functions: what is put in is no pattern.
        .replaceAll(COMMAND, () => `bash ${quoted(scriptFile(folder))} ${task.index}`)
        .replaceAll(HOST, () => host)
        .replaceAll("{name}", () => `${name}-${task.index}`)
    )
    let child: ChildProcess | null = null
    let told = false
    const over = (state: Task["state"], words = "") => {
      if (told) return
      told = true
      clearTimeout(hangs)
      if (words !== "") addToLog(folder, task.index, words)
      if (task.state === "RUNNING") task.state = state
      busy.set(host, busy.get(host)! - 1)
      if (state === "FAILED") failures.set(host, (failures.get(host) ?? 0) + 1)
      startSome()
    }
    task.abandon = (state, words) => {
      if (child?.pid !== undefined) endGroup(child.pid)
      over(state, words)
    }
    // A host that does not answer is no reason for ssh to end, and what waits for it could be computed elsewhere.
    const hangs = setTimeout(() => {
      if (!hasBegun(folder, task.index)) task.abandon("FAILED", `nothing began on ${host} within ${startSeconds} s`)
    }, startSeconds * 1000)
    hangs.unref()
    try {
      const log = fs.openSync(logOf(folder, task.index), "a")
      // In a group of its own: a Ctrl-C would end the command and leave what it has started elsewhere.
      child = spawn(program!, words, { stdio: ["ignore", log, log], detached: true })
      fs.closeSync(log)
      child.on("error", (cause) => over("FAILED", cause.message))
      child.on("exit", (code) => over(code === 0 ? "COMPLETED" : "FAILED"))
    } catch (cause) {
      over("FAILED", String(cause))
    }
  }
  return {
    facts: Effect.succeed({ name: `launched on ${os.hostname()} ${newToken()}`, maxArraySize: 1000 }),
    submit: (submission) =>
      Effect.sync(() => {
        const job = String(++jobs)
        for (let index = 0; index < submission.tasks; index++)
          tasks.push({ job, index, submission, state: "PENDING", host: "", abandon: () => {} })
        startSome()
        return job
      }),
    queue: Effect.sync(() =>
      tasks.map(({ job, index, submission, state, host }): QueueLine => {
        const listed = { at: "listed", state, reason: state === "PENDING" ? "no host is free" : "None", node: host } as const
        return { job, task: index, name: submission.name, listed }
      })
    ),
    cancel: (ids) =>
      Effect.sync(() => {
        for (const task of tasks) {
          if (!ids.includes(task.job) && !ids.includes(`${task.job}_${task.index}`)) continue
          if (task.state === "PENDING") task.state = "CANCELLED"
          else if (task.state === "RUNNING") {
            askToStop(task.submission.folder, task.index)
            // What has not begun has nothing to save, and may never hear of it.
            if (!hasBegun(task.submission.folder, task.index)) task.abandon("CANCELLED", "it was cancelled before it began")
          }
        }
      })
  }
}

/** Ends a command with all that it has started on this machine. */
const endGroup = (pid: number): void => {
  try {
    process.kill(-pid, "SIGKILL")
  } catch {
    // It has just ended.
  }
}

const addToLog = (folder: string, task: number, words: string): void => {
  try {
    fs.appendFileSync(logOf(folder, task), `${words}\n`)
  } catch {
    // On a disk that is full, the task's end says enough.
  }
}
