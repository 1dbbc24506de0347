/**
 * Letters of a multiple choice, alone or with what the choice says behind them: `(B)`, `B)`, `option B`, `\text{(B) }12`,
 * `\text{(B) 12}`, `(B)\ 12`, `B. 12`, `(A) Monday`.
 *
 * Behind the letter stands nothing, a value, a statement or, behind a bracket, words. Behind a point words might go on from an
 * initial, `H. Potter`, `E. coli`: there only those are read that open what a choice says, `D. None of these`. What goes on with
 * a sign, `(A) + 3`, is no choice.
 */

import type { Answer } from "../Answer.ts"
import { Unreadable } from "../mathematics/Expression.ts"
import { changes, leavesOpen } from "../vocabulary/counted.ts"
import { areVariables } from "../vocabulary/variables.ts"

type Read = (text: string) => Answer

const ALONE: ReadonlyArray<RegExp> = [
  /^([A-H]|[A-Ha-h](?=\)))\)?$/,
  /^\(([A-HJa-h])\)$/,
  /^(?:\\text\s*\{\s*)?(?:[Oo]ption|[Cc]hoice)\s+\(?([A-Ja-j])\)?\s*\}?$/,
  /^\\text\s*\{\s*\(?([A-H]|[a-h](?=\)))\)?[.:]?\s*\}[.:]?$/,
  /^(?:\(\s*\\text\s*\{\s*([A-HJ])\s*\}\s*\)|\{\s*\(\s*([A-HJ])\s*\)\s*\})$/
]

/** In a command for text no letter is a variable; without one a blank stands behind the letter, or it were a product. */
const LABELLED: ReadonlyArray<RegExp> = [
  /^\\text\s*\{\s*(?:(?<bracket>\(\s*[A-J]\s*\)|[A-J]\s*\))|(?<point>[A-J]\s*[.:]))\s*\}\s*[:.]?\s*(?<rest>[^]+)$/,
  /^\\text\s*\{\s*(?:(?<bracket>\(\s*[A-J]\s*\)|[A-J]\s*\))|(?<point>[A-J]\s*[.:]))\s*(?<rest>[^\s{}][^{}]*)\}$/,
  /^\\text\s*\{\s*(?<point>[A-J])\s*\}(?:\s*[:.]|(?=\s|\\(?:frac|sqrt|\$)))\s*(?<rest>[^]+)$/,
  /^\(\s*\\text\s*\{\s*(?<bracket>[A-J])\s*\}\s*\)\s*(?<rest>[^]+)$/,
  /^(?:(?<bracket>\(\s*[A-J]\s*\)|[A-J]\s*\)|\{\s*\(\s*[A-J]\s*\)\s*\})|(?<point>[A-J]\s*[.:]))\s+(?<rest>[^]+)$/
]

/** `Graph B`: the letter, and not `Plan B`. */
const OF_KIND = /^\\text\s*\{\s*([A-Z]?[a-z]{3,})\s+\(?([A-H])\)?\s*\}$/

/** `Option B: 12` */
const CALLED = /^(\\text\s*\{\s*)?(?:[Oo]ption|[Cc]hoice)\s+(?=\(?[A-J]\s*[.:)])/

/** What a value, an interval, a set or a statement begins with. Without a sign: `(A) + 3` is a sum. */
const VALUE =
  /^(?:-?[\d.$]|-?\\(?:frac|sqrt|pi|binom|log|\$|infty|\{|langle|emptyset|begin|text\s*\{\s*-?[\d.$])|[[({]\s*-?[\d\\])/
const STATEMENT = /^(?:[A-Za-z](?:_\{?\w+\}?)?(?:\(\s*[a-z]\s*\))?|\\[a-z]+)\s*(?:[=<>]|\\(?:[lg]eq|neq|in)(?![A-Za-z]))/
/** Of a letter, with a sign behind it or a power: `x + 1`, `2x`. */
const FORMULA = /^-?(?:[a-z]|\\[a-z]+\s*[a-z]?)\s*(?:\^|[-+*/]|\\(?:cdot|times))\s*[\dA-Za-z({\\]/
const WORDS = /^(?:\\text\s*\{\s*)?(?<word>\p{L}[\p{L}'’-]+)/u
/** These join a letter to what follows, or say something of it. */
const JOINS = /^(?:and|or|only|is|are|was|plus|minus|times|over|to|but|then|if|because|since|not|by|of|in|on|at|as)$/
const OPENS = new RegExp(
  "^(?:none|all|both|neither|either|cannot|can(?:['’]t)?|not|no|yes|true|false|it|the|there|insufficient|impossible|" +
    "undefined|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|" +
    "(?:septem|octo|novem|decem)ber)$",
  "i"
)
/** Another letter further on: several choices are not the first of them. */
const ANOTHER = /(?:\(\s*(?:\\text\s*\{\s*)?[A-J]\s*\}?\s*\)|(?<![A-Za-z\\])[A-J]\s*[.)])(?!\s*=)/

export const choiceIn = (text: string, whole: Read): Answer | null => {
  if (!/^[A-JOCa-hoc(\\{]/.test(text)) return null
  const letter = firstOf(ALONE, text)?.slice(1).find(Boolean)
  if (letter !== undefined) return choice(letter, null)
  const [, noun, label] = OF_KIND.exec(text) ?? []
  if (noun !== undefined && label !== undefined && isNoun(noun.toLowerCase()))
    return choice(label, { kind: "words", text: `${noun} ${label}`.toLowerCase() })
  const found = firstOf(LABELLED, text.replace(CALLED, "$1"))?.groups
  if (found === undefined) return null
  const rest = found["rest"]!.trim()
  if (ANOTHER.test(rest) || !isSaid(rest, found["point"] === undefined)) return null
  const says = saidIn(rest, whole)
  return says.kind === "choice" ? null : choice(/[A-J]/.exec(found["bracket"] ?? found["point"]!)![0], says)
}

/** A small letter is one of a choice only where it is marked as one, `(a)`, and may be a variable as well; `a` is not `A`. */
const choice = (letter: string, says: Answer | null): Answer => ({
  kind: "choice",
  letter: letter.toUpperCase(),
  variable: letter,
  says
})

const isNoun = (word: string): boolean => !JOINS.test(word) && !changes(word) && !leavesOpen(word)

const isSaid = (rest: string, inBrackets: boolean): boolean => {
  if (VALUE.test(rest) || STATEMENT.test(rest) || FORMULA.test(rest)) return true
  const word = WORDS.exec(rest)?.groups!["word"]
  if (word === undefined) return false
  return inBrackets ? !JOINS.test(word) && !(/^[a-z]/.test(word) && areVariables(word)) : OPENS.test(word)
}

const saidIn = (rest: string, whole: Read): Answer => {
  try {
    return whole(rest)
  } catch (cause) {
    if (cause instanceof Unreadable) return { kind: "words", text: rest.toLowerCase() }
    throw cause
  }
}

const firstOf = (patterns: ReadonlyArray<RegExp>, text: string): RegExpExecArray | null => {
  for (const pattern of patterns) {
    const found = pattern.exec(text)
    if (found !== null) return found
  }
  return null
}
