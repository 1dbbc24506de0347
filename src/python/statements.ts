/** Statements and blocks: tokens to tree. Refuses by name what this evaluator leaves out, so that no program half works. */
import type { BinaryOperator, Expr, Handler, Imported, Module, Stmt } from "./ast.ts"
import { Scope } from "./ast.ts"
import { Cursor } from "./Cursor.ts"
import { syntaxError } from "./exceptions.ts"
import { parseExpression, parseExpressionList, parseNamed, parseTargetList, parseYield } from "./expressions.ts"
import { Refusal } from "./Meter.ts"
import { parseParameters } from "./parameters.ts"
import { bindTarget, describe } from "./targets.ts"
import { tokenize } from "./tokens.ts"

/** The tree of a whole program. Throws PyRaise (SyntaxError and below it) or Refusal. */
export const parse = (source: string): Module => {
  const scope = new Scope("module")
  const cursor = new Cursor(tokenize(source), scope)
  const body: Array<Stmt> = []
  while (cursor.token.kind !== "end") statement(cursor, body)
  return { body, scope }
}

const statement = (cursor: Cursor, body: Array<Stmt>): void => {
  if (cursor.token.kind === "keyword") {
    const compound = compoundStatement(cursor)
    if (compound !== null) {
      body.push(compound)
      return
    }
  } else if (cursor.isOperator("@")) {
    body.push(decorated(cursor))
    return
  }
  simpleLine(cursor, body)
}

/** `a = 1; b = 2` and the line end. */
const simpleLine = (cursor: Cursor, body: Array<Stmt>): void => {
  do {
    if (cursor.token.kind === "newline" && body.length > 0) break
    body.push(simpleStatement(cursor))
  } while (cursor.takeOperator(";"))
  if (cursor.token.kind !== "newline") throw cursor.invalid()
  cursor.advance()
}

const compoundStatement = (cursor: Cursor): Stmt | null => {
  switch (cursor.token.text) {
    case "if":
      return cursor.nested(ifStatement)
    case "while":
      return cursor.nested(whileStatement)
    case "for":
      return cursor.nested(forStatement)
    case "def":
      return cursor.nested((cursor) => functionStatement(cursor, []))
    case "try":
      return cursor.nested(tryStatement)
    case "class":
    case "with":
    case "async":
      throw new Refusal("Unsupported", `'${cursor.token.text}' is outside this evaluator's Python`, cursor.line)
    default:
      return null
  }
}

const simpleStatement = (cursor: Cursor): Stmt => {
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
    value = cursor.isKeyword("yield") ? parseYield(cursor) : rightSide(cursor)
  }
  return { kind: "Assign", targets, value, line }
}

/** `*a, b` may stand right of `=`, but not `*a` alone. */
const rightSide = (cursor: Cursor): Expr => parseExpressionList(cursor)

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
  if (comparedKinds.has(target.kind) && !(target.kind === "Constant" && describe(target) !== "literal"))
    throw cursor.error(`cannot assign to ${describe(target)} here. Maybe you meant '==' instead of '='?`, target.line)
  bindTarget(cursor, target)
}

