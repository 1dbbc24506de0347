/** Binary and unary operators over all types: numbers promote bool -> int -> float, sequences join and repeat, sets combine. */

import type { BinaryOperator } from "../syntax/ast.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import { dictOf } from "../values/dicts.ts"
import { overflow, raised, typeError, zeroDivision } from "../values/exceptions.ts"
import { float, floatDivmod, asFloat } from "../values/floats.ts"
import * as Integers from "../values/integers.ts"
import { type Int, PyDict, PyExtension, PyFloat, PyList, PySet, PyTuple, type PyValue, typeName } from "../values/objects.ts"
import { Refusal } from "../values/Refusal.ts"
import { asSet } from "./comparisons.ts"
import { floatPower } from "./float-power.ts"
import { percentFormat } from "./percent-format.ts"

/** `a operator b`; `symbol` is how an error spells it (`+=` in an augmented assignment). */
export const binary = (
  account: BudgetAccount,
  operator: BinaryOperator,
  a: PyValue,
  b: PyValue,
  symbol: string = operator
): PyValue => {
  const x = Integers.asInt(a)
  const y = Integers.asInt(b)
  if (x !== null && y !== null) return integers(account, operator, x, y, typeof a === "boolean" && typeof b === "boolean", symbol)
  if ((x !== null || a instanceof PyFloat) && (y !== null || b instanceof PyFloat)) {
    const result = floats(account, operator, a, b)
    if (result !== undefined) return result
  }
  return others(account, operator, a, b, symbol)
}

const integers = (
  account: BudgetAccount,
  operator: BinaryOperator,
  x: Int,
  y: Int,
  booleans: boolean,
  symbol: string
): PyValue => {
  switch (operator) {
    case "+":
      return Integers.add(account, x, y)
    case "-":
      return Integers.subtract(account, x, y)
    case "*":
      return Integers.multiply(account, x, y)
    case "/":
      return float(Integers.trueDivide(account, x, y))
    case "//":
      return Integers.floorDivide(account, x, y)
    case "%":
      return Integers.modulo(account, x, y)
    case "**":
      return y < 0 ? float(negativePower(account, x, y)) : Integers.power(account, x, y)
    case "<<":
      return Integers.shiftLeft(account, x, y)
    case ">>":
      return Integers.shiftRight(account, x, y)
    case "@":
      throw typeError(`unsupported operand type(s) for ${symbol}: 'int' and 'int'`)
    default: {
      const bits = Integers.bitwise(account, operator, x, y)
      return booleans ? bits !== 0 : bits
    }
  }
}

const negativePower = (account: BudgetAccount, x: Int, y: Int): number => {
  if (x === 0) throw zeroDivision("0.0 cannot be raised to a negative power")
  return floatPower(account, Integers.toFloat(x), Integers.toFloat(y))
}

const floats = (account: BudgetAccount, operator: BinaryOperator, a: PyValue, b: PyValue): PyValue | undefined => {
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
      if (Math.abs(x / y) > 2 ** 53) account.step(4)
      return float(operator === "%" ? floatDivmod(x, y, "float modulo")[1] : floatDivmod(x, y, "float floor division by zero")[0])
    default:
      return float(powerOf(account, x, y))
  }
}

const powerOf = (account: BudgetAccount, x: number, y: number): number => {
  if (x === 0 && y < 0) throw zeroDivision("0.0 cannot be raised to a negative power")
  if (x < 0 && Number.isFinite(x) && Number.isFinite(y) && !Number.isInteger(y))
    throw new Refusal("Unsupported", "the power is a complex number, which is outside this evaluator's Python", null)
  const result = floatPower(account, x, y)
  if (!Number.isFinite(result) && Number.isFinite(x) && Number.isFinite(y))
    throw raised("OverflowError", 34, "Numerical result out of range")
  return result
}

const others = (account: BudgetAccount, operator: BinaryOperator, a: PyValue, b: PyValue, symbol: string): PyValue => {
  const special = extension(account, operator, a, b)
  if (special !== undefined) return special
  if (operator === "+") {
    const joined = concatenate(account, a, b)
    if (joined !== undefined) return joined
  } else if (operator === "*") {
    const repeated = repetition(account, a, b) ?? repetition(account, b, a)
    if (repeated !== undefined) return repeated
  } else if (operator === "%" && typeof a === "string") return percentFormat(account, a, b)
  else if (operator === "|" && a instanceof PyDict && b instanceof PyDict)
    return dictOf(
      account,
      [...a.entries.values(), ...b.entries.values()].map(({ key, value }) => [key, value] as const)
    )
  else {
    const combined = combineIfSets(account, operator, a, b)
    if (combined !== undefined) return combined
  }
  const name = operator === "**" ? (symbol === "**=" ? "**=" : "** or pow()") : symbol
  throw typeError(`unsupported operand type(s) for ${name}: '${typeName(a)}' and '${typeName(b)}'`)
}

