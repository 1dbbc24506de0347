/** The code that keys speak of, `code/<digest>.txt`, without comments: only ever shown, never run. */

import { remove, replaceFile } from "../disk/calls.ts"
import { inside, makeInside, readText } from "../disk/inside.ts"
import { Unsound } from "../disk/sealed.ts"
import { sha256 } from "./digest.ts"
import { isDigest } from "./fields.ts"
import { understood } from "./records.ts"

/** The text behind a code digest, null where it was not kept. Throws `Damaged`. */
export const readCode = (root: string, digest: string): string | null => {
  if (!isDigest(digest)) return null
  return understood(codeFile(root, digest), (text) => {
    if (sha256(text) !== digest) throw new Unsound({ problem: "does not have the contents its name says" })
    return text
  })
}

/** Keeps a text under its digest, in place of whatever is there. Throws what the file system throws. */
export const keepCode = (root: string, digest: string, text: string): void => {
  const file = codeFile(root, digest)
  try {
    if (readText(file) === text) return
    remove(file)
  } catch {
    // Not there, or nothing that can be read: a new one takes its place.
  }
  makeInside(root, "code")
  replaceFile(file, text)
}

const codeFile = (root: string, digest: string): string => inside(root, "code", `${digest}.txt`)
