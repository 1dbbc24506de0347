/**
 * Derivatives as they are written: `\frac{dy}{dx}`, `dy/dx`, `\frac{d^2y}{dx^2}`. Each is a variable of its own, because its d is
 * no factor that could be cancelled.
 */

import { type Expression, Unreadable } from "./Expression.ts"
import { GREEK } from "./symbols.ts"
import type { Token } from "./tokens.ts"

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
  const takesD = (): boolean => {
    const token = tokens[next]
    if (token?.kind !== "letter" || token.text !== "d") return false
    next++
    return true
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
  if (!takesD()) return null
  const above = power()
  const of = name()
  if (isBraced ? !(takes("}") && takes("{")) : !takes("/")) return null
  if (!takesD()) return null
  const by = name()
  const below = power()
  if (by === "" || above !== below || (isBraced && !takes("}"))) return null
  if (of === "") throw new Unreadable("has a derivative of nothing")
  return { value: { kind: "variable", name: `d${above} ${of}/d${by}` }, end: next }
}

const isSign = (token: Token | undefined, text: string): boolean => token?.kind === "sign" && token.text === text
