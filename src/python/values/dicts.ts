/** Dicts and sets by value. Every function that takes a key throws TypeError where it has no hash. */

import type { BudgetAccount } from "./Budget.ts"
import { keyOf } from "./keys.ts"
import { PyDict, PySet, PyTuple, type PyValue } from "./objects.ts"

/** Bytes charged per entry: near CPython's for a dict that has grown. */
const entrySize = 100

/** The value of a key; undefined where it is not there. */
export const dictGet = (account: BudgetAccount, dict: PyDict, key: PyValue): PyValue | undefined =>
  dict.entries.get(keyOf(account, key))?.value

/** `dict[key] = value`. */
export const dictSet = (account: BudgetAccount, dict: PyDict, key: PyValue, value: PyValue): void => {
  const hash = keyOf(account, key)
  const entry = dict.entries.get(hash)
  if (entry !== undefined) entry.value = value
  else {
    account.allocate(entrySize)
    dict.entries.set(hash, { key, value })
  }
}

/** Whether the key was there. */
export const dictDelete = (account: BudgetAccount, dict: PyDict, key: PyValue): boolean =>
  dict.entries.delete(keyOf(account, key))

/** A new dict of pairs; of equal keys the last value stays. */
export const dictOf = (account: BudgetAccount, entries: Iterable<readonly [PyValue, PyValue]>): PyDict => {
  const dict = new PyDict()
  for (const [key, value] of entries) dictSet(account, dict, key, value)
  return dict
}

/** The pairs, each as a tuple. */
export const dictItems = function* (dict: PyDict): Generator<PyTuple> {
  for (const { key, value } of dict.entries.values()) yield new PyTuple([key, value])
}

/** `set.add(value)`. */
export const setAdd = (account: BudgetAccount, set: PySet, value: PyValue): void => {
  const key = keyOf(account, value)
  if (set.members.has(key)) return
  account.allocate(entrySize)
  set.members.set(key, value)
}

/** `value in set`. */
export const setHas = (account: BudgetAccount, set: PySet, value: PyValue): boolean => set.members.has(keyOf(account, value))

/** A new set of values. */
export const setOf = (account: BudgetAccount, values: Iterable<PyValue>, frozen = false): PySet => {
  const set = new PySet(frozen)
  for (const value of values) setAdd(account, set, value)
  return set
}
