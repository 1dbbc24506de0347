/**
 * Numbers that a word or a colon joins, in their order: `5 to 1`, `5:1`, `3 out of 4`, `3 by 4`; and bearings, `30° north of
 * east`. The letters of such a word are no product, which would have no order.
 */

import type { Answer } from "../Answer.ts"
import { type Expression, variablesOf } from "../mathematics/Expression.ts"
import { tryExpression } from "../mathematics/parse.ts"
import { splitAt } from "../split.ts"
import { counting } from "../units/quantities.ts"
import { words } from "../words.ts"

type Read = (text: string) => Answer

const WORD = "to|by|in|out\\s+of|over|for|from|versus|vs\\.?|on|at|of"
const MAYBE = new RegExp(String.raw`[\d}°).a-z]\s*(?:\\text\s*\{\s*|\s)(?:${WORD})(?:\s*\}|\s)\s*[-\d\\(.]`)
const LETTERS = new RegExp(`^[A-Za-z]\\s+(?:${WORD})\\s+[A-Za-z]$`)
const JOINED = new RegExp(String.raw`^([-+.\d\\(][^]*?)(?:\s+|\s*\\text\s*\{\s*)(${WORD})(?:\s+|\s*\}\s*)([-\d\\(.][^]*)$`)

/** What two numbers with a word between them are; null for all else. */
export const joined = (text: string, whole: Read): Answer | null => {
  if (LETTERS.test(text)) return asWords(text)
  if (!MAYBE.test(text)) return null
  const found = JOINED.exec(text)
  if (found === null) return null
  const [, first, word, second] = found
  if (/^(?:\\text|[^\d\\]*$)/.test(first!) || /[=<>,]/.test(text)) return null
  const [left, right] = [plainValue(first!), plainValue(second!)]
  if (left === null || right === null) return /\d\s+[a-z]|\}\s*[a-z]|[A-Za-z]\s+\d/.test(text) ? asWords(text) : null
  if (word === "to" || word === "for") return { kind: "ratio", parts: [left, right] }
  return /^(?:out|in$|over$)/.test(word!) ? whole(`\\frac{${first}}{${second}}`) : asWords(text)
}

/** `3:4`, `4:30`, `1:2:3`; null for all else. */
export const ratio = (text: string): Answer | null => {
  const parts = splitAt(text, [":"]).parts
  if (parts.length < 2 || !parts.every((part) => /\d/.test(part))) return null
  const values = parts.map((part) => tryExpression(part))
  return values.every((value) => value !== null) ? { kind: "ratio", parts: values } : null
}

const plainValue = (text: string): Expression | null => {
  const value = tryExpression(text.trim())
  return value === null || variablesOf(value).length > 0 ? null : value
}

const asWords = (text: string): Answer =>
  words(
    text
      .replaceAll(/\\text\s*\{([^{}]*)\}/g, " $1 ")
      .replaceAll(/(?<=\d\s*)\sby\s(?=\s*\d)/g, " times ")
      .replaceAll(/\s+/g, " ")
  )

const SIDES: Readonly<Record<string, string>> = { n: "north", s: "south", e: "east", w: "west" }
const sideOf = (word: string): string => SIDES[word[0]!.toLowerCase()]!
const SIDE = "[Nn]orth|[Ss]outh|[Ee]ast|[Ww]est|[NSEW]"
const DEGREES = String.raw`(\d[\d.]{0,20})\s*(?:°|\^\s*(?:\\circ|\{\s*\\circ\s*\})|degrees?)?`
const OF_SIDE = new RegExp(String.raw`^${DEGREES}\s*(${SIDE})\s+of\s+(?:due\s+)?(${SIDE})$`)
const FROM_SIDE = new RegExp(String.raw`^([NS])\s*${DEGREES}\s*([EW])$`)

/** `30° north of east`, `N 30° E`: an angle from a direction towards another. */
export const bearing = (text: string, whole: Read): Answer | null => {
  if (!/[NSEWh]|(?:ea|we)st$/.test(text)) return null
  const said = text
    .replaceAll(/\\text\s*\{([^{}]*)\}/g, " $1 ")
    .replaceAll(/\s+/g, " ")
    .trim()
  const of = OF_SIDE.exec(said)
  const from = of === null ? FROM_SIDE.exec(said) : null
  const [degrees, towards, side] = of?.slice(1) ?? (from === null ? [] : [from[2], from[3], from[1]])
  if (degrees === undefined) return null
  return counting(whole(`${degrees}^\\circ`), [sideOf(towards!), `of ${sideOf(side!)}`])
}
