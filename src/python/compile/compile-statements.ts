import { extendList } from "../library/list-methods.ts"
import { importModule, importName, importAll } from "../library/modules.ts"
import { attributeError } from "../operations/attributes.ts"
import { call } from "../operations/calling.ts"
import { isTrue } from "../operations/comparisons.ts"
import { binary, inPlace } from "../operations/operators.ts"
import { getItem, setItem } from "../operations/subscripts.ts"
/**
 * Statements to closures. A statement says how it ended: ran through, or left by break, continue or return.
 *
 * A block pays for all of its statements when it is entered, a loop for its head on every turn: nothing runs for ever.
 */
import type { Expr, Stmt } from "../syntax/ast.ts"
import { raised } from "../values/exceptions.ts"
import { iterate } from "../values/iteration.ts"
import { type Frame, PyList, type PyValue } from "../values/objects.ts"
import { compileTry, compileRaise } from "./compile-exceptions.ts"
import { compileExpression } from "./compile-expressions.ts"
import { compileFunction } from "./compile-functions.ts"
import { compileDeletion, compileTarget, storeName } from "./compile-targets.ts"
import type { Context } from "./CompileScope.ts"

/** How a statement ended. */
export type Ending = 0 | 1 | 2 | 3
export const through: Ending = 0
export const broke: Ending = 1
export const continued: Ending = 2
export const returned: Ending = 3

export type Exec = (frame: Frame) => Ending

export const compileBlock = (context: Context, body: ReadonlyArray<Stmt>): Exec => {
  if (body.length === 0) return () => through
  const { meter } = context
  context.descend(body[0]!.line)
  const [runs, cost] = context.priced(() =>
    body.map((statement) => {
      context.line = statement.line
      return compileStatement(context, statement)
    })
  )
  const lines = body.map(({ line }) => line)
  context.ascend()
  return (frame) => {
    meter.line = lines[0]!
    meter.step(cost)
    for (let i = 0; i < runs.length; i++) {
      meter.line = lines[i]!
      const ending = runs[i]!(frame)
      if (ending !== through) return ending
    }
    return through
  }
}

const compileStatement = (context: Context, statement: Stmt): Exec => {
  switch (statement.kind) {
    case "Expression": {
      const value = compileExpression(context, statement.value)
      return (frame) => {
        value(frame)
        return through
      }
    }
    case "Assign":
      return compileAssignment(context, statement.targets, statement.value)
    case "Augment":
      return compileAugmented(context, statement)
    case "Return": {
      const value = statement.value === null ? null : compileExpression(context, statement.value)
      return (frame) => {
        frame.result = value === null ? null : value(frame)
        return returned
      }
    }
    case "If":
      return compileIf(context, statement)
    case "While":
      return compileWhile(context, statement)
    case "For":
      return compileFor(context, statement)
    case "Function":
      return compileDefinition(context, statement)
    case "Pass":
      return () => through
    case "Break":
      return () => broke
    case "Continue":
      return () => continued
    case "Import": {
      const store = storeName(context, statement.as, statement.line)
      return (frame) => {
        store(frame, importModule(statement.module))
        return through
      }
    }
    case "ImportFrom":
      return compileImportFrom(context, statement)
    case "Assert":
      return compileAssert(context, statement.test, statement.message)
    case "Raise":
      return compileRaise(context, statement)
    case "Try":
      return compileTry(context, statement)
    case "Delete": {
      const deletions = statement.targets.map((target) => compileDeletion(context, target))
      return (frame) => {
        for (const deletion of deletions) deletion(frame)
        return through
      }
    }
  }
}

const compileAssignment = (context: Context, targets: ReadonlyArray<Expr>, expression: Expr): Exec => {
  const value = compileExpression(context, expression)
  const stores = targets.map((target) => compileTarget(context, target))
  if (stores.length === 1) {
    const store = stores[0]!
    return (frame) => {
      store(frame, value(frame))
      return through
    }
  }
  return (frame) => {
    const result = value(frame)
    for (const store of stores) store(frame, result)
    return through
  }
}

