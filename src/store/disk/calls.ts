/**
 * File operations that are not taken at their first word. One that a signal interrupted is made again, one that found no free
 * descriptor waits a little, one that only looks is tried again where disks and servers recover, bytes are read and written to
 * the last one, a file that could not be written whole is not left behind. What fails in the end is the system's error with the
 * file in it, where Node's error for a descriptor names none.
 */

import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

import { errorCode } from "../../text/error-text.ts"

const INTERRUPTIONS = 100
/** How long a process waits in all, unless waiting helped: where nothing gets better, each call would wait. */
const WAIT_MS = 2_000
let waited = 0

/** What ends when other files are closed. */
const SHORT_OF_FILES = new Set(["EMFILE", "ENFILE"])
/** What a disk or a server answers in a bad moment, and often not the next time. */
const PASSING = new Set(["EIO", "EAGAIN", "ESTALE", "ENOMEM", "ETIMEDOUT"])
const AGAIN_MS = [10, 40, 160]

/** Makes a call until it is through or really refused; the error then names the file. */
export const patiently = <A>(file: string, call: () => A): A => persist(file, call, false)

/**
 * The same for calls that only look (open for reading, read, list, stat), which do no harm when they are made again. What may
 * have changed something is not: a second `fsync`, for one, says that all is well when the first one lost what was written.
 */
export const looking = <A>(file: string, call: () => A): A => persist(file, call, true)

const persist = <A>(file: string, call: () => A, looks: boolean): A => {
  const before = waited
  for (let tries = 0; ; tries++) {
    try {
      const result = call()
      waited = before
      return result
    } catch (cause) {
      const code = errorCode(cause)
      if (code === "EINTR" && tries < INTERRUPTIONS) continue
      const next = SHORT_OF_FILES.has(code)
        ? Math.min(256, 4 * 2 ** tries)
        : looks && PASSING.has(code)
          ? AGAIN_MS[tries]
          : undefined
      if (next !== undefined && waited < WAIT_MS) {
        pause(next)
        waited += next
        continue
      }
      throw cause instanceof Error && code !== "" && !("path" in cause) ? Object.assign(cause, { path: file }) : cause
    }
  }
}

/** What is known of whatever lies at a path, a link itself; undefined where nothing does. */
export const lookAt = (at: string): fs.Stats | undefined => looking(at, () => fs.lstatSync(at, { throwIfNoEntry: false }))

const clock = new Int32Array(new SharedArrayBuffer(4))

/** Waits, and does nothing else meanwhile. */
export const pause = (milliseconds: number): void => void Atomics.wait(clock, 0, 0, milliseconds)

/** Fills `into` from a place of a file on; the bytes there were, fewer only where the file ends. */
export const readFrom = (handle: number, file: string, into: Uint8Array, position: number): number => {
  let got = 0
  while (got < into.length) {
    const want = Math.min(into.length - got, 2 ** 30)
    const some = looking(file, () => fs.readSync(handle, into, got, want, position + got))
    if (some === 0) break
    got += some
  }
  return got
}

/** Writes every byte where the descriptor stands. */
export const writeAll = (handle: number, file: string, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length;) {
    const from = at
    at += patiently(file, () => fs.writeSync(handle, bytes, from, Math.min(bytes.length - from, 2 ** 30)))
  }
}

/** What file systems answer that keep things safe by themselves, or cannot be asked to: of folders many, of files some. */
const CANNOT_SYNC = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EBADF", "EISDIR"])

/** Waits until the disk has what was written. */
export const syncAll = (handle: number, file: string): void => {
  try {
    patiently(file, () => fs.fsyncSync(handle))
  } catch (cause) {
    if (!CANNOT_SYNC.has(errorCode(cause))) throw cause
  }
}

/** Waits until the disk has what is in a file that others wrote, or a folder's list of names. */
export const syncFile = (file: string): void => {
  const handle = patiently(file, () => fs.openSync(file, "r"))
  try {
    syncAll(handle, file)
  } finally {
    closeFile(handle)
  }
}

/** Closes a descriptor. What was to be safe has been synced before; there is nothing to be done about the rest. */
export const closeFile = (handle: number): void => {
  try {
    fs.closeSync(handle)
  } catch {
    // The descriptor is gone either way.
  }
}

/**
 * Removes what lies at a path, a folder with all that is in it, of a link the link itself; nothing there is no obstacle. In place
 * of Node's `rmSync`, whose errors have no code, so that neither patience nor words can be had for them.
 */
export const remove = (at: string): void => {
  // What it nearly always is: a file.
  try {
    return gone(at, fs.unlinkSync)
  } catch (cause) {
    const stat = lookAt(at)
    if (stat === undefined) return
    if (!stat.isDirectory()) throw cause
  }
  for (let tries = 0; ; tries++) {
    for (const name of unlessGone(() => looking(at, () => fs.readdirSync(at))) ?? []) remove(path.join(at, name))
    try {
      return gone(at, fs.rmdirSync)
    } catch (cause) {
      // Somebody puts things in meanwhile.
      if (errorCode(cause) !== "ENOTEMPTY" || tries === REMOVALS) throw cause
    }
  }
}

const REMOVALS = 10

const gone = (at: string, call: (at: string) => void): void => void unlessGone(() => patiently(at, () => call(at)))

/** What another process was quicker to remove is removed. */
const unlessGone = <A>(call: () => A): A | undefined => {
  try {
    return call()
  } catch (cause) {
    if (errorCode(cause) !== "ENOENT") throw cause
    return undefined
  }
}

/** Removes a file or folder of our own that is of no use any more. One that stays is found by `pipeline gc`. */
export const discard = (at: string): void => {
  try {
    remove(at)
  } catch {
    // What led here is what has to be told.
  }
}

/** Removes a folder in which there is nothing. */
export const discardEmpty = (folder: string): void => {
  try {
    fs.rmdirSync(folder)
  } catch {
    // There is something in it, or somebody else was quicker.
  }
}

/** A name that no other process takes, for a file on its way to its own. */
export const temporaryName = (directory: string): string =>
  path.join(directory, `tmp-${process.pid}-${randomBytes(6).toString("hex")}`)

/** Writes a file that is not there yet, with all its bytes and down to the disk, or leaves none. */
export const writeWhole = (file: string, bytes: string | Uint8Array): void => {
  const handle = patiently(file, () => fs.openSync(file, "wx"))
  try {
    writeAll(handle, file, typeof bytes === "string" ? Buffer.from(bytes) : bytes)
    syncAll(handle, file)
  } catch (cause) {
    discard(file)
    throw cause
  } finally {
    closeFile(handle)
  }
}

/** The same for what nobody misses after a loss of power: without waiting for the disk. */
export const writeLightly = (file: string, text: string): void => {
  try {
    patiently(file, () => fs.writeFileSync(file, text, { flag: "wx" }))
  } catch (cause) {
    if (errorCode(cause) !== "EEXIST") discard(file)
    throw cause
  }
}

/** Puts a whole file in place of what was there: readers see the old one or the new one, also after a loss of power. */
export const replaceFile = (file: string, bytes: string | Uint8Array): void => {
  const temporary = temporaryName(path.dirname(file))
  writeWhole(temporary, bytes)
  moveInPlace(temporary, file)
  syncFile(path.dirname(file))
}

/** Gives a finished file another name in its folder, in place of what has it. On failure the file is gone. */
export const moveInPlace = (temporary: string, file: string): void => {
  try {
    patiently(file, () => fs.renameSync(temporary, file))
  } catch (cause) {
    discard(temporary)
    throw cause
  }
}
