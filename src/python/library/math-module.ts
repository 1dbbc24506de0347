/** The `math` module. Functions of integers are exact; the transcendental ones are the host's, within an ulp of C's. */

import { maximumOf } from "../../lists/large.ts"
import { floatPower } from "../operations/float-power.ts"
import { each, toArray } from "../operations/iteration.ts"
import { binary } from "../operations/operators.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import { overflow, typeError, valueError } from "../values/exceptions.ts"
import { asRatio, float, asFloat, truncate } from "../values/floats.ts"
import {
  bitLength,
  chargeReading,
  floorDivide,
  gcd,
  integerSquareRoot,
  multiply,
  toInt,
  trueDivide,
  asInt
} from "../values/integers.ts"
import { type Int, type Native, PyBuiltin, PyFloat, PyModule, PyTuple, type PyValue, typeName } from "../values/objects.ts"
import { intArgument, bindArguments } from "./arguments.ts"

const real = (value: PyValue): number => {
  const x = asFloat(value)
  if (x === null) throw typeError(`must be real number, not ${typeName(value)}`)
  return x
}

type Values = Array<PyValue | undefined>

const define = (
  name: string,
  names: ReadonlyArray<string>,
  run: (account: BudgetAccount, values: Values) => PyValue,
  required = names.length
): readonly [string, Native] => [
  name,
  (account, args, keywords) => run(account, bindArguments(`math.${name}`, args, keywords, names, required))
]

/** A function of one float: NaN from a number is a domain error, infinity from a finite number a range error. */
const unary = (name: string, compute: (x: number) => number) =>
  define(name, ["x"], (_, [value]) => {
    const x = real(value!)
    const y = compute(x)
    if (Number.isNaN(y) && !Number.isNaN(x)) throw valueError("math domain error")
    if (!Number.isFinite(y) && Number.isFinite(x))
      throw name === "exp" || name.endsWith("h") || name.startsWith("exp")
        ? overflow("math range error")
        : valueError("math domain error")
    return float(y)
  })

const toInteger = (name: string, rounded: (x: number) => number) =>
  define(name, ["x"], (_, [value]) => {
    const int = asInt(value!)
    if (int !== null) return int
    if (name === "trunc" && !(value instanceof PyFloat))
      throw typeError(`type ${typeName(value!)} doesn't define __trunc__ method`)
    return truncate(rounded(real(value!)))
  })

const test = (name: string, holds: (x: number) => boolean) => define(name, ["x"], (_, [value]) => holds(real(value!)))

/** log of a positive number; an int too large for a float by way of its length. */
const logarithm = (account: BudgetAccount, value: PyValue, log: (x: number) => number): number => {
  const int = asInt(value)
  chargeReading(account, int ?? 0)
  account.step(2)
  if (typeof int === "bigint" && int > 0n && !Number.isFinite(Number(int))) {
    const shift = bitLength(int) - 64
    return log(Number(int >> BigInt(shift))) + shift * log(2)
  }
  const x = real(value)
  if (x <= 0) throw valueError("math domain error")
  return log(x)
}

const log = (account: BudgetAccount, [value, base]: Values): PyValue => {
  const top = logarithm(account, value!, Math.log)
  if (base === undefined) return float(top)
  const bottom = logarithm(account, base, Math.log)
  if (bottom === 0) return binary(account, "/", float(top), float(bottom))
  return float(top / bottom)
}

/** The product low * ... * high, halving so that factors stay small. */
const product = (account: BudgetAccount, low: number, high: number): Int => {
  if (high - low < 8) {
    let result: Int = 1
    for (let i = low; i <= high; i++) result = multiply(account, result, i)
    return result
  }
  const middle = Math.floor((low + high) / 2)
  return multiply(account, product(account, low, middle), product(account, middle + 1, high))
}

const factorial = (account: BudgetAccount, [value]: Values): PyValue => {
  if (value instanceof PyFloat) throw typeError("'float' object cannot be interpreted as an integer")
  const n = intArgument(value!)
  if (n < 0) throw valueError("factorial() not defined for negative values")
  return product(account, 1, atMost(account, n))
}

/** A count of factors, refused before any work where the product cannot fit the budget. */
const atMost = (account: BudgetAccount, n: Int): number => {
  if (n > account.budget.integerBits) throw account.exceeded("integerBits", `${account.budget.integerBits} bits in an integer`)
  account.step(Math.floor(Number(n) / 8))
  return Number(n)
}

const counts = (n: Int, k: Int): void => {
  if (n < 0) throw valueError("n must be a non-negative integer")
  if (k < 0) throw valueError("k must be a non-negative integer")
}

