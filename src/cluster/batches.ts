/**
 * Batches in the store: what a job has to compute, and what it tells of it. A job and its driver share a folder and no more.
 *
 *   cluster/<token>/batch.json         the requests, task by task
 *   cluster/<token>/script             what was submitted, for people
 *   cluster/<token>/log.<task>         what its processes printed
 *   cluster/<token>/news.<task>.jsonl  what they tell while they compute
 *   cluster/<token>/stop.<task>        asks a task to save its state and leave, where no signal reaches it
 *   cluster/<token>/ending-<key>.json  how the last of them ended that had this key
 */

import * as fs from "node:fs"
import * as path from "node:path"

import type { Ending, News, StageRequest } from "../dag/running/Executor.ts"
import { discard, discardEmpty, lookAt, replaceFile } from "../store/disk/calls.ts"
import { inside, makeInside, readText } from "../store/disk/inside.ts"
import { ownNamesInside } from "../store/disk/own-names.ts"
import { newToken } from "../store/presence/Presence.ts"

const FOLDER = "cluster"
const BATCH = "batch.json"

/** The actions of each task, in the order in which it computes them. */
export type Tasks = ReadonlyArray<ReadonlyArray<StageRequest>>

/** In whose queue a batch is: another user's, or another cluster's, is not seen. */
export interface Owner {
  readonly cluster: string
  readonly user: string
}

export interface Batch {
  readonly token: string
  readonly folder: string
  readonly owner: Owner
  readonly tasks: Tasks
}

interface BatchFile {
  readonly version: number
  readonly owner: Owner
  readonly tasks: Tasks
}

/** Lays a new batch down. */
export const layDown = (root: string, owner: Owner, tasks: Tasks): Batch => {
  const token = newToken()
  const folder = makeInside(root, FOLDER, token)
  replaceFile(path.join(folder, BATCH), JSON.stringify({ version: 1, owner, tasks } satisfies BatchFile))
  return { token, folder, owner, tasks }
}

/** The batches that are there, whoever laid them down; what is no whole batch is left out. */
export const batchesIn = (root: string): ReadonlyArray<Batch> =>
  ownNamesInside(root, [FOLDER]).flatMap((token) => {
    const folder = inside(root, FOLDER, token)
    try {
      const { owner, tasks } = readBatch(path.join(folder, BATCH))
      return [{ token, folder, owner, tasks }]
    } catch {
      return []
    }
  })

/** What a batch's file says. Throws what keeps it from being read. */
export const readBatch = (file: string): BatchFile => {
  const batch = JSON.parse(readText(file)) as BatchFile
  if (batch.version !== 1) throw new Error(`it is of version ${batch.version}, and this program reads version 1`)
  return batch
}

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
    if (!batch.tasks.flat().every(({ key }) => endings.has(key) || recorded.has(key))) return []
    const names = [FOLDER, batch.token]
    const bytes = ownNamesInside(root, names).reduce((sum, name) => sum + (lookAt(path.join(batch.folder, name))?.size ?? 0), 0)
    return [{ names, bytes }]
  })

export const logOf = (folder: string, task: number): string => path.join(folder, `log.${task}`)
const newsFile = (folder: string, task: number): string => path.join(folder, `news.${task}.jsonl`)
const endingFile = (folder: string, key: string): string => path.join(folder, `ending-${key}.json`)

const stopFile = (folder: string, task: number): string => path.join(folder, `stop.${task}`)

/** Asks a task to save its state and leave. */
export const askToStop = (folder: string, task: number): void => fs.writeFileSync(stopFile(folder, task), "")
/** Whether it has been asked to. */
export const isAskedToStop = (folder: string, task: number): boolean => {
  try {
    return fs.readdirSync(folder).includes(path.basename(stopFile(folder, task)))
  } catch {
    return false
  }
}

/** What a task tells, with the key that it is of. `began`: a process has begun with it, on that host. */
export type TaskNews = { readonly key: string } & (News | { readonly type: "began"; readonly host: string })

/** Milliseconds between two lines of progress: every line is a message to a file server. */
const PROGRESS_MS = 2000

/** How a task makes itself heard. */
export const tellFrom = (folder: string, task: number): ((news: TaskNews) => void) => {
  let told = -Infinity
  return (news) => {
    const now = performance.now()
    if (news.type === "progress") {
      if (news.done < news.total && now - told < PROGRESS_MS) return
      told = now
    }
    try {
      fs.appendFileSync(newsFile(folder, task), `${JSON.stringify(news)}\n`)
    } catch {
      // News are for people. A disk that is full is noticed by who has to write.
    }
  }
}

/** Says how an action ended. An older word is forgotten when another process begins with it. */
export const leaveEnding = (folder: string, key: string, ending: Ending): void =>
  replaceFile(endingFile(folder, key), JSON.stringify(ending))
export const forgetEnding = (folder: string, key: string): void => discard(endingFile(folder, key))

/** The endings that are there now, by key. The folder is listed first: network disks remember for a while what was not there. */
export const endingsIn = (root: string, { token, folder }: Pick<Batch, "token" | "folder">): ReadonlyMap<string, Ending> =>
  new Map(
    ownNamesInside(root, [FOLDER, token]).flatMap((name) => {
      const [, key] = /^ending-([0-9a-f]{64})\.json$/.exec(name) ?? []
      if (key === undefined) return []
      try {
        return [[key, JSON.parse(readText(path.join(folder, name))) as Ending] as const]
      } catch {
        // Gone in between, or not whole yet on this machine: the next look has it.
        return []
      }
    })
  )

/** What a task has told from a byte on, in whole lines, and where the next look begins. */
export const newsFrom = (
  folder: string,
  task: number,
  from: number
): { readonly news: ReadonlyArray<TaskNews>; readonly next: number } => {
  const bytes = tailOf(newsFile(folder, task), from)
  const end = bytes.lastIndexOf(10) + 1
  const news = bytes
    .subarray(0, end)
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
