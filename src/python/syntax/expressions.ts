/**
 * Expressions: tokens to tree, by recursive descent down Python's table of precedence.
 *
 * Some parts of an expression have a file of their own: brackets, arguments of calls, parameters, string literals, targets.
 * They hold expressions again, so that these modules import each other in a circle.
 */

import { ellipsis } from "../values/objects.ts"
import { Refusal } from "../values/Refusal.ts"
import type { BinaryOperator, Comparison, Expr } from "./ast.ts"
import { Scope } from "./ast.ts"
import { parseBraces, parseList, parseParenthesized } from "./brackets.ts"
import { parseArguments } from "./call-arguments.ts"
import type { Cursor } from "./Cursor.ts"
import { parseLambdaParameters } from "./parameters.ts"
import { parseStrings } from "./string-literals.ts"

/** One expression without bare commas: `a if b else c`, `lambda`, and below. */
export const parseExpression = (cursor: Cursor): Expr => cursor.nested(conditional)

/** `name := expression` where the grammar allows it, else an expression. */
export const parseNamed = (cursor: Cursor): Expr => {
  if (cursor.token.kind !== "name" || !(cursor.peek().text === ":=" && cursor.peek().kind === "operator"))
    return parseExpression(cursor)
  const { text: name, line } = cursor.advance()
  cursor.advance()
  cursor.scope.bind(name)
  return { kind: "Named", name, value: parseExpression(cursor), line }
}

/** `a, b, *c`: a tuple where there is a comma, the expression itself where not. */
export const parseExpressionList = (cursor: Cursor, item: (cursor: Cursor) => Expr = parseExpression): Expr => {
  const line = cursor.line
  const first = starredOr(cursor, item)
  if (!cursor.isOperator(",")) {
    if (first.kind === "Starred") throw cursor.error("can't use starred expression here", line)
    return first
  }
  const items = [first]
  while (cursor.takeOperator(",") && startsExpression(cursor)) items.push(starredOr(cursor, item))
  return { kind: "Tuple", items, line }
}

/** `*xs`, or else what `item` parses. */
export const starredOr = (cursor: Cursor, item: (cursor: Cursor) => Expr): Expr => {
  if (!cursor.isOperator("*")) return item(cursor)
  const line = cursor.advance().line
  return { kind: "Starred", value: cursor.nested(bitwiseOr), line }
}

const expressionKeywords: ReadonlySet<string> = new Set(["None", "True", "False", "not", "lambda", "await", "yield"])
const expressionOperators: ReadonlySet<string> = new Set(["(", "[", "{", "-", "+", "~", "*", "..."])

/** Whether another item may follow a comma. */
export const startsExpression = ({ token }: Cursor): boolean => {
  switch (token.kind) {
    case "name":
    case "number":
    case "string":
    case "fstring":
      return true
    case "keyword":
      return expressionKeywords.has(token.text)
    default:
      return token.kind === "operator" && expressionOperators.has(token.text)
  }
}

/** What may follow an expression of one token, and goes on with none. */
const ends: ReadonlySet<string> = new Set(["=", ")", ",", "]", "}", ":"])

/** Whether the token at hand is a name or a number, and the whole of an expression: most are. */
const standsAlone = (cursor: Cursor): boolean => {
  const { kind } = cursor.token
  if (kind !== "name" && kind !== "number") return false
  const next = cursor.peek()
  return next.kind === "newline" || (next.kind === "operator" && ends.has(next.text))
}

const conditional = (cursor: Cursor): Expr => {
  if (standsAlone(cursor)) return atom(cursor)
  if (cursor.isKeyword("lambda")) return lambda(cursor)
  const whenTrue = disjunction(cursor)
  if (!cursor.isKeyword("if")) return whenTrue
  const line = whenTrue.line
  cursor.advance()
  const test = disjunction(cursor)
  if (!cursor.takeKeyword("else")) throw cursor.error("expected 'else' after 'if' expression", line)
  return { kind: "Conditional", test, whenTrue, otherwise: parseExpression(cursor), line }
}

const lambda = (cursor: Cursor): Expr => {
  const line = cursor.advance().line
  const scope = new Scope("function")
  const parameters = parseLambdaParameters(cursor, scope)
  cursor.expectOperator(":")
  const value = cursor.within(scope, () => parseExpression(cursor))
  const body = [{ kind: "Return", value, line: value.line }] as const
  return { kind: "Lambda", function: { name: "<lambda>", parameters, body, scope, line }, line }
}

/** `a or b` and what binds tighter. */
export const disjunction = (cursor: Cursor): Expr => logical(cursor, "or", conjunction)
const conjunction = (cursor: Cursor): Expr => logical(cursor, "and", negation)

const logical = (cursor: Cursor, operator: "and" | "or", operand: (cursor: Cursor) => Expr): Expr => {
  const first = operand(cursor)
  if (!cursor.isKeyword(operator)) return first
  const operands = [first]
  while (cursor.takeKeyword(operator)) operands.push(operand(cursor))
  return { kind: "Logical", operator, operands, line: first.line }
}

const negation = (cursor: Cursor): Expr => {
  if (!cursor.isKeyword("not")) return comparison(cursor)
  const line = cursor.advance().line
  return { kind: "Unary", operator: "not", operand: cursor.nested(negation), line }
}

const comparison = (cursor: Cursor): Expr => {
  const first = bitwiseOr(cursor)
  let operator = comparisonOperator(cursor)
  if (operator === null) return first
  const rest: Array<{ operator: Comparison; operand: Expr }> = []
  for (; operator !== null; operator = comparisonOperator(cursor)) rest.push({ operator, operand: bitwiseOr(cursor) })
  return { kind: "Compare", first, rest, line: first.line }
}

