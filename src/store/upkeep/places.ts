/**
 * Is the store built as one? Its folders must be folders: what is a link or a file in place of one is neither gone through nor
 * into, so that nothing else can be looked at before it is named and moved.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { inside, OutOfPlace } from "../disk/inside.ts"
import { ownNamesInside, TOP_FOLDERS } from "../disk/own-names.ts"
import { setAside } from "../objects/set-aside.ts"

/** The folders of every store, if they are there. */
const FOLDERS = [["damaged"], ...TOP_FOLDERS.map((name) => [name]), ["objects", "sha256"]]

/** Folders in which there are only folders. */
const OF_FOLDERS = [["objects", "sha256"], ["attempts"], ["runs"]]

/** Something in place of a folder. */
export interface WrongPlace {
  readonly names: ReadonlyArray<string>
  readonly problem: string
}

/** Everything that is there in place of a folder, outermost first. */
export const wrongPlaces = (root: string): ReadonlyArray<WrongPlace> => {
  const wrong: Array<WrongPlace> = []
  const look = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
    try {
      return ownNamesInside(root, names)
    } catch (cause) {
      // What cannot be listed is in its place; what is in it is said of by whoever needs it.
      if (cause instanceof OutOfPlace && cause.path === path.join(root, ...names)) wrong.push({ names, problem: cause.problem })
      return []
    }
  }
  const found = new Map(FOLDERS.map((names) => [names.join("/"), look(names)]))
  for (const parent of OF_FOLDERS) for (const name of found.get(parent.join("/")) ?? []) look([...parent, name])
  return wrong
}

/** Moves it aside; what it leads to stays as it is. Where it is now. */
export const moveWrongPlace = (root: string, { names }: WrongPlace): string => {
  if (names[0] !== "damaged") return setAside(root, ...names)
  // What stands where things are set aside goes beside it.
  let to = path.join(root, "damaged.2")
  for (let copy = 3; fs.lstatSync(to, { throwIfNoEntry: false }) !== undefined; copy++) to = path.join(root, `damaged.${copy}`)
  fs.renameSync(inside(root, "damaged"), to)
  return to
}
