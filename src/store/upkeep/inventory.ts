/**
 * What lies in a store, file by file, without trusting any of it: for checking and for tidying up. Reads names, sizes and action
 * records; the contents of objects are not looked at here.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { namesInside } from "../disk/inside.ts"
import { holderOf } from "../objects/Lease.ts"
import { type ActionRecord, damagedBy, readRecord } from "../objects/records.ts"

export interface StoredFile {
  readonly file: string
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly modified: number
}

export interface Attempt {
  readonly key: string
  readonly directory: string
  /** Whether a live process computes it now. */
  readonly live: boolean
  readonly bytes: number
  readonly entries: ReadonlyArray<string>
}

export interface Inventory {
  readonly objects: ReadonlyMap<string, StoredFile>
  readonly actions: ReadonlyArray<ActionRecord>
  /** Action files that cannot be understood. */
  readonly unreadable: ReadonlyArray<StoredFile & { readonly problem: string }>
  readonly attempts: ReadonlyArray<Attempt>
  /** Unfinished files under temporary names, which only a killed process leaves behind for long. */
  readonly temporaries: ReadonlyArray<StoredFile>
  /** Kept code texts by digest. */
  readonly code: ReadonlyMap<string, StoredFile>
  /** What `verify --repair` set aside. */
  readonly setAside: ReadonlyArray<StoredFile>
}

const DIGEST = /^[0-9a-f]{64}$/
const isTemporary = (name: string) => name.startsWith("tmp-")

/** Takes stock of the store at `root`. Folders that are not there are empty. Throws what the file system throws. */
export const inventory = (root: string): Inventory => {
  const temporaries: Array<StoredFile> = []
  const objects = new Map<string, StoredFile>()
  for (const folder of namesInside(root, "objects", "sha256"))
    for (const name of namesInside(root, "objects", "sha256", folder)) {
      const entry = describe(path.join(root, "objects", "sha256", folder, name))
      if (entry === null) continue
      if (isTemporary(name)) temporaries.push(entry)
      else if (DIGEST.test(name)) objects.set(name, entry)
    }

  const actions: Array<ActionRecord> = []
  const unreadable: Array<Inventory["unreadable"][number]> = []
  for (const name of namesInside(root, "actions")) {
    const entry = describe(path.join(root, "actions", name))
    if (entry === null) continue
    const key = name.slice(0, -".json".length)
    if (isTemporary(name)) temporaries.push(entry)
    else if (name === `${key}.json` && DIGEST.test(key)) {
      const record = recordOrProblem(root, key)
      if (typeof record === "string") unreadable.push({ ...entry, problem: record })
      else if (record !== null) actions.push(record)
    } else unreadable.push({ ...entry, problem: "is not called by a key" })
  }

  const attempts: Array<Attempt> = []
  for (const key of namesInside(root, "attempts")) {
    const directory = path.join(root, "attempts", key)
    const entries = namesInside(root, "attempts", key)
    for (const name of entries) {
      const entry = isTemporary(name) ? describe(path.join(directory, name)) : null
      if (entry !== null) temporaries.push(entry)
    }
    attempts.push({ key, directory, entries, live: holderOf(directory) !== null, bytes: sizeOf(directory) })
  }

  const code = new Map<string, StoredFile>()
  for (const name of namesInside(root, "code")) {
    const entry = describe(path.join(root, "code", name))
    if (entry === null) continue
    if (isTemporary(name)) temporaries.push(entry)
    else code.set(name.replace(/\.txt$/, ""), entry)
  }
  const setAside = namesInside(root, "damaged").flatMap((name) => describe(path.join(root, "damaged", name)) ?? [])
  return { objects, actions, unreadable, attempts, temporaries, code, setAside }
}

/** Null for a file that went away meanwhile. */
const describe = (file: string): StoredFile | null => {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false })
  return stat === undefined ? null : { file, bytes: stat.size, modified: stat.mtimeMs }
}

/** Bytes of a file, or of everything in a folder. */
export const sizeOf = (at: string): number => {
  const stat = fs.lstatSync(at, { throwIfNoEntry: false })
  if (stat === undefined) return 0
  return stat.isDirectory() ? fs.readdirSync(at).reduce((sum, name) => sum + sizeOf(path.join(at, name)), 0) : stat.size
}

/** The record of a key, or why it is none; null when it went away meanwhile. */
const recordOrProblem = (root: string, key: string): ActionRecord | string | null => {
  try {
    return readRecord(root, key)
  } catch (cause) {
    return damagedBy("", cause).problem
  }
}
