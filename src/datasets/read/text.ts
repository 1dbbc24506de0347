/** Bytes to text, strictly UTF-8: a wrong encoding is told, never replaced by question marks. */

import { isUtf8 } from "node:buffer"

/** No record of any known source comes near this; a file without line ends would fill the memory. */
export const LONGEST_RECORD = 2 ** 28

/** The text of UTF-8 bytes, or what is wrong with them. */
export const strictText = (bytes: Uint8Array): { readonly text: string } | { readonly problem: string } =>
  isUtf8(bytes)
    ? { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8") }
    : { problem: `is not valid UTF-8${guess(bytes)}` }

const guess = (bytes: Uint8Array): string => {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return " (it begins like UTF-16)"
  const at = bytes.findIndex((byte, i) => byte >= 0x80 && !isUtf8(bytes.subarray(i, i + 4)))
  return at < 0 ? "" : ` (first suspect byte 0x${bytes[at]!.toString(16)} at ${at})`
}

/** Without the byte-order mark that some editors put at the start of a file. */
export const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