const compileAugmented = (context: Context, { operator, target, value }: Extract<Stmt, { kind: "Augment" }>): Exec => {
  const { meter } = context
  const symbol = `${operator}=`
  const combine = (old: PyValue, change: PyValue): PyValue => {
    if (old instanceof PyList && (operator === "+" || operator === "*")) {
      if (operator === "+") return extendList(meter, old, change)
      const repeated = binary(meter, "*", old, change, symbol)
      if (repeated instanceof PyList) old.items = repeated.items
      return old
    }
    return inPlace(meter, operator, old, change) ?? binary(meter, operator, old, change, symbol)
  }
  if (target.kind === "Subscript") {
    const object = compileExpression(context, target.object)
    const index = compileExpression(context, target.index)
    const change = compileExpression(context, value)
    return (frame) => {
      const [container, key] = [object(frame), index(frame)]
      const old = getItem(meter, container, key)
      setItem(meter, container, key, combine(old, change(frame)))
      return through
    }
  }
  const old = compileExpression(context, target)
  const change = compileExpression(context, value)
  if (target.kind === "Attribute") {
    return (frame) => {
      combine(old(frame), change(frame))
      throw attributeError(old(frame), target.name)
    }
  }
  const store = compileTarget(context, target)
  return (frame) => {
    const before = old(frame)
    store(frame, combine(before, change(frame)))
    return through
  }
}

const compileIf = (context: Context, { branches, otherwise }: Extract<Stmt, { kind: "If" }>): Exec => {
  const { meter } = context
  const compiled = branches.map(({ test, body }) => {
    context.line = test.line
    return { line: test.line, test: compileExpression(context, test), body: compileBlock(context, body) }
  })
  const last = compileBlock(context, otherwise)
  return (frame) => {
    for (const { line, test, body } of compiled) {
      meter.line = line
      if (isTrue(test(frame))) return body(frame)
    }
    return last(frame)
  }
}

const compileWhile = (context: Context, { test, body, otherwise, line }: Extract<Stmt, { kind: "While" }>): Exec => {
  const { meter } = context
  const [goesOn, cost] = context.priced(() => compileExpression(context, test))
  const turn = compileBlock(context, body)
  const last = compileBlock(context, otherwise)
  return (frame) => {
    for (;;) {
      meter.line = line
      meter.step(cost)
      if (!isTrue(goesOn(frame))) return last(frame)
      const ending = turn(frame)
      if (ending === broke) return through
      if (ending === returned) return returned
    }
  }
}

const compileFor = (context: Context, { target, iterable, body, otherwise, line }: Extract<Stmt, { kind: "For" }>): Exec => {
  const { meter } = context
  const source = compileExpression(context, iterable)
  const [store, cost] = context.priced(() => compileTarget(context, target))
  const turn = compileBlock(context, body)
  const last = compileBlock(context, otherwise)
  return (frame) => {
    const iterator = iterate(meter, source(frame))
    for (;;) {
      meter.line = line
      const item = iterator.next()
      if (item === undefined) return last(frame)
      meter.step(cost)
      store(frame, item)
      const ending = turn(frame)
      if (ending === broke) return through
      if (ending === returned) return returned
    }
  }
}

const compileDefinition = (context: Context, statement: Extract<Stmt, { kind: "Function" }>): Exec => {
  const { meter } = context
  const decorators = statement.decorators.map((decorator) => compileExpression(context, decorator))
  const define = compileFunction(context, statement.function)
  const store = storeName(context, statement.function.name, statement.line)
  return (frame) => {
    const wrappers = decorators.map((decorator) => decorator(frame))
    store(
      frame,
      wrappers.reduceRight((value: PyValue, wrapper) => call(meter, wrapper, [value]), define(frame))
    )
    return through
  }
}

const compileImportFrom = (context: Context, { module, names, line }: Extract<Stmt, { kind: "ImportFrom" }>): Exec => {
  if (names[0]?.name === "*") {
    const stores = new Map([...importAll(module)].map(([name]) => [name, storeName(context, name, line)]))
    return (frame) => {
      importModule(module)
      for (const [name, value] of importAll(module)) stores.get(name)!(frame, value)
      return through
    }
  }
  const stores = names.map(({ name, as }) => ({ name, store: storeName(context, as, line) }))
  return (frame) => {
    for (const { name, store } of stores) store(frame, importName(module, name))
    return through
  }
}

const compileAssert = (context: Context, test: Expr, message: Expr | null): Exec => {
  const holds = compileExpression(context, test)
  const text = message === null ? null : compileExpression(context, message)
  return (frame) => {
    if (isTrue(holds(frame))) return through
    throw text === null ? raised("AssertionError") : raised("AssertionError", text(frame))
  }
}