const extension = (account: BudgetAccount, operator: string, a: PyValue, b: PyValue): PyValue | undefined => {
  const left = a instanceof PyExtension ? a.operate(account, operator, b, false) : undefined
  if (left !== undefined) return left
  return b instanceof PyExtension ? b.operate(account, operator, a, true) : undefined
}

const concatenate = (account: BudgetAccount, a: PyValue, b: PyValue): PyValue | undefined => {
  if (typeof a === "string") {
    if (typeof b !== "string") throw typeError(`can only concatenate str (not "${typeName(b)}") to str`)
    account.allocate(a.length + b.length + 49)
    return a + b
  }
  if (a instanceof PyList) {
    if (!(b instanceof PyList)) throw typeError(`can only concatenate list (not "${typeName(b)}") to list`)
    return new PyList(joined(account, a.items, b.items))
  }
  if (!(a instanceof PyTuple)) return undefined
  if (!(b instanceof PyTuple)) throw typeError(`can only concatenate tuple (not "${typeName(b)}") to tuple`)
  return new PyTuple(joined(account, a.items, b.items))
}

const joined = (account: BudgetAccount, a: ReadonlyArray<PyValue>, b: ReadonlyArray<PyValue>): Array<PyValue> => {
  account.work(a.length + b.length)
  account.allocate(8 * (a.length + b.length) + 56)
  return [...a, ...b]
}

const repetition = (account: BudgetAccount, sequence: PyValue, times: PyValue): PyValue | undefined => {
  const isText = typeof sequence === "string"
  if (!isText && !(sequence instanceof PyList) && !(sequence instanceof PyTuple)) return undefined
  const int = Integers.asInt(times)
  if (int === null) {
    if (operatorLess(times)) throw typeError(`can't multiply sequence by non-int of type '${typeName(times)}'`)
    return undefined
  }
  if (typeof int === "bigint" && BigInt.asIntN(64, int) !== int) throw overflow("cannot fit 'int' into an index-sized integer")
  const count = Math.max(0, Number(int))
  if (isText) {
    account.allocate(sequence.length * count + 49)
    return sequence === "" ? "" : sequence.repeat(count)
  }
  const size = sequence.items.length * count
  account.allocate(8 * size + 56)
  account.work(size)
  const items: Array<PyValue> = []
  for (let i = 0; i < size; i++) items.push(sequence.items[i % sequence.items.length]!)
  return sequence instanceof PyList ? new PyList(items) : new PyTuple(items)
}

/** Whether a sequence times this value is the sequence's complaint to make. */
const operatorLess = (times: PyValue): boolean => !(times instanceof PySet)

/** `a operator b` for sets, and views of dicts that act as sets; undefined where it is not defined. */
export const combineIfSets = (account: BudgetAccount, operator: string, a: PyValue, b: PyValue): PySet | undefined => {
  const [left, right] = [asSet(account, a), asSet(account, b)]
  if (left === null || right === null) return undefined
  if (operator !== "|" && operator !== "&" && operator !== "-" && operator !== "^") return undefined
  const result = combineSets(operator, left, right)
  account.work(4 * (left.members.size + right.members.size))
  account.allocate(100 * result.members.size)
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

/** `-a`, `+a`, `~a`. */
export const unary = (account: BudgetAccount, operator: "-" | "+" | "~", a: PyValue): PyValue => {
  const int = Integers.asInt(a)
  if (int !== null)
    return operator === "-" ? Integers.negate(account, int) : operator === "+" ? int : Integers.invert(account, int)
  if (a instanceof PyFloat && operator !== "~") return operator === "-" ? float(-a.value) : a
  if (a instanceof PyExtension) {
    const result = a.operate(account, operator, null, false)
    if (result !== undefined) return result
  }
  throw typeError(`bad operand type for unary ${operator}: '${typeName(a)}'`)
}
