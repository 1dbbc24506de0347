/**
 * The functions that every program has.
 *
 * The names `open`, `eval`, `exec`, `input`, `getattr` and `__import__` are not defined.
 */

import { call } from "../operations/calling.ts"
import { isTrue, ordered } from "../operations/comparisons.ts"
import { formatValue } from "../operations/format-value.ts"
import { each, iterate, NativeIterator, toArray } from "../operations/iteration.ts"
import { binary } from "../operations/operators.ts"
import { sortItems } from "../operations/sorting.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import { textLength, characters } from "../values/code-points.ts"
import { raised, typeError, valueError } from "../values/exceptions.ts"
import { float, floatDivmod, roundFloat, roundHalfEvenToInteger, asFloat, truncate } from "../values/floats.ts"
import { floorDivide, modulo, negate, power, powerModulo, toRadix, asInt } from "../values/integers.ts"
import { keyOf } from "../values/keys.ts"
import {
  type Int,
  type Native,
  PyBoundMethod,
  PyBuiltin,
  PyDict,
  PyDictView,
  PyFloat,
  PyIterator,
  PyList,
  PyRange,
  PySet,
  PyTuple,
  PyType,
  type PyValue,
  typeName,
  typeOf
} from "../values/objects.ts"
import { PyFunction } from "../values/PyFunction.ts"
import { ascii, repr, str } from "../values/repr.ts"
import { intArgument, sizeArgument, bindArguments } from "./arguments.ts"
import { namedTypes } from "./constructors.ts"
import { lazyBuiltins } from "./lazy-builtins.ts"

type Values = Array<PyValue | undefined>

/** A built-in whose arguments are bound by `names`; all by position unless `positionalOnly` says otherwise. */
const builtin = (
  name: string,
  names: ReadonlyArray<string>,
  required: number,
  run: (account: BudgetAccount, values: Values) => PyValue,
  positionalOnly = names.length
): readonly [string, Native] => [
  name,
  (account, args, keywords) => run(account, bindArguments(name, args, keywords, names, required, positionalOnly))
]

const absolute = (account: BudgetAccount, value: PyValue): PyValue => {
  if (value instanceof PyFloat) return float(Math.abs(value.value))
  const int = asInt(value)
  if (int === null) throw typeError(`bad operand type for abs(): '${typeName(value)}'`)
  return int < 0 ? negate(account, int) : int
}

/** `len(value)`. */
const lengthOf = (account: BudgetAccount, value: PyValue): Int => {
  if (typeof value === "string") {
    account.work(value.length)
    return textLength(value)
  }
  if (value instanceof PyList || value instanceof PyTuple) return value.items.length
  if (value instanceof PyDict) return value.entries.size
  if (value instanceof PySet) return value.members.size
  if (value instanceof PyRange) {
    if (typeof value.length !== "number") throw raised("OverflowError", "Python int too large to convert to C ssize_t")
    return value.length
  }
  if (value instanceof PyDictView) return value.dict.entries.size
  throw typeError(`object of type '${typeName(value)}' has no len()`)
}

const sum = (account: BudgetAccount, values: PyValue, start: PyValue): PyValue => {
  if (typeof start === "string") throw typeError("sum() can't sum strings [use ''.join(seq) instead]")
  let total: PyValue = start
  for (const value of each(account, values)) total = binary(account, "+", total, value)
  return total
}

const extreme =
  (name: "max" | "min"): Native =>
  (account, args, keywords) => {
    const [key, fallback] = bindArguments(name, [], keywords, ["key", "default"], 0, 0)
    if (args.length === 0) throw typeError(`${name} expected at least 1 argument, got 0`)
    if (args.length > 1 && fallback !== undefined)
      throw typeError(`Cannot specify a default for ${name}() with multiple positional arguments`)
    const source: Iterable<PyValue> = args.length === 1 ? each(account, args[0]!) : args
    let best: PyValue | undefined
    let bestKey: PyValue = null
    for (const value of source) {
      const rank = key === undefined || key === null ? value : call(account, key, [value])
      if (best === undefined || ordered(account, name === "max" ? ">" : "<", rank, bestKey)) {
        best = value
        bestKey = rank
      }
    }
    if (best !== undefined) return best
    if (fallback !== undefined) return fallback
    throw valueError(`${name}() arg is an empty sequence`)
  }

const round = (account: BudgetAccount, value: PyValue, digits: PyValue | undefined): PyValue => {
  if (value instanceof PyFloat) {
    if (digits === undefined || digits === null) {
      truncate(value.value)
      return truncate(roundHalfEvenToInteger(value.value))
    }
    const places = sizeArgument(digits)
    account.work(Math.min(400, Math.abs(places)))
    return float(roundFloat(value.value, places))
  }
  const int = asInt(value)
  if (int === null) throw typeError(`type ${typeName(value)} doesn't define __round__ method`)
  if (digits === undefined || digits === null) return int
  const places = sizeArgument(digits)
  return places >= 0 ? int : roundInteger(account, int, -places)
}

