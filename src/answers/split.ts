/** Text cut at signs that stand outside all brackets, and in two where a sign is plus or minus. */

import { Unreadable } from "./mathematics/Expression.ts"

/** Parts are compared each with each. */
const MOST_PARTS = 40

interface Parts {
  readonly parts: ReadonlyArray<string>
  /** The signs between them. */
  readonly separators: ReadonlyArray<string>
}

/** Cuts at signs of one character and at commands (`\cup`). */
export const splitAt = (text: string, separators: ReadonlyArray<string>): Parts => {
  const parts: Array<string> = []
  const found: Array<string> = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length;) {
    const command = text[i] === "\\" ? (/^\\(?:[A-Za-z]+|[^])/.exec(text.slice(i, i + 40))?.[0] ?? "\\") : text[i]!
    if (/^\\?[([{]$/.test(command) || command === "\\begin") depth++
    else if (/^\\?[)\]}]$/.test(command) || command === "\\end") depth--
    else if (depth === 0 && separators.includes(command)) {
      parts.push(text.slice(start, i).trim())
      found.push(command)
      start = i + command.length
    }
    i += command.length
  }
  parts.push(text.slice(start).trim())
  if (parts.length > MOST_PARTS) throw new Unreadable(`has more than ${MOST_PARTS} parts`)
  return { parts, separators: found }
}

/** Cuts at commas and semicolons that part values: a comma between a digit and three digits groups those of one number. */
export const splitAtCommas = (text: string): ReadonlyArray<string> => {
  const hidden = text.replaceAll(/(?<=\d),(?=\d{3}(?!\d))/g, "\u0000")
  return splitAt(hidden, [",", ";"]).parts.map((part) => part.replaceAll("\u0000", ","))
}

/** Both values of one with a sign of plus or minus. */
export const signs = (text: string): ReadonlyArray<string> => {
  if (!/\\pm(?![A-Za-z])/.test(text)) return [text]
  const upper = text.replaceAll(/\\pm(?![A-Za-z])/g, "+").replaceAll(/\\mp(?![A-Za-z])/g, "-")
  const lower = text.replaceAll(/\\pm(?![A-Za-z])/g, "-").replaceAll(/\\mp(?![A-Za-z])/g, "+")
  return [upper.trim().replace(/^\+\s*/, ""), lower.trim()]
}

/** Whether the first bracket closes at the end. */
export const isOneBracket = (text: string): boolean => {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\") i++
    else if ("([{".includes(text[i]!)) depth++
    else if (")]}".includes(text[i]!) && --depth === 0) return i === text.length - 1
  }
  return false
}
