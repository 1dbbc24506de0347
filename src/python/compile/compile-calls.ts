/** Calls to closures. `object.method(...)` finds the method without making a bound one. */

import { findMethod, getAttribute } from "../operations/attributes.ts"
import { call, nativeCallSteps } from "../operations/calling.ts"
import type { Argument, Expr } from "../syntax/ast.ts"
import { typeError } from "../values/exceptions.ts"
import type { Frame } from "../values/Frame.ts"
import { type Keywords, PyDict, type PyValue, typeName } from "../values/objects.ts"
import { compileExpression, type Eval, spread } from "./compile-expressions.ts"
import type { CompileScope } from "./CompileScope.ts"

interface Arguments {
  readonly positional: (frame: Frame) => Array<PyValue>
  readonly keywords: (frame: Frame) => Keywords | null
}

/** `callee(*args)`: the callee is evaluated first, then the arguments from left to right, those by name last. */
export const compileCall = (scope: CompileScope, callee: Expr, args: ReadonlyArray<Argument>): Eval => {
  const { positional, keywords } = compileArguments(scope, args)
  const { account } = scope
  if (callee.kind !== "Attribute") {
    const target = compileExpression(scope, callee)
    return (frame) => {
      const called = target(frame)
      return call(account, called, positional(frame), keywords(frame))
    }
  }
  const object = compileExpression(scope, callee.object)
  const { name } = callee
  return (frame) => {
    const self = object(frame)
    const method = findMethod(self, name)
    if (method === undefined) return call(account, getAttribute(self, name), positional(frame), keywords(frame))
    account.step(nativeCallSteps)
    return method(account, self, positional(frame), keywords(frame))
  }
}

const compileArguments = (scope: CompileScope, args: ReadonlyArray<Argument>): Arguments => {
  const positional = args.filter(({ kind }) => kind === "positional" || kind === "unpack")
  const named = args.filter(({ kind }) => kind === "keyword" || kind === "unpack-keywords")
  return { positional: compilePositional(scope, positional), keywords: compileKeywords(scope, named) }
}

const compilePositional = (scope: CompileScope, args: ReadonlyArray<Argument>): Arguments["positional"] => {
  const values = args.map(({ value }) => compileExpression(scope, value))
  if (args.every(({ kind }) => kind === "positional")) {
    return (frame) => {
      const items: Array<PyValue> = []
      for (let i = 0; i < values.length; i++) items.push(values[i]!(frame))
      return items
    }
  }
  return (frame) => {
    const items: Array<PyValue> = []
    for (const [i, { kind }] of args.entries()) {
      const value = values[i]!(frame)
      if (kind === "positional") items.push(value)
      else for (const item of spread(scope, value)) items.push(item)
    }
    return items
  }
}

const compileKeywords = (scope: CompileScope, args: ReadonlyArray<Argument>): Arguments["keywords"] => {
  if (args.length === 0) return () => null
  const values = args.map(({ kind, name, value }) => ({ kind, name, value: compileExpression(scope, value) }))
  return (frame) => {
    const keywords = new Map<string, PyValue>()
    const add = (name: string, value: PyValue) => {
      if (keywords.has(name)) throw typeError(`got multiple values for keyword argument '${name}'`)
      scope.account.allocate(100)
      keywords.set(name, value)
    }
    for (const { kind, name, value } of values) {
      const result = value(frame)
      if (kind === "keyword") add(name, result)
      else if (!(result instanceof PyDict)) throw typeError(`argument after ** must be a mapping, not ${typeName(result)}`)
      else {
        for (const entry of result.entries.values()) {
          if (typeof entry.key !== "string") throw typeError("keywords must be strings")
          add(entry.key, entry.value)
        }
      }
    }
    return keywords
  }
}
