/** Binary and unary operators over all types: numbers promote bool -> int -> float, sequences join and repeat, sets combine. */
import type { BinaryOperator } from "../syntax/ast.ts"
import { type Meter, Refusal } from "../values/Budget.ts"
import { dictItems, dictOf } from "../values/dicts.ts"
import { overflow, raised, typeError, zeroDivision } from "../values/exceptions.ts"
import { floatPower } from "../values/float-power.ts"
import { float, floatDivmod } from "../values/floats.ts"
import * as Integers from "../values/integers.ts"
import { type Int, PyDict, PyExtension, PyFloat, PyList, PySet, PyTuple, type PyValue, typeName } from "../values/objects.ts"
import { asSet } from "./comparisons.ts"
import { percentFormat } from "./percent-format.ts"

/** The int of an int or bool; null for anything else. */
export const asInt = (value: PyValue): Int | null => {
  if (typeof value === "number" || typeof value === "bigint") return value
  if (typeof value === "boolean") return value ? 1 : 0
  return null
}

/** The number of a bool, int or float as a double; null for anything else. */
export const asFloat = (value: PyValue): number | null => {
  if (value instanceof PyFloat) return value.value
  const int = asInt(value)
  return int === null ? null : Integers.toFloat(int)
}

/** `a operator b`; `symbol` is how an error spells it (`+=` in an augmented assignment). */
export const binary = (meter: Meter, operator: BinaryOperator, a: PyValue, b: PyValue, symbol: string = operator): PyValue => {
  const x = asInt(a)
  const y = asInt(b)
  if (x !== null && y !== null) return integers(meter, operator, x, y, typeof a === "boolean" && typeof b === "boolean", symbol)
  if ((x !== null || a instanceof PyFloat) && (y !== null || b instanceof PyFloat)) {
    const result = floats(meter, operator, a, b)
    if (result !== undefined) return result
  }
  return others(meter, operator, a, b, symbol)
}

const integers = (meter: Meter, operator: BinaryOperator, x: Int, y: Int, booleans: boolean, symbol: string): PyValue => {
  switch (operator) {
    case "+":
      return Integers.add(meter, x, y)
    case "-":
      return Integers.subtract(meter, x, y)
    case "*":
      return Integers.multiply(meter, x, y)
    case "/":
      return float(Integers.trueDivide(meter, x, y))
    case "//":
      return Integers.floorDivide(meter, x, y)
    case "%":
      return Integers.modulo(meter, x, y)
    case "**":
      return y < 0 ? float(negativePower(meter, x, y)) : Integers.power(meter, x, y)
    case "<<":
      return Integers.shiftLeft(meter, x, y)
    case ">>":
      return Integers.shiftRight(meter, x, y)
    case "@":
      throw typeError(`unsupported operand type(s) for ${symbol}: 'int' and 'int'`)
    default: {
      const bits = Integers.bitwise(meter, operator, x, y)
      return booleans ? bits !== 0 : bits
    }
  }
}

const negativePower = (meter: Meter, x: Int, y: Int): number => {
  if (x === 0) throw zeroDivision("0.0 cannot be raised to a negative power")
  return floatPower(meter, Integers.toFloat(x), Integers.toFloat(y))
}

const floats = (meter: Meter, operator: BinaryOperator, a: PyValue, b: PyValue): PyValue | undefined => {
  if (operator === "<<" || operator === ">>" || operator === "&" || operator === "|" || operator === "^" || operator === "@")
    return undefined
  const x = asFloat(a)!
  const y = asFloat(b)!
  switch (operator) {
    case "+":
      return float(x + y)
    case "-":
      return float(x - y)
    case "*":
      return float(x * y)
    case "/":
      if (y === 0) throw zeroDivision("float division by zero")
      return float(x / y)
    case "//":
    case "%":
      // The remainder is found bit by bit of the quotient.
      if (Math.abs(x / y) > 2 ** 53) meter.step(4)
      return float(operator === "%" ? floatDivmod(x, y, "float modulo")[1] : floatDivmod(x, y, "float floor division by zero")[0])
    default:
      return float(powerOf(meter, x, y))
  }
}

const powerOf = (meter: Meter, x: number, y: number): number => {
  if (x === 0 && y < 0) throw zeroDivision("0.0 cannot be raised to a negative power")
  if (x < 0 && Number.isFinite(x) && Number.isFinite(y) && !Number.isInteger(y))
    throw new Refusal("Unsupported", "the power is a complex number, which is outside this evaluator's Python", null)
  const result = floatPower(meter, x, y)
  if (!Number.isFinite(result) && Number.isFinite(x) && Number.isFinite(y))
    throw raised("OverflowError", 34, "Numerical result out of range")
  return result
}

const others = (meter: Meter, operator: BinaryOperator, a: PyValue, b: PyValue, symbol: string): PyValue => {
  const special = extension(meter, operator, a, b)
  if (special !== undefined) return special
  if (operator === "+") {
    const joined = concatenate(meter, a, b)
    if (joined !== undefined) return joined
  } else if (operator === "*") {
    const repeated = repetition(meter, a, b) ?? repetition(meter, b, a)
    if (repeated !== undefined) return repeated
  } else if (operator === "%" && typeof a === "string") return percentFormat(meter, a, b)
  else if (operator === "|" && a instanceof PyDict && b instanceof PyDict)
    return dictOf(
      meter,
      [...a.entries.values(), ...b.entries.values()].map(({ key, value }) => [key, value] as const)
    )
  else {
    const combined = sets(meter, operator, a, b)
    if (combined !== undefined) return combined
  }
  const name = operator === "**" ? (symbol === "**=" ? "**=" : "** or pow()") : symbol
  throw typeError(`unsupported operand type(s) for ${name}: '${typeName(a)}' and '${typeName(b)}'`)
}

