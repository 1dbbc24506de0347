/** Parameter lists of `def` and `lambda`: defaults, `/`, `*`, `*args`, `**kwargs`. Annotations are parsed and dropped. */

import type { Expr, Parameter, Scope } from "./ast.ts"
import type { Cursor } from "./Cursor.ts"
import { parseExpression } from "./expressions.ts"

/** The parameters of a `def`, up to its `)`, bound in `scope`. */
export const parseParameters = (cursor: Cursor, scope: Scope): ReadonlyArray<Parameter> => parameters(cursor, scope, ")", true)

/** The parameters of a `lambda`, up to its `:`, bound in `scope`. */
export const parseLambdaParameters = (cursor: Cursor, scope: Scope): ReadonlyArray<Parameter> =>
  parameters(cursor, scope, ":", false)

const parameters = (cursor: Cursor, scope: Scope, closer: string, annotated: boolean): ReadonlyArray<Parameter> => {
  const found: Array<Parameter> = []
  let kind: Parameter["kind"] = "either"
  let defaults = false
  let bareStar = false
  while (!cursor.isOperator(closer)) {
    if (found.at(-1)?.kind === "keywords") throw cursor.error("arguments cannot follow var-keyword argument")
    if (cursor.takeOperator("/")) {
      if (found.length === 0) throw cursor.error("at least one argument must precede /")
      for (const [i, parameter] of found.entries()) found[i] = { ...parameter, kind: "positional" }
    } else if (cursor.takeOperator("**")) found.push(one(cursor, scope, "keywords", annotated))
    else if (cursor.takeOperator("*")) {
      if (kind === "keyword") throw cursor.error("* argument may appear only once")
      kind = "keyword"
      bareStar = cursor.isOperator(",")
      if (!bareStar) found.push(one(cursor, scope, "rest", annotated))
    } else {
      const parameter = one(cursor, scope, kind, annotated)
      if (parameter.fallback === null && defaults && kind === "either")
        throw cursor.error("non-default argument follows default argument")
      defaults ||= parameter.fallback !== null
      bareStar = false
      found.push(parameter)
    }
    if (!cursor.takeOperator(",")) break
  }
  if (bareStar) throw cursor.error("named arguments must follow bare *")
  return found
}

const one = (cursor: Cursor, scope: Scope, kind: Parameter["kind"], annotated: boolean): Parameter => {
  const line = cursor.line
  const name = cursor.expectName()
  if (scope.slots.has(name)) throw cursor.error(`duplicate argument '${name}' in function definition`, line)
  scope.bind(name)
  if (annotated && cursor.takeOperator(":")) parseExpression(cursor)
  let fallback: Expr | null = null
  if (kind !== "rest" && kind !== "keywords" && cursor.takeOperator("=")) fallback = parseExpression(cursor)
  return { name, kind, fallback }
}
