import { isTrue } from "../operations/comparisons.ts"
/**
 * Generator functions: bodies that stop at each `yield` and go on when asked.
 *
 * Only statements that hold a `yield` are compiled to JavaScript generators, all others to plain closures. A `yield` stands alone or right of
 * `=`, where it gives None (there is no `send`); deeper inside an expression it is refused.
 */
import type { Expr, FunctionNode, Stmt } from "../syntax/ast.ts"
import { type Meter, Refusal } from "../values/Budget.ts"
import type { PyRaise } from "../values/exceptions.ts"
import { valueError } from "../values/exceptions.ts"
import { iterate, notStopIteration } from "../values/iteration.ts"
import { Frame, generatorType, PyIterator, type PyType, type PyValue } from "../values/objects.ts"
import { type Catch, compileHandler, findHandler } from "./compile-exceptions.ts"
import { compileExpression, type Eval } from "./compile-expressions.ts"
import { broke, compileBlock, type Ending, type Exec, returned, through } from "./compile-statements.ts"
import { compileTarget, type Store } from "./compile-targets.ts"
import type { Context } from "./CompileScope.ts"
import { caught } from "./unwinding.ts"

type Resumable = (frame: GeneratorFrame) => Generator<PyValue, Ending>

/** The frame of a generator knows how deep the stack was when it was last resumed: that is where its handlers unwind to. */
class GeneratorFrame extends Frame {
  depth = 0
  frames = 0
}

class PyGenerator extends PyIterator {
  private readonly meter: Meter
  private readonly frame: GeneratorFrame
  private readonly body: Generator<PyValue, Ending>
  private readonly weight: number
  private running = false

  constructor(meter: Meter, frame: GeneratorFrame, body: Generator<PyValue, Ending>, weight: number) {
    super()
    this.meter = meter
    this.frame = frame
    this.body = body
    this.weight = weight
  }

  get type(): PyType {
    return generatorType
  }

  next(): PyValue | undefined {
    const { meter, frame } = this
    if (this.running) throw valueError("generator already executing")
    const { line } = meter
    meter.enter(this.weight)
    frame.depth = meter.depth
    frame.frames = meter.frames
    this.running = true
    try {
      const { done, value } = this.body.next()
      meter.leave(this.weight)
      meter.line = line
      return done === true ? undefined : value
    } catch (thrown) {
      throw notStopIteration(thrown)
    } finally {
      this.running = false
    }
  }
}

/** Calling the function makes the generator; nothing of the body runs before the first value is asked for. */
export const compileGenerator = (context: Context, node: FunctionNode): Eval => {
  const body = resumableBlock(context, node.scope.yielding!, node.body)
  const weight = 2 * context.frames
  const { meter } = context
  return ({ slots, parent }) => {
    meter.allocate(200)
    const frame = new GeneratorFrame(slots, parent)
    return new PyGenerator(meter, frame, body(frame), weight)
  }
}

const resumableBlock = (context: Context, yielding: ReadonlySet<Stmt>, body: ReadonlyArray<Stmt>): Resumable => {
  const { meter } = context
  context.descend(body[0]?.line ?? 0)
  const parts = body.map((statement): { readonly plain: Exec | null; readonly resumable: Resumable | null } => {
    if (!yielding.has(statement)) return { plain: compileBlock(context, [statement]), resumable: null }
    context.line = statement.line
    const { line } = statement
    const [run, cost] = context.priced(() => resumableStatement(context, yielding, statement))
    const resumable: Resumable = function* (frame) {
      meter.line = line
      meter.step(cost)
      return yield* run(frame)
    }
    return { plain: null, resumable }
  })
  context.ascend()
  return function* (frame) {
    for (const { plain, resumable } of parts) {
      const ending = plain === null ? yield* resumable!(frame) : plain(frame)
      if (ending !== through) return ending
    }
    return through
  }
}

