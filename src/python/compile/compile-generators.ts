/**
 * Generator functions: bodies that stop at each `yield` and go on when asked.
 *
 * Only statements that hold a `yield` are compiled to JavaScript generators, all others to plain closures.
 * A `yield` stands alone or right of `=`, where it gives None, as there is no `send`. Deeper inside an expression it is refused.
 */

import { isTrue } from "../operations/comparisons.ts"
import { iterate, notStopIteration } from "../operations/iteration.ts"
import type { Expr, FunctionNode, Stmt } from "../syntax/ast.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import type { PyRaise } from "../values/exceptions.ts"
import { valueError } from "../values/exceptions.ts"
import { Frame } from "../values/Frame.ts"
import { generatorType, PyIterator, type PyType, type PyValue } from "../values/objects.ts"
import { Refusal } from "../values/Refusal.ts"
import { type CompiledHandler, compileHandler, findHandler } from "./compile-exceptions.ts"
import { compileExpression, type Eval } from "./compile-expressions.ts"
import type { Store } from "./compile-names.ts"
import { broke, compileBlock, type Ending, type Exec, returned, through } from "./compile-statements.ts"
import { compileTarget } from "./compile-targets.ts"
import type { CompileScope } from "./CompileScope.ts"
import { caught } from "./unwinding.ts"

type Resumable = (frame: GeneratorFrame) => Generator<PyValue, Ending>

/** The frame of a generator knows how deep the stack was when it was last resumed: that is where its handlers unwind to. */
class GeneratorFrame extends Frame {
  depth = 0
  frames = 0
}

class PyGenerator extends PyIterator {
  private readonly account: BudgetAccount
  private readonly frame: GeneratorFrame
  private readonly body: Generator<PyValue, Ending>
  private readonly weight: number
  private running = false

  constructor(account: BudgetAccount, frame: GeneratorFrame, body: Generator<PyValue, Ending>, weight: number) {
    super()
    this.account = account
    this.frame = frame
    this.body = body
    this.weight = weight
  }

  get type(): PyType {
    return generatorType
  }

  next(): PyValue | undefined {
    const { account, frame } = this
    if (this.running) throw valueError("generator already executing")
    const { line } = account
    account.enter(this.weight)
    frame.depth = account.depth
    frame.frames = account.frames
    this.running = true
    try {
      const { done, value } = this.body.next()
      account.leave(this.weight)
      account.line = line
      return done === true ? undefined : value
    } catch (thrown) {
      throw notStopIteration(thrown)
    } finally {
      this.running = false
    }
  }
}

/** Calling the function makes the generator; nothing of the body runs before the first value is asked for. */
export const compileGenerator = (scope: CompileScope, node: FunctionNode): Eval => {
  const body = resumableBlock(scope, node.scope.yielding!, node.body)
  const weight = 2 * scope.frames
  const { account } = scope
  return ({ slots, parent }) => {
    account.allocate(200)
    const frame = new GeneratorFrame(slots, parent)
    return new PyGenerator(account, frame, body(frame), weight)
  }
}

const resumableBlock = (scope: CompileScope, yielding: ReadonlySet<Stmt>, body: ReadonlyArray<Stmt>): Resumable => {
  const { account } = scope
  scope.descend(body[0]?.line ?? 0)
  const parts = body.map((statement): { readonly plain: Exec | null; readonly resumable: Resumable | null } => {
    if (!yielding.has(statement)) return { plain: compileBlock(scope, [statement]), resumable: null }
    scope.line = statement.line
    const { line } = statement
    const [run, cost] = scope.priced(() => resumableStatement(scope, yielding, statement))
    const resumable: Resumable = function* (frame) {
      account.line = line
      account.step(cost)
      return yield* run(frame)
    }
    return { plain: null, resumable }
  })
  scope.ascend()
  return function* (frame) {
    for (const { plain, resumable } of parts) {
      const ending = plain === null ? yield* resumable!(frame) : plain(frame)
      if (ending !== through) return ending
    }
    return through
  }
}

const resumableStatement = (scope: CompileScope, yielding: ReadonlySet<Stmt>, statement: Stmt): Resumable => {
  switch (statement.kind) {
    case "Expression":
      if (statement.value.kind === "Yield") return resumableYield(scope, statement.value, [])
      break
    case "Assign":
      if (statement.value.kind === "Yield") {
        const stores = statement.targets.map((target) => compileTarget(scope, target))
        return resumableYield(scope, statement.value, stores)
      }
      break
    case "If":
      return resumableIf(scope, yielding, statement)
    case "While":
      return resumableWhile(scope, yielding, statement)
    case "For":
      return resumableFor(scope, yielding, statement)
    case "Try":
      return resumableTry(scope, yielding, statement)
    default:
  }
  throw new Refusal("Unsupported", "'yield' inside an expression is outside this evaluator's Python", statement.line)
}

