/**
 * Derivatives as they are written: `\frac{dy}{dx}`, `dy/dx`, `\frac{d^2y}{dx^2}`, `\frac{d}{dx} f(x)`, `f'(x)`,
 * `\frac{\partial f}{\partial x}`, and quotients of differences, `\Delta y/\Delta x`. Each is a variable of its own, because its
 * d is no factor that could be cancelled. By x it is that with a prime, `y'`, and by t that with a dot, `\dot y`.
 */

import { type Expression, Unreadable } from "../Expression.ts"
import { GREEK } from "../symbols.ts"
import type { Token } from "../tokens.ts"
import { behindBracket, isSign } from "./letters.ts"

/** The derivative of a letter by another; all are as the mark and the orders say, but by x and t as primes and dots do. */
const derivativeName = (mark: string, order: string, of: string, by: string): string => {
  if (mark !== "d" || !/^[1-9]$/.test(order)) return `${mark}${order} ${of}/d${by}`
  return primed(of, Number(order), by) ?? `d${order} ${of}/d${by}`
}

const primed = (of: string, order: number, by: string): string | null => {
  if (by === "x") return `${of}${"'".repeat(order)}`
  return by === "t" ? `\\${"d".repeat(order)}ot ${of.replace("\\", "")}` : null
}

/** `f'(x)` as `\frac{df}{dx}`, by its name and what it is of; null for what is no derivative at x or t. */
export const derivativeOf = (name: string, values: ReadonlyArray<Expression>): Expression | null => {
  const [, of, primes] = /^(\\?[A-Za-z]+)('+)$/.exec(name) ?? []
  const [by, more] = values
  if (of === undefined || primes === undefined || by?.kind !== "variable" || more !== undefined) return null
  const found = primed(of, primes.length, by.name)
  return found === null ? null : { kind: "variable", name: found }
}

/** A derivative by its variable as a function is called, `y'(x)`, `y''(t)`; null for every other variable. */
export const derivativeCalled = (variable: string): string | null => {
  if (/^\\?[A-Za-z]+'+$/.test(variable)) return `${variable}(x)`
  const [, dots, of] = /^\\(d+)ot (\w+)$/.exec(variable) ?? []
  return dots === undefined || of === undefined ? null : `${of.length > 1 ? `\\${of}` : of}${"'".repeat(dots.length)}(t)`
}

/** A derivative whose first token is at `at`, and where it ends; null where there is none. An operator alone is unreadable. */
export const derivativeAt = (
  tokens: ReadonlyArray<Token>,
  at: number
): { readonly value: Expression; readonly end: number } | null => {
  const isBraced = isSign(tokens[at], "{")
  let [next, by] = [at, ""]
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
  /** Behind the operator: `f(x)`, with and without brackets round it. */
  const operand = (): string => {
    const start = next
    const closes = takes("(") ? ")" : takes("[") ? "]" : null
    const of = name()
    const argument = argumentAt(tokens, next)
    next = argument?.end ?? next
    if (of !== "" && argument?.of === by && (closes === null || takes(closes))) return of
    next = start
    return ""
  }
  if (isBraced) next++
  const d = mark()
  if (d === null) return null
  const order = power()
  const above = isSign(tokens[next], "(") ? "(" : name()
  const inBrackets = above === "" ? null : argumentAt(tokens, next)
  if (above === "(") next = behindBracket(tokens, next) ?? tokens.length
  else if (inBrackets !== null) next = inBrackets.end
  if (isBraced ? !(takes("}") && takes("{")) : !takes("/")) return null
  if (mark() !== d) return null
  by = name()
  const below = power()
  if (by === "" || order !== below || (isBraced && !takes("}"))) return null
  if (above === "(" || (inBrackets !== null && inBrackets.of !== by))
    throw new Unreadable("has a derivative that is not worked out")
  const of = above === "" ? operand() : above
  if (of === "") throw new Unreadable("has a derivative of nothing")
  return { value: { kind: "variable", name: derivativeName(d, order, of, by) }, end: next }
}

/** One letter in the brackets at a place: `(x)`. */
const argumentAt = (tokens: ReadonlyArray<Token>, at: number): { readonly of: string; readonly end: number } | null => {
  const letter = isSign(tokens[at], "(") ? tokens[at + 1] : undefined
  return letter?.kind === "letter" && isSign(tokens[at + 2], ")") ? { of: letter.text, end: at + 3 } : null
}

/** Signs that are no factors before what they are said of. */
export const DIFFERENCES: ReadonlySet<string> = new Set(["Delta", "delta", "partial"])
