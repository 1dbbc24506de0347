/**
 * What lies in a store, file by file, without trusting any of it: for checking and for tidying up. Reads names, sizes and action
 * records; the contents of objects are not looked at here.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { inside, namesInside } from "../disk/inside.ts"
import { type ActionRecord, damagedBy, readRecord } from "../objects/records.ts"
import { RUBBISH } from "../presence/Sweep.ts"

export interface StoredFile {
  readonly file: string
  /** The names that lead to it in the store. */
  readonly names: ReadonlyArray<string>
  readonly bytes: number
}

export interface Attempt {
  readonly key: string
  /** What lies in its folder, and in the folders of its holders. */
  readonly entries: ReadonlyArray<StoredFile>
}

export interface Inventory {
  readonly objects: ReadonlyMap<string, StoredFile>
  readonly actions: ReadonlyArray<ActionRecord>
  /** Sizes of their records by key. */
  readonly records: ReadonlyMap<string, number>
  /** Action files that cannot be understood. */
  readonly unreadable: ReadonlyArray<StoredFile & { readonly problem: string }>
  readonly attempts: ReadonlyArray<Attempt>
  /** Unfinished files under temporary names, and what was being deleted: only a killed process leaves it behind for long. */
  readonly temporaries: ReadonlyArray<StoredFile>
  /** Kept code texts by digest. */
  readonly code: ReadonlyMap<string, StoredFile>
  /** What `verify --repair` set aside. */
  readonly setAside: ReadonlyArray<StoredFile>
}

const DIGEST = /^[0-9a-f]{64}$/
/** A holder's folder in that of its action is called by its token. */
const HOLDER = /^[0-9a-f]{32}$/
const isTemporary = (name: string) => name.startsWith("tmp-") || name.startsWith(RUBBISH) || name.endsWith(".claim")

/** Takes stock of the store at `root`. Folders that are not there are empty. Throws what the file system throws. */
export const inventory = (root: string): Inventory => {
  const temporaries: Array<StoredFile> = []
  const objects = new Map<string, StoredFile>()
  for (const folder of namesInside(root, "objects", "sha256"))
    for (const name of namesInside(root, "objects", "sha256", folder)) {
      const entry = describe(root, "objects", "sha256", folder, name)
      if (entry === null) continue
      if (isTemporary(name)) temporaries.push(entry)
      else if (DIGEST.test(name)) objects.set(name, entry)
    }

  const actions: Array<ActionRecord> = []
  const records = new Map<string, number>()
  const unreadable: Array<Inventory["unreadable"][number]> = []
  for (const name of namesInside(root, "actions")) {
    const entry = describe(root, "actions", name)
    if (entry === null) continue
    const key = name.slice(0, -".json".length)
    if (isTemporary(name)) temporaries.push(entry)
    else if (name === `${key}.json` && DIGEST.test(key)) {
      const record = recordOrProblem(root, key)
      if (typeof record === "string") unreadable.push({ ...entry, problem: record })
      else if (record !== null) {
        actions.push(record)
        records.set(key, entry.bytes)
      }
    } else unreadable.push({ ...entry, problem: "is not called by a key" })
  }

  const attempts: Array<Attempt> = []
  for (const key of namesInside(root, "attempts")) {
    const entries: Array<StoredFile> = []
    for (const name of namesInside(root, "attempts", key)) {
      const isHolder = HOLDER.test(name) && fs.lstatSync(inside(root, "attempts", key, name)).isDirectory()
      const found = isHolder
        ? namesInside(root, "attempts", key, name).map((own) => describe(root, "attempts", key, name, own))
        : [describe(root, "attempts", key, name)]
      for (const entry of found) {
        if (entry === null) continue
        if (isTemporary(entry.names.at(-1)!)) temporaries.push(entry)
        else entries.push(entry)
      }
    }
    attempts.push({ key, entries })
  }

  const code = new Map<string, StoredFile>()
  for (const name of namesInside(root, "code")) {
    const entry = describe(root, "code", name)
    if (entry === null) continue
    if (isTemporary(name)) temporaries.push(entry)
    else code.set(name.replace(/\.txt$/, ""), entry)
  }
  for (const folder of ["presence", "observations", "runs", "trash"])
    for (const name of namesInside(root, folder)) {
      const entry = isTemporary(name) ? describe(root, folder, name) : null
      if (entry !== null) temporaries.push(entry)
    }
  const setAside = namesInside(root, "damaged").flatMap((name) => describe(root, "damaged", name) ?? [])
  return { objects, actions, records, unreadable, attempts, temporaries, code, setAside }
}

/** Null for a file that went away meanwhile. */
const describe = (root: string, ...names: ReadonlyArray<string>): StoredFile | null => {
  const file = inside(root, ...names)
  return fs.lstatSync(file, { throwIfNoEntry: false }) === undefined ? null : { file, names, bytes: sizeOf(file) }
}

/** Bytes of a file, or of everything in a folder. */
const sizeOf = (at: string): number => {
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
