/** Arguments of a call: by position, by name, spread with `*` and `**`, or one bare generator expression. */

import type { Argument } from "./ast.ts"
import { parseComprehension } from "./brackets.ts"
import { type Cursor, forgottenComma } from "./Cursor.ts"
import { parseExpression, parseNamed, startsExpression } from "./expressions.ts"

/** What stands between the parentheses of a call, which have been opened; reads the closing one. */
export const parseArguments = (cursor: Cursor): ReadonlyArray<Argument> => {
  const args: Array<Argument> = []
  let named = false
  let unpackedKeywords = false
  while (!cursor.isOperator(")")) {
    const line = cursor.line
    const { bare, ...argument } = callArgument(cursor)
    if (argument.kind === "keyword" && args.some((other) => other.kind === "keyword" && other.name === argument.name))
      throw cursor.error(`keyword argument repeated: ${argument.name}`, line)
    if (argument.kind === "positional" && unpackedKeywords)
      throw cursor.error("positional argument follows keyword argument unpacking", line)
    if (argument.kind === "positional" && named) throw cursor.error("positional argument follows keyword argument", line)
    named ||= argument.kind === "keyword"
    unpackedKeywords ||= argument.kind === "unpack-keywords"
    if (bare && (args.length > 0 || !cursor.isOperator(")")))
      throw cursor.error("Generator expression must be parenthesized", line)
    args.push(argument)
    if (!cursor.takeOperator(",")) break
  }
  if (!cursor.takeOperator(")")) {
    if (startsExpression(cursor)) throw cursor.error(forgottenComma)
    throw cursor.invalid()
  }
  return args
}

/** One argument; `bare` for a generator expression without parentheses of its own, as in `sum(x for x in xs)`. */
const callArgument = (cursor: Cursor): Argument & { readonly bare: boolean } => {
  if (cursor.takeOperator("*")) return { kind: "unpack", name: "", value: parseExpression(cursor), bare: false }
  if (cursor.takeOperator("**")) return { kind: "unpack-keywords", name: "", value: parseExpression(cursor), bare: false }
  if (cursor.token.kind === "name" && cursor.peek().kind === "operator" && cursor.peek().text === "=") {
    const name = cursor.advance().text
    cursor.advance()
    return { kind: "keyword", name, value: parseExpression(cursor), bare: false }
  }
  const value = parseNamed(cursor)
  if (cursor.isOperator("=")) throw cursor.error('expression cannot contain assignment, perhaps you meant "=="?', value.line)
  if (!cursor.isKeyword("for")) return { kind: "positional", name: "", value, bare: false }
  return { kind: "positional", name: "", value: parseComprehension(cursor, "generator", value, null, value.line), bare: true }
}