const permutations = (account: BudgetAccount, n: Int, k: Int): Int => {
  if (k > n) return 0
  const count = atMost(account, k)
  if (typeof n === "number") return count === 0 ? 1 : product(account, n - count + 1, n)
  let result: Int = 1
  for (let i = 0n; i < count; i++) result = multiply(account, result, toInt(account, n - i))
  return result
}

const combinations = (account: BudgetAccount, n: Int, k: Int): Int => {
  if (k > n) return 0
  const rest = BigInt(n) - BigInt(k)
  const fewer = rest < BigInt(k) ? toInt(account, rest) : k
  return floorDivide(account, permutations(account, n, fewer), product(account, 1, atMost(account, fewer)))
}

/** Correctly rounded sum: exact in fractions over a power of two. */
const exactSum = (account: BudgetAccount, values: PyValue): PyValue => {
  let total = 0n
  let special = 0
  for (const value of each(account, values)) {
    const x = real(value)
    if (!Number.isFinite(x)) special += x
    else {
      const [numerator, denominator] = asRatio(x)
      account.step(6)
      total += numerator * (unit / denominator)
    }
  }
  if (special !== 0) {
    if (Number.isNaN(special)) throw valueError("-inf + inf in fsum")
    return float(special)
  }
  return float(trueDivide(account, total, unit))
}

/** One over the smallest float. */
const unit = 2n ** 1074n

const isClose: Native = (_, args, keywords) => {
  const [a, b] = bindArguments("isclose", args, null, ["a", "b"], 2)
  const [relative, absolute] = bindArguments("isclose", [], keywords, ["rel_tol", "abs_tol"], 0, 0)
  const [x, y] = [real(a!), real(b!)]
  const [r, t] = [relative === undefined ? 1e-9 : real(relative), absolute === undefined ? 0 : real(absolute)]
  if (r < 0 || t < 0) throw valueError("tolerances must be non-negative")
  if (x === y) return true
  if (!Number.isFinite(x) || !Number.isFinite(y)) return false
  const difference = Math.abs(x - y)
  return difference <= r * Math.abs(y) || difference <= r * Math.abs(x) || difference <= t
}

const power = (account: BudgetAccount, [base, exponent]: Values): PyValue => {
  const [x, y] = [real(base!), real(exponent!)]
  const result = floatPower(account, x, y)
  if (Number.isNaN(result) && !Number.isNaN(x) && !Number.isNaN(y)) throw valueError("math domain error")
  if (!Number.isFinite(result) && Number.isFinite(x) && Number.isFinite(y))
    throw x === 0 ? valueError("math domain error") : overflow("math range error")
  return float(result)
}

const fmod = (_: BudgetAccount, [a, b]: Values): PyValue => {
  const [x, y] = [real(a!), real(b!)]
  if ((y === 0 && !Number.isNaN(x)) || (!Number.isFinite(x) && !Number.isNaN(x) && !Number.isNaN(y)))
    throw valueError("math domain error")
  return float(x % y)
}

/** Beyond so many values they do not go into one call. */
const MOST_IN_A_CALL = 1000

/** As `Math.hypot`, of any number of values: of many by the same compensated sum of squares, each a share of the largest. */
const hypotenuse = (values: ReadonlyArray<number>): number => {
  if (values.length <= MOST_IN_A_CALL) return Math.hypot(...values)
  const most = maximumOf(values.map(Math.abs))
  if (values.some((value) => Math.abs(value) === Infinity) || most === 0) return most === 0 ? 0 : Infinity
  let [sum, compensation] = [0, 0]
  for (const value of values) {
    const term = (value / most) ** 2 - compensation
    const next = sum + term
    compensation = next - sum - term
    sum = next
  }
  return Math.sqrt(sum) * most
}

const distance = (account: BudgetAccount, [p, q]: Values): PyValue => {
  const [a, b] = [toArray(account, p!).map(real), toArray(account, q!).map(real)]
  if (a.length !== b.length) throw valueError("both points must have the same number of dimensions")
  return float(hypotenuse(a.map((x, i) => x - b[i]!)))
}

const all = (args: ReadonlyArray<PyValue>): ReadonlyArray<Int> => args.map(intArgument)

const lcm = (account: BudgetAccount, a: Int, b: Int): Int => {
  if (a === 0 || b === 0) return 0
  const size = multiply(account, floorDivide(account, a, gcd(account, a, b)), b)
  return size < 0 ? multiply(account, size, -1) : size
}

const prod: Native = (account, args, keywords) => {
  bindArguments("prod", args, null, ["iterable"], 1)
  const [start] = bindArguments("prod", [], keywords, ["start"], 0, 0)
  let result: PyValue = start ?? 1
  for (const value of each(account, args[0]!)) result = binary(account, "*", result, value)
  return result
}