const comparisonOperator = (cursor: Cursor): Comparison | null => {
  const { kind, text } = cursor.token
  if (kind === "operator") {
    switch (text) {
      case "<":
      case ">":
      case "<=":
      case ">=":
      case "==":
      case "!=":
        cursor.advance()
        return text
      default:
        return null
    }
  }
  if (kind !== "keyword") return null
  if (cursor.takeKeyword("in")) return "in"
  if (cursor.takeKeyword("is")) return cursor.takeKeyword("not") ? "is not" : "is"
  if (text !== "not") return null
  cursor.advance()
  cursor.expectKeyword("in")
  return "not in"
}

/** How tightly an operator binds; the left operand goes first among equals. */
const precedence = (text: string): number => {
  switch (text) {
    case "|":
      return 1
    case "^":
      return 2
    case "&":
      return 3
    case "<<":
    case ">>":
      return 4
    case "+":
    case "-":
      return 5
    case "*":
    case "/":
    case "//":
    case "%":
    case "@":
      return 6
    default:
      return 0
  }
}

/** `a | b` and what binds tighter. */
export const bitwiseOr = (cursor: Cursor): Expr => binary(cursor, 1)

const binary = (cursor: Cursor, least: number): Expr => {
  let left = factor(cursor)
  while (cursor.token.kind === "operator") {
    const tightness = precedence(cursor.token.text)
    if (tightness < least || tightness === 0) return left
    const operator = cursor.advance().text as BinaryOperator
    left = { kind: "Binary", operator, left, right: binary(cursor, tightness + 1), line: left.line }
  }
  return left
}

const factor = (cursor: Cursor): Expr => {
  const { kind, text, line } = cursor.token
  if (kind === "operator" && (text === "-" || text === "+" || text === "~")) {
    cursor.advance()
    return { kind: "Unary", operator: text, operand: cursor.nested(factor), line }
  }
  const base = primary(cursor)
  if (!cursor.isOperator("**")) return base
  cursor.advance()
  return { kind: "Binary", operator: "**", left: base, right: cursor.nested(factor), line: base.line }
}

const primary = (cursor: Cursor): Expr => {
  let object = atom(cursor)
  while (cursor.token.kind === "operator") {
    const line = object.line
    if (cursor.takeOperator(".")) object = { kind: "Attribute", object, name: cursor.expectName(), line }
    else if (cursor.takeOperator("(")) object = { kind: "Call", callee: object, args: parseArguments(cursor), line }
    else if (cursor.takeOperator("[")) {
      const index = subscript(cursor)
      cursor.expectOperator("]")
      object = { kind: "Subscript", object, index, line }
    } else break
  }
  return object
}

const subscript = (cursor: Cursor): Expr => {
  const line = cursor.line
  const first = sliceOrItem(cursor)
  if (!cursor.isOperator(",")) return first
  const items = [first]
  while (cursor.takeOperator(",") && !cursor.isOperator("]")) items.push(sliceOrItem(cursor))
  return { kind: "Tuple", items, line }
}

const sliceOrItem = (cursor: Cursor): Expr => {
  const line = cursor.line
  const lower = cursor.isOperator(":") ? null : starredOr(cursor, parseNamed)
  if (!cursor.takeOperator(":")) {
    if (lower === null) throw cursor.invalid()
    return lower
  }
  const ends = () => cursor.isOperator(":") || cursor.isOperator("]") || cursor.isOperator(",")
  const upper = ends() ? null : parseExpression(cursor)
  const step = cursor.takeOperator(":") && !ends() ? parseExpression(cursor) : null
  return { kind: "Slice", lower, upper, step, line }
}

const atom = (cursor: Cursor): Expr => {
  const { kind, text, line, value } = cursor.token
  switch (kind) {
    case "name":
      cursor.advance()
      return { kind: "Name", name: text, line }
    case "number":
      cursor.advance()
      return { kind: "Constant", value, line }
    case "string":
    case "fstring":
      return parseStrings(cursor)
    case "keyword":
      return keywordAtom(cursor)
    case "operator":
      if (text === "(") return parseParenthesized(cursor)
      if (text === "[") return parseList(cursor)
      if (text === "{") return parseBraces(cursor)
      if (text === "...") {
        cursor.advance()
        return { kind: "Constant", value: ellipsis, line }
      }
      throw cursor.invalid()
    default:
      throw cursor.invalid()
  }
}

const keywordAtom = (cursor: Cursor): Expr => {
  const { text, line } = cursor.token
  if (text === "await") throw new Refusal("Unsupported", "'await' is outside this evaluator's Python", line)
  if (text !== "None" && text !== "True" && text !== "False") throw cursor.invalid()
  cursor.advance()
  return { kind: "Constant", value: text === "None" ? null : text === "True", line }
}

/** `yield x`, `yield from xs`; binds nothing but makes the function a generator. */
export const parseYield = (cursor: Cursor): Expr => {
  const line = cursor.advance().line
  if (cursor.scope.kind !== "function") throw cursor.error("'yield' outside function", line)
  cursor.yields++
  if (cursor.takeKeyword("from")) return { kind: "Yield", value: parseExpression(cursor), from: true, line }
  const value = startsExpression(cursor) ? parseExpressionList(cursor) : null
  return { kind: "Yield", value, from: false, line }
}
