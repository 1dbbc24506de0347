/**
 * Statements to closures. A statement says how it ended: ran through, or left by break, continue or return.
 *
 * A block pays for all of its statements when it is entered, a loop for its head on every turn: nothing runs for ever.
 */

import { importModule, importName, importAll } from "../library/modules.ts"
import { attributeError } from "../operations/attributes.ts"
import { augment } from "../operations/augmented-assignment.ts"
import { call } from "../operations/calling.ts"
import { isTrue } from "../operations/comparisons.ts"
import { iterate } from "../operations/iteration.ts"
import { getItem, setItem } from "../operations/subscripts.ts"
import type { Expr, Stmt } from "../syntax/ast.ts"
import { raised } from "../values/exceptions.ts"
import type { Frame } from "../values/Frame.ts"
import type { PyValue } from "../values/objects.ts"
import { compileTry, compileRaise } from "./compile-exceptions.ts"
import { compileExpression } from "./compile-expressions.ts"
import { compileFunction } from "./compile-functions.ts"
import { storeName } from "./compile-names.ts"
import { compileDeletion, compileTarget } from "./compile-targets.ts"
import type { CompileScope } from "./CompileScope.ts"

/** How a statement ended. */
export type Ending = 0 | 1 | 2 | 3
export const through: Ending = 0
export const broke: Ending = 1
const continued: Ending = 2
export const returned: Ending = 3

/** Compiled code of a statement: runs it in a frame and says how it ended. */
export type Exec = (frame: Frame) => Ending

/** Statements one after the other, paid for together. */
export const compileBlock = (scope: CompileScope, body: ReadonlyArray<Stmt>): Exec => {
  if (body.length === 0) return () => through
  const { account } = scope
  scope.descend(body[0]!.line)
  const [runs, cost] = scope.priced(() =>
    body.map((statement) => {
      scope.line = statement.line
      return compileStatement(scope, statement)
    })
  )
  const lines = body.map(({ line }) => line)
  scope.ascend()
  return (frame) => {
    account.line = lines[0]!
    account.step(cost)
    for (let i = 0; i < runs.length; i++) {
      account.line = lines[i]!
      const ending = runs[i]!(frame)
      if (ending !== through) return ending
    }
    return through
  }
}

const compileStatement = (scope: CompileScope, statement: Stmt): Exec => {
  switch (statement.kind) {
    case "Expression": {
      const value = compileExpression(scope, statement.value)
      return (frame) => {
        value(frame)
        return through
      }
    }
    case "Assign":
      return compileAssignment(scope, statement.targets, statement.value)
    case "Augment":
      return compileAugmented(scope, statement)
    case "Return": {
      const value = statement.value === null ? null : compileExpression(scope, statement.value)
      return (frame) => {
        frame.result = value === null ? null : value(frame)
        return returned
      }
    }
    case "If":
      return compileIf(scope, statement)
    case "While":
      return compileWhile(scope, statement)
    case "For":
      return compileFor(scope, statement)
    case "Function":
      return compileDefinition(scope, statement)
    case "Pass":
      return () => through
    case "Break":
      return () => broke
    case "Continue":
      return () => continued
    case "Import": {
      const store = storeName(scope, statement.as, statement.line)
      return (frame) => {
        store(frame, importModule(statement.module))
        return through
      }
    }
    case "ImportFrom":
      return compileImportFrom(scope, statement)
    case "Assert":
      return compileAssert(scope, statement.test, statement.message)
    case "Raise":
      return compileRaise(scope, statement)
    case "Try":
      return compileTry(scope, statement)
    case "Delete": {
      const deletions = statement.targets.map((target) => compileDeletion(scope, target))
      return (frame) => {
        for (const deletion of deletions) deletion(frame)
        return through
      }
    }
  }
}

