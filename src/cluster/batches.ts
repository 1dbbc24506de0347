/**
 * Batches in the store: what a job has to compute, and what it tells of it. A job and its driver share a folder and no more.
 *
 *   cluster/<token>/batch.json         whose it is, and the keys, task by task
 *   cluster/<token>/task.<task>.json   the requests of a task
 *   cluster/<token>/script             what was submitted, for people
 *   cluster/<token>/log.<task>         what its processes printed
 *   cluster/<token>/news.<task>.jsonl  what they tell while they compute
 *   cluster/<token>/stop.<task>        asks a task to save its state and leave, where no signal reaches it
 *   cluster/<token>/ending-<key>.json  how the last of them ended that had this key
 */

import * as fs from "node:fs"
import * as path from "node:path"

import type { Ending, News, StageRequest } from "../dag/running/Executor.ts"
import { discard, discardEmpty, lookAt, replaceFile, writeLightly } from "../store/disk/calls.ts"
import { inside, makeInside, readText } from "../store/disk/inside.ts"
import { ownNamesInside } from "../store/disk/own-names.ts"
import { newToken } from "../store/presence/Presence.ts"

const FOLDER = "cluster"
const BATCH = "batch.json"

/** The keys of each task, in the order in which it computes them. */
export type Tasks = ReadonlyArray<ReadonlyArray<string>>

/** In whose queue a batch is: another user's, or another cluster's, is not seen. And whose it is while that run goes on. */
export interface Owner {
  readonly cluster: string
  readonly user: string
  readonly run: string
}

export interface Batch {
  readonly token: string
  readonly folder: string
  readonly owner: Owner
  readonly tasks: Tasks
}

interface BatchFile {
  readonly version: 1
  readonly owner: Owner
  readonly tasks: Tasks
}

/** Lays a new batch down. A file for each task: each reads its own, and what keys are made of is long. */
export const layDown = (root: string, owner: Owner, requests: ReadonlyArray<ReadonlyArray<StageRequest>>): Batch => {
  const token = newToken()
  const folder = makeInside(root, FOLDER, token)
  const tasks = requests.map((task) => task.map(({ key }) => key))
  for (const [task, its] of requests.entries()) writeLightly(taskFile(folder, task), JSON.stringify(its))
  replaceFile(path.join(folder, BATCH), JSON.stringify({ version: 1, owner, tasks } satisfies BatchFile))
  return { token, folder, owner, tasks }
}

/** The batches that are there, whoever laid them down, of those that are asked for; what is no whole batch is left out. */
export const batchesIn = (root: string, isAskedFor: (token: string) => boolean = () => true): ReadonlyArray<Batch> =>
  ownNamesInside(root, [FOLDER])
    .filter(isAskedFor)
    .flatMap((token) => {
      const folder = inside(root, FOLDER, token)
      try {
        const { version, owner, tasks } = JSON.parse(readText(path.join(folder, BATCH))) as BatchFile
        const isWhole = version === 1 && typeof owner.user === "string" && tasks.every((task) => Array.isArray(task))
        return isWhole ? [{ token, folder, owner, tasks }] : []
      } catch {
        return []
      }
    })

/** What a task has to compute. Throws what keeps it from being read. */
export const readTask = (folder: string, task: number): ReadonlyArray<StageRequest> =>
  JSON.parse(readText(taskFile(folder, task))) as ReadonlyArray<StageRequest>

/** Takes a batch away that nobody needs any more. */
export const takeAway = (root: string, { folder }: Pick<Batch, "folder">): void => {
  for (const name of ownNamesInside(root, [FOLDER, path.basename(folder)])) discard(path.join(folder, name))
  discardEmpty(folder)
}

/** Batches of which every action has come to an end, whatever that was, or has its record. */
export const finishedBatches = (
  root: string,
  recorded: ReadonlySet<string>
): ReadonlyArray<{ readonly names: ReadonlyArray<string>; readonly bytes: number }> =>
  batchesIn(root).flatMap((batch) => {
    const endings = endingsIn(root, batch)
    if (!batch.tasks.flat().every((key) => endings.has(key) || recorded.has(key))) return []
    const names = [FOLDER, batch.token]
    const bytes = ownNamesInside(root, names).reduce((sum, name) => sum + (lookAt(path.join(batch.folder, name))?.size ?? 0), 0)
    return [{ names, bytes }]
  })

