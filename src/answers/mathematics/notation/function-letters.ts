/**
 * Letters that are functions in an expression: `f(x + 1)` is no product of f. A letter is one where it stands before a bracket
 * each time, and
 *
 *   always   of f, F, o, O and of phi, psi, Gamma, delta, zeta, Theta and Omega
 *   usual    of g, h, p, q, s, u to w, y, of other capitals and Greek letters and of letters under a mark, where in one of
 *            its brackets stands one value (`x`, `-3`, `\frac12`), a list, an event or a value of another function, or, of g
 *            and h, x and no other letter
 *   seldom   of all others where that is the time t, a capital, an event, or in square brackets
 *
 * With primes a letter is one more often, E is before a square bracket, and each letter before `(0)`, wherever else it stands.
 * So `h(b_1 + b_2)`, `P(1 + r)^n`, `n(n + 1)` and `a(b)` are products.
 */

import type { Token } from "../tokens.ts"
import { spend } from "../work.ts"
import { behindBracket, isSign, type Lettered, letterAt, placesOfLetters } from "./letters.ts"

const ALWAYS = /^(?:[fFoO]|\\(?:phi|psi|Phi|Psi|Gamma|delta|zeta|Theta|Omega))(?=_|$)/
const USUAL = /^(?:[ghpqsuvwyA-Z]|\\)/

/** A function with its order, its inverse or its power, and the place of the bracket behind it. */
export interface Application {
  readonly name: string
  readonly open: number
}

interface Occurrence {
  readonly letter: Lettered
  /** `^-1`, `^2`, `^-1'`. */
  readonly power: string
  /** Null where no bracket stands behind it. */
  readonly open: number | null
}

const occurrenceAt = (tokens: ReadonlyArray<Token>, at: number): Occurrence | null => {
  const letter = letterAt(tokens, at)
  if (letter === null) return null
  const power = powerAt(tokens, letter.end)
  const open = power?.end ?? letter.end
  const isBefore = isSign(tokens[open], "(") || isSign(tokens[open], "[")
  return { letter, power: power?.text ?? "", open: isBefore ? open : null }
}

const powerAt = (tokens: ReadonlyArray<Token>, at: number): { readonly text: string; readonly end: number } | null => {
  if (!isSign(tokens[at], "^")) return null
  const isBraced = isSign(tokens[at + 1], "{")
  const first = at + (isBraced ? 2 : 1)
  const isNegative = isSign(tokens[first], "-")
  const number = tokens[first + (isNegative ? 1 : 0)]
  const end = first + (isNegative ? 2 : 1)
  if (number?.kind !== "number" || (isBraced && !isSign(tokens[end], "}"))) return null
  const [text, behind] = [`^${isNegative ? "-" : ""}${number.text}`, isBraced ? end + 1 : end]
  // Derivatives of an inverse.
  const primes = text === "^-1" ? tokens.slice(behind).findIndex((token) => !isSign(token, "'")) : 0
  return primes < 1 ? { text, end: behind } : { text: text + "'".repeat(primes), end: behind + primes }
}

/** A function at a place, with the bracket behind it; null where the letter there is none. */
export const applicationAt = (tokens: ReadonlyArray<Token>, at: number, functions: ReadonlySet<string>): Application | null => {
  const found = occurrenceAt(tokens, at)
  if (found === null || found.open === null) return null
  if (!functions.has(found.letter.key) && !isOfZero(tokens, found.open)) return null
  return { name: found.letter.key + found.letter.marks + found.power, open: found.open }
}

/** `y(0)`, which nobody writes of a product. */
const isOfZero = (tokens: ReadonlyArray<Token>, open: number): boolean =>
  tokens[open + 1]?.text === "0" && isSign(tokens[open], "(") && isSign(tokens[open + 2], ")")

/** All occurrences by letter, with its index. */
const occurrencesIn = (tokens: ReadonlyArray<Token>): ReadonlyMap<string, ReadonlyArray<Occurrence>> => {
  const all = placesOfLetters(tokens).flatMap((at): ReadonlyArray<Occurrence> => {
    const isConstant = tokens[at]!.kind === "letter" && /^[ei]$/.test(tokens[at]!.text)
    const found = isConstant ? null : occurrenceAt(tokens, at)
    if (found === null) return []
    // An exponent without braces is one letter, and a power of a letter that may be none is no function's.
    const isAlone = isSign(tokens[at - 1], "^") || (found.power !== "" && !found.power.startsWith("^-1") && rankOf(found) > 1)
    return [isAlone ? { ...found, open: null } : found]
  })
  return Map.groupBy(all, ({ letter }) => letter.key)
}

