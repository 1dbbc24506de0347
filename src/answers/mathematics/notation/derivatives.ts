/**
 * Derivatives as they are written: `\frac{dy}{dx}`, `dy/dx`, `\frac{d^2y}{dx^2}`, `\frac{\partial f}{\partial x}`, and quotients
 * of differences, `\Delta y/\Delta x`. Each is a variable of its own, because its d is no factor that could be cancelled.
 */

import { type Expression, Unreadable } from "../Expression.ts"
import { GREEK } from "../symbols.ts"
import type { Token } from "../tokens.ts"
import { behindBracket, isSign } from "./letters.ts"

/** A derivative whose first token is at `at`, and where it ends; null where there is none. An operator alone is unreadable. */
export const derivativeAt = (
  tokens: ReadonlyArray<Token>,
  at: number
): { readonly value: Expression; readonly end: number } | null => {
  const isBraced = isSign(tokens[at], "{")
  let next = at
  const takes = (sign: string): boolean => {
    if (!isSign(tokens[next], sign)) return false
    next++
    return true
  }
  const mark = (): string | null => {
    const token = tokens[next++]
    if (token === undefined) return null
    const isMark = token.kind === "letter" ? token.text === "d" : token.kind === "command" && DIFFERENCES.has(token.text)
    return isMark ? token.text : null
  }
  const name = (): string => {
    const token = tokens[next]
    const isName = token?.kind === "letter" || (token?.kind === "command" && GREEK.has(token.text))
    if (!isName) return ""
    next++
    return token.kind === "command" ? `\\${token.text}` : token.text
  }
  const power = (): string => {
    if (!takes("^")) return "1"
    const braced = takes("{")
    const order = tokens[next++]?.text ?? ""
    return braced && !takes("}") ? "" : order
  }
  if (isBraced) next++
  const d = mark()
  if (d === null) return null
  const above = power()
  const of = isSign(tokens[next], "(") ? "(" : name()
  if (of === "(") next = behindBracket(tokens, next) ?? tokens.length
  if (isBraced ? !(takes("}") && takes("{")) : !takes("/")) return null
  if (mark() !== d) return null
  const by = name()
  const below = power()
  if (by === "" || above !== below || (isBraced && !takes("}"))) return null
  if (of === "") throw new Unreadable("has a derivative of nothing")
  if (of === "(") throw new Unreadable("has a derivative that is not worked out")
  return { value: { kind: "variable", name: `${d}${above} ${of}/d${by}` }, end: next }
}

/** Signs that are no factors before what they are said of. */
export const DIFFERENCES: ReadonlySet<string> = new Set(["Delta", "delta", "partial"])
