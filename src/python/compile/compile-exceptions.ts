/** `try` and `raise`. Only Python's exceptions are caught: a budget that is used up ends the run past every handler. */

import { call } from "../operations/calling.ts"
import type { Handler, Stmt } from "../syntax/ast.ts"
import { baseExceptionType, PyException, PyRaise, raised, typeError } from "../values/exceptions.ts"
import type { Frame } from "../values/Frame.ts"
import { PyTuple, PyType, type PyValue } from "../values/objects.ts"
import { compileExpression, type Eval } from "./compile-expressions.ts"
import { clearName, type Store } from "./compile-names.ts"
import { compileBlock, type Ending, type Exec, through } from "./compile-statements.ts"
import { compileTarget } from "./compile-targets.ts"
import type { CompileScope } from "./CompileScope.ts"
import { caught } from "./unwinding.ts"

/** One `except`. `store` binds its name, and `clear` takes the value away at its end. */
export interface CompiledHandler {
  readonly type: Eval | null
  readonly line: number
  readonly store: Store | null
  readonly clear: ((frame: Frame) => void) | null
  readonly body: Exec
}

/** `try` with all of its parts. */
export const compileTry = (scope: CompileScope, node: Extract<Stmt, { kind: "Try" }>): Exec => {
  const { account } = scope
  const body = compileBlock(scope, node.body)
  const handlers = node.handlers.map((handler) => compileHandler(scope, handler))
  const otherwise = compileBlock(scope, node.otherwise)
  const ending = node.ending.length === 0 ? null : compileBlock(scope, node.ending)

  const guarded: Exec = (frame) => {
    const [depth, frames] = [account.depth, account.frames]
    let result: Ending
    try {
      result = body(frame)
    } catch (thrown) {
      const error = caught(account, thrown)
      account.depth = depth
      account.frames = frames
      return handle(scope, handlers, error, frame)
    }
    return result === through ? otherwise(frame) : result
  }
  if (ending === null) return guarded

  return (frame) => {
    const [depth, frames] = [account.depth, account.frames]
    let result: Ending = through
    let pending: PyRaise | null = null
    try {
      result = guarded(frame)
    } catch (thrown) {
      pending = caught(account, thrown)
      account.depth = depth
      account.frames = frames
    }
    const kept = frame.result
    const last = ending(frame)
    if (last !== through) return last
    frame.result = kept
    if (pending !== null) throw pending
    return result
  }
}

/** One `except` with its body. */
export const compileHandler = (scope: CompileScope, { type, name, body, line }: Handler): CompiledHandler => {
  scope.line = line
  return {
    type: type === null ? null : compileExpression(scope, type),
    line,
    store: name === null ? null : compileTarget(scope, { kind: "Name", name, line }),
    clear: name === null ? null : clearName(scope, name, line),
    body: compileBlock(scope, body)
  }
}

const handle = (scope: CompileScope, handlers: ReadonlyArray<CompiledHandler>, error: PyRaise, frame: Frame): Ending => {
  const { run } = scope
  const handler = findHandler(scope, handlers, error, frame)
  const outer = run.handled
  run.handled = error.exception
  try {
    return handler.body(frame)
  } finally {
    run.handled = outer
    handler.clear?.(frame)
  }
}

/** The first handler that takes the error, with its name bound. Throws the error on where there is none. */
export const findHandler = <C extends Omit<CompiledHandler, "body">>(
  { account }: CompileScope,
  handlers: ReadonlyArray<C>,
  error: PyRaise,
  frame: Frame
): C => {
  for (const handler of handlers) {
    account.line = handler.line
    if (handler.type !== null && !matches(error.exception, handler.type(frame))) continue
    handler.store?.(frame, error.exception)
    return handler
  }
  throw error
}

/** Whether an exception is of a type, or of one of a tuple of types. */
const matches = (exception: PyException, type: PyValue): boolean => {
  if (type instanceof PyTuple) return type.items.some((item) => matches(exception, item))
  if (!(type instanceof PyType) || !type.isSubtypeOf(baseExceptionType))
    throw typeError("catching classes that do not inherit from BaseException is not allowed")
  return exception.exceptionType.isSubtypeOf(type)
}

/** `raise`, `raise error` and `raise error from cause`. */
export const compileRaise = (scope: CompileScope, node: Extract<Stmt, { kind: "Raise" }>): Exec => {
  const { run, account } = scope
  if (node.exception === null) {
    return () => {
      if (run.handled === null) throw raised("RuntimeError", "No active exception to reraise")
      throw new PyRaise(run.handled)
    }
  }
  const value = compileExpression(scope, node.exception)
  const cause = node.cause === null ? null : compileExpression(scope, node.cause)
  return (frame) => {
    const given = value(frame)
    const isType = given instanceof PyType && given.isSubtypeOf(baseExceptionType)
    const exception = isType ? call(account, given, []) : given
    if (!(exception instanceof PyException)) throw typeError("exceptions must derive from BaseException")
    cause?.(frame)
    exception.line ??= account.line
    throw new PyRaise(exception)
  }
}