/** 1: always a function, 2: usually, 3: seldom. */
const rankOf = ({ letter: { key, marks } }: Occurrence): number => {
  const rank = ALWAYS.test(key) ? 1 : USUAL.test(key) ? 2 : 3
  return marks === "" ? rank : Math.max(1, rank - 1)
}

/** The letters, with their indices, that are functions. */
export const functionsIn = (tokens: ReadonlyArray<Token>): ReadonlySet<string> => {
  const all = [...occurrencesIn(tokens)].filter(([, some]) => some.every(({ open }) => open !== null))
  const functions = new Set<string>()
  // What is a function may show that another is, which is of its value.
  for (let before = -1; before < functions.size;) {
    before = functions.size
    for (const [key, some] of all) if (some.some((one) => isFunction(tokens, one, functions))) functions.add(key)
  }
  return functions
}

const isFunction = (tokens: ReadonlyArray<Token>, occurrence: Occurrence, functions: ReadonlySet<string>): boolean => {
  const { open, letter } = occurrence
  const end = behindBracket(tokens, open!)
  spend(1 + ((end ?? tokens.length) - open!) / 8)
  if (end === null) return false
  const rank = rankOf(occurrence)
  if (rank === 1 || (/^E(?:_|$)/.test(letter.key) && isSign(tokens[open!], "["))) return true
  const inside = tokens.slice(open! + 1, end - 1)
  const of = isSign(inside[0], "-") || isSign(inside[0], "+") ? inside.slice(1) : inside
  const name = letterAt(of, 0)
  const isName = name !== null && name.end === of.length
  if (rank === 3) {
    const isTime = isName && /^t(?:_|$)/.test(name.key) && letter.key !== name.key
    return isTime || (isName && (isSign(tokens[open!], "[") || /^[A-Z]$/.test(name.key))) || hasOutside(inside, SAID_OF_SETS)
  }
  if (OF_X.test(letter.key) && isOfX(of)) return true
  return isName || isNumber(of) || hasOutside(inside, SAID_OF_FUNCTIONS) || isValue(of, functions)
}

/** What no product has in its brackets: signs between sets, those of events too, and commas. */
const SAID_OF_SETS = /^(?:cap|cup)$/
const SAID_OF_EVENTS = /^(?:[=<>|:]|leq|geq|neq|in|cap|cup|to)$/
const SAID_OF_FUNCTIONS = /^(?:[,;=<>|:]|leq|geq|neq|in|cap|cup|to)$/

/** Whether what stands in the brackets of a function may be said of events, and be no expression. */
export const hasEvents = (inside: ReadonlyArray<Token>): boolean => hasOutside(inside, SAID_OF_EVENTS)

/** One number as it is written, and no sum. */
const isNumber = (of: ReadonlyArray<Token>): boolean =>
  of.length > 0 &&
  !hasOutside(of, /^[+-]$/) &&
  of.every((token, at) => (token.kind === "letter" ? /^[ei]$/.test(token.text) : letterAt(of, at) === null))

const hasOutside = (of: ReadonlyArray<Token>, signs: RegExp): boolean => {
  let depth = 0
  return of.some(({ kind, text }) => {
    if (kind === "letter") return false
    if (/^[([{]$/.test(text)) depth++
    else if (/^[)\]}]$/.test(text)) depth--
    return depth === 0 && kind !== "number" && signs.test(text)
  })
}

/** `g(2x + 1)`: beside x alone a height or an acceleration is seldom meant. */
const OF_X = /^[gh](?:_|$)/
const isOfX = (of: ReadonlyArray<Token>): boolean => {
  const letters = of.filter(({ kind, text }) => kind === "letter" && !/^[ei]$/.test(text))
  return letters.length > 0 && letters.every(({ text }) => text === "x")
}

/** `f(x)` and nothing else. */
const isValue = (of: ReadonlyArray<Token>, functions: ReadonlySet<string>): boolean => {
  const found = applicationAt(of, 0, functions)
  return found !== null && behindBracket(of, found.open) === of.length
}
