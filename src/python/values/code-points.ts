/** Strings as Python counts them, by code point. Text without surrogates, nearly all of it, takes the direct way. */

const surrogate = /[\uD800-\uDFFF]/

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000

const isPlain = (text: string): boolean => !surrogate.test(text)

/** The number of characters. */
export const textLength = (text: string): number => {
  if (isPlain(text)) return text.length
  let { length } = text
  for (let at = 1; at < text.length; at++) {
    if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))) length--
  }
  return length
}

/** The characters, each a string of one code point. */
export const characters = (text: string): Array<string> => (isPlain(text) ? text.split("") : [...text])

/** The character at a position inside the text. */
export const characterAt = (text: string, index: number): string => {
  if (isPlain(text)) return text[index]!
  const at = toUnits(text, index)
  return String.fromCodePoint(text.codePointAt(at)!)
}

/** The characters from `start` up to, but without, `stop`; both inside the text. */
export const textSlice = (text: string, start: number, stop: number): string =>
  isPlain(text) ? text.slice(start, stop) : text.slice(toUnits(text, start), toUnits(text, stop))

/** Code point index of a UTF-16 index, and back. */
export const toCodePoints = (text: string, units: number): number => (isPlain(text) ? units : textLength(text.slice(0, units)))

const toUnits = (text: string, points: number): number => {
  if (isPlain(text)) return points
  let at = 0
  for (let left = points; left > 0; left--) at += isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1)) ? 2 : 1
  return at
}

/** Order by code point; UTF-16 order differs above the surrogates. */
export const compareText = (a: string, b: string): number => {
  if (a === b) return 0
  if (isPlain(a) && isPlain(b)) return a < b ? -1 : 1
  let at = 0
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at++
  if (at === a.length || at === b.length) return a.length - b.length
  // Inside a pair of surrogates, the characters that differ begin one unit earlier.
  if (at > 0 && isHigh(a.charCodeAt(at - 1))) at--
  return a.codePointAt(at)! - b.codePointAt(at)!
}
