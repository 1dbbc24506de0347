/**
 * Suffix array of an integer text, in linear time: SA-IS (Nong, Zhang and Chan 2009, "Linear suffix array construction by almost
 * pure induced-sorting").
 *
 * Each suffix is S (smaller than the next one) or L (larger). A leftmost S (LMS) suffix has an L before it. Once the LMS suffixes
 * are in order, one pass from the left places all L suffixes and one from the right all S suffixes. The LMS suffixes themselves
 * are ordered by sorting the substrings between them the same way, naming equal ones alike, and recursing on the text of names,
 * at most half as long.
 *
 * The end of the text counts as smaller than any symbol.
 */

/** Start positions of all suffixes of `text` in ascending order. Symbols are integers in [0, alphabet). */
export const suffixArray = (text: Int32Array, alphabet: number): Int32Array => {
  const n = text.length
  if (n === 0) return new Int32Array(0)
  if (n === 1) return Int32Array.of(0)

  const isS = smallerThanNext(text)
  const buckets = bucketStarts(text, isS, alphabet)
  const lms = leftmostS(isS)
  const order = new Int32Array(n)
  induce(text, isS, buckets, lms, order)
  if (lms.length > 1) {
    const sorted = sortLeftmostS(text, isS, lms, order)
    induce(text, isS, buckets, sorted, order)
  }
  return order
}

/** 1 for S suffixes. The last suffix is L: what follows it is smaller. */
const smallerThanNext = (text: Int32Array): Uint8Array => {
  const isS = new Uint8Array(text.length)
  for (let i = text.length - 2; i >= 0; i--) {
    isS[i] = text[i] === text[i + 1] ? isS[i + 1]! : text[i]! < text[i + 1]! ? 1 : 0
  }
  return isS
}

const leftmostS = (isS: Uint8Array): Int32Array => {
  let count = 0
  for (let i = 1; i < isS.length; i++) if (isS[i] === 1 && isS[i - 1] === 0) count++
  const positions = new Int32Array(count)
  let next = 0
  for (let i = 1; i < isS.length; i++) if (isS[i] === 1 && isS[i - 1] === 0) positions[next++] = i
  return positions
}

/** Within a symbol's bucket the L suffixes come first: starts of both parts, `startL[alphabet]` being the end. */
interface Buckets {
  readonly startL: Int32Array
  readonly startS: Int32Array
}

const bucketStarts = (text: Int32Array, isS: Uint8Array, alphabet: number): Buckets => {
  const countL = new Int32Array(alphabet)
  const countS = new Int32Array(alphabet)
  for (let i = 0; i < text.length; i++) {
    if (isS[i] === 1) countS[text[i]!]!++
    else countL[text[i]!]!++
  }
  const startL = new Int32Array(alphabet + 1)
  const startS = new Int32Array(alphabet)
  for (let c = 0; c < alphabet; c++) {
    startS[c] = startL[c]! + countL[c]!
    startL[c + 1] = startS[c]! + countS[c]!
  }
  return { startL, startS }
}

/** Fills `order` from LMS suffixes given in the order in which they should appear inside their buckets. */
const induce = (text: Int32Array, isS: Uint8Array, buckets: Buckets, lms: Int32Array, order: Int32Array): void => {
  const n = text.length
  order.fill(-1)
  const nextS = buckets.startS.slice()
  for (let i = 0; i < lms.length; i++) order[nextS[text[lms[i]!]!]!++] = lms[i]!

  const nextL = buckets.startL.slice()
  order[nextL[text[n - 1]!]!++] = n - 1
  for (let i = 0; i < n; i++) {
    const before = order[i]! - 1
    if (before >= 0 && isS[before] === 0) order[nextL[text[before]!]!++] = before
  }

  const endS = buckets.startL.slice(1)
  for (let i = n - 1; i >= 0; i--) {
    const before = order[i]! - 1
    if (before >= 0 && isS[before] === 1) order[--endS[text[before]!]!] = before
  }
}

/** The LMS suffixes in ascending order, from `order`, in which the substrings between them are already sorted. */
const sortLeftmostS = (text: Int32Array, isS: Uint8Array, lms: Int32Array, order: Int32Array): Int32Array => {
  const n = text.length
  const indexOf = new Int32Array(n).fill(-1)
  for (let i = 0; i < lms.length; i++) indexOf[lms[i]!] = i
  const endOf = (index: number): number => (index + 1 < lms.length ? lms[index + 1]! : n)

  const names = new Int32Array(lms.length)
  let previous = -1
  let name = -1
  for (let rank = 0; rank < n; rank++) {
    const index = indexOf[order[rank]!]!
    if (index < 0) continue
    if (previous < 0 || !sameSubstring(text, lms[previous]!, endOf(previous), lms[index]!, endOf(index))) name++
    names[index] = name
    previous = index
  }
  return suffixArray(names, name + 1).map((index) => lms[index]!)
}

/** Are the substrings from one LMS position to the next, both included, equal? One that runs into the end equals no other. */
const sameSubstring = (text: Int32Array, a: number, endA: number, b: number, endB: number): boolean => {
  if (endA - a !== endB - b || endA === text.length || endB === text.length) return false
  for (let i = 0; i <= endA - a; i++) if (text[a + i] !== text[b + i]) return false
  return true
}
