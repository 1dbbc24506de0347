/** Truth, equality, order and membership. Numbers compare exactly across int and float, however large. */

import type { Comparison } from "../syntax/ast.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import { compareText } from "../values/code-points.ts"
import { setHas } from "../values/dicts.ts"
import { typeError } from "../values/exceptions.ts"
import { keyOf } from "../values/keys.ts"
import {
  type Int,
  PyDict,
  PyDictView,
  PyExtension,
  PyFloat,
  PyIterator,
  PyList,
  PyRange,
  PySet,
  PyTuple,
  type PyValue,
  typeName
} from "../values/objects.ts"
import { each } from "./iteration.ts"

/** The number of a bool, int or float, for comparing only; null for anything else. */
const comparable = (value: PyValue): Int | null => {
  if (typeof value === "number" || typeof value === "bigint") return value
  if (value instanceof PyFloat) return value.value
  if (typeof value === "boolean") return value ? 1 : 0
  return null
}

/** `bool(value)`. */
export const isTrue = (value: PyValue): boolean => {
  switch (typeof value) {
    case "boolean":
      return value
    case "number":
      return value !== 0
    case "bigint":
      return true
    case "string":
      return value !== ""
    default:
      return value !== null && sizeOf(value) !== 0
  }
}

const sizeOf = (value: PyValue): Int => {
  if (value instanceof PyFloat) return value.value === 0 ? 0 : 1
  if (value instanceof PyList || value instanceof PyTuple) return value.items.length
  if (value instanceof PyDict) return value.entries.size
  if (value instanceof PySet) return value.members.size
  if (value instanceof PyRange) return value.length
  if (value instanceof PyDictView) return value.dict.entries.size
  if (value instanceof PyExtension) return value.operate(noAccount, "bool", null, false) === false ? 0 : 1
  return 1
}

/** Truth of a date or duration costs nothing, so needs no account. */
const noAccount = null as never

/** `a is b`. Small values are identical when equal, as constants are in CPython. */
const identical = (account: BudgetAccount, a: PyValue, b: PyValue): boolean =>
  typeof a === "string" ? equals(account, a, b) : a === b

/** Equality as containers use it: the same object is equal to itself, NaN included. */
export const sameOrEqual = (account: BudgetAccount, a: PyValue, b: PyValue): boolean =>
  (typeof a !== "string" && a === b) || equals(account, a, b)

/** `a == b`. */
const equals = (account: BudgetAccount, a: PyValue, b: PyValue): boolean => {
  const x = comparable(a)
  if (x !== null) {
    const y = comparable(b)
    // oxlint-disable-next-line eqeqeq -- a number and a bigint are equal by value only under ==
    return y !== null && x == y
  }
  if (typeof a === "string" && typeof b === "string") {
    if (a.length !== b.length) return false
    account.scan(a.length)
    return a === b
  }
  if (typeof a === "string" || typeof b === "string" || a === null || b === null) return a === b
  if (a instanceof PyList) return b instanceof PyList && equalItems(account, a.items, b.items)
  if (a instanceof PyTuple) return b instanceof PyTuple && equalItems(account, a.items, b.items)
  if (a instanceof PyDict) return b instanceof PyDict && equalDicts(account, a, b)
  const [left, right] = [asSet(account, a), asSet(account, b)]
  if (left !== null && right !== null) return left.members.size === right.members.size && isSubset(account, left, right)
  if (a instanceof PyRange && b instanceof PyRange) return keyOf(account, a) === keyOf(account, b)
  if (a instanceof PyExtension && b instanceof PyExtension) return a.key() === b.key()
  return a === b
}

const equalItems = (account: BudgetAccount, a: ReadonlyArray<PyValue>, b: ReadonlyArray<PyValue>): boolean => {
  if (a.length !== b.length) return false
  account.enter(3)
  account.step(1 + Math.floor(a.length / 16))
  let i = 0
  while (i < a.length && sameOrEqual(account, a[i]!, b[i]!)) i++
  account.leave(3)
  return i === a.length
}

const equalDicts = (account: BudgetAccount, a: PyDict, b: PyDict): boolean => {
  if (a.entries.size !== b.entries.size) return false
  account.enter(3)
  account.step(1 + Math.floor(a.entries.size / 16))
  let equal = true
  for (const [key, { value }] of a.entries) {
    const other = b.entries.get(key)
    equal = other !== undefined && sameOrEqual(account, value, other.value)
    if (!equal) break
  }
  account.leave(3)
  return equal
}

/** A set, or the set that a view of keys or items acts as. */
export const asSet = (account: BudgetAccount, value: PyValue): PySet | null => {
  if (value instanceof PySet) return value
  if (!(value instanceof PyDictView) || value.of === "values") return null
  account.work(8 * value.dict.entries.size)
  const set = new PySet()
  for (const { key, value: item } of value.dict.entries.values()) {
    const member = value.of === "keys" ? key : new PyTuple([key, item])
    set.members.set(keyOf(account, member), member)
  }
  return set
}

