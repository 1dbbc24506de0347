/** Methods of list; `index` and `count` are shared with tuple and range. */

import { extendList, copyItems } from "../operations/augmented-assignment.ts"
import { sameOrEqual } from "../operations/comparisons.ts"
import { toArray } from "../operations/iteration.ts"
import { sortItems } from "../operations/sorting.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import { indexError, valueError } from "../values/exceptions.ts"
import { type Method, PyList, PyTuple, type PyValue } from "../values/objects.ts"
import { repr } from "../values/repr.ts"
import { intArgument, sizeArgument, bindArguments } from "./arguments.ts"

const itemsOf = (self: PyValue): Array<PyValue> => (self instanceof PyList ? self.items : [])

const method = (
  name: string,
  names: ReadonlyArray<string>,
  required: number,
  run: (account: BudgetAccount, self: PyList, values: Array<PyValue | undefined>) => PyValue
): readonly [string, Method] => [
  name,
  (account, self, args, keywords) => run(account, self as PyList, bindArguments(`list.${name}`, args, keywords, names, required))
]

const clampIndex = (value: PyValue | undefined, length: number, missing: number): number => {
  if (value === undefined) return missing
  const at = sizeArgument(value)
  return at < 0 ? Math.max(0, at + length) : Math.min(at, length)
}

const indexOf = (account: BudgetAccount, items: ReadonlyArray<PyValue>, args: ReadonlyArray<PyValue | undefined>): number => {
  const [value, start, stop] = args
  account.work(items.length)
  const from = clampIndex(start, items.length, 0)
  const to = clampIndex(stop, items.length, items.length)
  for (let i = from; i < to; i++) if (sameOrEqual(account, items[i]!, value!)) return i
  return -1
}

const countOf = (account: BudgetAccount, items: ReadonlyArray<PyValue>, value: PyValue): number => {
  account.work(items.length)
  return items.filter((item) => sameOrEqual(account, item, value)).length
}

/** By name. */
export const listMethods: ReadonlyMap<string, Method> = new Map([
  [
    "append",
    (account, self, args, keywords) => {
      bindArguments("list.append", args, keywords, ["object"], 1)
      account.allocate(16)
      itemsOf(self).push(args[0]!)
      return null
    }
  ],
  method("extend", ["iterable"], 1, (account, list, [values]) => {
    extendList(account, list, values!)
    return null
  }),
  method("insert", ["index", "object"], 2, (account, list, [index, value]) => {
    account.allocate(16)
    account.work(list.items.length / 4)
    list.items.splice(clampIndex(index!, list.items.length, 0), 0, value!)
    return null
  }),
  method("pop", ["index"], 0, (account, list, [index]) => {
    const { items } = list
    const at = index === undefined ? -1 : sizeArgument(index)
    if (items.length === 0) throw indexError("pop from empty list")
    const from = at < 0 ? at + items.length : at
    if (from < 0 || from >= items.length) throw indexError("pop index out of range")
    if (from === items.length - 1) return items.pop()!
    account.work(items.length / 4)
    return items.splice(from, 1)[0]!
  }),
  method("remove", ["value"], 1, (account, list, [value]) => {
    const at = indexOf(account, list.items, [value])
    if (at < 0) throw valueError("list.remove(x): x not in list")
    list.items.splice(at, 1)
    return null
  }),
  method("clear", [], 0, (_, list) => {
    list.items.length = 0
    return null
  }),
  method("copy", [], 0, (account, list) => new PyList(copyItems(account, list))),
  method("reverse", [], 0, (account, list) => {
    account.work(list.items.length)
    list.items.reverse()
    return null
  }),
  method("index", ["value", "start", "stop"], 1, (account, list, args) => {
    const at = indexOf(account, list.items, args)
    if (at < 0) throw valueError(`${repr(account, args[0]!)} is not in list`)
    return at
  }),
  method("count", ["value"], 1, (account, list, [value]) => countOf(account, list.items, value!)),
  [
    "sort",
    (account, self, args, keywords) => {
      bindArguments("sort", args, null, [], 0)
      const [key, reverse] = bindArguments("sort", [], keywords, ["key", "reverse"], 0, 0)
      if (reverse !== undefined) intArgument(reverse)
      const list = self as PyList
      list.items = sortItems(account, list.items, key, reverse)
      return null
    }
  ]
])

const itemsOfSequence = (account: BudgetAccount, self: PyValue): ReadonlyArray<PyValue> =>
  self instanceof PyTuple ? self.items : toArray(account, self)

/** By name; for range too. */
export const tupleMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    "index",
    (account, self, args, keywords) => {
      const values = bindArguments("tuple.index", args, keywords, ["value", "start", "stop"], 1)
      const at = indexOf(account, itemsOfSequence(account, self), values)
      if (at < 0)
        throw valueError(
          self instanceof PyTuple ? "tuple.index(x): x not in tuple" : `${repr(account, values[0]!)} is not in range`
        )
      return at
    }
  ],
  [
    "count",
    (account, self, args, keywords) => {
      bindArguments("tuple.count", args, keywords, ["value"], 1)
      return countOf(account, itemsOfSequence(account, self), args[0]!)
    }
  ]
])
