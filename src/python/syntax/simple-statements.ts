/** Statements of one line: assignments, `return`, `import`, `raise` and the like. */

import { Refusal } from "../values/Refusal.ts"
import { bindTarget, describeExpression, parseTargetList } from "./assignment-targets.ts"
import type { BinaryOperator, Expr, Imported, Stmt } from "./ast.ts"
import type { Cursor } from "./Cursor.ts"
import { parseExpression, parseExpressionList, parseYield } from "./expressions.ts"

/** One statement that needs no block. */
export const parseSimpleStatement = (cursor: Cursor): Stmt => {
  const { kind, text, line } = cursor.token
  if (kind === "keyword") {
    switch (text) {
      case "pass":
        cursor.advance()
        return { kind: "Pass", line }
      case "break":
      case "continue":
        return loopControl(cursor)
      case "return":
        return returnStatement(cursor)
      case "import":
        return importStatement(cursor)
      case "from":
        return importFrom(cursor)
      case "global":
      case "nonlocal":
        return declaration(cursor)
      case "assert":
        return assertion(cursor)
      case "raise":
        return raise(cursor)
      case "del":
        return deletion(cursor)
      case "yield":
        return { kind: "Expression", value: parseYield(cursor), line }
      default:
    }
  }
  return assignment(cursor)
}

const augmented: ReadonlySet<string> = new Set(["+=", "-=", "*=", "/=", "//=", "%=", "**=", ">>=", "<<=", "&=", "|=", "^=", "@="])

const assignment = (cursor: Cursor): Stmt => {
  const line = cursor.line
  const first = parseExpressionList(cursor)
  if (cursor.token.kind === "operator") {
    if (cursor.isOperator("=")) return plainAssignment(cursor, first, line)
    if (augmented.has(cursor.token.text)) return augmentedAssignment(cursor, first, line)
    if (cursor.isOperator(":")) return annotated(cursor, first, line)
  }
  return { kind: "Expression", value: first, line }
}

const plainAssignment = (cursor: Cursor, first: Expr, line: number): Stmt => {
  const targets: Array<Expr> = []
  let value = first
  while (cursor.takeOperator("=")) {
    checkTarget(cursor, value)
    targets.push(value)
    value = cursor.isKeyword("yield") ? parseYield(cursor) : parseExpressionList(cursor)
  }
  return { kind: "Assign", targets, value, line }
}

/** What CPython suspects of being one half of a comparison when it stands left of `=`. */
const comparedKinds: ReadonlySet<Expr["kind"]> = new Set([
  "Constant",
  "Call",
  "Compare",
  "Binary",
  "Unary",
  "Logical",
  "FString",
  "Comprehension",
  "Dict",
  "Set"
])

/** Binds what stands left of `=`; the hint is CPython's. */
const checkTarget = (cursor: Cursor, target: Expr): void => {
  if (comparedKinds.has(target.kind) && !(target.kind === "Constant" && describeExpression(target) !== "literal"))
    throw cursor.error(`cannot assign to ${describeExpression(target)} here. Maybe you meant '==' instead of '='?`, target.line)
  bindTarget(cursor, target)
}

const augmentedAssignment = (cursor: Cursor, target: Expr, line: number): Stmt => {
  const operator = cursor.advance().text.slice(0, -1) as BinaryOperator
  if (target.kind !== "Name" && target.kind !== "Attribute" && target.kind !== "Subscript")
    throw cursor.error(`'${describeExpression(target)}' is an illegal expression for augmented assignment`, line)
  bindTarget(cursor, target)
  const value = cursor.isKeyword("yield") ? parseYield(cursor) : parseExpressionList(cursor)
  return { kind: "Augment", operator, target, value, line }
}

const annotated = (cursor: Cursor, target: Expr, line: number): Stmt => {
  if (target.kind === "Tuple") throw cursor.error("only single target (not tuple) can be annotated", line)
  if (target.kind === "List") throw cursor.error("only single target (not list) can be annotated", line)
  if (target.kind !== "Name" && target.kind !== "Attribute" && target.kind !== "Subscript")
    throw cursor.error("illegal target for annotation", line)
  cursor.advance()
  bindTarget(cursor, target)
  parseExpression(cursor)
  if (!cursor.takeOperator("=")) return { kind: "Pass", line }
  const value = cursor.isKeyword("yield") ? parseYield(cursor) : parseExpressionList(cursor)
  return { kind: "Assign", targets: [target], value, line }
}

