/**
 * A folder of this machine in front of a bucket: a store like any other, of which everything is in the bucket as well and what is
 * not here comes from there. It lies in the user's cache, and which bucket it stands for is noted beside it: a store that came
 * from elsewhere cannot make anyone ask a bucket.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { cacheDirectory } from "../disk/cache-directory.ts"
import { replaceFile } from "../disk/calls.ts"
import { sha256OfBytes } from "../disk/file-digest.ts"
import { makeFolder } from "../disk/make-folder.ts"
import { type Blocking, blocking } from "./Blocking.ts"
import { bucketAt } from "./location.ts"

const MIRRORS = () => path.join(cacheDirectory(), "stores")
const ADDRESS = "address"

/** The folder in front of what an address names. It need not be there. Throws where the address is none. */
export const mirrorOf = (address: string): string =>
  path.join(MIRRORS(), sha256OfBytes(Buffer.from(bucketAt(address).url)).slice(0, 16), "store")

/** Makes it, and gives the backend behind it. */
export const openMirror = (address: string): Blocking => {
  const { url } = bucketAt(address)
  const root = mirrorOf(url)
  makeFolder(root, 0o700)
  replaceFile(path.join(path.dirname(root), ADDRESS), `${url}\n`)
  behind.delete(root)
  return behindStore(root)!
}

const behind = new Map<string, Blocking | null>()

/** What a store is a mirror of; null for one that stands for itself. */
export const behindStore = (root: string): Blocking | null => {
  const known = behind.get(root)
  if (known !== undefined) return known
  const address = addressOf(root)
  const found = address === null ? null : blocking(address)
  behind.set(root, found)
  return found
}

/** The address that a store is a mirror of; null for one that stands for itself. */
export const addressOf = (root: string): string | null => {
  const folder = path.dirname(root)
  if (path.basename(root) !== "store" || path.dirname(folder) !== MIRRORS()) return null
  try {
    const address = fs.readFileSync(path.join(folder, ADDRESS), "utf8").trim()
    return mirrorOf(address) === root ? address : null
  } catch {
    return null
  }
}