export const logOf = (folder: string, task: number): string => path.join(folder, `log.${task}`)
const taskFile = (folder: string, task: number): string => path.join(folder, `task.${task}.json`)
const newsFile = (folder: string, task: number): string => path.join(folder, `news.${task}.jsonl`)
const endingFile = (folder: string, key: string): string => path.join(folder, `ending-${key}.json`)

const stopFile = (folder: string, task: number): string => path.join(folder, `stop.${task}`)

/** Asks a task to save its state and leave. */
export const askToStop = (folder: string, task: number): void => fs.writeFileSync(stopFile(folder, task), "")
/** Whether it has been asked to. */
export const isAskedToStop = (folder: string, task: number): boolean => fs.existsSync(stopFile(folder, task))

/** What a task tells, with the key that it is of. `began`: a process has begun with it, on that host. */
export type TaskNews = { readonly key: string } & (News | { readonly type: "began"; readonly host: string })

/** Milliseconds between two lots of progress and rows: each is a message to a file server. */
const PROGRESS_MS = 2000

/** How a task makes itself heard. */
export const tellFrom = (folder: string, task: number): ((news: TaskNews) => void) => {
  let told = -Infinity
  let held = ""
  return (news) => {
    const now = performance.now()
    const isEarly = now - told < PROGRESS_MS
    if (news.type === "progress" && news.done < news.total && isEarly) return
    held += `${JSON.stringify(news)}\n`
    // Rows can wait, but none may be left out.
    if (news.type === "rows" && isEarly) return
    if (news.type === "progress" || news.type === "rows") told = now
    try {
      fs.appendFileSync(newsFile(folder, task), held)
    } catch {
      // News are for people. A disk that is full is noticed by who has to write.
    }
    held = ""
  }
}

/** Whether a process has begun with a task: the first thing that it does is to say so. */
export const hasBegun = (folder: string, task: number): boolean => fs.existsSync(newsFile(folder, task))

/** Says how an action ended. An older word is forgotten when another process begins with it. */
export const leaveEnding = (folder: string, key: string, ending: Ending): void =>
  replaceFile(endingFile(folder, key), JSON.stringify(ending))
export const forgetEnding = (folder: string, key: string): void => discard(endingFile(folder, key))

/** What tasks have left beside their batch so far. */
interface Left {
  /** By key, of those that are asked for. */
  readonly endings: ReadonlyMap<string, Ending>
  /** The tasks that have told something. */
  readonly telling: ReadonlySet<number>
}

/** The folder is listed first, and nothing else is asked for: network disks remember for a while what was not there. */
export const leftIn = (
  root: string,
  { token, folder }: Pick<Batch, "token" | "folder">,
  isAskedFor: (key: string) => boolean = () => true
): Left => {
  const endings = new Map<string, Ending>()
  const telling = new Set<number>()
  for (const name of ownNamesInside(root, [FOLDER, token])) {
    const [, key, task] = /^(?:ending-([0-9a-f]{64})\.json|news\.(\d+)\.jsonl)$/.exec(name) ?? []
    if (task !== undefined) telling.add(Number(task))
    if (key === undefined || !isAskedFor(key)) continue
    try {
      endings.set(key, JSON.parse(readText(path.join(folder, name))) as Ending)
    } catch {
      // Gone in between, or not whole yet on this machine: the next look has it.
    }
  }
  return { endings, telling }
}

/** The endings alone, of all of them. */
export const endingsIn = (root: string, batch: Pick<Batch, "token" | "folder">): Left["endings"] => leftIn(root, batch).endings

/** What a task has told from a byte on, in whole lines, and where the next look begins. */
export const newsFrom = (
  folder: string,
  task: number,
  from: number
): { readonly news: ReadonlyArray<TaskNews>; readonly next: number } => {
  const bytes = tailOf(newsFile(folder, task), from)
  const end = bytes.lastIndexOf(10) + 1
  if (end === 0) return { news: [], next: from }
  const news = bytes
    .subarray(0, end - 1)
    .toString("utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as TaskNews]
      } catch {
        // Two processes may have written at once, of which one was taken for dead.
        return []
      }
    })
  return { news, next: from + end }
}

/** A file from a byte on; nothing where there is none. Opened anew each time: that is when a network disk looks. */
const tailOf = (file: string, from: number): Buffer => {
  try {
    const handle = fs.openSync(file, "r")
    try {
      const bytes = Buffer.alloc(Math.max(0, Math.min(fs.fstatSync(handle).size - from, 1 << 20)))
      return bytes.subarray(0, fs.readSync(handle, bytes, 0, bytes.length, from))
    } finally {
      fs.closeSync(handle)
    }
  } catch {
    return Buffer.alloc(0)
  }
}