const extension = (meter: Meter, operator: string, a: PyValue, b: PyValue): PyValue | undefined => {
  const left = a instanceof PyExtension ? a.operate(meter, operator, b, false) : undefined
  if (left !== undefined) return left
  return b instanceof PyExtension ? b.operate(meter, operator, a, true) : undefined
}

const concatenate = (meter: Meter, a: PyValue, b: PyValue): PyValue | undefined => {
  if (typeof a === "string") {
    if (typeof b !== "string") throw typeError(`can only concatenate str (not "${typeName(b)}") to str`)
    meter.allocate(a.length + b.length + 49)
    return a + b
  }
  if (a instanceof PyList) {
    if (!(b instanceof PyList)) throw typeError(`can only concatenate list (not "${typeName(b)}") to list`)
    return new PyList(joined(meter, a.items, b.items))
  }
  if (!(a instanceof PyTuple)) return undefined
  if (!(b instanceof PyTuple)) throw typeError(`can only concatenate tuple (not "${typeName(b)}") to tuple`)
  return new PyTuple(joined(meter, a.items, b.items))
}

const joined = (meter: Meter, a: ReadonlyArray<PyValue>, b: ReadonlyArray<PyValue>): Array<PyValue> => {
  meter.work(a.length + b.length)
  meter.allocate(8 * (a.length + b.length) + 56)
  return [...a, ...b]
}

const repetition = (meter: Meter, sequence: PyValue, times: PyValue): PyValue | undefined => {
  const isText = typeof sequence === "string"
  if (!isText && !(sequence instanceof PyList) && !(sequence instanceof PyTuple)) return undefined
  const int = asInt(times)
  if (int === null) {
    if (operatorLess(times)) throw typeError(`can't multiply sequence by non-int of type '${typeName(times)}'`)
    return undefined
  }
  if (typeof int === "bigint" && BigInt.asIntN(64, int) !== int) throw overflow("cannot fit 'int' into an index-sized integer")
  const count = Math.max(0, Number(int))
  if (isText) {
    meter.allocate(sequence.length * count + 49)
    return sequence === "" ? "" : sequence.repeat(count)
  }
  const size = sequence.items.length * count
  meter.allocate(8 * size + 56)
  meter.work(size)
  const items: Array<PyValue> = []
  for (let i = 0; i < size; i++) items.push(sequence.items[i % sequence.items.length]!)
  return sequence instanceof PyList ? new PyList(items) : new PyTuple(items)
}

/** Whether a sequence times this value is the sequence's complaint to make. */
const operatorLess = (times: PyValue): boolean => !(times instanceof PySet)

const sets = (meter: Meter, operator: string, a: PyValue, b: PyValue): PySet | undefined => {
  const [left, right] = [asSet(meter, a), asSet(meter, b)]
  if (left === null || right === null) return undefined
  if (operator !== "|" && operator !== "&" && operator !== "-" && operator !== "^") return undefined
  const result = combineSets(operator, left, right)
  meter.work(4 * (left.members.size + right.members.size))
  meter.allocate(100 * result.members.size)
  return result
}

/** Union, intersection, difference or symmetric difference; frozen when the left one is. */
export const combineSets = (operator: "|" | "&" | "-" | "^", a: PySet, b: PySet): PySet => {
  const result = new PySet(a.frozen)
  for (const [key, value] of a.members) {
    const shared = b.members.has(key)
    if (operator === "|" || (operator === "&" ? shared : !shared)) result.members.set(key, value)
  }
  if (operator === "|" || operator === "^") {
    for (const [key, value] of b.members) if (!a.members.has(key)) result.members.set(key, value)
  }
  return result
}

/** `target operator= value` where the target can change in place; undefined where a new value is made instead. */
export const inPlace = (meter: Meter, operator: BinaryOperator, target: PyValue, value: PyValue): PyValue | undefined => {
  if (target instanceof PySet && !target.frozen && value instanceof PySet) {
    const result = sets(meter, operator, target, value)
    if (result === undefined) return undefined
    target.members.clear()
    for (const [key, member] of result.members) target.members.set(key, member)
    return target
  }
  if (operator === "|" && target instanceof PyDict && value instanceof PyDict) {
    for (const pair of dictItems(value)) target.entries.set(...dictEntry(meter, pair))
    return target
  }
  return undefined
}

const dictEntry = (meter: Meter, { items }: PyTuple) => {
  const single = dictOf(meter, [[items[0]!, items[1]!]])
  return [...single.entries][0]!
}

/** `-a`, `+a`, `~a`. */
export const unary = (meter: Meter, operator: "-" | "+" | "~", a: PyValue): PyValue => {
  const int = asInt(a)
  if (int !== null) return operator === "-" ? Integers.negate(meter, int) : operator === "+" ? int : Integers.invert(meter, int)
  if (a instanceof PyFloat && operator !== "~") return operator === "-" ? float(-a.value) : a
  if (a instanceof PyExtension) {
    const result = a.operate(meter, operator, null, false)
    if (result !== undefined) return result
  }
  throw typeError(`bad operand type for unary ${operator}: '${typeName(a)}'`)
}