const ldexp = (_: BudgetAccount, [value, exponent]: Values): PyValue => {
  const shift = Number(intArgument(exponent!))
  const x = real(value!)
  let result = x
  // In steps that cannot overflow or lose bits before the last one.
  for (let left = Math.max(-2200, Math.min(2200, shift)); left !== 0;) {
    const part = Math.max(-1000, Math.min(1000, left))
    result *= 2 ** part
    left -= part
  }
  if (!Number.isFinite(result) && Number.isFinite(x)) throw overflow("math range error")
  return float(result)
}

const frexp = (_: BudgetAccount, [value]: Values): PyValue => {
  const x = real(value!)
  if (x === 0 || !Number.isFinite(x)) return new PyTuple([float(x), 0])
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(x))) + 1)
  let mantissa = x * 2 ** -exponent
  while (Math.abs(mantissa) < 0.5) {
    mantissa *= 2
    exponent--
  }
  while (Math.abs(mantissa) >= 1) {
    mantissa /= 2
    exponent++
  }
  return new PyTuple([float(mantissa), exponent])
}

const functions: ReadonlyArray<readonly [string, Native]> = [
  unary("sqrt", Math.sqrt),
  unary("cbrt", Math.cbrt),
  unary("exp", Math.exp),
  unary("exp2", (x) => 2 ** x),
  unary("expm1", Math.expm1),
  unary("sin", Math.sin),
  unary("cos", Math.cos),
  unary("tan", Math.tan),
  unary("asin", Math.asin),
  unary("acos", Math.acos),
  unary("atan", Math.atan),
  unary("sinh", Math.sinh),
  unary("cosh", Math.cosh),
  unary("tanh", Math.tanh),
  unary("asinh", Math.asinh),
  unary("acosh", Math.acosh),
  unary("atanh", Math.atanh),
  unary("log1p", Math.log1p),
  unary("fabs", Math.abs),
  unary("degrees", (x) => x * (180 / Math.PI)),
  unary("radians", (x) => x * (Math.PI / 180)),
  toInteger("floor", Math.floor),
  toInteger("ceil", Math.ceil),
  toInteger("trunc", Math.trunc),
  test("isnan", Number.isNaN),
  test("isinf", (x) => !Number.isFinite(x) && !Number.isNaN(x)),
  test("isfinite", Number.isFinite),
  define("log", ["x", "base"], log, 1),
  define("log2", ["x"], (account, [value]) => float(logarithm(account, value!, Math.log2))),
  define("log10", ["x"], (account, [value]) => float(logarithm(account, value!, Math.log10))),
  define("pow", ["x", "y"], power),
  define("fmod", ["x", "y"], fmod),
  define("atan2", ["y", "x"], (_, [y, x]) => float(Math.atan2(real(y!), real(x!)))),
  define("copysign", ["x", "y"], (_, [x, y]) => {
    const sign = real(y!)
    const size = Math.abs(real(x!))
    return float(sign < 0 || Object.is(sign, -0) ? -size : size)
  }),
  define("modf", ["x"], (_, [value]) => {
    const x = real(value!)
    if (!Number.isFinite(x)) return new PyTuple([float(Number.isNaN(x) ? x : x > 0 ? 0 : -0), float(x)])
    return new PyTuple([float(x % 1), float(Math.trunc(x))])
  }),
  define("ldexp", ["x", "i"], ldexp),
  define("frexp", ["x"], frexp),
  define("factorial", ["x"], factorial),
  define("isqrt", ["n"], (account, [n]) => integerSquareRoot(account, intArgument(n!))),
  define(
    "perm",
    ["n", "k"],
    (account, [n, k]) => {
      const total = intArgument(n!)
      const chosen = k === undefined || k === null ? total : intArgument(k)
      counts(total, chosen)
      return permutations(account, total, chosen)
    },
    1
  ),
  define("comb", ["n", "k"], (account, [n, k]) => {
    counts(intArgument(n!), intArgument(k!))
    return combinations(account, intArgument(n!), intArgument(k!))
  }),
  define("fsum", ["seq"], (account, [values]) => exactSum(account, values!)),
  define("dist", ["p", "q"], distance),
  ["gcd", (account, args) => all(args).reduce((a, b) => gcd(account, a, b), 0)],
  ["lcm", (account, args) => all(args).reduce((a, b) => lcm(account, a, b), 1)],
  ["hypot", (_, args) => float(hypotenuse(args.map(real)))],
  ["prod", prod],
  ["isclose", isClose]
]

/** What `import math` binds. */
export const mathModule = new PyModule(
  "math",
  new Map<string, PyValue>([
    ...functions.map(([name, native]) => [name, new PyBuiltin(name, native)] as const),
    ["pi", float(Math.PI)],
    ["e", float(Math.E)],
    ["tau", float(2 * Math.PI)],
    ["inf", float(Number.POSITIVE_INFINITY)],
    ["nan", float(Number.NaN)]
  ])
)
