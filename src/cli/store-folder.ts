/** Which folder is the store, by `--store` and the environment. */

import * as fs from "node:fs"
import * as path from "node:path"

import { REPOSITORY } from "../dag/repository.ts"
import { readVariable } from "../machine/environment.ts"
import { folderTrouble } from "../machine/folders.ts"
import { bucketAt, isAddress } from "../store/remote/location.ts"
import { mirrorOf, openMirror } from "../store/remote/mirror.ts"
import { bringDown } from "../store/transfer/bring-down.ts"
import { errorCode } from "../text/error-text.ts"
import { say } from "./output.ts"
import { type Parsed, Unread, UsageError } from "./usage.ts"

/** The folder that is named, if one is. */
const namedStore = (parsed: Parsed): string | undefined => parsed.text("store") ?? readVariable("ECHO_CHAMBER_STORE")

/** By what it is named, where that is a variable: whoever did may not remember. */
const namedBy = (parsed: Parsed): string =>
  parsed.text("store") === undefined && readVariable("ECHO_CHAMBER_STORE") !== undefined ? "ECHO_CHAMBER_STORE: " : ""

/**
 * The store: the folder that is named, else `artifacts/` in the repository or project; where a bucket is named, the folder in
 * front of it. It need not be there.
 */
export const storeRoot = (parsed: Parsed): string => {
  const named = namedStore(parsed)
  if (named !== undefined && isAddress(named)) return mirrorOf(named)
  return path.resolve(named ?? path.join(REPOSITORY, "artifacts"))
}

/** The bucket that is named, if one is. */
const namedBucket = (parsed: Parsed): string | null => {
  const named = namedStore(parsed)
  return named !== undefined && isAddress(named) ? bucketAt(named).url : null
}

/** A store that is copied from or to, by `--store` or as it is given: the address of a bucket, or a folder. */
export const storeToCopy = (parsed: Parsed, given: string | null, writing: boolean): string => {
  const text = given ?? namedStore(parsed)
  if (text !== undefined && isAddress(text)) return bucketAt(text).url
  if (given === null) return writing ? newOrExistingStore(parsed) : existingStore(parsed)
  const root = path.resolve(given)
  return writing ? asNewOrExisting(root, "") : asExisting(root, "", true)
}

/**
 * The store of a command that only reads it: one that is named has to be there, or a mistyped name would look like an empty
 * store; and what is there has to be a store, or nothing yet.
 */
export const existingStore = (parsed: Parsed): string => {
  const root = storeRoot(parsed)
  const bucket = namedBucket(parsed)
  if (bucket === null) return asExisting(root, namedBy(parsed), namedStore(parsed) !== undefined)
  bringDown(openMirror(bucket), root, say)
  if (namesIn(path.join(root, "actions")).length === 0 && namesIn(path.join(root, "runs")).length === 0)
    throw new UsageError({ problem: `${namedBy(parsed)}There is no such store: nothing is in ${bucket}.` })
  return root
}

const asExisting = (root: string, by: string, named: boolean): string => {
  const trouble = named ? folderTrouble(root) : null
  if (trouble !== null) {
    const what = trouble.sort === "absent" ? "There is no such store." : "The store cannot be read."
    const problem = `${by}${what} ${trouble.problem}`
    throw trouble.sort === "unread" ? new Unread({ problem }) : new UsageError({ problem })
  }
  refuseOtherFolder(root, by)
  return root
}

/**
 * The store of a command that may make it: a folder that is not there or has nothing in it becomes one. One with other things in
 * it (a home folder, by mistake) is left alone.
 */
export const newOrExistingStore = (parsed: Parsed): string => {
  const root = storeRoot(parsed)
  const bucket = namedBucket(parsed)
  if (bucket === null) return asNewOrExisting(root, namedBy(parsed))
  const remote = openMirror(bucket)
  remote.probe()
  bringDown(remote, root, say)
  return root
}

const asNewOrExisting = (root: string, by: string): string => {
  refuseOtherFolder(root, by)
  return root
}

/** Folders of which every store has some from its first moment on. */
const OF_A_STORE: ReadonlySet<string> = new Set(["actions", "attempts", "objects", "runs"])

/** What cannot be listed is left to whoever uses it, who says why. */
const namesIn = (root: string): ReadonlyArray<string> => {
  try {
    return fs.readdirSync(root)
  } catch {
    return []
  }
}

/** What lies in an empty folder all the same: kept by git, made by a desktop or with a file system. */
const AS_GOOD_AS_NOTHING: ReadonlySet<string> = new Set([
  ".DS_Store",
  ".directory",
  ".gitignore",
  ".gitkeep",
  ".keep",
  "lost+found"
])

const refuseOtherFolder = (root: string, by: string): void => {
  const names = namesIn(root).filter((name) => !AS_GOOD_AS_NOTHING.has(name))
  if (names.length > 0 && !names.some((name) => OF_A_STORE.has(name)))
    throw new UsageError({
      problem:
        `${by}${root} is no store: it holds other things, and none of the folders that a store has ` +
        `(${[...OF_A_STORE].join(", ")}). Name a store, or an empty folder for a new one.`
    })
}

/** Whether there is a store that this user may read and not write. */
export const isReadOnly = (root: string): boolean => {
  try {
    fs.accessSync(path.join(root, "runs"), fs.constants.R_OK)
  } catch {
    return false
  }
  return ["runs", "attempts"].some((name) => {
    try {
      fs.accessSync(path.join(root, name), fs.constants.W_OK)
      return false
    } catch (cause) {
      return ["EACCES", "EROFS", "EPERM"].includes(errorCode(cause))
    }
  })
}
