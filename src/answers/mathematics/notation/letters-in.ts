/**
 * What letters are in an expression. Which are functions is said in `function-letters.ts`; d may be that of a differential.
 *
 * Differentials: in `y\,dx` the d is no factor, and `x\,dy` is another product. It is none where each d of an expression stands
 * before a letter, one of them before one that differentials are of (p to z, capitals, Greek letters), and not in a row as
 * `abcd`; nor beside c where each begins its term, as in `cx + dy`. An upright d before a letter is none anywhere, and neither
 * is a Delta.
 */

import type { Token } from "../tokens.ts"
import { functionsIn } from "./function-letters.ts"
import { isSign, letterAt, placesOfLetters } from "./letters.ts"

const OF = /^(?:[p-zA-Z]|\\)/

/** What letters are in an expression, as it shows itself where they stand. */
export interface Letters {
  readonly functions: ReadonlySet<string>
  /** Whether d is no variable. */
  readonly areDifferentials: boolean
}
export const lettersIn = (tokens: ReadonlyArray<Token>): Letters => ({
  functions: functionsIn(tokens),
  areDifferentials: areDifferentials(tokens)
})

/** Whether each d in an expression is that of a differential. */
const areDifferentials = (tokens: ReadonlyArray<Token>): boolean => {
  if (!tokens.some(isD)) return false
  const all = placesOfLetters(tokens).filter((at) => isD(tokens[at]!))
  const isLikeC = tokens.some(({ kind, text }) => kind === "letter" && text === "c") && all.every((at) => isFirst(tokens, at))
  return !isLikeC && all.every((at) => isBefore(tokens, at)) && all.some((at) => isSure(tokens, at))
}

const isD = ({ kind, text }: Token): boolean => kind === "letter" && text === "d"

const isFirst = (tokens: ReadonlyArray<Token>, at: number): boolean =>
  at === 0 || ["+", "-", "("].some((sign) => isSign(tokens[at - 1], sign))

const isBefore = (tokens: ReadonlyArray<Token>, at: number): boolean => {
  const [before, second] = [tokens[at - 1], tokens[at - 2]]
  if (isSign(before, "^")) return false
  if (before?.kind === "letter" && before.text === "c" && second?.kind === "letter" && second.text === "b") return false
  // `d^2y` and `d(xy)`, beside others.
  return letterAt(tokens, at + 1) !== null || isSign(tokens[at + 1], "^") || isSign(tokens[at + 1], "(")
}

const isSure = (tokens: ReadonlyArray<Token>, at: number): boolean => OF.test(letterAt(tokens, at + 1)?.key ?? "")
