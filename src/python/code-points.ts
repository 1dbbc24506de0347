/** Strings as Python counts them, by code point. Text without surrogates, nearly all of it, takes the direct way. */

const surrogate = /[\uD800-\uDFFF]/

const isPlain = (text: string): boolean => !surrogate.test(text)

export const textLength = (text: string): number => (isPlain(text) ? text.length : [...text].length)

/** The characters, each a string of one code point. */
export const characters = (text: string): Array<string> => (isPlain(text) ? text.split("") : [...text])

/** The character at a position inside the text. */
export const characterAt = (text: string, index: number): string => (isPlain(text) ? text[index]! : [...text][index]!)

export const textSlice = (text: string, start: number, stop: number): string =>
  isPlain(text) ? text.slice(start, stop) : [...text].slice(start, stop).join("")

/** Code point index of a UTF-16 index, and back. */
export const toCodePoints = (text: string, units: number): number => (isPlain(text) ? units : textLength(text.slice(0, units)))

export const toUnits = (text: string, points: number): number =>
  isPlain(text) ? points : [...text].slice(0, points).join("").length

/** Order by code point; UTF-16 order differs above the surrogates. */
export const compareText = (a: string, b: string): number => {
  if (a === b) return 0
  if (isPlain(a) && isPlain(b)) return a < b ? -1 : 1
  const [x, y] = [[...a], [...b]]
  for (let i = 0; i < x.length && i < y.length; i++) {
    const difference = x[i]!.codePointAt(0)! - y[i]!.codePointAt(0)!
    if (difference !== 0) return difference
  }
  return x.length - y.length
}
