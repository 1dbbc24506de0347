/**
 * What lies in a store and is not of it: see own-names.ts. Looked for by name, and by what sort of thing has it, so that nothing
 * of it can do harm.
 */

import * as path from "node:path"

import { lookAt } from "../disk/calls.ts"
import { namesInside, OutOfPlace } from "../disk/inside.ts"
import { isFileOnly, isOwn, tellsApart } from "../disk/own-names.ts"
import { damagedBy } from "../objects/records.ts"
import { runNames } from "../objects/Runs.ts"
import type { Unclear } from "./findings.ts"

/** What was found, as full paths, and the folders that the system does not list. */
export interface Foreign {
  readonly paths: ReadonlyArray<string>
  readonly unlisted: ReadonlyArray<Unclear>
}

/** Looks for what is foreign in every folder whose own names are known. */
export const foreignIn = (root: string): Foreign => {
  const unlisted: Array<Unclear> = []
  const listed = (folder: ReadonlyArray<string>, list: () => ReadonlyArray<string>): ReadonlyArray<string> => {
    try {
      return list()
    } catch (cause) {
      // Of what is no folder others speak.
      if (cause instanceof OutOfPlace) return []
      const { problem, remedy } = damagedBy("", cause)
      unlisted.push({ file: path.join(root, ...folder), problem, because: "unread", remedy })
      return []
    }
  }
  const runs = new Set(listed(["runs"], () => runNames(root)))
  const look = (folder: ReadonlyArray<string>): ReadonlyArray<string> => {
    if (!tellsApart(folder)) return []
    return listed(folder, () => namesInside(root, ...folder)).flatMap((name) => {
      const names = [...folder, name]
      const at = path.join(root, ...names)
      const own = isOwn(names) || (folder.join("/") === "runs" && runs.has(name))
      return own && !(isFileOnly(names) && lookAt(at)?.isFile() === false) ? look(names) : [at]
    })
  }
  return { paths: look([]), unlisted }
}