const augmentedAssignment = (cursor: Cursor, target: Expr, line: number): Stmt => {
  const operator = cursor.advance().text.slice(0, -1) as BinaryOperator
  if (target.kind !== "Name" && target.kind !== "Attribute" && target.kind !== "Subscript")
    throw cursor.error(`'${describe(target)}' is an illegal expression for augmented assignment`, line)
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
    scope.declare(name, text === "global" ? "global" : "nonlocal")
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

/** The suite after `:`, on the same line or indented below. `owner` is named where it is missing, as in "after 'if' statement". */
const block = (cursor: Cursor, owner: string, line: number): ReadonlyArray<Stmt> => {
  cursor.expectOperator(":")
  const body: Array<Stmt> = []
  if (cursor.token.kind !== "newline") {
    simpleLine(cursor, body)
    return body
  }
  if (cursor.peek().kind !== "indent")
    throw syntaxError(`expected an indented block after ${owner} on line ${line}`, cursor.peek().line, "IndentationError")
  cursor.advance()
  cursor.advance()
  indented(cursor, body)
  return body
}

/** Statements up to the end of the indentation, which every block has. */
const indented = (cursor: Cursor, body: Array<Stmt>): void => {
  while (cursor.token.kind !== "dedent") statement(cursor, body)
  cursor.advance()
}

const ifStatement = (cursor: Cursor): Stmt => {
  const line = cursor.line
  const branches: Array<{ test: Expr; body: ReadonlyArray<Stmt> }> = []
  do {
    const { text, line } = cursor.advance()
    const test = testOf(cursor)
    branches.push({ test, body: block(cursor, `'${text}' statement`, line) })
  } while (cursor.isKeyword("elif"))
  return { kind: "If", branches, otherwise: elseBlock(cursor), line }
}

const testOf = (cursor: Cursor): Expr => {
  const test = parseNamed(cursor)
  if (cursor.isOperator("=")) throw cursor.error("invalid syntax. Maybe you meant '==' or ':=' instead of '='?", test.line)
  return test
}

const elseBlock = (cursor: Cursor): ReadonlyArray<Stmt> => {
  const line = cursor.line
  return cursor.takeKeyword("else") ? block(cursor, "'else' statement", line) : []
}

const loopBlock = (cursor: Cursor, owner: string, line: number): ReadonlyArray<Stmt> => {
  cursor.loops++
  const body = block(cursor, owner, line)
  cursor.loops--
  return body
}

const whileStatement = (cursor: Cursor): Stmt => {
  const line = cursor.advance().line
  const test = testOf(cursor)
  const body = loopBlock(cursor, "'while' statement", line)
  return { kind: "While", test, body, otherwise: elseBlock(cursor), line }
}

const forStatement = (cursor: Cursor): Stmt => {
  const line = cursor.advance().line
  const target = parseTargetList(cursor)
  bindTarget(cursor, target)
  cursor.expectKeyword("in")
  const iterable = parseExpressionList(cursor)
  const body = loopBlock(cursor, "'for' statement", line)
  return { kind: "For", target, iterable, body, otherwise: elseBlock(cursor), line }
}

const functionStatement = (cursor: Cursor, decorators: ReadonlyArray<Expr>): Stmt => {
  const line = cursor.advance().line
  const name = cursor.expectName()
  cursor.scope.bind(name)
  if (!cursor.takeOperator("(")) throw cursor.error("expected '('")
  const scope = new Scope("function")
  const parameters = parseParameters(cursor, scope)
  cursor.expectOperator(")")
  if (cursor.takeOperator("->")) parseExpression(cursor)
  const body = cursor.within(scope, () => block(cursor, "function definition", line))
  return { kind: "Function", function: { name, parameters, body, scope, line }, decorators, line }
}

const decorated = (cursor: Cursor): Stmt => {
  const decorators: Array<Expr> = []
  while (cursor.takeOperator("@")) {
    decorators.push(parseNamed(cursor))
    if (cursor.token.kind !== "newline") throw cursor.invalid()
    cursor.advance()
  }
  if (cursor.isKeyword("def")) return cursor.nested((cursor) => functionStatement(cursor, decorators))
  if (cursor.isKeyword("class") || cursor.isKeyword("async")) compoundStatement(cursor)
  throw cursor.invalid()
}

const tryStatement = (cursor: Cursor): Stmt => {
  const line = cursor.advance().line
  const body = block(cursor, "'try' statement", line)
  const handlers: Array<Handler> = []
  while (cursor.isKeyword("except")) {
    if (handlers.at(-1)?.type === null) throw cursor.error("default 'except:' must be last", handlers.at(-1)!.line)
    handlers.push(handler(cursor))
  }
  const otherwise = handlers.length > 0 ? elseBlock(cursor) : []
  const finallyLine = cursor.line
  const ending = cursor.takeKeyword("finally") ? block(cursor, "'finally' statement", finallyLine) : []
  if (handlers.length === 0 && ending.length === 0) throw cursor.error("expected 'except' or 'finally' block")
  return { kind: "Try", body, handlers, otherwise, ending, line }
}

const handler = (cursor: Cursor): Handler => {
  const line = cursor.advance().line
  if (cursor.isOperator("*")) throw new Refusal("Unsupported", "'except*' is outside this evaluator's Python", line)
  if (cursor.isOperator(":")) return { type: null, name: null, body: block(cursor, "'except' statement", line), line }
  const type = parseExpression(cursor)
  if (cursor.isOperator(",")) throw cursor.error("multiple exception types must be parenthesized", line)
  let name: string | null = null
  if (cursor.takeKeyword("as")) {
    name = cursor.expectName()
    cursor.scope.bind(name)
  }
  return { type, name, body: block(cursor, "'except' statement", line), line }
}
