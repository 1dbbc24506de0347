/**
 * Files that last: after a loss of power they are there as they were written, or not at all. What makes one is written as steps,
 * each of which has to be on the disk before the next. One that makes a single file waits for each; many that are made at once
 * wait together, which takes a disk not much longer than one of them.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { errorCode } from "../../text/error-text.ts"
import { closeFile, discard, moveInPlace, patiently, syncAll, syncFile, temporaryName, writeAll } from "./calls.ts"

/** What has to be on the disk before the next step: what was written to an open file, or the names in a folder. */
type Sync = { readonly file: string; readonly handle: number } | { readonly folder: string }

/** Steps, each given when all before it is written and has yet to reach the disk. */
export type Durable<A> = Generator<Sync, A, void>

/** Takes all steps, and does nothing else until the disk has them. */
export const waiting = <A>(steps: Durable<A>): A => {
  for (let next = steps.next(); ;) {
    if (next.done === true) return next.value
    const { value } = next
    try {
      if ("folder" in value) syncFile(value.folder)
      else syncAll(value.handle, value.file)
    } catch (cause) {
      next = steps.throw(cause)
      continue
    }
    next = steps.next()
  }
}

/** Takes all steps, and gives way to others while the disk is at work. */
export const together = async <A>(steps: Durable<A>): Promise<A> => {
  for (let next = steps.next(); ;) {
    if (next.done === true) return next.value
    const { value } = next
    try {
      await ("folder" in value ? folderSynced(value.folder) : synced(value.handle, value.file))
    } catch (cause) {
      next = steps.throw(cause)
      continue
    }
    next = steps.next()
  }
}

/** What `syncAll` takes for an answer too. */
const CANNOT_SYNC = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EBADF", "EISDIR"])

/** `syncAll` that gives way. */
const synced = (handle: number, file: string): Promise<void> =>
  new Promise((resolve, reject) => {
    fs.fsync(handle, (cause) => {
      if (cause === null || CANNOT_SYNC.has(errorCode(cause))) resolve()
      else if (errorCode(cause) === "EINTR") resolve(synced(handle, file))
      else reject(Object.assign(cause, { path: file }))
    })
  })

/** Syncs of folders: the one that is under way, and the one after it. */
const under = new Map<string, Promise<void>>()
const after = new Map<string, Promise<void>>()

/** One sync serves all who asked before it began. */
const folderSynced = (folder: string): Promise<void> => {
  const asked = after.get(folder)
  if (asked !== undefined) return asked
  const before = under.get(folder)
  if (before === undefined) return begun(folder)
  const next = before.then(
    () => begun(folder),
    () => begun(folder)
  )
  after.set(folder, next)
  return next
}

const begun = (folder: string): Promise<void> => {
  after.delete(folder)
  const sync = syncedFolder(folder).finally(() => {
    if (under.get(folder) === sync) under.delete(folder)
  })
  under.set(folder, sync)
  return sync
}

const syncedFolder = async (folder: string): Promise<void> => {
  const handle = patiently(folder, () => fs.openSync(folder, "r"))
  try {
    await synced(handle, folder)
  } finally {
    closeFile(handle)
  }
}

/** `writeWhole` in steps. */
export function* writingWhole(file: string, bytes: string | Uint8Array): Durable<void> {
  const handle = patiently(file, () => fs.openSync(file, "wx"))
  try {
    writeAll(handle, file, typeof bytes === "string" ? Buffer.from(bytes) : bytes)
    yield { file, handle }
  } catch (cause) {
    discard(file)
    throw cause
  } finally {
    closeFile(handle)
  }
}

/** `replaceFile` in steps. */
export function* replacing(file: string, bytes: string | Uint8Array): Durable<void> {
  const folder = path.dirname(file)
  const temporary = temporaryName(folder)
  yield* writingWhole(temporary, bytes)
  moveInPlace(temporary, file)
  yield { folder }
}
