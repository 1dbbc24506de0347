/** HTML that can be told from damaged HTML: its last line is a comment with the SHA-256 of its name and of all before it. */

import { hash } from "node:crypto"
import * as path from "node:path"

import { readText } from "./inside.ts"

const LAST = /<!-- sha256 ([0-9a-f]{64}) -->\n$/

/** The text with its signature, for a file of this name. */
export const signed = (name: string, html: string): string => `${html}<!-- sha256 ${hash("sha256", name + html)} -->\n`

/** Whether a file is there, and as it was written; what is no file is not. */
export const isWhole = (file: string): boolean => {
  try {
    const text = readText(file)
    const found = LAST.exec(text)
    return found !== null && hash("sha256", path.basename(file) + text.slice(0, found.index)) === found[1]
  } catch {
    return false
  }
}