/** To a multiple of 10^places, half to even. */
const roundInteger = (account: BudgetAccount, value: Int, places: number): Int => {
  if (places > 20_000) return 0
  const unit = BigInt(power(account, 10, places))
  const rest = BigInt(modulo(account, value, Number(unit) <= Number.MAX_SAFE_INTEGER ? Number(unit) : unit))
  const floor = BigInt(value) - rest
  const up = rest * 2n > unit || (rest * 2n === unit && (floor / unit) % 2n !== 0n)
  const rounded = up ? floor + unit : floor
  return Number.isSafeInteger(Number(rounded)) ? Number(rounded) : rounded
}

const divmod = (account: BudgetAccount, a: PyValue, b: PyValue): PyValue => {
  const [x, y] = [asInt(a), asInt(b)]
  if (x !== null && y !== null) return new PyTuple([floorDivide(account, x, y), modulo(account, x, y)])
  if ((x === null && !(a instanceof PyFloat)) || (y === null && !(b instanceof PyFloat)))
    throw typeError(`unsupported operand type(s) for divmod(): '${typeName(a)}' and '${typeName(b)}'`)
  const [quotient, rest] = floatDivmod(asFloat(a)!, asFloat(b)!, "float divmod()")
  return new PyTuple([float(quotient), float(rest)])
}

const pow = (account: BudgetAccount, base: PyValue, exponent: PyValue, modulus: PyValue | undefined): PyValue => {
  if (modulus === undefined || modulus === null) return binary(account, "**", base, exponent)
  const [a, b, m] = [asInt(base), asInt(exponent), asInt(modulus)]
  if (a === null || b === null || m === null) throw powerError(base, exponent, modulus)
  return powerModulo(account, a, b, m)
}

const powerError = (base: PyValue, exponent: PyValue, modulus: PyValue) => {
  const numbers = [base, exponent, modulus].every((value) => value instanceof PyFloat || asInt(value) !== null)
  if (numbers) return typeError("pow() 3rd argument not allowed unless all arguments are integers")
  const [a, b, m] = [base, exponent, modulus].map(typeName)
  return typeError(`unsupported operand type(s) for ** or pow(): '${a}', '${b}', '${m}'`)
}

const isInstance = (value: PyValue, type: PyValue): boolean => {
  if (type instanceof PyTuple) return type.items.some((item) => isInstance(value, item))
  if (!(type instanceof PyType)) throw typeError("isinstance() arg 2 must be a type, a tuple of types, or a union")
  return typeOf(value).isSubtypeOf(type)
}

const isSubclass = (value: PyValue, type: PyValue): boolean => {
  if (!(value instanceof PyType)) throw typeError("issubclass() arg 1 must be a class")
  if (type instanceof PyTuple) return type.items.some((item) => isSubclass(value, item))
  if (!(type instanceof PyType)) throw typeError("issubclass() arg 2 must be a class, a tuple of classes, or a union")
  return value.isSubtypeOf(type)
}

const next = (iterator: PyValue, fallback: PyValue | undefined): PyValue => {
  if (!(iterator instanceof PyIterator)) throw typeError(`'${typeName(iterator)}' object is not an iterator`)
  const value = iterator.next()
  if (value !== undefined) return value
  if (fallback === undefined) throw raised("StopIteration")
  return fallback
}

const print: Native = (account, args, keywords) => {
  const [separator, end] = bindArguments("print", [], keywords, ["sep", "end", "file", "flush"], 0, 0)
  const option = (value: PyValue | undefined, name: string, usual: string): string => {
    if (value === undefined || value === null) return usual
    if (typeof value !== "string") throw typeError(`${name} must be None or a string, not ${typeName(value)}`)
    return value
  }
  const between = option(separator, "sep", " ")
  const last = option(end, "end", "\n")
  for (const [i, value] of args.entries()) account.write((i === 0 ? "" : between) + str(account, value))
  account.write(last)
  return null
}

const radixText = (name: string, prefix: string, radix: 2 | 8 | 16) =>
  builtin(name, ["number"], 1, (account, [value]) => {
    const int = intArgument(value!)
    const digits = toRadix(account, int < 0 ? -int : int, radix)
    account.allocate(digits.length + 49)
    return `${int < 0 ? "-" : ""}${prefix}${digits}`
  })

const ord = (value: PyValue): number => {
  if (typeof value !== "string") throw typeError(`ord() expected string of length 1, but ${typeName(value)} found`)
  const points = characters(value)
  if (points.length !== 1) throw typeError(`ord() expected a character, but string of length ${points.length} found`)
  return value.codePointAt(0)!
}

