/** Functions that are added, multiplied and divided before they are applied: `(f + g)(x)` is `f(x) + g(x)`, and no product. */

import { Unreadable } from "../Expression.ts"
import { MOST_TOKENS, type Token } from "../tokens.ts"
import { behindBracket, isSign, letterAt } from "./letters.ts"

/** Letters that are so combined, and what may stand between them. */
const FUNCTIONS = /^[fghFGH](?:_|$)/
const SIGNS = /^(?:[+\-*/{}]|cdot|frac)$/

/** With what they are of behind each of them. */
export const withEachApplied = (tokens: ReadonlyArray<Token>): ReadonlyArray<Token> => {
  let all: ReadonlyArray<Token> = []
  let from = 0
  for (let at = 0; at < tokens.length;) {
    const inside = combinationAt(tokens, at)
    const open = at + (inside?.length ?? 0) + 2
    const end = inside === null ? null : behindBracket(tokens, open)
    if (inside === null || end === null) {
      at++
      continue
    }
    const of = withEachApplied(tokens.slice(open, end))
    all = [...all, ...tokens.slice(from, at + 1), ...eachApplied(inside, of), ...tokens.slice(open - 1, open)]
    if (all.length > MOST_TOKENS) throw new Unreadable("is too long")
    from = at = end
  }
  return from === 0 ? tokens : [...all, ...tokens.slice(from)]
}

/** What stands in brackets before others, where that is two functions or more; null for all else. */
const combinationAt = (tokens: ReadonlyArray<Token>, at: number): ReadonlyArray<Token> | null => {
  const end = isSign(tokens[at], "(") ? behindBracket(tokens, at) : null
  if (end === null || !isSign(tokens[end], "(")) return null
  const inside = tokens.slice(at + 1, end - 1)
  let functions = 0
  for (let i = 0; i < inside.length;) {
    const letter = letterAt(inside, i)
    if (letter === null ? !SIGNS.test(inside[i]!.text) : !FUNCTIONS.test(letter.key)) return null
    functions += letter === null ? 0 : 1
    i = letter?.end ?? i + 1
  }
  return functions > 1 ? inside : null
}

const eachApplied = (inside: ReadonlyArray<Token>, of: ReadonlyArray<Token>): ReadonlyArray<Token> => {
  const parts: Array<ReadonlyArray<Token>> = []
  for (let at = 0; at < inside.length;) {
    const letter = letterAt(inside, at)
    const end = letter?.end ?? at + 1
    parts.push(inside.slice(at, end), letter === null ? [] : of)
    at = end
  }
  return parts.flat()
}
