/**
 * The value of an expression in double precision, complex, with a bound of its error: so that two values can be told from each
 * other, or not, without a tolerance that anybody would have to choose. Bounds are those of first-order error analysis: what an
 * operation makes of the errors of its operands, and half a unit in the last place of its own.
 */

import { exactValue } from "./exact.ts"
import type { Constant, Expression, FunctionName } from "./Expression.ts"
import { type Rational, toNumber } from "./rational.ts"
import { spend } from "./work.ts"

/** re + im i, known to within `error` in absolute value. Without a value: NaN. */
export interface Approximate {
  readonly re: number
  readonly im: number
  readonly error: number
}

const UNIT = 2 ** -52
const NOTHING: Approximate = { re: Number.NaN, im: Number.NaN, error: Number.NaN }
export const hasValue = ({ re, im, error }: Approximate): boolean =>
  Number.isFinite(re) && Number.isFinite(im) && Number.isFinite(error)

const size = ({ re, im }: Approximate): number => (im === 0 ? Math.abs(re) : Math.hypot(re, im))

/** A result with what its operation adds to the error; parts within the error of nothing are nothing. */
const rounded = (re: number, im: number, error: number): Approximate => {
  const all = error + 2 * UNIT * (im === 0 ? Math.abs(re) : Math.hypot(re, im))
  return { re, im: im !== 0 && Math.abs(im) <= 4 * all ? 0 : im, error: im !== 0 && Math.abs(im) <= 4 * all ? 5 * all : all }
}
const real = (value: number, error: number): Approximate => rounded(value, 0, error)

export type Point = Readonly<Record<string, Approximate>>

/** The value at a point, which has one for each variable. `isReal`: bars stand round real numbers, and have no other values. */
export const approximate = (at: Expression, point: Point, isReal = false): Approximate => {
  spend(1)
  switch (at.kind) {
    case "number":
      return isSmallWhole(at.value) ? { re: Number(at.value.top), im: 0, error: 0 } : real(toNumber(at.value), 0)
    case "constant":
      return constants[at.name]
    case "variable":
      return point[at.name] ?? NOTHING
    case "negative": {
      const { re, im, error } = approximate(at.of, point, isReal)
      return { re: -re, im: im === 0 ? 0 : -im, error }
    }
    case "call": {
      const values = at.values.map((value) => approximate(value, point, isReal))
      if (isReal && at.name === "abs" && values[0]!.im !== 0) return NOTHING
      return values.every(hasValue) ? functions[at.name](...(values as [Approximate, Approximate])) : NOTHING
    }
    default: {
      const [a, b] = [approximate(at.left, point, isReal), approximate(at.right, point, isReal)]
      if (!hasValue(a) || !hasValue(b)) return NOTHING
      return (at.kind === "power" ? oddRoot(a, at.right) : null) ?? operations[at.kind](a, b)
    }
  }
}

/** Known without an error. */
const isSmallWhole = ({ top, bottom }: Rational): boolean => bottom === 1n && top <= 2n ** 53n && top >= -(2n ** 53n)

const constants: Readonly<Record<Constant, Approximate>> = {
  pi: { re: Math.PI, im: 0, error: UNIT * 4 },
  e: { re: Math.E, im: 0, error: UNIT * 4 },
  i: { re: 0, im: 1, error: 0 },
  infinity: NOTHING
}

type Binary = (a: Approximate, b: Approximate) => Approximate

const errorOfProduct = (a: Approximate, b: Approximate): number =>
  a.error * size(b) + b.error * size(a) + a.error * b.error + 2 * UNIT * size(a) * size(b)

const multiplied: Binary = (a, b) => rounded(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re, errorOfProduct(a, b))

const divided: Binary = (a, b) => {
  const bottom = b.re * b.re + b.im * b.im
  if (bottom === 0 || size(b) <= b.error) return NOTHING
  const error = (a.error + (size(a) / size(b)) * b.error) / (size(b) - b.error)
  return rounded((a.re * b.re + a.im * b.im) / bottom, (a.im * b.re - a.re * b.im) / bottom, error)
}

const logarithm = (a: Approximate): Approximate =>
  size(a) <= a.error ? NOTHING : rounded(Math.log(size(a)), Math.atan2(a.im, a.re), a.error / (size(a) - a.error) + 4 * UNIT)

const exponential = (a: Approximate): Approximate => {
  const length = Math.exp(a.re)
  return rounded(length * Math.cos(a.im), length * Math.sin(a.im), length * (Math.expm1(a.error) + 2 * UNIT * (1 + size(a))))
}

