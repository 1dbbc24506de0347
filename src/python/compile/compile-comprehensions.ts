/** Comprehensions: a frame of their own, loops inside loops, and for generator expressions the same loops on demand. */

import { isTrue } from "../operations/comparisons.ts"
import { iterate, NativeIterator } from "../operations/iteration.ts"
import type { Clause, Expr } from "../syntax/ast.ts"
import { dictSet, setAdd } from "../values/dicts.ts"
import { Frame, emptySlots } from "../values/Frame.ts"
import { PyDict, type PyIterator, PyList, PySet, type PyValue } from "../values/objects.ts"
import { compileExpression, type Eval } from "./compile-expressions.ts"
import type { Store } from "./compile-names.ts"
import { compileTarget } from "./compile-targets.ts"
import type { CompileScope } from "./CompileScope.ts"

interface Loop {
  readonly target: Store
  readonly conditions: ReadonlyArray<Eval>
  /** The iterable of the loop inside this one; null for the innermost. */
  readonly inner: Eval | null
}

type Comprehension = Extract<Expr, { kind: "Comprehension" }>

/** The list, set, dict or generator of a comprehension. */
export const compileComprehension = (scope: CompileScope, node: Comprehension): Eval => {
  // The first iterable belongs to the scope outside.
  const first = compileExpression(scope, node.clauses[0]!.iterable)
  const inside = scope.inside(node.scope, true)
  const [{ loops, element, value }, cost] = inside.priced(() => ({
    loops: compileLoops(inside, node.clauses),
    element: compileExpression(inside, node.element),
    value: node.value === null ? null : compileExpression(inside, node.value)
  }))
  scope.deepest = Math.max(scope.deepest, inside.deepest + 2 * loops.length)
  const { account } = scope
  const enter = (frame: Frame) => new Frame(emptySlots(node.scope.slots.size), frame)

  const turn = (): void => {
    account.step(cost)
    account.allocate(16)
  }

  /** Runs loop `level` and those inside it; `emit` sees the frame of every innermost turn. */
  const run = (frame: Frame, level: number, iterator: PyIterator, emit: (frame: Frame) => void): void => {
    const { target, conditions, inner } = loops[level]!
    for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
      turn()
      target(frame, item)
      if (!all(conditions, frame)) continue
      if (inner === null) emit(frame)
      else run(frame, level + 1, iterate(account, inner(frame)), emit)
    }
  }

  const lazily = function* (frame: Frame, level: number, iterator: PyIterator): Generator<PyValue> {
    const { target, conditions, inner } = loops[level]!
    for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
      turn()
      target(frame, item)
      if (!all(conditions, frame)) continue
      if (inner === null) yield element(frame)
      else yield* lazily(frame, level + 1, iterate(account, inner(frame)))
    }
  }

  switch (node.form) {
    case "list":
      return (frame) => {
        const items: Array<PyValue> = []
        run(enter(frame), 0, iterate(account, first(frame)), (inner) => items.push(element(inner)))
        return new PyList(items)
      }
    case "set":
      return (frame) => {
        const set = new PySet()
        run(enter(frame), 0, iterate(account, first(frame)), (inner) => setAdd(account, set, element(inner)))
        return set
      }
    case "dict":
      return (frame) => {
        const dict = new PyDict()
        run(enter(frame), 0, iterate(account, first(frame)), (inner) => dictSet(account, dict, element(inner), value!(inner)))
        return dict
      }
    case "generator":
      return (frame) => new NativeIterator(account, lazily(enter(frame), 0, iterate(account, first(frame))), "generator")
  }
}

const compileLoops = (scope: CompileScope, clauses: ReadonlyArray<Clause>): ReadonlyArray<Loop> =>
  clauses.map(({ target, conditions }, i) => {
    const next = clauses[i + 1]
    return {
      target: compileTarget(scope, target),
      conditions: conditions.map((condition) => compileExpression(scope, condition)),
      inner: next === undefined ? null : compileExpression(scope, next.iterable)
    }
  })

const all = (conditions: ReadonlyArray<Eval>, frame: Frame): boolean => {
  for (const condition of conditions) if (!isTrue(condition(frame))) return false
  return true
}