const loopControl = (cursor: Cursor): Stmt => {
  const { text, line } = cursor.advance()
  if (text === "break") {
    if (cursor.loops === 0) throw cursor.error("'break' outside loop", line)
    return { kind: "Break", line }
  }
  if (cursor.loops === 0) throw cursor.error("'continue' not properly in loop", line)
  return { kind: "Continue", line }
}

const returnStatement = (cursor: Cursor): Stmt => {
  const line = cursor.advance().line
  if (cursor.scope.kind !== "function") throw cursor.error("'return' outside function", line)
  const value = cursor.token.kind === "newline" || cursor.isOperator(";") ? null : parseExpressionList(cursor)
  return { kind: "Return", value, line }
}

const dotted = (cursor: Cursor): string => {
  let name = cursor.expectName()
  while (cursor.takeOperator(".")) name += `.${cursor.expectName()}`
  return name
}

const importStatement = (cursor: Cursor): Stmt => {
  const line = cursor.advance().line
  const module = dotted(cursor)
  const as = cursor.takeKeyword("as") ? cursor.expectName() : module.split(".")[0]!
  cursor.scope.bind(as)
  if (!cursor.isOperator(",")) return { kind: "Import", module, as, line }
  // `import a, b`: each of the rest is parsed as an import of its own, in sequence.
  const rest = importStatement(cursor)
  return { kind: "If", branches: [], otherwise: [{ kind: "Import", module, as, line }, rest], line }
}

const importFrom = (cursor: Cursor): Stmt => {
  const line = cursor.advance().line
  if (cursor.isOperator(".") || cursor.isOperator("..."))
    throw new Refusal("Unsupported", "relative imports are outside this evaluator's Python", line)
  const module = dotted(cursor)
  cursor.expectKeyword("import")
  const names: Array<Imported> = []
  if (cursor.takeOperator("*")) {
    if (cursor.scope.kind !== "module") throw cursor.error("import * only allowed at module level", line)
    return { kind: "ImportFrom", module, names: [{ name: "*", as: "*" }], line }
  }
  const bracketed = cursor.takeOperator("(")
  do {
    if (bracketed && cursor.isOperator(")")) break
    const name = cursor.expectName()
    const as = cursor.takeKeyword("as") ? cursor.expectName() : name
    cursor.scope.bind(as)
    names.push({ name, as })
  } while (cursor.takeOperator(","))
  if (bracketed) cursor.expectOperator(")")
  return { kind: "ImportFrom", module, names, line }
}

const declaration = (cursor: Cursor): Stmt => {
  const { text, line } = cursor.advance()
  const { scope } = cursor
  if (text === "nonlocal" && scope.kind === "module") throw cursor.error("nonlocal declaration not allowed at module level", line)
  do {
    const name = cursor.expectName()
    if (scope.slots.has(name) && scope.kind !== "module")
      throw cursor.error(`name '${name}' is assigned to before ${text} declaration`, line)
    scope.declare(name, text === "global" ? "global" : "nonlocal", line)
  } while (cursor.takeOperator(","))
  return { kind: "Pass", line }
}

const assertion = (cursor: Cursor): Stmt => {
  const line = cursor.advance().line
  const test = parseExpression(cursor)
  const message = cursor.takeOperator(",") ? parseExpression(cursor) : null
  return { kind: "Assert", test, message, line }
}

const raise = (cursor: Cursor): Stmt => {
  const line = cursor.advance().line
  if (cursor.token.kind === "newline" || cursor.isOperator(";")) return { kind: "Raise", exception: null, cause: null, line }
  const exception = parseExpression(cursor)
  const cause = cursor.takeKeyword("from") ? parseExpression(cursor) : null
  return { kind: "Raise", exception, cause, line }
}

const deletion = (cursor: Cursor): Stmt => {
  const line = cursor.advance().line
  const list = parseTargetList(cursor)
  bindTarget(cursor, list, cursor.scope, "delete")
  return { kind: "Delete", targets: flatten(list), line }
}

const flatten = (target: Expr): ReadonlyArray<Expr> =>
  target.kind === "Tuple" || target.kind === "List" ? target.items.flatMap(flatten) : [target]
