/**
 * What lies in a store, file by file, without trusting any of it: for checking and for tidying up. Reads names, sizes and action
 * records; the contents of objects are not looked at here.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { namesInside } from "../disk/inside.ts"
import { errorText } from "../objects/files.ts"
import { holderOf } from "../objects/Lease.ts"
import type { ActionRecord } from "../objects/Store.ts"

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
    if (isTemporary(name)) temporaries.push(entry)
    else if (name.endsWith(".json")) {
      const record = readAction(entry.file)
      if (typeof record === "string") unreadable.push({ ...entry, problem: record })
      else actions.push(record)
    }
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

/** The record in a file, or why it is none. */
const readAction = (file: string): ActionRecord | string => {
  try {
    const record = JSON.parse(fs.readFileSync(file, "utf8")) as ActionRecord
    if (record.version !== 1) return `has version ${String(record.version)}, and this program knows version 1`
    if (`${record.key}.json` !== path.basename(file)) return `is the record of another key, ${String(record.key)}`
    if (typeof record.output?.digest !== "string" || !Array.isArray(record.components))
      return "lacks its output or its components"
    return record
  } catch (cause) {
    return `cannot be read (${errorText(cause)})`
  }
}

/** Every object that an action's result consists of: the manifest, tables and documents. */
export const objectsOf = ({ output }: ActionRecord): ReadonlyArray<string> => [
  output.digest,
  ...Object.values(output.tables).map(({ file }) => file),
  ...Object.values(output.documents).map(({ file }) => file)
]
