/**
 * Is every stored thing what its name says? Each object against its digest, each action record against its key, its manifest and
 * its files, each Arrow table by opening it. Finds; changes nothing.
 */

import * as fs from "node:fs"

import { ArrowFile } from "../arrow/ArrowFile.ts"
import { canonicalJson, digestOf } from "../objects/digest.ts"
import { errorText, sha256OfFile } from "../objects/files.ts"
import type { ActionRecord } from "../objects/Store.ts"
import { type Inventory, objectsOf } from "./inventory.ts"

export interface Damage {
  readonly file: string
  readonly problem: string
  /** Keys of the actions whose results are affected. */
  readonly actions: ReadonlyArray<string>
  /** Whether there is a file to set aside: false for one that is missing. */
  readonly present: boolean
}

/** What was found, and how much was looked at. */
export interface Verification {
  readonly damages: ReadonlyArray<Damage>
  readonly objects: number
  readonly bytes: number
  readonly actions: number
  readonly tables: number
}

/** Checks everything in `stock`. `watch` is told how many of its objects are done. Damage is in the result and never thrown. */
export const verifyStore = (
  stock: Inventory,
  objectPath: (digest: string) => string,
  watch: (done: number, total: number) => void = () => {}
): Verification => {
  const users = usersOf(stock.actions)
  const bad = new Map<string, Damage>()
  const damage = (digest: string, problem: string, present: boolean) =>
    bad.set(digest, { file: objectPath(digest), problem, actions: users.get(digest) ?? [], present })

  let bytes = 0
  let done = 0
  for (const [digest, object] of stock.objects) {
    const problem = objectProblem(digest, object.file)
    if (problem !== null) damage(digest, problem, true)
    bytes += object.bytes
    watch(++done, stock.objects.size)
  }
  for (const digest of users.keys()) if (!stock.objects.has(digest)) damage(digest, "is missing", false)

  const records: Array<Damage> = stock.unreadable.map(({ file, problem }) => ({
    file,
    problem: `${problem}`,
    actions: [],
    present: true
  }))
  const opened = new Set<string>()
  for (const action of stock.actions) {
    const problem = recordProblem(action, objectPath, bad)
    if (problem !== null) records.push({ file: `actions/${action.key}.json`, problem, actions: [action.key], present: false })
    for (const { file, rows } of Object.values(action.output.tables)) {
      if (bad.has(file) || opened.has(file)) continue
      opened.add(file)
      const wrong = tableProblem(objectPath(file), rows)
      if (wrong !== null) damage(file, wrong, true)
    }
  }
  return {
    damages: [...bad.values(), ...records],
    objects: stock.objects.size,
    bytes,
    actions: stock.actions.length,
    tables: opened.size
  }
}

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

const objectProblem = (digest: string, file: string): string | null => {
  try {
    return sha256OfFile(file) === digest ? null : "does not have the contents its name says"
  } catch (cause) {
    return `cannot be read (${errorText(cause)})`
  }
}

/** A record must follow from its components, and agree with the manifest of its artifact. */
const recordProblem = (
  action: ActionRecord,
  objectPath: (digest: string) => string,
  bad: ReadonlyMap<string, Damage>
): string | null => {
  const { output } = action
  if (digestOf(action.components.flatMap(({ name, value }) => [name, value])) !== action.key)
    return "does not follow from the components it lists"
  if (bad.has(output.digest)) return null
  const manifest = canonicalJson({ kind: output.kind, tables: output.tables, documents: output.documents })
  return fs.readFileSync(objectPath(output.digest), "utf8") === manifest ? null : "disagrees with the manifest of its artifact"
}

const tableProblem = (file: string, rows: number): string | null => {
  try {
    const arrow = new ArrowFile(file)
    arrow.close()
    return arrow.rows === rows ? null : `holds ${arrow.rows} rows where its manifest says ${rows}`
  } catch (cause) {
    return errorText(cause)
  }
}
