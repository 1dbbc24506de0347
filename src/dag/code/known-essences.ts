/**
 * Essences that are known: each text is parsed once a process, and across processes they lie in one file of the package manager's
 * cache folder, since every process of a run asks for hundreds of them. They are known by text and by what read it: `essence.ts`
 * with what it uses, and the Node that strips types. Otherwise two checkouts would give one source two digests.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { discard } from "../../store/disk/calls.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import { sha256 } from "../../store/objects/digest.ts"
import { REPOSITORY } from "../repository.ts"
import { type Essence, essenceOf } from "./essence.ts"

type Language = Parameters<typeof essenceOf>[1] & string

const FILE = path.join(REPOSITORY, "node_modules/.cache/echo-chamber/essences")
const READER = sha256(
  ["essence.ts", "hidden-ways.ts", "syntax-tree.ts"]
    .map((name) => fs.readFileSync(path.join(import.meta.dirname, name), "utf8"))
    .join(process.version)
)

/** So many are kept, those that were used last: every process reads all of them. The house has some 350 modules. */
const MOST = 500

let known: Map<string, Essence> | undefined
let unsaved = false

/** The essence of a source. Throws a `SyntaxError` where it does not parse. */
export const knownEssence = (source: string, language: Language): Essence => {
  known ??= kept()
  const key = sha256(`${READER} ${language} ${source}`)
  const before = known.get(key)
  if (before !== undefined) {
    // Last used, last in the map.
    known.delete(key)
    known.set(key, before)
    return before
  }
  const essence = essenceOf(source, language)
  known.set(key, essence)
  unsaved = true
  return essence
}

/** None where the file is not there, or not as it was written. */
const kept = (): Map<string, Essence> => {
  try {
    const text = fs.readFileSync(FILE, "utf8")
    const end = text.indexOf("\n")
    const entries = text.slice(end + 1)
    return sha256(entries) === text.slice(0, end) ? new Map(JSON.parse(entries) as Array<[string, Essence]>) : new Map()
  } catch {
    return new Map()
  }
}

/** Keeps what was parsed for the next process. A cache that cannot be written only costs time. */
export const keepEssences = (): void => {
  if (!unsaved || known === undefined) return
  unsaved = false
  const text = JSON.stringify([...known].slice(-MOST))
  const beside = `${FILE}.${process.pid}`
  try {
    makeFolder(path.dirname(FILE))
    fs.writeFileSync(beside, `${sha256(text)}\n${text}`)
    fs.renameSync(beside, FILE)
  } catch {
    discard(beside)
  }
}
