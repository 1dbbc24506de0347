/**
 * Event files of nodes below a folder of logs: a folder for each node, which TensorBoard takes for a run. What an artifact holds
 * is one file there, called by the artifact, so that it is written once however often it is asked for. While it is computed there
 * is one that grows.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { closeFile, discard, remove, replaceFile, writeAll } from "../../store/disk/calls.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import { type ActionRecord, Store } from "../../store/objects/Store.ts"
import type { Table } from "../../store/schema/Table.ts"
import { folderName } from "../folder-names.ts"
import { type CurvePoint, curvesIn, isOfCurves, pointsOf } from "./curves.ts"
import { beginning, scalars } from "./event-records.ts"

/** The folder of a node: its label, and of its id what tells it from nodes of other settings that are called so. */
export const logFolder = ({ node, label }: { readonly node: string; readonly label: string }): string => {
  const identity = /-([0-9a-f]{6,})$/.exec(node)?.[1]
  return identity === undefined ? folderName(label) : `${folderName(label)}-${identity}`
}

/**
 * The name of a file of ours, of an artifact or of what is being computed. TensorBoard reads the files of a folder in the order
 * of their names: what was live comes before its result, also in the same second.
 */
const fileName = (seconds: number, artifact: string | null): string =>
  `events.out.tfevents.${Math.floor(seconds)}.echo-chamber${artifact === null ? "-live" : `.${artifact.slice(0, 16)}`}`

const OURS = /^events\.out\.tfevents\.\d+\.echo-chamber(?:-live|\.[0-9a-f]{16})$/

/**
 * Takes the files of ours away that another takes the place of. The newest of them stays for now, empty: TensorBoard's reader in
 * Python goes on to the next file from one that is there, and never from one that is gone.
 */
const retire = (folder: string, but: string): void => {
  const others = fs.readdirSync(folder).filter((name) => OURS.test(name) && name !== but)
  const newest = others
    .filter((name) => fs.statSync(path.join(folder, name)).size > 0)
    .toSorted()
    .at(-1)
  for (const name of others)
    if (name === newest) fs.truncateSync(path.join(folder, name))
    else remove(path.join(folder, name))
}

/** A file of curves that grows. */
export interface GrowingFile {
  readonly add: (seconds: number, step: number, values: CurvePoint["values"]) => void
  readonly close: () => void
}

/** Begins a file of curves in the folder of a node, in place of those of earlier computations. Throws what the system says. */
export const beginCurves = (folder: string, seconds: number): GrowingFile => {
  makeFolder(folder)
  const name = fileName(seconds, null)
  // Of a computation that ended within this second.
  discard(path.join(folder, name))
  retire(folder, name)
  const file = path.join(folder, name)
  const handle = fs.openSync(file, "wx")
  writeAll(handle, file, beginning(seconds))
  return {
    add: (at, step, values) => writeAll(handle, file, scalars(at, step, values)),
    close: () => closeFile(handle)
  }
}

/**
 * Writes the curves of an action's result into the folder of a node, in place of those of another result. How many points there
 * are; null: it has no curves. Steps have the time at which the action ended: when each of them was done is not part of a result.
 * What a table that is not among `known` holds is read in its file: stages of one's own have tables of their own.
 */
export const writeCurves = Effect.fnUntraced(function* (
  folder: string,
  { finishedAt, output }: Pick<ActionRecord, "finishedAt" | "output">,
  known: ReadonlyArray<Table.Any>
) {
  const store = yield* Store
  const files: Array<readonly [Table.Any, string]> = []
  for (const [name, part] of Object.entries(output.tables).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const declared = known.find((table) => table.name === name)
    if (part.rows === 0 || (declared !== undefined && !isOfCurves(declared))) continue
    const file = yield* store.readable(output.digest, part)
    const table = declared ?? (yield* Effect.sync(() => curvesIn(name, file)))
    if (table !== null) files.push([table, file])
  }
  if (files.length === 0) return null
  return yield* Effect.sync(() => {
    const seconds = Date.parse(finishedAt) / 1000
    const name = fileName(seconds, output.digest)
    const pieces = [beginning(seconds)]
    for (const [table, file] of files)
      for (const { step, values } of pointsOf(table, file)) if (values.length > 0) pieces.push(scalars(seconds, step, values))
    makeFolder(folder)
    retire(folder, name)
    const at = path.join(folder, name)
    if (!fs.existsSync(at)) replaceFile(at, Buffer.concat(pieces))
    return pieces.length - 1
  })
})