const resumableStatement = (context: Context, yielding: ReadonlySet<Stmt>, statement: Stmt): Resumable => {
  switch (statement.kind) {
    case "Expression":
      if (statement.value.kind === "Yield") return resumableYield(context, statement.value, [])
      break
    case "Assign":
      if (statement.value.kind === "Yield") {
        const stores = statement.targets.map((target) => compileTarget(context, target))
        return resumableYield(context, statement.value, stores)
      }
      break
    case "If":
      return resumableIf(context, yielding, statement)
    case "While":
      return resumableWhile(context, yielding, statement)
    case "For":
      return resumableFor(context, yielding, statement)
    case "Try":
      return resumableTry(context, yielding, statement)
    default:
  }
  throw new Refusal("Unsupported", "'yield' inside an expression is outside this evaluator's Python", statement.line)
}

const resumableYield = (
  context: Context,
  { value, from, line }: Extract<Expr, { kind: "Yield" }>,
  stores: ReadonlyArray<Store>
): Resumable => {
  const { meter } = context
  const given = value === null ? () => null : compileExpression(context, value)
  return function* (frame) {
    if (from) {
      const source = iterate(meter, given(frame))
      for (let item = source.next(); item !== undefined; item = source.next()) {
        meter.step(1)
        yield item
        meter.line = line
      }
    } else yield given(frame)
    meter.line = line
    for (const store of stores) store(frame, null)
    return through
  }
}

const resumableIf = (context: Context, yielding: ReadonlySet<Stmt>, node: Extract<Stmt, { kind: "If" }>): Resumable => {
  const { meter } = context
  const branches = node.branches.map(({ test, body }) => {
    context.line = test.line
    return { line: test.line, test: compileExpression(context, test), body: resumableBlock(context, yielding, body) }
  })
  const last = resumableBlock(context, yielding, node.otherwise)
  return function* (frame) {
    for (const { line, test, body } of branches) {
      meter.line = line
      if (isTrue(test(frame))) return yield* body(frame)
    }
    return yield* last(frame)
  }
}

const resumableWhile = (
  context: Context,
  yielding: ReadonlySet<Stmt>,
  { test, body, otherwise, line }: Extract<Stmt, { kind: "While" }>
): Resumable => {
  const { meter } = context
  const [goesOn, cost] = context.priced(() => compileExpression(context, test))
  const turn = resumableBlock(context, yielding, body)
  const last = resumableBlock(context, yielding, otherwise)
  return function* (frame) {
    for (;;) {
      meter.line = line
      meter.step(cost)
      if (!isTrue(goesOn(frame))) return yield* last(frame)
      const ending = yield* turn(frame)
      if (ending === broke) return through
      if (ending === returned) return returned
    }
  }
}

const resumableFor = (
  context: Context,
  yielding: ReadonlySet<Stmt>,
  { target, iterable, body, otherwise, line }: Extract<Stmt, { kind: "For" }>
): Resumable => {
  const { meter } = context
  const source = compileExpression(context, iterable)
  const [store, cost] = context.priced(() => compileTarget(context, target))
  const turn = resumableBlock(context, yielding, body)
  const last = resumableBlock(context, yielding, otherwise)
  return function* (frame) {
    const iterator = iterate(meter, source(frame))
    for (;;) {
      meter.line = line
      const item = iterator.next()
      if (item === undefined) return yield* last(frame)
      meter.step(cost)
      store(frame, item)
      const ending = yield* turn(frame)
      if (ending === broke) return through
      if (ending === returned) return returned
    }
  }
}

const resumableTry = (context: Context, yielding: ReadonlySet<Stmt>, node: Extract<Stmt, { kind: "Try" }>): Resumable => {
  const { run, meter } = context
  const body = resumableBlock(context, yielding, node.body)
  const handlers = node.handlers.map((handler) => ({
    ...compileHandlerHead(context, handler),
    body: resumableBlock(context, yielding, handler.body)
  }))
  const otherwise = resumableBlock(context, yielding, node.otherwise)
  const ending = resumableBlock(context, yielding, node.ending)

  const unwound = (thrown: unknown, frame: GeneratorFrame): PyRaise => {
    const error = caught(meter, thrown)
    meter.depth = frame.depth
    meter.frames = frame.frames
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
    const handler = findHandler(context, handlers, error, frame)
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
const compileHandlerHead = (context: Context, handler: Extract<Stmt, { kind: "Try" }>["handlers"][number]): Omit<Catch, "body"> =>
  compileHandler(context, { ...handler, body: [] })
