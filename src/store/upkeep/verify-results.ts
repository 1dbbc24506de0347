/**
 * Are results what their names say? Objects against their digests, tables by opening them, records against what they speak of.
 * Only what a record speaks of is read, and no further than the disk can hold of it: anything may lie among the objects.
 */

import * as path from "node:path"

import { ArrowFile } from "../arrow/ArrowFile.ts"
import { lookAt } from "../disk/calls.ts"
import { sha256OfFile } from "../disk/file-digest.ts"
import { inside, readText } from "../disk/inside.ts"
import { canonicalJson } from "../objects/digest.ts"
import { isDigest } from "../objects/fields.ts"
import { isHollow } from "../objects/Objects.ts"
import { type ActionRecord, objectsOf } from "../objects/records.ts"
import { type Damage, type Finding, findingOf, troubleOf } from "./findings.ts"
import type { Inventory } from "./inventory.ts"

/** What was found of results, and how much was read. */
export interface CheckedResults {
  readonly found: ReadonlyArray<Finding>
  readonly objects: number
  readonly bytes: number
  /** Objects of which no record speaks. */
  readonly strays: number
  readonly tables: number
}

/** Checks objects, tables and records. `watch` is told how many of the objects are done. */
export const verifyResults = (root: string, stock: Inventory, watch: (done: number, total: number) => void): CheckedResults => {
  const users = usersOf(stock.actions)
  const { bad, bytes, sizes } = damagedObjects(root, stock, users, watch)
  const { rows, unread } = rowsOf(root, stock.actions, bad)
  const misplaced = [...stock.objects].flatMap(([digest, { file, names }]): ReadonlyArray<Damage> =>
    names[2] === digest.slice(0, 2)
      ? []
      : [{ file, names, problem: "lies in the wrong folder", actions: users.get(digest) ?? [], sort: "result" }]
  )
  return {
    found: [...misplaced, ...[...bad.values()].flat(), ...unread, ...damagedRecords(root, stock, { bad, sizes, rows })],
    objects: users.size,
    bytes,
    strays: [...stock.objects.keys()].filter((digest) => !users.has(digest)).length,
    tables: rows.size
  }
}

const objectNames = (digest: string): ReadonlyArray<string> => ["objects", "sha256", digest.slice(0, 2), digest]

/** Findings by the digest of the object. */
type Bad = ReadonlyMap<string, ReadonlyArray<Finding>>

/** Objects that records speak of and that are damaged, missing or unread, and the sizes of the others. */
const damagedObjects = (
  root: string,
  stock: Inventory,
  users: ReadonlyMap<string, ReadonlyArray<string>>,
  watch: (done: number, total: number) => void
) => {
  const claims = claimsIn(stock.actions)
  const bad = new Map<string, ReadonlyArray<Finding>>()
  const sizes = new Map<string, number>()
  let done = 0
  let bytes = 0
  for (const [digest, actions] of users) {
    const file = path.join(root, ...objectNames(digest))
    let there = true
    const trouble = troubleOf(() => {
      // Not as it was when stock was taken: a run goes on meanwhile, and a folder that could not be listed may hold it.
      const stat = lookAt(inside(root, ...objectNames(digest)))
      there = stat !== undefined
      if (stat === undefined) return "is missing"
      if (stat.isFile() && isHollow(stat, claims.get(digest))) return `has ${stat.size} bytes, and nothing here is that large`
      if (sha256OfFile(file) === digest) {
        sizes.set(digest, stat.size)
        bytes += stat.size
        return null
      }
      const claimed = claims.get(digest)
      return claimed === undefined || claimed === stat.size
        ? "does not have the contents its name says"
        : `has ${stat.size} bytes instead of ${claimed}`
    })
    const found = findingOf(trouble, { file, actions, names: there ? objectNames(digest) : null, sort: "result" })
    if (found.length > 0) bad.set(digest, found)
    watch(++done, users.size)
  }
  return { bad, bytes, sizes }
}

/** The most that records say of the size of an object; of manifests they say nothing. */
const claimsIn = (actions: ReadonlyArray<ActionRecord>): ReadonlyMap<string, number> => {
  const claims = new Map<string, number>()
  for (const action of actions)
    for (const { file, bytes } of partsOf(action)) claims.set(file, Math.max(bytes, claims.get(file) ?? 0))
  return claims
}

const partsOf = ({ output }: ActionRecord) => [...Object.values(output.tables), ...Object.values(output.documents)]

/** Keys of the actions that each object belongs to. */
const usersOf = (actions: ReadonlyArray<ActionRecord>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const users = new Map<string, Array<string>>()
  for (const action of actions)
    for (const digest of new Set(objectsOf(action))) {
      const keys = users.get(digest)
      if (keys === undefined) users.set(digest, [action.key])
      else keys.push(action.key)
    }
  return users
}

/** How many rows each table holds, or why it is none; and those of which that cannot be said. */
const rowsOf = (root: string, actions: ReadonlyArray<ActionRecord>, bad: Bad) => {
  const rows = new Map<string, number | string>()
  const unread: Array<Finding> = []
  for (const { output } of actions)
    for (const { file } of Object.values(output.tables)) {
      if (bad.has(file) || rows.has(file)) continue
      const at = path.join(root, ...objectNames(file))
      const trouble = troubleOf(() => {
        const arrow = new ArrowFile(at)
        arrow.close()
        rows.set(file, arrow.rows)
        return null
      })
      if (trouble?.unread === true) unread.push({ file: at, problem: trouble.problem, because: "unread", remedy: trouble.remedy })
      else if (trouble !== null) rows.set(file, trouble.problem)
    }
  return { rows, unread }
}

interface Objects {
  readonly bad: Bad
  readonly sizes: ReadonlyMap<string, number>
  readonly rows: ReadonlyMap<string, number | string>
}

/** Records that are damaged in themselves, or say what is not so of objects that are sound. */
const damagedRecords = (root: string, stock: Inventory, objects: Objects): ReadonlyArray<Finding> => [
  ...stock.unreadable.flatMap(({ file, names, ...trouble }) => {
    const key = path.basename(file, ".json")
    return findingOf(trouble, { file, actions: isDigest(key) ? [key] : [], names, sort: "record" })
  }),
  ...stock.actions.flatMap((action) => {
    const names = ["actions", `${action.key}.json`]
    const trouble = troubleOf(() => recordProblem(root, action, objects))
    return findingOf(trouble, { file: path.join(root, ...names), actions: [action.key], names, sort: "record" })
  })
]

const recordProblem = (root: string, action: ActionRecord, { bad, sizes, rows }: Objects): string | null => {
  const { output } = action
  if (!bad.has(output.digest)) {
    const manifest = canonicalJson({ kind: output.kind, tables: output.tables, documents: output.documents })
    if (readText(inside(root, ...objectNames(output.digest))) !== manifest) return "disagrees with the manifest of its artifact"
  }
  for (const { file, bytes } of partsOf(action)) {
    const size = sizes.get(file)
    if (size !== undefined && size !== bytes)
      return `says that object ${file.slice(0, 12)} has ${bytes} bytes, and it has ${size}`
  }
  for (const [name, { file, rows: said }] of Object.entries(output.tables)) {
    const found = rows.get(file)
    if (typeof found === "string") return `lists as table ${name} the object ${file}, which ${found}`
    if (found !== undefined && found !== said) return `says that table ${name} has ${said} rows, and it has ${found}`
  }
  return null
}
