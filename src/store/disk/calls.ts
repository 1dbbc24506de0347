/**
 * File operations that are not taken at their first word. One that a signal interrupted is made again, one that found no free
 * descriptor waits a little, bytes are read and written to the last one, a file that could not be written whole is not left
 * behind. What fails in the end is the system's error with the file in it, where Node's error for a descriptor names none.
 */

import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

import { errorCode } from "../../text/error-text.ts"

const INTERRUPTIONS = 100
/** How long a process waits for free descriptors in all, unless waiting helped: where none gets free, each call would wait. */
const WAIT_MS = 2_000
let waited = 0

/** Makes a call until it is through or really refused; the error then names the file. */
export const patiently = <A>(file: string, call: () => A): A => {
  const before = waited
  for (let tries = 0; ; tries++) {
    try {
      const result = call()
      waited = before
      return result
    } catch (cause) {
      const code = errorCode(cause)
      if (code === "EINTR" && tries < INTERRUPTIONS) continue
      if ((code === "EMFILE" || code === "ENFILE") && waited < WAIT_MS) {
        const next = Math.min(256, 4 * 2 ** tries)
        pause(next)
        waited += next
        continue
      }
      throw cause instanceof Error && code !== "" && !("path" in cause) ? Object.assign(cause, { path: file }) : cause
    }
  }
}

const clock = new Int32Array(new SharedArrayBuffer(4))

/** Waits, and does nothing else meanwhile. */
export const pause = (milliseconds: number): void => void Atomics.wait(clock, 0, 0, milliseconds)

/** Fills `into` from a place of a file on; the bytes there were, fewer only where the file ends. */
export const readFrom = (handle: number, file: string, into: Uint8Array, position: number): number => {
  let got = 0
  while (got < into.length) {
    const want = Math.min(into.length - got, 2 ** 30)
    const some = patiently(file, () => fs.readSync(handle, into, got, want, position + got))
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

/** Removes a file or folder of our own that is of no use any more. One that stays is found by `pipeline gc`. */
export const discard = (at: string): void => {
  try {
    fs.rmSync(at, { recursive: true, force: true })
  } catch {
    // What led here is what has to be told.
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
