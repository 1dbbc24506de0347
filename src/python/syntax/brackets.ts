/** What stands in brackets: tuples, lists, sets, dicts and the comprehensions of each. */

import { Refusal } from "../values/Refusal.ts"
import { bindTarget, parseTargetList } from "./assignment-targets.ts"
import type { Clause, Expr } from "./ast.ts"
import { Scope } from "./ast.ts"
import { type Cursor, forgottenComma } from "./Cursor.ts"
import { bitwiseOr, disjunction, parseExpression, parseNamed, parseYield, starredOr, startsExpression } from "./expressions.ts"

/** `()`, `(x)`, `(x, y)`, `(x for ...)`. */
export const parseParenthesized = (cursor: Cursor): Expr => {
  const line = cursor.advance().line
  if (cursor.takeOperator(")")) return { kind: "Tuple", items: [], line }
  if (cursor.isKeyword("yield")) {
    const value = parseYield(cursor)
    cursor.expectOperator(")")
    return value
  }
  const first = starredOr(cursor, parseNamed)
  if (cursor.isKeyword("for") && first.kind !== "Starred") {
    const generator = parseComprehension(cursor, "generator", first, null, line)
    closing(cursor, ")")
    return generator
  }
  if (!cursor.isOperator(",")) {
    closing(cursor, ")")
    if (first.kind === "Starred") throw cursor.error("cannot use starred expression here", line)
    return first
  }
  const items = [first, ...moreItems(cursor, ")")]
  closing(cursor, ")")
  return { kind: "Tuple", items, line }
}

const moreItems = (cursor: Cursor, closer: string): Array<Expr> => {
  const items: Array<Expr> = []
  while (cursor.takeOperator(",") && !cursor.isOperator(closer)) items.push(starredOr(cursor, parseNamed))
  return items
}

const closing = (cursor: Cursor, closer: string): void => {
  if (cursor.takeOperator(closer)) return
  if (startsExpression(cursor) && cursor.token.kind !== "keyword") throw cursor.error(forgottenComma)
  throw cursor.invalid()
}

/** `[...]`: a list or a list comprehension. */
export const parseList = (cursor: Cursor): Expr => {
  const line = cursor.advance().line
  if (cursor.takeOperator("]")) return { kind: "List", items: [], line }
  const first = starredOr(cursor, parseNamed)
  if (cursor.isKeyword("for") && first.kind !== "Starred") {
    const list = parseComprehension(cursor, "list", first, null, line)
    closing(cursor, "]")
    return list
  }
  const items = [first, ...moreItems(cursor, "]")]
  closing(cursor, "]")
  return { kind: "List", items, line }
}

/** `{...}`: a dict, a set, or a comprehension of either. */
export const parseBraces = (cursor: Cursor): Expr => {
  const line = cursor.advance().line
  if (cursor.takeOperator("}")) return { kind: "Dict", entries: [], line }
  if (cursor.isOperator("**")) return restOfDict(cursor, [], line)
  const first = starredOr(cursor, parseNamed)
  if (cursor.takeOperator(":")) {
    const value = parseExpression(cursor)
    if (cursor.isKeyword("for")) {
      const dict = parseComprehension(cursor, "dict", first, value, line)
      closing(cursor, "}")
      return dict
    }
    return restOfDict(cursor, [[first, value]], line)
  }
  if (cursor.isKeyword("for") && first.kind !== "Starred") {
    const set = parseComprehension(cursor, "set", first, null, line)
    closing(cursor, "}")
    return set
  }
  const items = [first, ...moreItems(cursor, "}")]
  closing(cursor, "}")
  return { kind: "Set", items, line }
}

const restOfDict = (cursor: Cursor, entries: Array<readonly [Expr | null, Expr]>, line: number): Expr => {
  if (entries.length > 0 && !cursor.takeOperator(",")) {
    closing(cursor, "}")
    return { kind: "Dict", entries, line }
  }
  while (!cursor.isOperator("}")) {
    if (cursor.takeOperator("**")) entries.push([null, bitwiseOr(cursor)])
    else {
      const key = parseExpression(cursor)
      if (!cursor.takeOperator(":")) throw cursor.error("':' expected after dictionary key")
      entries.push([key, parseExpression(cursor)])
    }
    if (!cursor.takeOperator(",")) break
  }
  closing(cursor, "}")
  return { kind: "Dict", entries, line }
}

/** The `for ... in ... if ...` part; the element has been parsed with names bound in the enclosing scope. */
export const parseComprehension = (
  cursor: Cursor,
  form: "list" | "set" | "dict" | "generator",
  element: Expr,
  value: Expr | null,
  line: number
): Expr => {
  const scope = new Scope("comprehension")
  const clauses: Array<Clause> = []
  while (cursor.takeKeyword("for")) {
    const target = parseTargetList(cursor)
    bindTarget(cursor, target, scope)
    cursor.expectKeyword("in")
    const iterable = disjunction(cursor)
    const conditions: Array<Expr> = []
    while (cursor.takeKeyword("if")) conditions.push(conditionOf(cursor))
    clauses.push({ target, iterable, conditions })
  }
  if (cursor.isKeyword("async")) throw new Refusal("Unsupported", "'async' is outside this evaluator's Python", cursor.line)
  return { kind: "Comprehension", form, element, value, clauses, scope, line }
}

const conditionOf = (cursor: Cursor): Expr =>
  cursor.token.kind === "name" && cursor.peek().text === ":=" ? parseNamed(cursor) : disjunction(cursor)
