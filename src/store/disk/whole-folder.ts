/** Folders that are written whole or not at all, and take the place of nothing. */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Schema from "effect/Schema"

import { visible } from "../../text/visible.ts"
import { closeFile, discard, looking, moveInPlace, patiently, readFrom, syncFile, temporaryName, writeAll } from "./calls.ts"
import { makeFolder } from "./make-folder.ts"

/** What is there already, where a folder is to be made. */
class FolderTaken extends Schema.TaggedError<FolderTaken>()("FolderTaken", {
  folder: Schema.String,
  /** What follows the folder's name in a sentence, without a full stop. */
  problem: Schema.String,
  remedy: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return `${visible(this.folder)} ${this.problem}. ${this.remedy}`
  }
}

/** Names in a folder; none of one that is not there. */
const namesIn = (folder: string): ReadonlyArray<string> => {
  const stat = looking(folder, () => fs.statSync(folder, { throwIfNoEntry: false }))
  if (stat === undefined) return []
  if (!stat.isDirectory()) throw new FolderTaken({ folder, problem: "is a file, and is to be a folder", remedy: "Name another." })
  return looking(folder, () => fs.readdirSync(folder)).toSorted()
}

const occupied = (folder: string, what: string) =>
  new FolderTaken({
    folder,
    problem: `holds ${what}, and is left as it is`,
    remedy: "Name a folder that is empty or not there."
  })

/** A folder on its way to its name. */
export interface FolderBegun {
  /** Where it is filled meanwhile. */
  readonly temporary: string
  /** Gives it its name, once it is whole. */
  readonly finish: () => "made" | "there"
  /** Removes what has not got its name; after `finish` there is nothing to remove. */
  readonly abandon: () => void
}

export interface FolderAllowed {
  /** Whether a file of this name can be the same at all, so that nothing is written in vain. */
  readonly mayHold?: (name: string) => boolean
  /** Whether what is there is taken away for it. */
  readonly mayReplace?: (folder: string) => boolean
}

/**
 * Begins a folder beside the place that it gets when it is whole. One that is there must be empty, or hold the very same: then it
 * stays. Throws `FolderTaken`, or what the system says.
 */
export const beginFolder = (folder: string, { mayHold = () => false, mayReplace = () => false }: FolderAllowed): FolderBegun => {
  const names = namesIn(path.resolve(folder))
  // A link to a folder is followed; one to nothing is in the way, which the system says.
  const at = fs.existsSync(folder) ? fs.realpathSync(folder) : path.resolve(folder)
  const replaces = names.length > 0 && mayReplace(at)
  const other = replaces ? undefined : names.find((name) => !mayHold(name))
  if (other !== undefined) throw occupied(at, `other things (${other})`)
  const parent = path.dirname(at)
  makeFolder(parent)
  const temporary = temporaryName(parent)
  makeFolder(temporary)
  return {
    temporary,
    finish: () => {
      syncFile(temporary)
      if (names.length > 0 && !replaces) {
        const difference = differingFile(temporary, at)
        if (difference !== null) throw occupied(at, `another ${difference}`)
        return "there"
      }
      const old = temporaryName(parent)
      if (replaces) patiently(at, () => fs.renameSync(at, old))
      moveInPlace(temporary, at)
      syncFile(parent)
      discard(old)
      return "made"
    },
    abandon: () => discard(temporary)
  }
}

/** Makes such a folder of what `fill` writes into it. */
export const wholeFolder = (folder: string, mayHold: (name: string) => boolean, fill: (at: string) => void): "made" | "there" => {
  const begun = beginFolder(folder, { mayHold })
  try {
    fill(begun.temporary)
    return begun.finish()
  } finally {
    begun.abandon()
  }
}

/** The first file that is not in both folders with the same bytes. */
const differingFile = (a: string, b: string): string | null => {
  const names = [...new Set([...namesIn(a), ...namesIn(b)])]
  return names.find((name) => !sameBytes(path.join(a, name), path.join(b, name))) ?? null
}

const CHUNK = 2 ** 22

const sameBytes = (a: string, b: string): boolean => {
  const [first, second] = [a, b].map((file) => looking(file, () => fs.statSync(file, { throwIfNoEntry: false })))
  if (first?.isFile() !== true || second?.isFile() !== true || first.size !== second.size) return false
  const [x, y] = [Buffer.alloc(CHUNK), Buffer.alloc(CHUNK)]
  for (let at = 0; at < first.size; at += CHUNK) {
    const [m, n] = [readPart(a, x, at), readPart(b, y, at)]
    if (m !== n || !x.subarray(0, m).equals(y.subarray(0, n))) return false
  }
  return true
}

const readPart = (file: string, into: Uint8Array, at: number): number => {
  const handle = patiently(file, () => fs.openSync(file, "r"))
  try {
    return readFrom(handle, file, into, at)
  } finally {
    closeFile(handle)
  }
}

/** Writes a file of such a folder in pieces, down to the disk. */
export const writePieces = (file: string, pieces: Iterable<Uint8Array>): void => {
  const handle = patiently(file, () => fs.openSync(file, "wx"))
  try {
    for (const piece of pieces) writeAll(handle, file, piece)
  } finally {
    closeFile(handle)
  }
  syncFile(file)
}
