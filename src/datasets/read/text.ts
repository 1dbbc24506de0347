/** Bytes to text, strictly UTF-8: a wrong encoding is told, never replaced by question marks. */

import { isUtf8 } from "node:buffer"

/** No record of any known source comes near this; a file without line ends would fill the memory. */
export const LONGEST_RECORD = 2 ** 28

/** The text of UTF-8 bytes, or what is wrong with them; of a file of text, with the words about what helps. */
export const strictText = (
  bytes: Uint8Array
): { readonly text: string } | { readonly problem: string; readonly problemInTextFile: string } => {
  if (isUtf8(bytes)) return { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8") }
  const { words, western } = guess(bytes)
  const problem = `is not valid UTF-8 (${words}`
  const remedy = western ? "; a file in that: iconv -f WINDOWS-1252 -t UTF-8" : ""
  return { problem: `${problem})`, problemInTextFile: `${problem}${remedy})` }
}

const guess = (bytes: Uint8Array): { readonly words: string; readonly western: boolean } => {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return { words: "it begins like UTF-16", western: false }
  const at = firstBad(bytes)
  const words = `first suspect byte 0x${bytes[at]!.toString(16)} at ${at}`
  if (bytes.length - at > 1 && isBeginning(bytes.subarray(at)))
    return { words: `${words}: a character is cut off`, western: false }
  // Western texts in an encoding of one byte a character: what such a byte would be there is mostly a letter.
  const letter = new TextDecoder("windows-1252").decode(bytes.subarray(at, at + 1))
  const western = /\p{L}|[’‘“”–—…€£°]/u.test(letter)
  return { words: western ? `${words}, which is ${letter} in Windows-1252 and Latin-1` : words, western }
}

/** The place of the first byte that begins no character. */
const firstBad = (bytes: Uint8Array): number => {
  let at = 0
  while (at < bytes.length) {
    const byte = bytes[at]!
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    if (byte >= 0x80 && !(at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)))) return at
    at += length
  }
  return at
}

/** Whether bytes are the beginning of a character that goes on behind them. */
const isBeginning = (bytes: Uint8Array): boolean =>
  [[0x80], [0x80, 0x80], [0xa0], [0xa0, 0x80], [0x90, 0x80], [0x90, 0x80, 0x80]].some((rest) =>
    isUtf8(Buffer.concat([bytes, Uint8Array.from(rest)]))
  )

/** Without the byte-order mark that some editors put at the start of a file. */
export const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
