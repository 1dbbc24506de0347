/** Folders that are written whole or not at all, and take the place of nothing. */

import * as fs from "node:fs"
import * as path from "node:path"

import {
  closeFile,
  discard,
  looking,
  moveInPlace,
  patiently,
  readFrom,
  syncFile,
  temporaryName,
  writeAll
} from "../store/disk/calls.ts"
import { makeFolder } from "../store/disk/make-folder.ts"
import { ModelFolderInvalid } from "./ModelFolderInvalid.ts"

/** Names in a folder; none of one that is not there. */
const namesIn = (folder: string): ReadonlyArray<string> => {
  const stat = looking(folder, () => fs.statSync(folder, { throwIfNoEntry: false }))
  if (stat === undefined) return []
  if (!stat.isDirectory())
    throw new ModelFolderInvalid({ file: folder, problem: "is a file, and is to be a folder", remedy: "Name another." })
  return looking(folder, () => fs.readdirSync(folder)).toSorted()
}

const occupied = (folder: string, what: string) =>
  new ModelFolderInvalid({
    file: folder,
    problem: `holds ${what}, and is left as it is`,
    remedy: "Name a folder that is empty or not there."
  })

/**
 * Makes a folder of what `fill` writes into one beside it, which then gets its name. One that is there must be empty, or hold the
 * very same: then it stays. `mayHold`: whether a file of this name can be the same at all, so that nothing is written in vain.
 * Throws `ModelFolderInvalid`, or what the system says.
 */
export const wholeFolder = (folder: string, mayHold: (name: string) => boolean, fill: (at: string) => void): "made" | "there" => {
  const names = namesIn(path.resolve(folder))
  // A link to a folder is followed; one to nothing is in the way, which the system says.
  const at = fs.existsSync(folder) ? fs.realpathSync(folder) : path.resolve(folder)
  const other = names.find((name) => !mayHold(name))
  if (other !== undefined) throw occupied(at, `other things (${other})`)
  const parent = path.dirname(at)
  makeFolder(parent)
  const temporary = temporaryName(parent)
  try {
    makeFolder(temporary)
    fill(temporary)
    syncFile(temporary)
    if (names.length === 0) {
      moveInPlace(temporary, at)
      syncFile(parent)
      return "made"
    }
    const difference = differingFile(temporary, at)
    if (difference !== null) throw occupied(at, `another ${difference}`)
    return "there"
  } finally {
    discard(temporary)
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
