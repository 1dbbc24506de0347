/** HTML that can be told from damaged HTML: its last line is a comment with the SHA-256 of its name and of all before it. */

import { hash } from "node:crypto"
import * as path from "node:path"

import { readText } from "./inside.ts"
import { Unsound } from "./sealed.ts"

const LAST = /<!-- sha256 ([0-9a-f]{64}) -->\n$/

/** The text with its signature, for a file of this name. */
export const signed = (name: string, html: string): string => `${html}<!-- sha256 ${hash("sha256", name + html)} -->\n`

/** Throws `Unsound` where a file is not as it was written, and what the system says where it cannot be read. */
export const checkSigned = (file: string): void => {
  const text = readText(file)
  const found = LAST.exec(text)
  if (found === null || hash("sha256", path.basename(file) + text.slice(0, found.index)) !== found[1])
    throw new Unsound({ problem: "is not as it was written" })
}

/** Whether a file is there, and as it was written; what is no file or cannot be read is not. */
export const isWhole = (file: string): boolean => {
  try {
    checkSigned(file)
    return true
  } catch {
    return false
  }
}
