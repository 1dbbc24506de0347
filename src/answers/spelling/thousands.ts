/**
 * Commas inside numbers, `1{,}000`, `1,\!000`, `1,000\pi`: taken out before anything is cut at commas.
 *
 * In braces, or with TeX's space drawn back, a comma is part of the number wherever it stands; a plain one between a digit and
 * just three is, but in brackets of a list, a point or arguments, where `(1,000)` is a pair. The braces of a command are no list:
 * `\frac{1}{1,296}`. A comma in braces that does not part thousands is that of a decimal, `3{,}14`.
 */

const COMMA = String.raw`(?:\s*\{\s*,\s*(?:\\!\s*)?\}\s*(?:\\!\s*)?|\s*,\s*\\!\s*|\s*\\!\s*,\s*)`
const FIRST = String.raw`(?<![\d.,]|\d\})[1-9]\d{0,2}`
const LAST = String.raw`(?!\d|${COMMA}\d)`
/** Groups of three, or, as in India, of two before the last of three. */
const MARKED = new RegExp(
  `(?<![\\d.]|\\d,)[1-9]\\d{0,2}(?:${COMMA}\\d{3})+${LAST}|${FIRST}(?:${COMMA}\\d\\d)+${COMMA}\\d{3}${LAST}`,
  "g"
)
const MARK = new RegExp(COMMA, "g")
const DECIMAL = /(?<![\d.,]|\d\})(\d{1,40})\s*\{\s*,\s*\}\s*(?=\d{1,40}(?!\d|\s*\{?\s*,\s*\}?\s*\d))/g
const PLAIN = /(?<![\d.]|\d\})[1-9]\d{0,2}(?:,\d{3})+(?!\d)/g

/** A text without the commas inside its numbers. */
export const ungrouped = (text: string): string => {
  if (!text.includes(",")) return text
  const marked = /\\!|\{\s*,/.test(text)
    ? text.replaceAll(MARKED, (number) => number.replaceAll(MARK, "")).replaceAll(DECIMAL, "$1.")
    : text
  return /\d,\d{3}/.test(marked) ? withoutPlain(marked) : marked
}

const withoutPlain = (text: string): string => {
  const isList = listsIn(text)
  return text.replaceAll(PLAIN, (number, at: number) => (isList(at) ? number : number.replaceAll(",", "")))
}

/** Whether a place in a text is in brackets in which commas part values. */
const listsIn = (text: string): ((at: number) => boolean) => {
  const open: Array<boolean> = []
  const changes: Array<readonly [at: number, isList: boolean]> = []
  for (let i = 0; i < text.length; i++) {
    const isEscaped = text[i] === "\\"
    const sign = isEscaped ? text[++i] : text[i]
    if (sign === "(" || sign === "[") open.push(true)
    else if (sign === "{") open.push(isEscaped || !isArgument(text, i))
    else if (sign === ")" || sign === "]" || sign === "}") open.pop()
    else continue
    changes.push([i, open.at(-1) === true])
  }
  return (at) => changes.findLast(([from]) => from < at)?.[1] === true
}

/** Whether braces belong to a command or to a sign before them; those of an index are a list of indices. */
const isArgument = (text: string, at: number): boolean =>
  /(?:\\[A-Za-z]+\s*|[\]}^]\s*)$/.test(text.slice(Math.max(0, at - 24), at))
