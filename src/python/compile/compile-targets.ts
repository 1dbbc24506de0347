/** What stands left of `=`, in a `for`, after `as` and `del`: closures that store a value, or take one away. */

import { attributeError } from "../operations/attributes.ts"
import { iterate } from "../operations/iteration.ts"
import { deleteItem, setItem } from "../operations/subscripts.ts"
import type { Expr } from "../syntax/ast.ts"
import { valueError, raised } from "../values/exceptions.ts"
import type { Frame } from "../values/Frame.ts"
import { PyList, PyTuple, type PyValue, typeName } from "../values/objects.ts"
import { compileExpression } from "./compile-expressions.ts"
import { type Store, storeName, deleteName } from "./compile-names.ts"
import type { CompileScope } from "./CompileScope.ts"

/** Stores a value in a target. Throws PyRaise (SyntaxError) for a starred target on its own. */
export const compileTarget = (scope: CompileScope, target: Expr): Store => {
  switch (target.kind) {
    case "Name":
      return storeName(scope, target.name, target.line)
    case "Subscript": {
      const object = compileExpression(scope, target.object)
      const index = compileExpression(scope, target.index)
      const { account } = scope
      return (frame, value) => setItem(account, object(frame), index(frame), value)
    }
    case "Attribute": {
      const object = compileExpression(scope, target.object)
      return (frame) => {
        throw attributeError(object(frame), target.name)
      }
    }
    case "Tuple":
    case "List":
      return compileUnpacking(scope, target.items)
    default: {
      const error = raised("SyntaxError", "starred assignment target must be in a list or tuple")
      error.exception.line = target.line
      throw error
    }
  }
}

/** `a, *b, c = value`. */
const compileUnpacking = (scope: CompileScope, items: ReadonlyArray<Expr>): Store => {
  const { account } = scope
  const star = items.findIndex((item) => item.kind === "Starred")
  const stores = items.map((item) => compileTarget(scope, item.kind === "Starred" ? item.value : item))
  const after = star < 0 ? 0 : items.length - star - 1
  return (frame, value) => {
    const values = star < 0 ? exactly(scope, value, items.length) : atLeast(scope, value, items.length - 1)
    if (star >= 0) {
      const middle = values.splice(star, values.length - star - after)
      account.allocate(8 * middle.length + 56)
      values.splice(star, 0, new PyList(middle))
    }
    for (let i = 0; i < stores.length; i++) stores[i]!(frame, values[i]!)
  }
}

const cannotUnpack = (value: PyValue): string => `cannot unpack non-iterable ${typeName(value)} object`

const exactly = (scope: CompileScope, value: PyValue, count: number): Array<PyValue> => {
  if (value instanceof PyTuple || value instanceof PyList) {
    if (value.items.length === count) return [...value.items]
    if (value.items.length > count) throw valueError(`too many values to unpack (expected ${count})`)
    throw valueError(`not enough values to unpack (expected ${count}, got ${value.items.length})`)
  }
  const iterator = iterate(scope.account, value, cannotUnpack(value))
  const values: Array<PyValue> = []
  for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
    if (values.length === count) throw valueError(`too many values to unpack (expected ${count})`)
    values.push(item)
  }
  if (values.length < count) throw valueError(`not enough values to unpack (expected ${count}, got ${values.length})`)
  return values
}

const atLeast = (scope: CompileScope, value: PyValue, count: number): Array<PyValue> => {
  const iterator = iterate(scope.account, value, cannotUnpack(value))
  const values: Array<PyValue> = []
  for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
    if ((values.length & 15) === 15) scope.account.step(1)
    scope.account.allocate(16)
    values.push(item)
  }
  if (values.length < count) throw valueError(`not enough values to unpack (expected at least ${count}, got ${values.length})`)
  return values
}

/** `del target`. */
export const compileDeletion = (scope: CompileScope, target: Expr): ((frame: Frame) => void) => {
  if (target.kind === "Subscript") {
    const object = compileExpression(scope, target.object)
    const index = compileExpression(scope, target.index)
    const { account } = scope
    return (frame) => deleteItem(account, object(frame), index(frame))
  }
  if (target.kind === "Attribute") {
    const object = compileExpression(scope, target.object)
    return (frame) => {
      throw attributeError(object(frame), target.name)
    }
  }
  return target.kind === "Name" ? deleteName(scope, target.name, target.line) : () => undefined
}