/** `a <= b`. */
export const isSubset = (account: BudgetAccount, a: PySet, b: PySet): boolean => {
  if (a.members.size > b.members.size) return false
  account.work(4 * a.members.size)
  for (const key of a.members.keys()) if (!b.members.has(key)) return false
  return true
}

export type Order = "<" | ">" | "<=" | ">="

const holds = (operator: Order, order: number): boolean => {
  switch (operator) {
    case "<":
      return order < 0
    case ">":
      return order > 0
    case "<=":
      return order <= 0
    default:
      return order >= 0
  }
}

const numbersHold = (operator: Order, x: Int, y: Int): boolean => {
  switch (operator) {
    case "<":
      return x < y
    case ">":
      return x > y
    case "<=":
      return x <= y
    default:
      return x >= y
  }
}

/** `a < b` and the like. Throws TypeError where the two have no order. */
export const ordered = (account: BudgetAccount, operator: Order, a: PyValue, b: PyValue): boolean => {
  const x = comparable(a)
  const y = comparable(b)
  if (x !== null && y !== null) return numbersHold(operator, x, y)
  if (typeof a === "string" && typeof b === "string") {
    account.scan(4 * (a.length + b.length))
    return holds(operator, compareText(a, b))
  }
  if (a instanceof PyList && b instanceof PyList) return orderedItems(account, operator, a.items, b.items)
  if (a instanceof PyTuple && b instanceof PyTuple) return orderedItems(account, operator, a.items, b.items)
  const [left, right] = [asSet(account, a), asSet(account, b)]
  if (left !== null && right !== null) return orderedSets(account, operator, left, right)
  if (a instanceof PyExtension && b instanceof PyExtension) {
    const order = a.compare(b)
    if (order !== null) return holds(operator, order)
  }
  throw typeError(`'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`)
}

/** Lexicographic: the first pair that differs decides, by the operator itself. */
const orderedItems = (account: BudgetAccount, operator: Order, a: ReadonlyArray<PyValue>, b: ReadonlyArray<PyValue>): boolean => {
  account.enter(3)
  account.step(1 + Math.floor(Math.min(a.length, b.length) / 16))
  let i = 0
  while (i < a.length && i < b.length && sameOrEqual(account, a[i]!, b[i]!)) i++
  const result = i < a.length && i < b.length ? ordered(account, operator, a[i]!, b[i]!) : holds(operator, a.length - b.length)
  account.leave(3)
  return result
}

const orderedSets = (account: BudgetAccount, operator: Order, a: PySet, b: PySet): boolean => {
  switch (operator) {
    case "<":
      return a.members.size < b.members.size && isSubset(account, a, b)
    case "<=":
      return isSubset(account, a, b)
    case ">":
      return b.members.size < a.members.size && isSubset(account, b, a)
    default:
      return isSubset(account, b, a)
  }
}

/** `value in container`. */
const contains = (account: BudgetAccount, container: PyValue, value: PyValue): boolean => {
  if (container instanceof PyList || container instanceof PyTuple) {
    account.work(container.items.length)
    return container.items.some((item) => sameOrEqual(account, item, value))
  }
  if (container instanceof PyDict) return container.entries.has(keyOf(account, value))
  if (container instanceof PySet) return setHas(account, container, value)
  if (typeof container === "string") {
    if (typeof value !== "string") throw typeError(`'in <string>' requires string as left operand, not ${typeName(value)}`)
    account.work(container.length)
    return container.includes(value)
  }
  if (container instanceof PyRange) {
    const number = comparable(value)
    return number !== null && rangeContains(container, number)
  }
  if (container instanceof PyDictView || container instanceof PyIterator) {
    for (const item of each(account, container)) if (sameOrEqual(account, item, value)) return true
    return false
  }
  throw typeError(`argument of type '${typeName(container)}' is not iterable`)
}

const rangeContains = ({ start, stop, step }: PyRange, value: Int): boolean => {
  if (typeof value === "number" && !Number.isInteger(value)) return false
  const inside = step > 0 ? value >= start && value < stop : value <= start && value > stop
  return inside && (BigInt(value) - BigInt(start)) % BigInt(step) === 0n
}

/** The common case. */
const smallIntsHold = (account: BudgetAccount, operator: Comparison, a: number, b: number): boolean => {
  switch (operator) {
    case "==":
    case "is":
      return a === b
    case "!=":
    case "is not":
      return a !== b
    case "in":
      return contains(account, b, a)
    case "not in":
      return !contains(account, b, a)
    default:
      return numbersHold(operator, a, b)
  }
}

/** Any comparison operator. */
export const compare = (account: BudgetAccount, operator: Comparison, a: PyValue, b: PyValue): boolean => {
  if (typeof a === "number" && typeof b === "number") return smallIntsHold(account, operator, a, b)
  switch (operator) {
    case "==":
      return equals(account, a, b)
    case "!=":
      return !equals(account, a, b)
    case "in":
      return contains(account, b, a)
    case "not in":
      return !contains(account, b, a)
    case "is":
      return identical(account, a, b)
    case "is not":
      return !identical(account, a, b)
    default:
      return ordered(account, operator, a, b)
  }
}
