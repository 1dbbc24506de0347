/**
 * Making a folder and those above it, one by one. Node's recursive `mkdir` takes "no such file" as word that a folder above is
 * missing, and asks for ever where a file system (/proc, /dev/fd) answers so in a folder that is there.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { errorCode } from "../../text/error-text.ts"
import { looking, patiently } from "./calls.ts"

/**
 * Makes a folder and those above it that are not there; one that is there already is as good. Throws the system's error, which
 * names the one of them that could not be made. `mode`: rights of those that are made, less the umask.
 */
export const makeFolder = (folder: string, mode = 0o777): void => {
  const at = path.resolve(folder)
  if (isFolder(at)) return
  // A file there is left to the system, which then says that a part of the path is one.
  if (statOf(path.dirname(at)) === undefined) makeFolder(path.dirname(at), mode)
  try {
    patiently(at, () => fs.mkdirSync(at, mode))
  } catch (cause) {
    // Another process made it, or a file is in the way.
    if (!(errorCode(cause) === "EEXIST" && isFolder(at))) throw cause
  }
}

const statOf = (at: string): fs.Stats | undefined => looking(at, () => fs.statSync(at, { throwIfNoEntry: false }))

const isFolder = (at: string): boolean => statOf(at)?.isDirectory() === true
