/** Methods of set and frozenset. The named operations take any iterables, unlike the operators. */

import { isSubset } from "../operations/comparisons.ts"
import { each } from "../operations/iteration.ts"
import { combineSets } from "../operations/operators.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import { setAdd, setHas, setOf } from "../values/dicts.ts"
import { raised } from "../values/exceptions.ts"
import { keyOf } from "../values/keys.ts"
import { type Method, PySet, type PyValue } from "../values/objects.ts"
import { bindArguments } from "./arguments.ts"

const setFrom = (account: BudgetAccount, value: PyValue): PySet =>
  value instanceof PySet ? value : setOf(account, each(account, value))

const method = (
  name: string,
  names: ReadonlyArray<string>,
  required: number,
  run: (account: BudgetAccount, self: PySet, values: Array<PyValue | undefined>) => PyValue
): readonly [string, Method] => [
  name,
  (account, self, args, keywords) => run(account, self as PySet, bindArguments(`set.${name}`, args, keywords, names, required))
]

type Operator = "|" | "&" | "-" | "^"

const combineAll = (account: BudgetAccount, operator: Operator, self: PySet, others: ReadonlyArray<PyValue>): PySet => {
  let result = copyOf(account, self)
  for (const other of others) {
    const right = setFrom(account, other)
    account.work(4 * (result.members.size + right.members.size))
    result = combineSets(operator, result, right)
    account.allocate(100 * result.members.size)
  }
  return result
}

const copyOf = (account: BudgetAccount, set: PySet): PySet => {
  account.work(set.members.size)
  account.allocate(100 * set.members.size)
  const copy = new PySet(set.frozen)
  for (const [key, value] of set.members) copy.members.set(key, value)
  return copy
}

const combining = (name: string, operator: Operator): readonly [string, Method] => [
  name,
  (account, self, args, keywords) => {
    if (keywords !== null || operator === "^") bindArguments(`set.${name}`, args, keywords, ["other"], 1)
    return combineAll(account, operator, self as PySet, args)
  }
]

const updating = (name: string, operator: Operator): readonly [string, Method] => [
  name,
  (account, self, args, keywords) => {
    if (keywords !== null || operator === "^") bindArguments(`set.${name}`, args, keywords, ["other"], 1)
    const set = self as PySet
    const result = combineAll(account, operator, set, args)
    set.members.clear()
    for (const [key, value] of result.members) set.members.set(key, value)
    return null
  }
]

/** By name: those that leave the set as it is. */
export const frozensetMethods: ReadonlyMap<string, Method> = new Map([
  combining("union", "|"),
  combining("intersection", "&"),
  combining("difference", "-"),
  combining("symmetric_difference", "^"),
  method("issubset", ["other"], 1, (account, set, [other]) => isSubset(account, set, setFrom(account, other!))),
  method("issuperset", ["other"], 1, (account, set, [other]) => isSubset(account, setFrom(account, other!), set)),
  method("isdisjoint", ["other"], 1, (account, set, [other]) => {
    for (const value of each(account, other!)) if (setHas(account, set, value)) return false
    return true
  }),
  method("copy", [], 0, copyOf)
])

/** By name. */
export const setMethods: ReadonlyMap<string, Method> = new Map([
  ...frozensetMethods,
  updating("update", "|"),
  updating("intersection_update", "&"),
  updating("difference_update", "-"),
  updating("symmetric_difference_update", "^"),
  method("add", ["object"], 1, (account, set, [value]) => {
    setAdd(account, set, value!)
    return null
  }),
  method("discard", ["object"], 1, (account, set, [value]) => {
    set.members.delete(keyOf(account, value!))
    return null
  }),
  method("remove", ["object"], 1, (account, set, [value]) => {
    if (!set.members.delete(keyOf(account, value!))) throw raised("KeyError", value!)
    return null
  }),
  method("pop", [], 0, (_, set) => {
    for (const [key, value] of set.members) {
      set.members.delete(key)
      return value
    }
    throw raised("KeyError", "pop from an empty set")
  }),
  method("clear", [], 0, (_, set) => {
    set.members.clear()
    return null
  })
])
