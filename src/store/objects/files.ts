/** The few file operations that durability hangs on. Everything in a store is made through these. */

import { createHash, randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

import { errorCode, errorText } from "../../text/error-text.ts"
import { openRegular } from "../disk/inside.ts"

export { errorCode, errorText }

const CHUNK = 8 << 20

/** SHA-256 of a file's bytes in constant memory, 64 hexadecimal digits. */
export const sha256OfFile = (file: string): string => {
  const hash = createHash("sha256")
  const handle = openRegular(file)
  try {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, fs.fstatSync(handle).size)))
    for (;;) {
      const got = fs.readSync(handle, buffer, 0, buffer.length, null)
      if (got === 0) break
      hash.update(buffer.subarray(0, got))
    }
  } finally {
    fs.closeSync(handle)
  }
  return hash.digest("hex")
}

/** Waits until the disk has what is in a file, or in a folder's list of names. */
const fsync = (file: string): void => {
  const handle = fs.openSync(file, "r")
  try {
    fs.fsyncSync(handle)
  } finally {
    fs.closeSync(handle)
  }
}

/** A name that no other process takes, for a file on its way to its own. */
export const temporaryName = (directory: string): string =>
  path.join(directory, `tmp-${process.pid}-${randomBytes(6).toString("hex")}`)

/**
 * Writes a new file durably under a temporary name beside its final one, then `publish`es it: true when it is there through us.
 */
export const writeNew = (file: string, bytes: string | Uint8Array): boolean => {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const temporary = temporaryName(path.dirname(file))
  fs.writeFileSync(temporary, bytes, { flag: "wx" })
  fsync(temporary)
  return publish(temporary, file)
}

/**
 * Gives a finished, synced file its final name, create-once: true when it is now there through us, false when it was there
 * already. The temporary name is gone afterwards either way.
 */
export const publish = (temporary: string, file: string): boolean => {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  try {
    fs.linkSync(temporary, file)
    fsync(path.dirname(file))
    return true
  } catch (cause) {
    if (errorCode(cause) === "EEXIST") return false
    // A file system without hard links: an atomic rename will do, at the price of the create-once check.
    if (["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(errorCode(cause))) {
      if (fs.existsSync(file)) return false
      fs.copyFileSync(temporary, `${temporary}.copy`)
      fs.renameSync(`${temporary}.copy`, file)
      return true
    }
    throw cause
  } finally {
    fs.rmSync(temporary, { force: true })
  }
}
