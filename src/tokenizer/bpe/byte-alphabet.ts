/**
 * The byte alphabet of GPT-2: every byte has a printable character, so that a vocabulary of byte strings can be written in JSON.
 *
 * Bytes that are printable in Latin-1 stand for themselves; the other 68 are mapped, in order, to U+0100 and above (a space is
 * `Ġ`, a newline `Ċ`). The order of `byteOfRank` is by that character's code point: the order in which Hugging Face's trainer
 * numbers the alphabet, and so part of what makes our vocabularies equal to theirs. (Radford et al. 2019; `bytes_to_unicode` in
 * GPT-2's encoder.py.)
 */

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)

const printable = Array.from({ length: 256 }, (_, byte) => byte).filter(isPrintable)
const others = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !isPrintable(byte))

/** The 256 bytes in the order of their characters. */
export const byteOfRank: ReadonlyArray<number> = [...printable, ...others]

/** Character of each byte, by byte. */
export const characterOfByte: ReadonlyArray<string> = Array.from({ length: 256 }, (_, byte) =>
  String.fromCharCode(isPrintable(byte) ? byte : 0x100 + others.indexOf(byte))
)

const byteOfCharacter = new Map(characterOfByte.map((character, byte) => [character, byte]))

/** Text in the alphabet as bytes, or null where a character is not in it. */
export const fromAlphabet = (text: string): Uint8Array | null => {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const byte = byteOfCharacter.get(text[i]!)
    if (byte === undefined) return null
    bytes[i] = byte
  }
  return bytes
}

/** Ids of the 256 single-byte tokens when the alphabet starts at `first`, in the order of their characters. */
export const alphabetIds = (first: number): Int32Array => {
  const ids = new Int32Array(256)
  for (let rank = 0; rank < 256; rank++) ids[byteOfRank[rank]!] = first + rank
  return ids
}
