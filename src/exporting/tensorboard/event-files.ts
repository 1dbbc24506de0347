/**
 * Event files of nodes below a folder of logs: a folder for each node, which TensorBoard takes for a run. What an artifact holds
 * is one file there, called by the artifact, so that it is written once however often it is asked for.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { remove, replaceFile } from "../../store/disk/calls.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import { type ActionRecord, Store } from "../../store/objects/Store.ts"
import type { Table } from "../../store/schema/Table.ts"
import { folderName } from "../folder-names.ts"
import { isOfCurves, pointsOf } from "./curves.ts"
import { fileVersion, scalars } from "./event-records.ts"

/** The folder of a node: its label, and of its id what tells it from nodes of other settings that are called so. */
export const logFolder = ({ node, label }: { readonly node: string; readonly label: string }): string => {
  const identity = /-([0-9a-f]{6,})$/.exec(node)?.[1]
  return identity === undefined ? folderName(label) : `${folderName(label)}-${identity}`
}

/** Files that `writeCurves` made. */
const OURS = /^events\.out\.tfevents\.\d+\.echo-chamber\.[0-9a-f]{16}$/

/**
 * Writes the curves of an action's result into the folder of a node, in place of those of another result. How many points there
 * are; null: it has no curves. Steps have the time at which the action ended: when each of them was done is not part of a result.
 */
export const writeCurves = Effect.fnUntraced(function* (
  folder: string,
  { finishedAt, output }: Pick<ActionRecord, "finishedAt" | "output">,
  tables: ReadonlyArray<Table.Any>
) {
  const curves = tables.filter((table) => isOfCurves(table) && (output.tables[table.name]?.rows ?? 0) > 0)
  if (curves.length === 0) return null
  const store = yield* Store
  const files: Array<readonly [Table.Any, string]> = []
  for (const table of curves) files.push([table, yield* store.readable(output.digest, output.tables[table.name]!)])
  return yield* Effect.sync(() => {
    const seconds = Date.parse(finishedAt) / 1000
    const name = `events.out.tfevents.${Math.floor(seconds)}.echo-chamber.${output.digest.slice(0, 16)}`
    const pieces = [fileVersion(seconds)]
    for (const [table, file] of files)
      for (const { step, values } of pointsOf(table, file)) if (values.length > 0) pieces.push(scalars(seconds, step, values))
    makeFolder(folder)
    for (const other of fs.readdirSync(folder)) if (OURS.test(other) && other !== name) remove(path.join(folder, other))
    const at = path.join(folder, name)
    if (!fs.existsSync(at)) replaceFile(at, Buffer.concat(pieces))
    return pieces.length - 1
  })
})
