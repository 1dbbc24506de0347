/** Text cut at signs that stand outside all brackets, and in two where a sign is plus or minus. */

import { Unreadable } from "./mathematics/Expression.ts"

/** Parts are compared each with each. */
const MOST_PARTS = 40

interface Parts {
  readonly parts: ReadonlyArray<string>
  /** The signs between them. */
  readonly separators: ReadonlyArray<string>
}

/** What opens brackets and what closes them. */
const DEPTH: ReadonlyMap<string, number> = new Map([
  ...["(", "[", "{", "\\(", "\\[", "\\{", "\\begin", "\\langle"].map((sign) => [sign, 1] as const),
  ...[")", "]", "}", "\\)", "\\]", "\\}", "\\end", "\\rangle"].map((sign) => [sign, -1] as const)
])

const COMMAND = /\\(?:[A-Za-z]+|[^]|$)/y
const commandAt = (text: string, at: number): string => {
  COMMAND.lastIndex = at
  return COMMAND.exec(text)![0]
}

/** Cuts at signs of one character and at commands (`\cup`). */
export const splitAt = (text: string, separators: ReadonlyArray<string>): Parts => {
  const parts: Array<string> = []
  const found: Array<string> = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length;) {
    const sign = text[i] === "\\" ? commandAt(text, i) : text[i]!
    const change = DEPTH.get(sign)
    if (change !== undefined) depth += change
    else if (depth === 0 && separators.includes(sign)) {
      parts.push(text.slice(start, i).trim())
      found.push(sign)
      start = i + sign.length
    }
    i += sign.length
  }
  parts.push(text.slice(start).trim())
  if (parts.length > MOST_PARTS) throw new Unreadable(`has more than ${MOST_PARTS} parts`)
  return { parts, separators: found }
}

/** Cuts at commas and semicolons that part values: a comma between a digit and three digits groups those of one number. */
export const splitAtCommas = (text: string): ReadonlyArray<string> => {
  const hidden = text.replaceAll(/(?<=(?<![\d.])[1-9]\d{0,2}(?:,\d{3})*),(?=\d{3}(?!\d))/g, "\u0000")
  return splitAt(hidden, [",", ";"]).parts.map((part) => part.replaceAll("\u0000", ","))
}

/** More signs of plus or minus than this are not read. */
const MOST_SIGNS = 4

/**
 * The values of one with signs of plus or minus. Each of several may be either, so that `(\pm 1, \pm 1)` is four points; with a
 * sign of minus or plus among them, all are the upper ones or all the lower.
 */
export const signs = (text: string): ReadonlyArray<string> => {
  const count = text.match(/\\pm(?![A-Za-z])/g)?.length ?? 0
  if (count === 0) return [text]
  const trimmed = (all: string) => all.trim().replace(/^\+\s*/, "")
  if (/\\mp(?![A-Za-z])/.test(text)) {
    const [upper, lower] = [
      ["+", "-"],
      ["-", "+"]
    ].map(([plus, minus]) => text.replaceAll(/\\pm(?![A-Za-z])/g, plus!).replaceAll(/\\mp(?![A-Za-z])/g, minus!))
    return [trimmed(upper!), trimmed(lower!)]
  }
  if (count > MOST_SIGNS) throw new Unreadable(`has more than ${MOST_SIGNS} signs of plus or minus`)
  return Array.from({ length: 2 ** count }, (_, which) => {
    let sign = 0
    return trimmed(text.replaceAll(/\\pm(?![A-Za-z])/g, () => ((which >> sign++) % 2 === 0 ? "+" : "-")))
  })
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
