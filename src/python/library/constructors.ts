/** Types as functions: `int("7")`, `list(xs)`, `dict(a=1)`, and the exceptions. Attached to the type objects once, on import. */

import { isTrue } from "../operations/comparisons.ts"
import { each, toArray } from "../operations/iteration.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import { setAdd } from "../values/dicts.ts"
import { exceptionTypes, PyException, typeError, valueError } from "../values/exceptions.ts"
import { float, parseFloatText, truncate } from "../values/floats.ts"
import { add, floorDivide, parseInteger, subtract, toFloat, asInt } from "../values/integers.ts"
import {
  boolType,
  dictType,
  floatType,
  frozensetType,
  type Int,
  intType,
  listType,
  type Native,
  objectType,
  PyDict,
  PyFloat,
  PyList,
  PyRange,
  PySet,
  PySlice,
  PyTuple,
  type PyType,
  type PyValue,
  rangeType,
  setType,
  sliceType,
  strType,
  tupleType,
  typeName,
  typeOf,
  typeType
} from "../values/objects.ts"
import { quoted, str } from "../values/repr.ts"
import { intArgument, bindArguments } from "./arguments.ts"
import { updateDict } from "./dict-methods.ts"

const toInteger: Native = (account, args, keywords) => {
  const [value, base] = bindArguments("int", args, keywords, ["x", "base"], 0, 1)
  if (base !== undefined) {
    if (typeof value !== "string") throw typeError("int() can't convert non-string with explicit base")
    return integerFromText(account, value, Number(intArgument(base)))
  }
  if (value === undefined) return 0
  if (value instanceof PyFloat) return truncate(value.value)
  const int = asInt(value)
  if (int !== null) return int
  if (typeof value === "string") return integerFromText(account, value, 10)
  throw typeError(`int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`)
}

const integerFromText = (account: BudgetAccount, text: string, base: number): Int => {
  if (base !== 0 && !(base >= 2 && base <= 36)) throw valueError("int() base must be >= 2 and <= 36, or 0")
  const value = parseInteger(account, text, base)
  if (value === null) throw valueError(`invalid literal for int() with base ${base}: ${quoted(text).slice(0, 200)}`)
  return value
}

const toReal: Native = (account, args, keywords) => {
  const [value] = bindArguments("float", args, keywords, ["x"], 0)
  if (value === undefined) return float(0)
  if (value instanceof PyFloat) return value
  const int = asInt(value)
  if (int !== null) return float(toFloat(int))
  if (typeof value !== "string") throw typeError(`float() argument must be a string or a real number, not '${typeName(value)}'`)
  account.work(value.length)
  const parsed = parseFloatText(value)
  if (parsed === null) throw valueError(`could not convert string to float: ${quoted(value)}`)
  return float(parsed)
}

const toRange: Native = (account, args, keywords) => {
  const [first, second, third] = bindArguments("range", args, keywords, ["start", "stop", "step"], 1)
  const start = second === undefined ? 0 : intArgument(first!)
  const stop = intArgument(second === undefined ? first! : second)
  const step = third === undefined ? 1 : intArgument(third)
  if (step === 0) throw valueError("range() arg 3 must not be zero")
  const distance = step > 0 ? subtract(account, stop, start) : subtract(account, start, stop)
  const size = step > 0 ? step : subtract(account, 0, step)
  const length = distance <= 0 ? 0 : floorDivide(account, add(account, distance, subtract(account, size, 1)), size)
  return new PyRange(start, stop, step, length)
}

const toSet =
  (frozen: boolean): Native =>
  (account, args, keywords) => {
    const [values] = bindArguments(frozen ? "frozenset" : "set", args, keywords, ["iterable"], 0)
    const set = new PySet(frozen)
    if (values !== undefined) for (const value of each(account, values)) setAdd(account, set, value)
    return set
  }

const toSlice: Native = (_, args, keywords) => {
  const [first, second, third] = bindArguments("slice", args, keywords, ["start", "stop", "step"], 1)
  return second === undefined ? new PySlice(null, first!, null) : new PySlice(first!, second, third ?? null)
}

const one = (name: string, run: (account: BudgetAccount, value: PyValue | undefined) => PyValue): Native => {
  const names = ["object"]
  return (account, args, keywords) => run(account, bindArguments(name, args, keywords, names, 0)[0])
}

const constructors: ReadonlyArray<readonly [PyType, Native]> = [
  [intType, toInteger],
  [floatType, toReal],
  [boolType, one("bool", (_, value) => value !== undefined && isTrue(value))],
  [strType, one("str", (account, value) => (value === undefined ? "" : str(account, value)))],
  [listType, one("list", (account, value) => new PyList(value === undefined ? [] : toArray(account, value)))],
  [
    tupleType,
    one("tuple", (account, value) => {
      if (value instanceof PyTuple) return value
      return new PyTuple(value === undefined ? [] : toArray(account, value))
    })
  ],
  [
    dictType,
    (account, args, keywords) => {
      const [source] = bindArguments("dict", args, null, ["iterable"], 0)
      return updateDict(account, new PyDict(), source, keywords)
    }
  ],
  [setType, toSet(false)],
  [frozensetType, toSet(true)],
  [rangeType, toRange],
  [sliceType, toSlice],
  [
    typeType,
    (_, args, keywords) => {
      const [value] = bindArguments("type", args, keywords, ["object"], 1)
      return typeOf(value!)
    }
  ]
]

for (const [type, construct] of constructors) type.construct = construct

for (const type of exceptionTypes.values()) {
  type.construct = (_, args, keywords) => {
    if (keywords !== null) throw typeError(`${type.name}() takes no keyword arguments`)
    return new PyException(type, args)
  }
}

/** The types that a program can name. */
export const namedTypes: ReadonlyMap<string, PyType> = new Map([
  ...constructors.map(([type]) => [type.name, type] as const),
  ["object", objectType] as const,
  ...exceptionTypes
])
