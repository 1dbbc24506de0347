/**
 * Can unfinished attempts be gone on with? A checkpoint against the digest of itself, the state that it lists against the digests
 * in it, the rows that it counts against the parts in which they gathered.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { ArrowFile } from "../arrow/ArrowFile.ts"
import { sha256OfFile } from "../disk/file-digest.ts"
import { inside, namesInside, readText } from "../disk/inside.ts"
import { isObject, Unsound, unseal } from "../disk/sealed.ts"
import { damagedBy } from "../objects/records.ts"

/** A checkpoint that cannot be gone on from. */
export interface DamagedCheckpoint {
  /** Names below the store. */
  readonly names: ReadonlyArray<string>
  readonly problem: string
}

/** Looks at the checkpoints of every holder of every key. One that is replaced meanwhile by its live holder is none of these. */
export const damagedCheckpoints = (root: string): ReadonlyArray<DamagedCheckpoint> =>
  namesInside(root, "attempts").flatMap((key) =>
    foldersIn(root, "attempts", key).flatMap((holder): ReadonlyArray<DamagedCheckpoint> => {
      const names = ["attempts", key, holder, "checkpoint.json"]
      const file = inside(root, ...names)
      if (fs.lstatSync(file, { throwIfNoEntry: false }) === undefined) return []
      const before = textOr(file)
      const problem = problemOf(root, names)
      return problem === null || before !== textOr(file) ? [] : [{ names, problem }]
    })
  )

const foldersIn = (root: string, ...names: ReadonlyArray<string>): ReadonlyArray<string> =>
  namesInside(root, ...names).filter((name) => fs.lstatSync(inside(root, ...names, name)).isDirectory())

const textOr = (file: string): string | null => {
  try {
    return readText(file)
  } catch {
    return null
  }
}

const problemOf = (root: string, names: ReadonlyArray<string>): string | null => {
  try {
    const { files, rows } = unseal(readText(inside(root, ...names)))
    if (!Array.isArray(files) || !isObject(rows)) throw new Unsound({ problem: "lists no state" })
    const holder = names.slice(0, -1)
    for (const entry of files as ReadonlyArray<unknown>) checkState(root, holder, entry)
    for (const [table, count] of Object.entries(rows)) checkRows(root, holder, table, Number(count))
    return null
  } catch (cause) {
    return damagedBy("", cause).problem
  }
}

const checkState = (root: string, holder: ReadonlyArray<string>, entry: unknown): void => {
  if (!isObject(entry) || typeof entry["file"] !== "string") throw new Unsound({ problem: "lists no state" })
  const at = inside(root, ...holder, ...entry["file"].split("/"))
  if (fs.lstatSync(at, { throwIfNoEntry: false }) === undefined)
    throw new Unsound({ problem: `lists ${entry["file"]}, which is missing` })
  if (sha256OfFile(at) !== entry["sha256"]) throw new Unsound({ problem: `lists ${entry["file"]}, which has other contents` })
}

/** Parts hold their digest in their name; of two of one number the longer counts. */
const checkRows = (root: string, holder: ReadonlyArray<string>, table: string, rows: number): void => {
  const longest = new Map<string, number>()
  for (const name of namesInside(root, ...holder, "output")) {
    const [number, digest] = name.startsWith(`${table}.`) ? name.slice(table.length + 1).split(".") : []
    if (number === undefined || !name.endsWith(".arrow")) continue
    const at = inside(root, ...holder, "output", name)
    if (sha256OfFile(at) !== digest)
      throw new Unsound({ problem: `counts on ${path.join("output", name)}, which has other contents` })
    const arrow = new ArrowFile(at)
    arrow.close()
    longest.set(number, Math.max(arrow.rows, longest.get(number) ?? 0))
  }
  const found = [...longest.values()].reduce((sum, n) => sum + n, 0)
  if (found < rows) throw new Unsound({ problem: `counts on ${rows} rows of ${table}, of which ${found} are there` })
}
