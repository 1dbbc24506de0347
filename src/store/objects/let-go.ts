/** Removes the record of a key on purpose: noted first, so that one that is lost can be told from one that was let go. */

import { removeInside } from "../disk/inside.ts"
import { noteLetGo, readObservations } from "./observations.ts"
import { Damaged } from "./records.ts"
import { setAside } from "./set-aside.ts"

/** Lets the record of a key go; its objects stay. Throws what the file system throws. */
export const letGo = (root: string, key: string): void => {
  noteGoing(root, key)
  removeInside(root, "actions", `${key}.json`)
}

/** Notes that the record of a key is about to be removed on purpose. Throws what the file system throws. */
export const noteGoing = (root: string, key: string): void => {
  try {
    if (readObservations(root, key)?.letGo !== true) noteLetGo(root, key)
  } catch (cause) {
    if (!(cause instanceof Damaged) || cause.unread === true) throw cause
    setAside(root, "observations", `${key}.jsonl`)
    noteLetGo(root, key)
  }
}