/** Whole exponents by repeated squaring, which keeps real what is real; others by the principal logarithm. */
const powered: Binary = (a, b) => {
  spend(8)
  if (b.im === 0 && b.error === 0 && Number.isInteger(b.re) && Math.abs(b.re) <= 1024) {
    let [result, square]: [Approximate, Approximate] = [real(1, 0), a]
    for (let n = Math.abs(b.re); n > 0; n = Math.floor(n / 2)) {
      if (n % 2 === 1) result = multiplied(result, square)
      square = multiplied(square, square)
    }
    return b.re < 0 ? divided(real(1, 0), result) : result
  }
  // What is zero, or cannot be told from it, has no logarithm, and a power all the same.
  if (size(a) <= a.error) return b.re > 0 && b.im === 0 ? real(0, (size(a) + a.error) ** b.re) : NOTHING
  if (a.im === 0 && b.im === 0 && a.re > a.error) {
    const value = a.re ** b.re
    return real(
      value,
      Math.abs(value) * (Math.abs(b.re) * (a.error / (a.re - a.error)) + Math.abs(Math.log(a.re)) * b.error + 4 * UNIT)
    )
  }
  return exponential(multiplied(b, logarithm(a)))
}

/** Powers of negative numbers with an odd root are real, by the convention of schools: `\sqrt[3]{-8}`. Null for all others. */
const oddRoot = (base: Approximate, exponent: Expression): Approximate | null => {
  if (base.im !== 0 || base.re >= -base.error) return null
  const parts = exactValue(exponent)
  if (parts === null || parts.bottom === 1n || parts.bottom % 2n === 0n) return null
  const power = toNumber(parts)
  const positive = powered({ re: -base.re, im: 0, error: base.error }, real(power, 0))
  return parts.top % 2n === 0n ? positive : { ...positive, re: -positive.re }
}

const operations: Readonly<Record<"sum" | "difference" | "product" | "quotient" | "power", Binary>> = {
  sum: (a, b) => rounded(a.re + b.re, a.im + b.im, a.error + b.error),
  difference: (a, b) => rounded(a.re - b.re, a.im - b.im, a.error + b.error),
  product: multiplied,
  quotient: divided,
  power: powered
}

const sine = (a: Approximate): Approximate =>
  rounded(
    Math.sin(a.re) * Math.cosh(a.im),
    Math.cos(a.re) * Math.sinh(a.im),
    Math.cosh(a.im) * (a.error + 2 * UNIT * (1 + Math.abs(a.re)))
  )
const cosine = (a: Approximate): Approximate =>
  rounded(
    Math.cos(a.re) * Math.cosh(a.im),
    -Math.sin(a.re) * Math.sinh(a.im),
    Math.cosh(a.im) * (a.error + 2 * UNIT * (1 + Math.abs(a.re)))
  )

/** A function of real numbers with its slope. */
const ofReal =
  (f: (x: number) => number, slope: (x: number) => number) =>
  (a: Approximate): Approximate => {
    if (a.im !== 0) return NOTHING
    const value = f(a.re)
    return real(value, Math.abs(slope(a.re)) * a.error + 4 * UNIT * Math.abs(value))
  }

/** Steps: no value where the argument is too near to one to know on which side it is. */
const step =
  (f: (x: number) => number) =>
  (a: Approximate): Approximate => {
    if (a.im !== 0) return NOTHING
    const nearest = Math.round(a.re)
    if (a.error > 0 && Math.abs(a.re - nearest) <= a.error) return a.error < 1e-9 ? real(nearest, 0) : NOTHING
    return real(f(a.re), 0)
  }

const root = (a: Approximate): Approximate => {
  if (a.im === 0 && a.re >= 0) {
    const value = Math.sqrt(a.re)
    return real(value, a.error === 0 ? 0 : a.re > 4 * a.error ? a.error / value : Math.sqrt(4 * a.error))
  }
  if (a.im === 0) {
    const value = Math.sqrt(-a.re)
    return rounded(0, value, a.error === 0 ? 0 : -a.re > 4 * a.error ? a.error / value : Math.sqrt(4 * a.error))
  }
  return powered(a, { re: 0.5, im: 0, error: 0 })
}

const factorial = (a: Approximate): Approximate => {
  spend(10)
  if (a.im !== 0 || a.re < -a.error) return NOTHING
  const nearest = Math.round(a.re)
  if (Math.abs(a.re - nearest) <= a.error && nearest <= 170) {
    let value = 1
    for (let n = 2; n <= nearest; n++) value *= n
    return real(value, value * nearest * UNIT)
  }
  const value = gamma(a.re + 1)
  return real(value, Math.abs(value) * (1e-13 + 8 * a.error))
}

