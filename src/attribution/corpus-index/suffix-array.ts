/**
 * Suffix array of an integer text, in linear time: SA-IS (Nong, Zhang and Chan 2009, "Linear suffix array construction by almost
 * pure induced-sorting").
 *
 * Each suffix is S (smaller than the next one) or L (larger). A leftmost S (LMS) suffix has an L before it. Once the LMS suffixes
 * are in order, one scan from the left places all L suffixes and one from the right all S suffixes. The LMS suffixes themselves
 * are ordered by sorting the substrings between them the same way, naming equal ones alike, and recursing on the text of names,
 * at most half as long.
 *
 * What a scan needs to know of a suffix is whether the one before it belongs to the same scan. That is seen when the suffix is
 * placed, where the text is at hand, and noted as a sign: `~j` in place of `j` says that the other scan goes on from it. So a
 * text larger than the caches is reached once a suffix and scan, and types are never kept.
 *
 * The end of the text counts as smaller than any symbol.
 */

/** Symbols of a text, from 0. */
export type Symbols = Uint16Array | Int32Array

/** Start positions of all suffixes of `text` in ascending order, put into `order`. Symbols are integers in [0, alphabet). */
export const suffixArray = (text: Symbols, alphabet: number, order: Int32Array = new Int32Array(text.length)): Int32Array => {
  order.fill(0)
  if (text.length < 2) return order
  const ends = bucketEnds(text, alphabet)
  const lms = leftmostS(text)
  sortSubstrings(text, ends, lms, order)
  induce(text, ends, sortedLeftmostS(text, lms, order), order)
  return order
}

/** Ranks at which the suffixes of each symbol end: those of the symbol before it are where they begin. */
const bucketEnds = (text: Symbols, alphabet: number): Int32Array => {
  const ends = new Int32Array(alphabet)
  for (let i = 0; i < text.length; i++) ends[text[i]!]!++
  for (let c = 1; c < alphabet; c++) ends[c]! += ends[c - 1]!
  return ends
}

const bucketStarts = (ends: Int32Array): Int32Array => {
  const starts = new Int32Array(ends.length)
  starts.set(ends.subarray(0, -1), 1)
  return starts
}

/** Positions of the LMS suffixes, ascending. The last suffix is L: what follows it is smaller. */
const leftmostS = (text: Symbols): Int32Array => {
  const found = new Int32Array(text.length >> 1)
  let first = found.length
  let isS = false
  for (let i = text.length - 2; i >= 0; i--) {
    const wasS = isS
    isS = text[i]! < text[i + 1]! || (isS && text[i] === text[i + 1])
    if (wasS && !isS) found[--first] = i + 1
  }
  return found.subarray(first)
}

/** Leaves in `order` the LMS suffixes as `~j`, ordered by their substrings up to the next one; all else is not negative. */
const sortSubstrings = (text: Symbols, ends: Int32Array, lms: Int32Array, order: Int32Array): void => {
  const n = text.length
  const lastS = ends.slice()
  for (const j of lms) order[--lastS[text[j]!]!] = j

  const nextL = bucketStarts(ends)
  order[nextL[text[n - 1]!]!++] = text[n - 2]! < text[n - 1]! ? ~(n - 1) : n - 1
  for (let i = 0; i < n; i++) {
    const placed = order[i]!
    if (placed < 0) order[i] = ~placed
    else if (placed > 0) {
      order[i] = 0
      const j = placed - 1
      const c = text[j]!
      order[nextL[c]!++] = j > 0 && text[j - 1]! < c ? ~j : j
    }
  }

  lastS.set(ends)
  for (let i = n - 1; i >= 0; i--) {
    const placed = order[i]!
    if (placed <= 0) continue
    order[i] = 0
    const j = placed - 1
    const c = text[j]!
    order[--lastS[c]!] = j > 0 && text[j - 1]! > c ? ~j : j
  }
}

/** The LMS suffixes in ascending order; `order` as `sortSubstrings` leaves it. */
const sortedLeftmostS = (text: Symbols, lms: Int32Array, order: Int32Array): Int32Array => {
  // Of two LMS suffixes one at least is between: half of a position is enough to tell them apart.
  const nameOf = new Int32Array((text.length >> 1) + 1)
  for (let i = 0; i < lms.length; i++) nameOf[lms[i]! >> 1] = (lms[i + 1] ?? text.length) - lms[i]!
  const sorted = new Int32Array(lms.length)
  let count = 0
  for (const placed of order) if (placed < 0) sorted[count++] = ~placed

  let names = 0
  let before = { start: 0, length: -1 }
  for (const start of sorted) {
    const length = nameOf[start >> 1]!
    if (length !== before.length || !isSameSubstring(text, before.start, start, length)) names++
    before = { start, length }
    nameOf[start >> 1] = names - 1
  }
  return names === lms.length
    ? sorted
    : suffixArray(
        lms.map((start) => nameOf[start >> 1]!),
        names
      ).map((index) => lms[index]!)
}

/** Are the substrings of two LMS suffixes up to the next one, it included, equal? One that runs into the end equals no other. */
const isSameSubstring = (text: Symbols, a: number, b: number, length: number): boolean => {
  if (Math.max(a, b) + length === text.length) return false
  for (let i = 0; i <= length; i++) if (text[a + i] !== text[b + i]) return false
  return true
}

/** Fills `order` from the LMS suffixes in ascending order. */
const induce = (text: Symbols, ends: Int32Array, lms: Int32Array, order: Int32Array): void => {
  const n = text.length
  order.fill(0)
  const lastS = ends.slice()
  for (let i = lms.length - 1; i >= 0; i--) order[--lastS[text[lms[i]!]!]!] = lms[i]!

  const nextL = bucketStarts(ends)
  order[nextL[text[n - 1]!]!++] = text[n - 2]! < text[n - 1]! ? ~(n - 1) : n - 1
  for (let i = 0; i < n; i++) {
    const placed = order[i]!
    // What goes on from here is done; what the scan from the right goes on from is positive from now on.
    order[i] = ~placed
    if (placed <= 0) continue
    const j = placed - 1
    const c = text[j]!
    order[nextL[c]!++] = j > 0 && text[j - 1]! < c ? ~j : j
  }

  lastS.set(ends)
  for (let i = n - 1; i >= 0; i--) {
    const placed = order[i]!
    if (placed <= 0) {
      order[i] = ~placed
      continue
    }
    const j = placed - 1
    const c = text[j]!
    order[--lastS[c]!] = j === 0 || text[j - 1]! > c ? ~j : j
  }
}
