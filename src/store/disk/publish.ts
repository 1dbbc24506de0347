/** Giving a finished file its name, once and for all: what a second process, a kill or a disk without links may not spoil. */

import * as fs from "node:fs"
import * as path from "node:path"

import { errorCode } from "../../text/error-text.ts"
import { discard, moveInPlace, patiently, pause, remove, temporaryName } from "./calls.ts"
import { type Durable, writingWhole } from "./durable.ts"
import { makeFolder } from "./make-folder.ts"

/**
 * Writes a new file durably under a temporary name beside its final one, then gives it that: true when it is there through us. On
 * failure nothing is left. `through`: another folder for the temporary name, which has to be there.
 */
export function* writingNew(file: string, bytes: string | Uint8Array, through?: string): Durable<boolean> {
  const temporary = temporaryName(through ?? path.dirname(file))
  try {
    yield* writingWhole(temporary, bytes)
  } catch (cause) {
    if (through !== undefined || errorCode(cause) !== "ENOENT") throw cause
    makeFolder(path.dirname(file))
    yield* writingWhole(temporary, bytes)
  }
  return yield* publishing(temporary, file)
}

/** What file systems answer that have no hard links, or no more of them. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV", "EACCES"])

/**
 * Gives a finished, synced file its final name, create-once: true when it is now there through us, false when it was there
 * already. The temporary name is gone afterwards either way.
 */
export function* publishing(temporary: string, file: string): Durable<boolean> {
  try {
    const linked = linkOrMakeFolder(temporary, file)
    const isThroughUs = linked === "no links" ? renameOnce(temporary, file) : linked
    if (isThroughUs) yield { folder: path.dirname(file) }
    return isThroughUs
  } finally {
    discard(temporary)
  }
}

/** Of many files in few folders only the first of each finds none. */
const linkOrMakeFolder = (temporary: string, file: string): boolean | "no links" => {
  try {
    return linkOnce(temporary, file)
  } catch (cause) {
    if (errorCode(cause) !== "ENOENT") throw cause
    makeFolder(path.dirname(file))
    return linkOnce(temporary, file)
  }
}

const linkOnce = (temporary: string, file: string): boolean | "no links" => {
  try {
    patiently(file, () => fs.linkSync(temporary, file))
    return true
  } catch (cause) {
    // A network file system may have made the link and lost its answer, and then says that it is there or failed.
    if (isOneFile(temporary, file)) return true
    if (errorCode(cause) === "EEXIST") return false
    if (NO_LINKS.has(errorCode(cause))) return "no links"
    throw cause
  }
}

const isOneFile = (a: string, b: string): boolean => {
  const [first, second] = [a, b].map((file) => statOf(file))
  return first !== null && second !== null && first!.ino === second!.ino && first!.dev === second!.dev
}

const statOf = (file: string): fs.BigIntStats | null => {
  try {
    return fs.lstatSync(file, { bigint: true })
  } catch {
    return null
  }
}

/** How long the few calls between a claim and its end may take before its owner counts as dead. */
const CLAIM_MS = 5_000
const LOOK_AGAIN_MS = 10

/**
 * `publishing` without hard links. A rename replaces what is there, so that looking and renaming must be one.
 */
const renameOnce = (temporary: string, file: string): boolean =>
  statOf(file) === null &&
  underClaim(file, () => {
    if (statOf(file) !== null) return false
    moveInPlace(temporary, file)
    return true
  })

/**
 * Looks at a file and changes it in one: whoever makes the folder `<file>.claim` does both, and the others wait for that. A claim
 * that stays for seconds belongs to a dead process.
 */
export const underClaim = <A>(file: string, lookAndChange: () => A): A => {
  const claim = `${file}.claim`
  makeFolder(path.dirname(file))
  let waited = 0
  for (let owner: string | null = null; ;) {
    try {
      patiently(claim, () => fs.mkdirSync(claim))
      break
    } catch (cause) {
      if (errorCode(cause) !== "EEXIST") throw cause
    }
    const stat = statOf(claim)
    const now = stat === null ? null : `${stat.ino}-${stat.birthtimeNs}-${stat.ctimeNs}`
    waited = now !== null && now === owner ? waited + LOOK_AGAIN_MS : 0
    owner = now
    if (waited < CLAIM_MS) pause(LOOK_AGAIN_MS)
    else remove(claim)
  }
  try {
    return lookAndChange()
  } finally {
    discard(claim)
  }
}