/** Lanczos' approximation with g = 7 and nine terms: some 15 digits for arguments above 1/2. */
const gamma = (x: number): number => {
  const z = x - 1
  const series = LANCZOS.reduce((sum, coefficient, n) => sum + (n === 0 ? coefficient : coefficient / (z + n)), 0)
  const t = z + 7.5
  return Math.sqrt(2 * Math.PI) * t ** (z + 0.5) * Math.exp(-t) * series
}
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7
]

const [one, half] = [real(1, 0), real(0.5, 0)]

const chosen: Binary = (a, b) => divided(factorial(a), multiplied(factorial(b), factorial(operations.difference(a, b))))

/**
 * Of whole numbers alone, which no point has: a function of its own that does not know their order, so that it is equal where
 * what it is of is equal. Sums, products and squares tell up to three values from all others.
 */
const ofWhole = (values: ReadonlyArray<Approximate>): Approximate => {
  spend(8)
  if (values.some(({ im }) => im !== 0)) return NOTHING
  const of = (make: (a: Approximate) => Approximate, by: Binary) => values.map(make).reduce(by)
  const [sum, product] = [of((a) => a, operations.sum), of((a) => a, multiplied)]
  const squares = of((a) => multiplied(a, a), operations.sum)
  const value = 4 + Math.sin(1.7 * sum.re) + Math.sin(2.3 * product.re + 0.4) + Math.sin(1.3 * squares.re + 0.9)
  return real(
    value,
    1.7 * sum.error + 2.3 * product.error + 1.3 * squares.error + 32 * UNIT * (1 + size(sum) + size(product) + size(squares))
  )
}

/** Of a function of which nothing is known another one, told by its name, which is the first value, and the places of others. */
const ofName = (values: ReadonlyArray<Approximate>): Approximate => {
  spend(8)
  const sines = (factor: number, step: number) =>
    values.map((value, i) => sine(multiplied(real(factor + step * i, 0), value))).reduce(operations.sum)
  const twice = sines(0.7, 0.4)
  return operations.sum(operations.sum(real(5, 0), sines(1.7, 0.6)), multiplied(twice, twice))
}

const extreme =
  (sign: number) =>
  (...values: ReadonlyArray<Approximate>) =>
    values.some(({ im }) => im !== 0) ? NOTHING : values.reduce((a, b) => (sign * (a.re - b.re) >= 0 ? a : b))

type Applied = (a: Approximate, b: Approximate, ...more: ReadonlyArray<Approximate>) => Approximate

const functions: Readonly<Record<FunctionName, Applied>> = {
  sin: sine,
  cos: cosine,
  tan: (a) => divided(sine(a), cosine(a)),
  cot: (a) => divided(cosine(a), sine(a)),
  sec: (a) => divided(one, cosine(a)),
  csc: (a) => divided(one, sine(a)),
  arcsin: ofReal(Math.asin, (x) => 1 / Math.sqrt(Math.max(1 - x * x, UNIT))),
  arccos: ofReal(Math.acos, (x) => 1 / Math.sqrt(Math.max(1 - x * x, UNIT))),
  arctan: ofReal(Math.atan, () => 1),
  sinh: ofReal(Math.sinh, Math.cosh),
  cosh: ofReal(Math.cosh, Math.sinh),
  tanh: ofReal(Math.tanh, () => 1),
  arsinh: ofReal(Math.asinh, () => 1),
  // Beyond where they are real they have the values of their logarithms.
  arcosh: (a) => logarithm(operations.sum(a, root(operations.difference(multiplied(a, a), one)))),
  artanh: (a) => multiplied(half, logarithm(divided(operations.sum(one, a), operations.difference(one, a)))),
  ln: logarithm,
  exp: exponential,
  cis: (a) => exponential(multiplied(constants.i, a)),
  abs: (a) => real(size(a), a.error),
  sqrt: root,
  floor: step(Math.floor),
  ceiling: step(Math.ceil),
  factorial,
  binomial: chosen,
  dot: (a, b) => real(a.re * b.re + a.im * b.im, errorOfProduct(a, b)),
  cross: (a, b) => real(a.re * b.im - a.im * b.re, errorOfProduct(a, b)),
  applied: (...values) => ofName(values),
  gcd: (...values) => ofWhole(values),
  // Of two numbers it is their product over what divides both.
  lcm: (a, b, ...more) =>
    more.length > 0 ? operations.sum(ofWhole([a, b, ...more]), one) : divided(multiplied(a, b), ofWhole([a, b])),
  max: extreme(1),
  min: extreme(-1)
}