const resumableYield = (
  scope: CompileScope,
  { value, from, line }: Extract<Expr, { kind: "Yield" }>,
  stores: ReadonlyArray<Store>
): Resumable => {
  const { account } = scope
  const given = value === null ? () => null : compileExpression(scope, value)
  return function* (frame) {
    if (from) {
      const source = iterate(account, given(frame))
      for (let item = source.next(); item !== undefined; item = source.next()) {
        account.step(1)
        yield item
        account.line = line
      }
    } else yield given(frame)
    account.line = line
    for (const store of stores) store(frame, null)
    return through
  }
}

const resumableIf = (scope: CompileScope, yielding: ReadonlySet<Stmt>, node: Extract<Stmt, { kind: "If" }>): Resumable => {
  const { account } = scope
  const branches = node.branches.map(({ test, body }) => {
    scope.line = test.line
    return { line: test.line, test: compileExpression(scope, test), body: resumableBlock(scope, yielding, body) }
  })
  const last = resumableBlock(scope, yielding, node.otherwise)
  return function* (frame) {
    for (const { line, test, body } of branches) {
      account.line = line
      if (isTrue(test(frame))) return yield* body(frame)
    }
    return yield* last(frame)
  }
}

const resumableWhile = (
  scope: CompileScope,
  yielding: ReadonlySet<Stmt>,
  { test, body, otherwise, line }: Extract<Stmt, { kind: "While" }>
): Resumable => {
  const { account } = scope
  const [goesOn, cost] = scope.priced(() => compileExpression(scope, test))
  const turn = resumableBlock(scope, yielding, body)
  const last = resumableBlock(scope, yielding, otherwise)
  return function* (frame) {
    for (;;) {
      account.line = line
      account.step(cost)
      if (!isTrue(goesOn(frame))) return yield* last(frame)
      const ending = yield* turn(frame)
      if (ending === broke) return through
      if (ending === returned) return returned
    }
  }
}

const resumableFor = (
  scope: CompileScope,
  yielding: ReadonlySet<Stmt>,
  { target, iterable, body, otherwise, line }: Extract<Stmt, { kind: "For" }>
): Resumable => {
  const { account } = scope
  const source = compileExpression(scope, iterable)
  const [store, cost] = scope.priced(() => compileTarget(scope, target))
  const turn = resumableBlock(scope, yielding, body)
  const last = resumableBlock(scope, yielding, otherwise)
  return function* (frame) {
    const iterator = iterate(account, source(frame))
    for (;;) {
      account.line = line
      const item = iterator.next()
      if (item === undefined) return yield* last(frame)
      account.step(cost)
      store(frame, item)
      const ending = yield* turn(frame)
      if (ending === broke) return through
      if (ending === returned) return returned
    }
  }
}

const resumableTry = (scope: CompileScope, yielding: ReadonlySet<Stmt>, node: Extract<Stmt, { kind: "Try" }>): Resumable => {
  const { run, account } = scope
  const body = resumableBlock(scope, yielding, node.body)
  const handlers = node.handlers.map((handler) => ({
    ...compileHandlerHead(scope, handler),
    body: resumableBlock(scope, yielding, handler.body)
  }))
  const otherwise = resumableBlock(scope, yielding, node.otherwise)
  const ending = resumableBlock(scope, yielding, node.ending)

  const unwound = (thrown: unknown, frame: GeneratorFrame): PyRaise => {
    const error = caught(account, thrown)
    account.depth = frame.depth
    account.frames = frame.frames
    return error
  }

  const guarded: Resumable = function* (frame) {
    let error: PyRaise | null = null
    let result: Ending = through
    try {
      result = yield* body(frame)
    } catch (thrown) {
      error = unwound(thrown, frame)
    }
    if (error === null) return result === through ? yield* otherwise(frame) : result
    const handler = findHandler(scope, handlers, error, frame)
    const outer = run.handled
    run.handled = error.exception
    try {
      return yield* handler.body(frame)
    } finally {
      run.handled = outer
      handler.clear?.(frame)
    }
  }

  return function* (frame) {
    let result: Ending = through
    let pending: PyRaise | null = null
    try {
      result = yield* guarded(frame)
    } catch (thrown) {
      pending = unwound(thrown, frame)
    }
    const last = yield* ending(frame)
    if (last !== through) return last
    if (pending !== null) throw pending
    return result
  }
}

/** A handler without its body, which may yield. */
const compileHandlerHead = (
  scope: CompileScope,
  handler: Extract<Stmt, { kind: "Try" }>["handlers"][number]
): Omit<CompiledHandler, "body"> => compileHandler(scope, { ...handler, body: [] })