const chr = (value: PyValue): string => {
  const point = intArgument(value)
  if (typeof point !== "number") throw raised("OverflowError", "Python int too large to convert to C int")
  if (point < 0 || point > 0x10ffff) throw valueError("chr() arg not in range(0x110000)")
  return String.fromCodePoint(point)
}

/** `hash(value)`: equal for equal values, the value itself for small ints, as in CPython; of no other use. */
const hash = (account: BudgetAccount, value: PyValue): Int => {
  const key = keyOf(account, value)
  if (typeof key === "number" && Number.isInteger(key)) return key === -1 ? -2 : key
  const text = typeof key === "bigint" ? toRadix(account, key, 32) : String(typeof key === "object" ? typeName(value) : key)
  account.work(text.length)
  let code = 0x811c9dc5
  for (let i = 0; i < text.length; i++) code = Math.imul(code ^ text.charCodeAt(i), 0x01000193)
  return code
}

const isCallable = (value: PyValue): boolean =>
  value instanceof PyFunction || value instanceof PyBuiltin || value instanceof PyBoundMethod || value instanceof PyType

const some = (account: BudgetAccount, values: PyValue, wanted: boolean): boolean => {
  for (const value of each(account, values)) if (isTrue(value) === wanted) return true
  return false
}

const reversed = (account: BudgetAccount, value: PyValue): PyValue => {
  if (value instanceof PyIterator || value instanceof PySet || value instanceof PyFloat || asInt(value) !== null)
    throw typeError(`'${typeName(value)}' object is not reversible`)
  const items = toArray(account, value, `'${typeName(value)}' object is not reversible`).toReversed()
  return new NativeIterator(account, items.values(), value instanceof PyList ? "list_reverseiterator" : "reversed")
}

const functions: ReadonlyArray<readonly [string, Native]> = [
  builtin("abs", ["number"], 1, (account, [value]) => absolute(account, value!)),
  builtin("all", ["iterable"], 1, (account, [values]) => !some(account, values!, false)),
  builtin("any", ["iterable"], 1, (account, [values]) => some(account, values!, true)),
  builtin("ascii", ["object"], 1, (account, [value]) => ascii(account, value!)),
  builtin("callable", ["object"], 1, (_, [value]) => isCallable(value!)),
  builtin("chr", ["i"], 1, (_, [value]) => chr(value!)),
  builtin("divmod", ["x", "y"], 2, (account, [a, b]) => divmod(account, a!, b!)),
  builtin("format", ["value", "spec"], 1, (account, [value, spec]) => {
    if (spec !== undefined && typeof spec !== "string") throw typeError(`format() argument 2 must be str, not ${typeName(spec)}`)
    return formatValue(account, value!, spec ?? "")
  }),
  builtin("hash", ["object"], 1, (account, [value]) => hash(account, value!)),
  builtin("isinstance", ["object", "class"], 2, (_, [value, type]) => isInstance(value!, type!)),
  builtin("issubclass", ["class", "base"], 2, (_, [value, type]) => isSubclass(value!, type!)),
  builtin("iter", ["object"], 1, (account, [value]) => iterate(account, value!)),
  builtin("len", ["object"], 1, (account, [value]) => lengthOf(account, value!)),
  builtin("next", ["iterator", "default"], 1, (_, [iterator, fallback]) => next(iterator!, fallback)),
  builtin("ord", ["character"], 1, (_, [value]) => ord(value!)),
  builtin("pow", ["base", "exp", "mod"], 2, (account, [base, exponent, modulus]) => pow(account, base!, exponent!, modulus), 0),
  builtin("repr", ["object"], 1, (account, [value]) => repr(account, value!)),
  builtin("reversed", ["sequence"], 1, (account, [value]) => reversed(account, value!)),
  builtin("round", ["number", "ndigits"], 1, (account, [value, digits]) => round(account, value!, digits), 0),
  builtin("sum", ["iterable", "start"], 1, (account, [values, start]) => sum(account, values!, start ?? 0), 1),
  radixText("bin", "0b", 2),
  radixText("hex", "0x", 16),
  radixText("oct", "0o", 8),
  ["max", extreme("max")],
  ["min", extreme("min")],
  ["print", print],
  [
    "sorted",
    (account, args, keywords) => {
      bindArguments("sorted", args, null, ["iterable"], 1)
      const [key, reverse] = bindArguments("sorted", [], keywords, ["key", "reverse"], 0, 0)
      return new PyList(sortItems(account, toArray(account, args[0]!), key, reverse))
    }
  ],
  ...lazyBuiltins
]

/** Every name that a program finds without defining it: functions, types, exceptions, `__name__`. */
export const builtins: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ...functions.map(([name, native]) => [name, new PyBuiltin(name, native)] as const),
  ...namedTypes,
  ["__name__", "__main__"]
])
