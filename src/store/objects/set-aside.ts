/** What was found damaged is moved to `damaged/`, where nothing takes it for a result and a person can still look at it. */

import * as fs from "node:fs"
import * as path from "node:path"

import { errorCode } from "../../text/error-text.ts"
import { inside, makeInside } from "../disk/inside.ts"

/** Moves the file of these names to `damaged/`, under its own name or a numbered one. Where it is now. */
export const setAside = (root: string, ...names: ReadonlyArray<string>): string => {
  const from = inside(root, ...names)
  const folder = makeInside(root, "damaged")
  const name = names.at(-1) === "events.jsonl" ? names.slice(-2).join("-") : names.at(-1)!
  let to = path.join(folder, name)
  for (let copy = 2; fs.lstatSync(to, { throwIfNoEntry: false }) !== undefined; copy++) to = path.join(folder, `${name}.${copy}`)
  try {
    fs.renameSync(from, to)
  } catch (cause) {
    // Another process that met the same damage was quicker.
    if (errorCode(cause) !== "ENOENT") throw cause
  }
  return to
}
