/**
 * Can unfinished attempts be gone on with? A checkpoint against the digest of itself, the state that it lists against the digests
 * in it, the rows that it counts against the parts in which they gathered.
 */

import * as path from "node:path"

import { ArrowFile } from "../arrow/ArrowFile.ts"
import { lookAt } from "../disk/calls.ts"
import { sha256OfFile } from "../disk/file-digest.ts"
import { inside, readText } from "../disk/inside.ts"
import { ownNamesInside } from "../disk/own-names.ts"
import { isObject, Unsound, unseal } from "../disk/sealed.ts"
import { type Finding, findingOf, namesOrNone, troubleOf } from "./findings.ts"

/**
 * Looks at the checkpoints of every holder of every key, for those that cannot be gone on from. One that is replaced meanwhile by
 * its live holder is none of these.
 */
export const damagedCheckpoints = (root: string): ReadonlyArray<Finding> => {
  const unlisted: Array<Finding> = []
  const found = namesOrNone(root, ["attempts"], unlisted).flatMap((key) =>
    namesOrNone(root, ["attempts", key], unlisted).flatMap((holder): ReadonlyArray<Finding> => {
      const names = ["attempts", key, holder, "checkpoint.json"]
      const file = path.join(root, ...names)
      let before: string | null = null
      const trouble = troubleOf(() => {
        if (lookAt(path.dirname(file))?.isDirectory() !== true || lookAt(file) === undefined) return null
        before = readText(inside(root, ...names))
        checkCheckpoint(root, names.slice(0, -1), before)
        return null
      })
      if (trouble === null || (!trouble.unread && before !== textOrNone(file))) return []
      return findingOf(trouble, { file, actions: [], names, sort: "attempt" })
    })
  )
  return [...found, ...unlisted]
}

const textOrNone = (file: string): string | null => {
  try {
    return readText(file)
  } catch {
    return null
  }
}

const checkCheckpoint = (root: string, holder: ReadonlyArray<string>, text: string): void => {
  const { files, rows } = unseal(text)
  if (!Array.isArray(files) || !isObject(rows)) throw new Unsound({ problem: "lists no state" })
  for (const entry of files as ReadonlyArray<unknown>) checkState(root, holder, entry)
  for (const [table, count] of Object.entries(rows)) checkRows(root, holder, table, Number(count))
}

const checkState = (root: string, holder: ReadonlyArray<string>, entry: unknown): void => {
  if (!isObject(entry) || typeof entry["file"] !== "string") throw new Unsound({ problem: "lists no state" })
  const at = inside(root, ...holder, ...entry["file"].split("/"))
  if (lookAt(at) === undefined) throw new Unsound({ problem: `lists ${entry["file"]}, which is missing` })
  if (sha256OfFile(at) !== entry["sha256"]) throw new Unsound({ problem: `lists ${entry["file"]}, which has other contents` })
}

/** Parts hold their digest in their name; of two of one number the longer counts. */
const checkRows = (root: string, holder: ReadonlyArray<string>, table: string, rows: number): void => {
  const longest = new Map<string, number>()
  for (const name of ownNamesInside(root, [...holder, "output"])) {
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
