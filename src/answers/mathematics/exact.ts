/** The exact value of an expression that is rational: fractions, whole powers, roots that come out even, factorials. */

import type { Expression } from "./Expression.ts"
import { add, compare, divide, floor, multiply, negate, power, productOfRange, type Rational, rational } from "./rational.ts"
import { spend } from "./work.ts"

/** Factorials and binomials of more than this are not worked out. */
const MOST_FACTORS = 500n

/** Null for what is irrational, has variables, has no value, or is too large to be worked out. */
export const exactValue = (at: Expression): Rational | null => {
  spend(1)
  switch (at.kind) {
    case "number":
      return at.value
    case "constant":
    case "variable":
      return null
    case "negative": {
      const of = exactValue(at.of)
      return of && negate(of)
    }
    case "call": {
      const values = at.values.map(exactValue)
      return values.every((value) => value !== null) ? called(at.name, values) : null
    }
    default: {
      const [left, right] = [exactValue(at.left), exactValue(at.right)]
      if (left === null || right === null) return null
      switch (at.kind) {
        case "sum":
          return add(left, right)
        case "difference":
          return add(left, negate(right))
        case "product":
          return multiply(left, right)
        case "quotient":
          return divide(left, right)
        case "power":
          return power(left, right)
      }
    }
  }
}

/** Whether a root of a negative number is taken in it, which programs of mathematics take to be complex. */
export const hasNegativeRoot = (at: Expression): boolean => {
  if (at.kind === "negative") return hasNegativeRoot(at.of)
  if (at.kind === "call") return at.values.some(hasNegativeRoot)
  if (!("left" in at)) return false
  const [base, exponent] = at.kind === "power" ? [exactValue(at.left), exactValue(at.right)] : [null, null]
  const isRoot = base !== null && base.top < 0n && exponent !== null && exponent.bottom !== 1n
  return isRoot || hasNegativeRoot(at.left) || hasNegativeRoot(at.right)
}

const called = (name: string, values: ReadonlyArray<Rational>): Rational | null => {
  const [x, y] = values as [Rational, Rational | undefined]
  switch (name) {
    case "abs":
      return x.top < 0n ? negate(x) : x
    case "sqrt":
      return power(x, { top: 1n, bottom: 2n })
    case "floor":
      return floor(x)
    case "ceiling":
      return negate(floor(negate(x)))
    case "factorial":
      return x.bottom === 1n && x.top >= 0n && x.top <= MOST_FACTORS ? rational(productOfRange(1n, x.top)) : null
    case "binomial": {
      if (y === undefined || x.bottom !== 1n || y.bottom !== 1n || y.top < 0n || x.top < 0n) return null
      if (y.top > x.top) return { top: 0n, bottom: 1n }
      const k = y.top * 2n > x.top ? x.top - y.top : y.top
      return k > MOST_FACTORS ? null : rational(productOfRange(x.top - k + 1n, x.top), productOfRange(1n, k))
    }
    case "gcd":
    case "lcm": {
      if (values.some(({ bottom }) => bottom !== 1n)) return null
      return values.reduce<Rational | null>((all, value) => {
        if (all === null) return null
        // gcd(a, b) is what is left of a / b in lowest terms.
        const ratio = divide(all, value)
        if (ratio === null || all.top === 0n) return null
        const divisor = divide(all, { top: ratio.top, bottom: 1n })
        return divisor === null || name === "gcd" ? absolute(divisor) : absolute(multiply(all, { top: ratio.bottom, bottom: 1n }))
      }, values[0]!)
    }
    case "max":
      return values.reduce((a, b) => (compare(a, b) < 0 ? b : a))
    case "min":
      return values.reduce((a, b) => (compare(a, b) > 0 ? b : a))
    default:
      return null
  }
}

const absolute = (value: Rational | null): Rational | null => (value !== null && value.top < 0n ? negate(value) : value)
