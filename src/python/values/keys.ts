import type { Meter } from "./Budget.ts"
/**
 * Hashing: every hashable value has a key, and two values are equal exactly when their keys are.
 *
 * Numbers that are equal share a key across bool, int and float (1 == 1.0 == True). Strings are their own keys unless they start with
 * NUL, the mark of encoded keys. What is hashed by identity, NaN included, is its own key.
 */
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
export const keyOf = (meter: Meter, value: PyValue): Key => {
  switch (typeof value) {
    case "number":
    case "bigint":
      return value
    case "boolean":
      return value ? 1 : 0
    case "string":
      meter.scan(value.length)
      return value.charCodeAt(0) === 0 ? `\0s${value}` : value
    default:
      return value === null ? null : objectKey(meter, value)
  }
}

const objectKey = (meter: Meter, value: PyObject): Key => {
  if (value instanceof PyFloat) return floatKey(value)
  if (value instanceof PyTuple || (value instanceof PySet && value.frozen)) return `\0${encoded(meter, value)}`
  if (value instanceof PyRange) return `\0r${rangeKey(meter, value)}`
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
const rangeKey = (meter: Meter, { start, step, length }: PyRange): string => {
  if (length === 0) return ""
  return (length === 1 ? [start] : [start, step, length]).map((part) => toRadix(meter, part, 32)).join()
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
const part = (meter: Meter, value: PyValue): string => {
  const key = keyOf(meter, value)
  switch (typeof key) {
    case "number":
      return `n${key};`
    case "bigint":
      return `b${toRadix(meter, key, 32)};`
    case "string":
      return `s${key.length}:${key}`
    default:
      return key === null ? "0" : `i${identity(key)};`
  }
}

const encoded = (meter: Meter, value: PyTuple | PySet): string => {
  meter.enter(3)
  meter.step(1)
  const parts: Array<string> = []
  for (const item of value instanceof PyTuple ? value.items : value.values()) parts.push(part(meter, item))
  if (value instanceof PySet) parts.sort()
  const text = `${value instanceof PyTuple ? "t" : "f"}(${parts.join("")})`
  meter.work(text.length)
  meter.allocate(text.length)
  meter.leave(3)
  return text
}
