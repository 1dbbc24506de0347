/** Statements and blocks: tokens to tree. Refuses by name what this evaluator leaves out, so that no program half works. */

import { syntaxError } from "../values/exceptions.ts"
import { Refusal } from "../values/Refusal.ts"
import { bindTarget, parseTargetList } from "./assignment-targets.ts"
import type { Expr, Handler, Module, Stmt } from "./ast.ts"
import { Scope } from "./ast.ts"
import { Cursor } from "./Cursor.ts"
import { parseExpression, parseExpressionList, parseNamed, startsExpression } from "./expressions.ts"
import { parseParameters } from "./parameters.ts"
import { parseSimpleStatement } from "./simple-statements.ts"
import { tokenize } from "./tokens.ts"

/**
 * The tree of a whole program; `scope` holds the names of what ran in the same session before. Throws PyRaise (SyntaxError and
 * below it) or Refusal.
 */
export const parse = (source: string, scope = new Scope("module")): Module => {
  const cursor = new Cursor(tokenize(source), scope)
  const body: Array<Stmt> = []
  try {
    while (cursor.token.kind !== "end") statement(cursor, body)
  } catch (error) {
    throw cursor.blame(error)
  }
  return { body, scope }
}

type Read = (cursor: Cursor, body: Array<Stmt>) => void

const statement: Read = (cursor, body) => marking(cursor, body, readStatement)

/** Reads one or more statements and marks those that hold a `yield`. */
const marking = (cursor: Cursor, body: Array<Stmt>, read: Read): void => {
  const { yields } = cursor
  const first = body.length
  read(cursor, body)
  if (cursor.yields === yields) return
  cursor.scope.yielding ??= new Set()
  for (const marked of body.slice(first)) cursor.scope.yielding.add(marked)
}

const readStatement = (cursor: Cursor, body: Array<Stmt>): void => {
  if (cursor.token.kind === "keyword") {
    const compound = compoundStatement(cursor)
    if (compound !== null) {
      body.push(compound)
      return
    }
  } else if (cursor.isOperator("@")) {
    body.push(decorated(cursor))
    return
  } else if (cursor.token.kind === "name" && (cursor.opensMatch() || cursor.opensAlias())) throw leftOut(cursor)
  simpleLine(cursor, body)
}

/** `a = 1; b = 2` and the line end. */
const simpleLine = (cursor: Cursor, body: Array<Stmt>): void => {
  do {
    if (cursor.token.kind === "newline" && body.length > 0) break
    body.push(parseSimpleStatement(cursor))
  } while (cursor.takeOperator(";"))
  if (cursor.token.kind !== "newline") throw afterStatement(cursor, body.at(-1))
  cursor.advance()
}

/** Something stands where the line should end: most often a `print` of Python 2. */
const afterStatement = (cursor: Cursor, read: Stmt | undefined) => {
  const name = read?.kind === "Expression" && read.value.kind === "Name" ? read.value.name : ""
  if ((name !== "print" && name !== "exec") || !startsExpression(cursor)) return cursor.invalid()
  return cursor.error(`Missing parentheses in call to '${name}'. Did you mean ${name}(...)?`)
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
      throw leftOut(cursor)
    default:
      return null
  }
}

const leftOut = ({ token, line }: Cursor): Refusal =>
  new Refusal("Unsupported", `'${token.text}' is outside this evaluator's Python`, line)

/**
 * Heads after which nothing but a colon can follow: CPython asks for it by name, whatever stands there.
 * After other heads it does so only at the end of the line.
 */
const colonAlone: ReadonlySet<string> = new Set([
  "'else' statement",
  "function definition",
  "'try' statement",
  "'finally' statement"
])

/**
 * The suite after `:`, on the same line or indented below.
 * Where it is missing, the error names its `owner`, as in "after 'if' statement".
 */
const block = (cursor: Cursor, owner: string, line: number): ReadonlyArray<Stmt> => {
  if (!cursor.takeOperator(":")) {
    const plain = cursor.token.kind === "newline" || (colonAlone.has(owner) && cursor.token.kind !== "end")
    throw plain ? cursor.error("expected ':'") : cursor.invalid()
  }
  const body: Array<Stmt> = []
  if (cursor.token.kind !== "newline") {
    marking(cursor, body, simpleLine)
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
  if (cursor.isOperator(":") || cursor.token.kind === "newline")
    return { type: null, name: null, body: block(cursor, "'except' statement", line), line }
  const type = parseExpression(cursor)
  if (cursor.isOperator(",")) throw cursor.error("multiple exception types must be parenthesized", line)
  let name: string | null = null
  if (cursor.takeKeyword("as")) {
    name = cursor.expectName()
    cursor.scope.bind(name)
  }
  return { type, name, body: block(cursor, "'except' statement", line), line }
}
