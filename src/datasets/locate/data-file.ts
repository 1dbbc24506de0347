/**
 * What stands where a file of a dataset should be. Links are followed: a hub's cache is made of them. Only regular files are
 * read: a FIFO would be waited for without end, and a device has none.
 */

import * as fs from "node:fs"

import { systemRefusal } from "../../text/system-problem.ts"
import { DatasetUnreadable } from "../errors.ts"

/** The file behind a path. Throws DatasetUnreadable where there is none that may be read. */
export const requireDataFile = (path: string): fs.Stats => {
  const unreadable = (problem: string) => new DatasetUnreadable({ path, problem })
  const noFile = (problem: string) => new DatasetUnreadable({ path, problem, state: "of another kind" })
  try {
    const found = fs.statSync(path, { throwIfNoEntry: false })
    if (found === undefined)
      throw unreadable(isLink(path) ? `is a link to ${fs.readlinkSync(path)}, where nothing is` : "is not there")
    if (!found.isFile()) throw noFile(`is ${sortOf(found)}, not a file`)
    fs.accessSync(path, fs.constants.R_OK)
    return found
  } catch (cause) {
    throw readRefused(path, cause)
  }
}

/**
 * What was thrown while a file or folder was read. Where it was the system, the DatasetUnreadable that says so: a file that may
 * not be read is not damaged, and getting it again would not help.
 */
export const readRefused = (path: string, cause: unknown): unknown => {
  const refusal = systemRefusal(cause)
  return refusal === null
    ? cause
    : new DatasetUnreadable({ path, problem: `cannot be read: ${refusal.means}`, remedy: refusal.remedy })
}

/** The names in a folder; none where no folder is. Throws DatasetUnreadable where it may not be read. */
export const namesInFolder = (folder: string): ReadonlyArray<string> => {
  try {
    return fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? fs.readdirSync(folder) : []
  } catch (cause) {
    throw readRefused(folder, cause)
  }
}

/** Whether a folder is behind a path; false for what leads nowhere, which is then judged as the file it should be. */
export const isFolder = (path: string): boolean => {
  try {
    return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    return false
  }
}

const isLink = (path: string): boolean => fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true

const sortOf = (found: fs.Stats): string =>
  found.isDirectory()
    ? "a folder"
    : found.isFIFO()
      ? "a FIFO"
      : found.isSocket()
        ? "a socket"
        : found.isCharacterDevice() || found.isBlockDevice()
          ? "a device"
          : "something else"
