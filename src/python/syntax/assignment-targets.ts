/** What may stand left of `=`: checks an expression as a target and binds its names. */

import type { Expr, Scope } from "./ast.ts"
import type { Cursor } from "./Cursor.ts"
import { starredOr, bitwiseOr, startsExpression } from "./expressions.ts"

/** The targets of a `for`: operands of `|` and tighter, so that `in` is left alone. */
export const parseTargetList = (cursor: Cursor): Expr => {
  const line = cursor.line
  const first = starredOr(cursor, bitwiseOr)
  if (!cursor.isOperator(",")) return first
  const items = [first]
  while (cursor.takeOperator(",") && startsExpression(cursor)) items.push(starredOr(cursor, bitwiseOr))
  return { kind: "Tuple", items, line }
}

/** Binds the names of `target` in `scope` (the cursor's own where none is given). Throws SyntaxError where it is no target. */
export const bindTarget = (cursor: Cursor, target: Expr, scope: Scope = cursor.scope, verb = "assign to"): void => {
  switch (target.kind) {
    case "Name":
      scope.bind(target.name)
      return
    case "Attribute":
    case "Subscript":
      return
    case "Starred":
      return bindTarget(cursor, target.value, scope, verb)
    case "Tuple":
    case "List": {
      if (target.items.filter((item) => item.kind === "Starred").length > 1)
        throw cursor.error("multiple starred expressions in assignment", target.line)
      for (const item of target.items) bindTarget(cursor, item, scope, verb)
      return
    }
    default:
      throw cursor.error(`cannot ${verb} ${describeExpression(target)}`, target.line)
  }
}

/** The name CPython gives to an expression in "cannot assign to ...". */
export const describeExpression = (expression: Expr): string => {
  switch (expression.kind) {
    case "Constant": {
      const { value } = expression
      if (value === null) return "None"
      if (value === true) return "True"
      if (value === false) return "False"
      return typeof value === "object" && value.type.name === "ellipsis" ? "ellipsis" : "literal"
    }
    case "FString":
      return "f-string expression"
    case "Call":
      return "function call"
    case "Compare":
      return "comparison"
    case "Conditional":
      return "conditional expression"
    case "Lambda":
      return "lambda"
    case "Dict":
      return "dict literal"
    case "Set":
      return "set display"
    case "Named":
      return "named expression"
    case "Yield":
      return "yield expression"
    case "Comprehension":
      return expression.form === "generator" ? "generator expression" : `${expression.form} comprehension`
    case "Name":
      return "name"
    case "Attribute":
      return "attribute"
    case "Subscript":
      return "subscript"
    case "Tuple":
      return "tuple"
    case "List":
      return "list"
    case "Starred":
      return "starred"
    default:
      return "expression"
  }
}
