/**
 * Where things are in a store, and how they are reached. A store may have been damaged, copied or made by someone else, so three
 * rules hold for everything that reads, writes or deletes there: a path is built from plain names and never from a path that the
 * store itself gives; no link inside a store is followed; only regular files are opened, and never waited for. The store's own
 * folder may be reached by a link: that is its owner's choice.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Schema from "effect/Schema"

import { errorCode } from "../../text/error-text.ts"
import { closeFile, lookAt, looking, patiently, readFrom, remove } from "./calls.ts"
import { makeFolder } from "./make-folder.ts"

/** Something in a store is not of the sort that belongs at its place: a link, a FIFO, a folder, a file of an absurd size. */
export class OutOfPlace extends Schema.TaggedError<OutOfPlace>()("OutOfPlace", { path: Schema.String, problem: Schema.String }) {
  readonly badInput = true
  override get message() {
    return `${this.path} ${this.problem}`
  }
}

/** A name and no path: what may follow a folder of the store. */
const isPlainName = (name: string): boolean =>
  name !== "" && name !== "." && name !== ".." && name.length <= 255 && !/[/\\\0]/.test(name)

/**
 * The path of what has these names, one below the other. Throws `OutOfPlace` where a name is no plain name, or a folder on the
 * way is a link or no folder; one that is not there is no obstacle. What the last name stands for is not looked at.
 * @public */
export const inside = (root: string, ...names: ReadonlyArray<string>): string => {
  let at = root
  for (const [i, name] of names.entries()) {
    if (!isPlainName(name))
      throw new OutOfPlace({ path: root, problem: `has no place for ${JSON.stringify(name.slice(0, 300))}` })
    if (i > 0) {
      const problem = folderProblem(at)
      if (problem !== null) throw new OutOfPlace({ path: at, problem })
    }
    at = path.join(at, name)
  }
  return at
}

/**
 * Folders that were seen to be folders since this turn of the process began. Of thousands of small files that are reached in one
 * turn, each has the same three or four above it. A turn may be long: then they are looked at again.
 */
const seen = new Set<string>()
let seenUntil = 0
const SEEN_MS = 10

const isSeen = (folder: string): boolean => seen.has(folder) && performance.now() < seenUntil

const see = (folder: string): void => {
  const now = performance.now()
  if (seen.size === 0 || now >= seenUntil) {
    seen.clear()
    seenUntil = now + SEEN_MS
    queueMicrotask(() => seen.clear())
  }
  seen.add(folder)
}

const folderProblem = (folder: string): string | null => {
  if (isSeen(folder)) return null
  const stat = lookAt(folder)
  if (stat === undefined) return null
  if (stat.isDirectory()) {
    see(folder)
    return null
  }
  if (stat.isSymbolicLink()) return "is a link, and links inside a store are not followed: put the folder itself there"
  return `is ${sortOf(stat)} where a folder belongs`
}

/** The names in a folder of the store, sorted; none where it is missing. Throws `OutOfPlace` as `inside`, the folder included. */
export const namesInside = (root: string, ...names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const folder = inside(root, ...names)
  const problem = names.length === 0 ? null : folderProblem(folder)
  if (problem !== null) throw new OutOfPlace({ path: folder, problem })
  try {
    return looking(folder, () => fs.readdirSync(folder)).toSorted()
  } catch (cause) {
    if (errorCode(cause) === "ENOENT" || errorCode(cause) === "ENOTDIR") return []
    throw cause
  }
}

/**
 * Makes the folder of these names, those above it where they are missing, and the store's own. A folder inside a store that is a
 * link is not gone through.
 * @public */
export const makeInside = (root: string, ...names: ReadonlyArray<string>): string => {
  const folder = insideFolder(root, names)
  if (names.length === 0) makeFolder(root)
  // Nobody removes the folders of a store itself.
  else if (names.length > 1 || !isSeen(folder)) makeBelow(root, folder)
  return folder
}

/** `inside`; of a root that can be no folder it is said so. */
const insideFolder = (root: string, names: ReadonlyArray<string>): string => {
  try {
    return inside(root, ...names)
  } catch (cause) {
    if (errorCode(cause) === "ENOTDIR") makeFolder(root)
    throw cause
  }
}

