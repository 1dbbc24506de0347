/**
 * What lies in a store, file by file, without trusting any of it: for checking and for tidying up. Reads names, sizes and action
 * records; the contents of objects are not looked at here.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { lookAt } from "../disk/calls.ts"
import { inside } from "../disk/inside.ts"
import { isTemporaryName, ownNamesInside } from "../disk/own-names.ts"
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
  /** Action files that cannot be understood; `unread`: that the system does not give out. */
  readonly unreadable: ReadonlyArray<StoredFile & Problem>
  /** Folders that cannot be listed: what lies in them is in none of these lists. */
  readonly unlisted: ReadonlyArray<{ readonly file: string } & Problem>
  readonly attempts: ReadonlyArray<Attempt>
  /** Unfinished files under temporary names, and what was being deleted: only a killed process leaves it behind for long. */
  readonly temporaries: ReadonlyArray<StoredFile>
  /** Kept code texts by digest. */
  readonly code: ReadonlyMap<string, StoredFile>
  /** What `verify --repair` set aside. */
  readonly setAside: ReadonlyArray<StoredFile>
}

interface Problem {
  readonly problem: string
  readonly unread: boolean
  readonly remedy?: string | undefined
}

/** A holder's folder in that of its action is called by its token. */
const HOLDER = /^[0-9a-f]{32}$/

/**
 * Takes stock of what is its own in the store at `root`. Folders that are not there are empty. Throws `OutOfPlace` where it is
 * not built as one.
 */
export const inventory = (root: string): Inventory => {
  const unlisted: Array<Inventory["unlisted"][number]> = []
  const namesOf = (...names: ReadonlyArray<string>): ReadonlyArray<string> => {
    try {
      return ownNamesInside(root, names)
    } catch (cause) {
      const { problem, unread, remedy } = damagedBy("", cause)
      // What stands in place of a folder is no matter of reading: see places.ts.
      if (unread !== true) throw cause
      unlisted.push({ file: path.join(root, ...names), problem, unread, remedy })
      return []
    }
  }
  const temporaries: Array<StoredFile> = []
  const objects = new Map<string, StoredFile>()
  for (const folder of namesOf("objects", "sha256"))
    for (const name of namesOf("objects", "sha256", folder)) {
      const entry = describe(root, "objects", "sha256", folder, name)
      if (entry === null) continue
      if (isTemporaryName(name)) temporaries.push(entry)
      else objects.set(name, entry)
    }

  const actions: Array<ActionRecord> = []
  const records = new Map<string, number>()
  const unreadable: Array<Inventory["unreadable"][number]> = []
  for (const name of namesOf("actions")) {
    const entry = describe(root, "actions", name)
    if (entry === null) continue
    if (isTemporaryName(name)) {
      temporaries.push(entry)
      continue
    }
    const key = name.slice(0, -".json".length)
    const record = recordOrProblem(root, key)
    if (record === null) continue
    if ("problem" in record) unreadable.push({ ...entry, ...record })
    else {
      actions.push(record)
      records.set(key, entry.bytes)
    }
  }

  const attempts: Array<Attempt> = []
  for (const key of namesOf("attempts")) {
    const entries: Array<StoredFile> = []
    for (const name of namesOf("attempts", key)) {
      const isHolder = HOLDER.test(name) && isFolder(root, "attempts", key, name)
      const found = isHolder
        ? namesOf("attempts", key, name).map((own) => describe(root, "attempts", key, name, own))
        : [describe(root, "attempts", key, name)]
      for (const entry of found) {
        if (entry === null) continue
        if (isTemporaryName(entry.names.at(-1)!)) temporaries.push(entry)
        else entries.push(entry)
      }
    }
    attempts.push({ key, entries })
  }

  const code = new Map<string, StoredFile>()
  for (const name of namesOf("code")) {
    const entry = describe(root, "code", name)
    if (entry === null) continue
    if (isTemporaryName(name)) temporaries.push(entry)
    else code.set(name.replace(/\.txt$/, ""), entry)
  }
  for (const folder of ["presence", "observations", "runs", "reports", "trash"])
    for (const name of namesOf(folder)) {
      const entry = isTemporaryName(name) || name.startsWith(RUBBISH) ? describe(root, folder, name) : null
      if (entry !== null) temporaries.push(entry)
    }
  const setAside = namesOf("damaged").flatMap((name) => describe(root, "damaged", name) ?? [])
  return { objects, actions, records, unreadable, unlisted, attempts, temporaries, code, setAside }
}

/** Null for a file that went away meanwhile. One that cannot be looked at is there; whoever reads it learns more. */
const describe = (root: string, ...names: ReadonlyArray<string>): StoredFile | null => {
  const file = inside(root, ...names)
  const bytes = trusting(() => (lookAt(file) === undefined ? null : sizeOf(file)), 0)
  return bytes === null ? null : { file, names, bytes }
}

const isFolder = (root: string, ...names: ReadonlyArray<string>): boolean =>
  trusting(() => lookAt(inside(root, ...names))?.isDirectory() === true, false)

/** Bytes of a file, or of everything in a folder as far as it can be looked at. */
const sizeOf = (at: string): number => {
  const stat = lookAt(at)
  if (stat === undefined) return 0
  if (!stat.isDirectory()) return stat.size
  return trusting(() => fs.readdirSync(at), []).reduce((sum, name) => sum + trusting(() => sizeOf(path.join(at, name)), 0), 0)
}

/** What cannot be looked at counts as `otherwise`. */
const trusting = <A, B>(look: () => A, otherwise: B): A | B => {
  try {
    return look()
  } catch {
    return otherwise
  }
}

/** The record of a key, or why it is none; null when it went away meanwhile. */
const recordOrProblem = (root: string, key: string): ActionRecord | Problem | null => {
  try {
    return readRecord(root, key)
  } catch (cause) {
    const { problem, unread = false, remedy } = damagedBy("", cause)
    return { problem, unread, remedy }
  }
}
