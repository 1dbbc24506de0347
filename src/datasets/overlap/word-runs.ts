/**
 * Runs of words and their hashes: what the contamination check compares.
 *
 * Words are runs of letters or digits, lower case, accents and signs dropped, so that layout does not hide a copy. A run has a
 * 52-bit hash: two rolling polynomial hashes modulo 2^32 over the words' own hashes, so that the runs of a document cost one pass
 * whatever their length. Plain ASCII, nearly all of any corpus, is hashed from its characters without making a single word.
 */

/** Words as they are compared: `It's 1,000 Cafés` is `it s 1 000 cafes`. */
export const comparedWords = (text: string): ReadonlyArray<string> =>
  isAscii(text)
    ? (text.toLowerCase().match(/[a-z0-9]+/g) ?? [])
    : (text
        .normalize("NFKD")
        .replace(/\p{M}+/gu, "")
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? [])

const isAscii = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

/** Lower-case code of each ASCII letter and digit, 0 for what parts words. */
const wordCode = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  return /[a-z0-9]/i.test(character) ? character.toLowerCase().charCodeAt(0) : 0
})

const EMPTY = 0x811c9dc5
const PRIME = 0x01000193

/** FNV-1a over UTF-16 units. */
const wordHash = (word: string): number => {
  let hash = EMPTY
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), PRIME)
  return hash | 0
}

let scratch = new Int32Array(4096)

/** The hash of each of `comparedWords(text)`, in order. The array is used again by the next call. */
export const wordHashes = (text: string): Int32Array => {
  // A word takes at least one character and one that parts it from the next.
  if (scratch.length <= text.length >>> 1) scratch = new Int32Array(text.length)
  const hashes = scratch
  let count = 0
  let hash = EMPTY
  let inWord = false
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) return Int32Array.from(comparedWords(text), wordHash)
    const code = wordCode[unit]!
    if (code !== 0) {
      hash = Math.imul(hash ^ code, PRIME)
      inWord = true
    } else if (inWord) {
      hashes[count++] = hash
      hash = EMPTY
      inWord = false
    }
  }
  if (inWord) hashes[count++] = hash
  return hashes.subarray(0, count)
}

const FILTER_BITS = 2 ** 24
const filterByte = (hash: number): number => (hash & (FILTER_BITS - 1)) >>> 3

/** A bit per low half of a run's hash: nearly every run of a document is dismissed here, without a look into a map. */
export class RunFilter {
  private readonly bits = new Uint8Array(FILTER_BITS / 8)
  add(low: number): void {
    this.bits[filterByte(low)]! |= 1 << (low & 7)
  }
  has(low: number): boolean {
    return (this.bits[filterByte(low)]! & (1 << (low & 7))) !== 0
  }
}

const MULTIPLIER_HIGH = 0x85ebca6b

/**
 * Calls `use` with the hash of each run of `length` words that may be in `filter` (of all without one), and
 * the index of its first word.
 */
export const forEachRun = (
  hashes: Int32Array,
  length: number,
  filter: RunFilter | null,
  use: (hash: number, start: number) => void
): void => {
  if (hashes.length < length) return
  let lowPower = 1
  let highPower = 1
  for (let i = 1; i < length; i++) {
    lowPower = Math.imul(lowPower, PRIME)
    highPower = Math.imul(highPower, MULTIPLIER_HIGH)
  }
  let low = 0
  let high = 0
  for (let end = 0; end < hashes.length; end++) {
    if (end >= length) {
      low = (low - Math.imul(hashes[end - length]!, lowPower)) | 0
      high = (high - Math.imul(hashes[end - length]!, highPower)) | 0
    }
    low = (Math.imul(low, PRIME) + hashes[end]!) | 0
    high = (Math.imul(high, MULTIPLIER_HIGH) + hashes[end]!) | 0
    if (end + 1 >= length && (filter === null || filter.has(low))) use((high >>> 12) * 2 ** 32 + (low >>> 0), end + 1 - length)
  }
}