/** Makes a folder, of whose way there it is known that it leads through no link. */
const makeBelow = (root: string, folder: string, isLastTry = false): void => {
  try {
    patiently(folder, () => fs.mkdirSync(folder))
  } catch (cause) {
    if (errorCode(cause) === "EEXIST") {
      const problem = folderProblem(folder)
      if (problem !== null) throw new OutOfPlace({ path: folder, problem })
      return
    }
    // Some file systems answer so in a folder that is there.
    if (errorCode(cause) !== "ENOENT" || isLastTry) throw cause
    const above = path.dirname(folder)
    if (above === path.normalize(root)) makeFolder(root)
    else makeBelow(root, above)
    makeBelow(root, folder, true)
  }
}

/** Removes what has these names, folders with all that is in them; of a link the link itself. Nothing there is no obstacle.
 * @public */
export const removeInside = (root: string, ...names: ReadonlyArray<string>): void => {
  if (names.length === 0) throw new OutOfPlace({ path: root, problem: "is a whole store, which is never removed" })
  remove(inside(root, ...names))
}

/**
 * Has a network disk ask its server for what is in a folder. For up to a minute it takes the names that it has looked for to be
 * there or not as they were then; to open the folder is what makes it look again.
 */
export const lookAnew = (root: string, ...names: ReadonlyArray<string>): void => {
  const folder = inside(root, ...names)
  try {
    closeFile(looking(folder, () => fs.openSync(folder, fs.constants.O_RDONLY | NO_FOLLOW)))
  } catch {
    // Whoever looks for what is in it is told why.
  }
}

/** What lies at a path, as words: `a FIFO`. */
const sortOf = (stat: fs.Stats): string => {
  if (stat.isSymbolicLink()) return "a link"
  if (stat.isDirectory()) return "a folder"
  if (stat.isFIFO()) return "a FIFO"
  if (stat.isSocket()) return "a socket"
  return stat.isFile() ? "a file" : "a device"
}

/** Where the last part of a path is a link; not on every system. */
const NO_FOLLOW = fs.constants.O_NOFOLLOW ?? 0
/** A FIFO without a writer would be waited for. */
const NO_WAIT = fs.constants.O_NONBLOCK ?? 0

/**
 * Opens a regular file for reading. Throws `OutOfPlace` for everything else, and what the file system throws (`ENOENT` for a
 * missing one).
 */
export const openRegular = (file: string): number => opened(file).handle

const opened = (file: string): { readonly handle: number; readonly size: number } => {
  let handle: number
  try {
    handle = looking(file, () => fs.openSync(file, fs.constants.O_RDONLY | NO_FOLLOW | NO_WAIT))
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") throw cause
    // A link, a socket: the answer of `open` does not say it in words.
    const stat = lookAt(file)
    if (stat === undefined || stat.isFile()) throw cause
    throw new OutOfPlace({ path: file, problem: `is ${sortOf(stat)} where a file belongs` })
  }
  const stat = looking(file, () => fs.fstatSync(handle))
  if (stat.isFile()) return { handle, size: stat.size }
  closeFile(handle)
  throw new OutOfPlace({ path: file, problem: `is ${sortOf(stat)} where a file belongs` })
}

/** No JSON or text of a store is larger; what claims to be is not read into memory. */
export const LARGEST_TEXT = 256 * 2 ** 20
/** What is wrong with such a file. */
export const tooLarge = (bytes: number): string => `has ${bytes} bytes, and nothing of its sort is that large`

/** The bytes of a regular file of at most `most` bytes. Throws as `openRegular`.
 * @public */
export const readRegular = (file: string, most = LARGEST_TEXT): Buffer => {
  const { handle, size } = opened(file)
  try {
    if (size > most) throw new OutOfPlace({ path: file, problem: tooLarge(size) })
    const bytes = Buffer.allocUnsafe(size)
    if (readFrom(handle, file, bytes, 0) < size) throw new OutOfPlace({ path: file, problem: "became shorter while it was read" })
    return bytes
  } finally {
    closeFile(handle)
  }
}

/** The text of a regular file, as UTF-8. Throws as `openRegular`.
 * @public */
export const readText = (file: string): string => readRegular(file).toString("utf8")

/** Size of a regular file in bytes; -1 for everything else and for nothing.
 * @public */
export const sizeOfRegular = (file: string): number => {
  const stat = lookAt(file)
  return stat?.isFile() === true ? stat.size : -1
}