const compileAssignment = (scope: CompileScope, targets: ReadonlyArray<Expr>, expression: Expr): Exec => {
  const value = compileExpression(scope, expression)
  const stores = targets.map((target) => compileTarget(scope, target))
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

const compileAugmented = (scope: CompileScope, { operator, target, value }: Extract<Stmt, { kind: "Augment" }>): Exec => {
  const { account } = scope
  const symbol = `${operator}=`
  if (target.kind === "Subscript") {
    const object = compileExpression(scope, target.object)
    const index = compileExpression(scope, target.index)
    const change = compileExpression(scope, value)
    return (frame) => {
      const [container, key] = [object(frame), index(frame)]
      const old = getItem(account, container, key)
      setItem(account, container, key, augment(account, operator, old, change(frame), symbol))
      return through
    }
  }
  const old = compileExpression(scope, target)
  const change = compileExpression(scope, value)
  if (target.kind === "Attribute") {
    return (frame) => {
      augment(account, operator, old(frame), change(frame), symbol)
      throw attributeError(old(frame), target.name)
    }
  }
  const store = compileTarget(scope, target)
  return (frame) => {
    const before = old(frame)
    store(frame, augment(account, operator, before, change(frame), symbol))
    return through
  }
}

const compileIf = (scope: CompileScope, { branches, otherwise }: Extract<Stmt, { kind: "If" }>): Exec => {
  const { account } = scope
  const compiled = branches.map(({ test, body }) => {
    scope.line = test.line
    return { line: test.line, test: compileExpression(scope, test), body: compileBlock(scope, body) }
  })
  const last = compileBlock(scope, otherwise)
  return (frame) => {
    for (const { line, test, body } of compiled) {
      account.line = line
      if (isTrue(test(frame))) return body(frame)
    }
    return last(frame)
  }
}

const compileWhile = (scope: CompileScope, { test, body, otherwise, line }: Extract<Stmt, { kind: "While" }>): Exec => {
  const { account } = scope
  const [goesOn, cost] = scope.priced(() => compileExpression(scope, test))
  const turn = compileBlock(scope, body)
  const last = compileBlock(scope, otherwise)
  return (frame) => {
    for (;;) {
      account.line = line
      account.step(cost)
      if (!isTrue(goesOn(frame))) return last(frame)
      const ending = turn(frame)
      if (ending === broke) return through
      if (ending === returned) return returned
    }
  }
}

const compileFor = (scope: CompileScope, { target, iterable, body, otherwise, line }: Extract<Stmt, { kind: "For" }>): Exec => {
  const { account } = scope
  const source = compileExpression(scope, iterable)
  const [store, cost] = scope.priced(() => compileTarget(scope, target))
  const turn = compileBlock(scope, body)
  const last = compileBlock(scope, otherwise)
  return (frame) => {
    const iterator = iterate(account, source(frame))
    for (;;) {
      account.line = line
      const item = iterator.next()
      if (item === undefined) return last(frame)
      account.step(cost)
      store(frame, item)
      const ending = turn(frame)
      if (ending === broke) return through
      if (ending === returned) return returned
    }
  }
}

const compileDefinition = (scope: CompileScope, statement: Extract<Stmt, { kind: "Function" }>): Exec => {
  const { account } = scope
  const decorators = statement.decorators.map((decorator) => compileExpression(scope, decorator))
  const define = compileFunction(scope, statement.function)
  const store = storeName(scope, statement.function.name, statement.line)
  return (frame) => {
    const wrappers = decorators.map((decorator) => decorator(frame))
    store(
      frame,
      wrappers.reduceRight((value: PyValue, wrapper) => call(account, wrapper, [value]), define(frame))
    )
    return through
  }
}

const compileImportFrom = (scope: CompileScope, { module, names, line }: Extract<Stmt, { kind: "ImportFrom" }>): Exec => {
  if (names[0]?.name === "*") {
    const stores = new Map([...importAll(module)].map(([name]) => [name, storeName(scope, name, line)]))
    return (frame) => {
      importModule(module)
      for (const [name, value] of importAll(module)) stores.get(name)!(frame, value)
      return through
    }
  }
  const stores = names.map(({ name, as }) => ({ name, store: storeName(scope, as, line) }))
  return (frame) => {
    for (const { name, store } of stores) store(frame, importName(module, name))
    return through
  }
}

const compileAssert = (scope: CompileScope, test: Expr, message: Expr | null): Exec => {
  const holds = compileExpression(scope, test)
  const text = message === null ? null : compileExpression(scope, message)
  return (frame) => {
    if (isTrue(holds(frame))) return through
    throw text === null ? raised("AssertionError") : raised("AssertionError", text(frame))
  }
}
