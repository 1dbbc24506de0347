/**
 * Hashing: every hashable value has a key, and two values are equal exactly when their keys are.
 *
 * Numbers that are equal share a key across bool, int and float (1 == 1.0 == True).
 * Strings are their own keys unless they start with NUL, the mark of encoded keys.
 * What is hashed by identity, NaN included, is its own key.
 */

import type { BudgetAccount } from "./Budget.ts"
import { typeError } from "./exceptions.ts"
import { toRadix } from "./integers.ts"
import {
  type Key,
  PyDict,
  PyExtension,
  PyFloat,
  PyList,
  type PyObject,
  PyRange,
  PySet,
  PySlice,
  PyTuple,
  type PyValue,
  typeName
} from "./objects.ts"

/** The key of a hashable value. Throws TypeError for a list, dict or set. */
export const keyOf = (account: BudgetAccount, value: PyValue): Key => {
  switch (typeof value) {
    case "number":
    case "bigint":
      return value
    case "boolean":
      return value ? 1 : 0
    case "string":
      account.scan(value.length)
      return value.charCodeAt(0) === 0 ? `\0s${value}` : value
    default:
      return value === null ? null : objectKey(account, value)
  }
}

const objectKey = (account: BudgetAccount, value: PyObject): Key => {
  if (value instanceof PyFloat) return floatKey(value)
  if (value instanceof PyTuple || (value instanceof PySet && value.frozen)) return `\0${encoded(account, value)}`
  if (value instanceof PyRange) return `\0r${rangeKey(account, value)}`
  if (value instanceof PyExtension) return `\0x${value.key()}`
  if (value instanceof PyList || value instanceof PyDict || value instanceof PySet || value instanceof PySlice)
    throw typeError(`unhashable type: '${typeName(value)}'`)
  return value
}

const floatKey = (value: PyFloat): Key => {
  const x = value.value
  if (Number.isNaN(x)) return value
  if (Number.isSafeInteger(x)) return x + 0
  return Number.isInteger(x) ? BigInt(x) : x
}

/** Equal ranges are those with equal elements. */
const rangeKey = (account: BudgetAccount, { start, step, length }: PyRange): string => {
  if (length === 0) return ""
  return (length === 1 ? [start] : [start, step, length]).map((part) => toRadix(account, part, 32)).join()
}

/** Numbers for objects that are hashed by identity, inside tuples. */
const identities = new WeakMap<PyObject, number>()
let lastIdentity = 0
const identity = (value: PyObject): number => {
  const known = identities.get(value)
  if (known !== undefined) return known
  identities.set(value, ++lastIdentity)
  return lastIdentity
}

/** A key inside another key: tagged by kind and, for text, by length, so that no two encodings meet. */
const part = (account: BudgetAccount, value: PyValue): string => {
  const key = keyOf(account, value)
  switch (typeof key) {
    case "number":
      return `n${key};`
    case "bigint":
      return `b${toRadix(account, key, 32)};`
    case "string":
      return `s${key.length}:${key}`
    default:
      return key === null ? "0" : `i${identity(key)};`
  }
}

const encoded = (account: BudgetAccount, value: PyTuple | PySet): string => {
  account.enter(3)
  account.step(1)
  const parts: Array<string> = []
  for (const item of value instanceof PyTuple ? value.items : value.values()) parts.push(part(account, item))
  if (value instanceof PySet) parts.sort()
  const text = `${value instanceof PyTuple ? "t" : "f"}(${parts.join("")})`
  account.work(text.length)
  account.allocate(text.length)
  account.leave(3)
  return text
}
