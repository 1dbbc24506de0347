/** The digest of a file's contents, in constant memory. */

import { createHash, hash } from "node:crypto"
import * as fs from "node:fs"

import { closeFile, readFrom } from "./calls.ts"
import { openRegular } from "./inside.ts"

const CHUNK = 8 << 20

/** SHA-256 of a file's bytes in constant memory, 64 hexadecimal digits. */
export const sha256OfFile = (file: string): string => {
  const hash = createHash("sha256")
  const handle = openRegular(file)
  try {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, fs.fstatSync(handle).size)))
    for (let at = 0; ;) {
      const got = readFrom(handle, file, buffer, at)
      hash.update(buffer.subarray(0, got))
      at += got
      if (got < buffer.length) break
    }
  } finally {
    closeFile(handle)
  }
  return hash.digest("hex")
}

/** The same of bytes in memory. */
export const sha256OfBytes = (bytes: Uint8Array): string => hash("sha256", bytes)
