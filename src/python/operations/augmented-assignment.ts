/** `target += value` and its relatives: lists, sets and dicts change in place, everything else gives a new value. */

import type { BinaryOperator } from "../syntax/ast.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import { dictItems, dictOf } from "../values/dicts.ts"
import { PyDict, PyList, PySet, type PyTuple, type PyValue } from "../values/objects.ts"
import { each } from "./iteration.ts"
import { binary, combineIfSets } from "./operators.ts"

/**
 * What `target operator= value` stores: the target itself where it can change in place.
 * `symbol` is how an error spells the operator.
 */
export const augment = (
  account: BudgetAccount,
  operator: BinaryOperator,
  target: PyValue,
  value: PyValue,
  symbol: string
): PyValue => {
  if (target instanceof PyList && (operator === "+" || operator === "*")) {
    if (operator === "+") return extendList(account, target, value)
    const repeated = binary(account, "*", target, value, symbol)
    if (repeated instanceof PyList) target.items = repeated.items
    return target
  }
  return inPlace(account, operator, target, value) ?? binary(account, operator, target, value, symbol)
}

/** For sets and dicts; undefined where a new value is made instead. */
const inPlace = (account: BudgetAccount, operator: BinaryOperator, target: PyValue, value: PyValue): PyValue | undefined => {
  if (target instanceof PySet && !target.frozen && value instanceof PySet) {
    const result = combineIfSets(account, operator, target, value)
    if (result === undefined) return undefined
    target.members.clear()
    for (const [key, member] of result.members) target.members.set(key, member)
    return target
  }
  if (operator === "|" && target instanceof PyDict && value instanceof PyDict) {
    for (const pair of dictItems(value)) target.entries.set(...dictEntry(account, pair))
    return target
  }
  return undefined
}

const dictEntry = (account: BudgetAccount, { items }: PyTuple) => {
  const single = dictOf(account, [[items[0]!, items[1]!]])
  return [...single.entries][0]!
}

/** `xs += values`, also `xs.extend(values)`: in place, from any iterable. */
export const extendList = (account: BudgetAccount, list: PyList, values: PyValue): PyList => {
  if (values === list) for (const value of copyItems(account, list)) list.items.push(value)
  else {
    for (const value of each(account, values)) {
      account.allocate(16)
      list.items.push(value)
    }
  }
  return list
}

/** The items of a list in an array of their own, charged. */
export const copyItems = (account: BudgetAccount, list: PyList): Array<PyValue> => {
  account.work(list.items.length)
  account.allocate(8 * list.items.length + 56)
  return [...list.items]
}
