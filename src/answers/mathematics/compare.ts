/**
 * Whether two expressions have the same value wherever they have one. Exactly, where both are rational numbers. Else a first
 * look in double precision with bounds of error, at fixed points for the variables: two that differ by more than their errors
 * at one point are different. Of two that do not, doubles say nothing: a second look (`precise/closer.ts`) decides, exactly
 * where it can. The points are the same on every machine and in every run.
 */

import { approximate, type Approximate, hasValue, type Point } from "./approximate.ts"
import { exactValue } from "./exact.ts"
import { type Expression, isSameTree, variablesOf } from "./Expression.ts"
import { normalForm } from "./normal/normal-form.ts"
import type { Form } from "./normal/polynomials.ts"
import { areEqual, areEqualExactly, areMultiples, orderOf } from "./precise/closer.ts"
import { compare, type Rational } from "./rational.ts"
import { isVectorName } from "./vectors.ts"
import { Once, spend } from "./work.ts"

/** Points that are looked at, and how many of them first. */
const POINTS = 16
const FEW = 4

/** Bounds of error are first-order: this much beyond them is still theirs. */
const SLACK = 16
/** A value of which less than half of its digits are known tells nothing. */
const VAGUE = 1e-7

/**
 * The value of a variable at a point: between 0.1 and 2.6 in size, from its name (FNV-1a) and the point's number. At every fourth
 * point all variables are below one, where inverse functions have values; at every third one is negative, where roots of squares
 * are told from what was squared.
 */
const valueAt = (name: string, point: number): Approximate => {
  let hash = 2_166_136_261
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16_777_619)
  const negative = (point + (hash >>> 0)) % 3 === 0
  for (let i = 0; i <= point; i++) hash = (Math.imul(hash, 1_664_525) + 1_013_904_223) | 0
  const uniform = (hash >>> 0) / 2 ** 32
  const size = point % 4 === 0 ? 0.1 + 0.8 * uniform : 0.9 + 1.7 * uniform
  const re = negative ? -size : size
  if (!isVectorName(name)) return { re, im: 0, error: 0 }
  return { re, im: 0.3 + ((Math.imul(hash, 2_246_822_519) >>> 0) / 2 ** 32) * 1.5, error: 0 }
}

/** What was worked out of an expression, so that each of many is worked out once, however many it is compared with. */
interface Known {
  readonly at: Expression
  readonly exact: Once<Rational | null>
  readonly form: Once<Form | null>
  readonly variables: ReadonlyArray<string>
  /** By the number of the point; absent before it is asked for. */
  readonly values: Array<Once<Approximate> | undefined>
}
const known = new WeakMap<Expression, Known>()

const knownOf = (at: Expression): Known => {
  const before = known.get(at)
  if (before !== undefined) return before
  const now: Known = {
    at,
    exact: new Once(() => exactValue(at)),
    form: new Once(() => normalForm(at)),
    variables: variablesOf(at),
    values: []
  }
  known.set(at, now)
  return now
}

const valueOf = ({ at, exact, values, variables }: Known, point: number): Approximate =>
  (values[point] ??= new Once(() => {
    spend(2 * variables.length)
    // What only exact arithmetic has a value of: `\gcd(4, 6)`, `\binom{3}{5}`.
    const known = variables.length === 0 ? exact.get() : null
    if (known !== null) return approximate({ kind: "number", value: known }, {})
    return approximate(at, Object.fromEntries(variables.map((name) => [name, valueAt(name, point)])) satisfies Point)
  })).get()

/** The exact value of an expression that is rational (`exact.ts`), worked out once. */
export const exactOf = (at: Expression): Rational | null => knownOf(at).exact.get()

const areApart = (a: Approximate, b: Approximate): boolean => sizeOf(a.re - b.re, a.im - b.im) > SLACK * (a.error + b.error)

const sizeOf = (re: number, im: number): number => (im === 0 ? Math.abs(re) : Math.hypot(re, im))

const isVague = ({ re, im, error }: Approximate): boolean => error > VAGUE && error > VAGUE * sizeOf(re, im)

/** Equal values. */
export const equalExpressions = (a: Expression, b: Expression): boolean => {
  if (isSameTree(a, b)) return true
  const [left, right] = [infinityIn(a), infinityIn(b)]
  if (left !== null || right !== null) return left === right
  const [x, y] = [knownOf(a), knownOf(b)]
  if (x.variables.length + y.variables.length === 0) {
    const [p, q] = [x.exact.get(), y.exact.get()]
    if (p !== null && q !== null) return p.top === q.top && p.bottom === q.bottom
  }
  if (areToldApart(x, y, areApart, 0, FEW)) return false
  const exactly = areEqualExactly(x.form.get(), y.form.get())
  return exactly ?? (!areToldApart(x, y, areApart, FEW) && areEqual(x.form.get(), y.form.get(), valueAt))
}

/** 1 or -1 where an expression is infinity or its opposite; null for every other. */
const infinityIn = (at: Expression): number | null => {
  if (at.kind === "constant" && at.name === "infinity") return 1
  if (at.kind !== "negative") return null
  const inside = infinityIn(at.of)
  return inside === null ? null : -inside
}

/** Below zero, zero or above zero as one number is below, equal to or above another; null where that is not known. */
export const order = (a: Expression, b: Expression): number | null => {
  spend(1)
  const [left, right] = [infinityIn(a), infinityIn(b)]
  if (left !== null || right !== null) return (left ?? 0) - (right ?? 0)
  const [x, y] = [knownOf(a), knownOf(b)]
  if (x.variables.length + y.variables.length > 0) return null
  const [m, n] = [x.exact.get(), y.exact.get()]
  if (m !== null && n !== null) return compare(m, n)
  const [p, q] = [valueOf(x, 0), valueOf(y, 0)]
  const isReal = (value: Approximate) => hasValue(value) && !isVague(value) && Math.abs(value.im) <= SLACK * value.error
  if (isReal(p) && isReal(q) && areApart(p, q)) return p.re - q.re
  return orderOf(x.form.get(), y.form.get(), valueAt)
}

/** Whether values at one of the points differ. */
const areToldApart = (
  a: Known,
  b: Known,
  differ: (x: Approximate, y: Approximate) => boolean,
  first = 0,
  end = POINTS
): boolean => {
  const points = a.variables.length + b.variables.length === 0 ? 1 : end
  for (let point = first; point < points; point++) {
    spend(2)
    const [x, y] = [valueOf(a, point), valueOf(b, point)]
    // One that has a value where the other has none is another; at a single point that may be a gap that can be filled.
    if (!hasValue(x) || !hasValue(y) || isVague(x) || isVague(y)) continue
    if (differ(x, y)) return true
  }
  return false
}

/**
 * Whether one expression is the other times a number other than zero: `2x - 4` and `x - 2`. `positive`: times a positive number.
 * What both are zero of is then the same.
 */
export const areProportional = (a: Expression, b: Expression, positive = false): boolean => {
  const [left, right] = [knownOf(a), knownOf(b)]
  if (left.variables.length + right.variables.length === 0) return equalExpressions(a, b)
  let ratio: { readonly x: Approximate; readonly y: Approximate } | null = null
  const areApartInRatio = (x: Approximate, y: Approximate): boolean => {
    const isZero = (value: Approximate) => sizeOf(value.re, value.im) <= SLACK * value.error
    // What is nearly zero, one of them or both, tells nothing of a ratio.
    if (isZero(x) || isZero(y)) return false
    if (positive && x.re * y.re < 0) return true
    ratio ??= { x, y }
    // x / y = X / Y, multiplied out.
    return areApart(times(x, ratio.y), times(y, ratio.x))
  }
  if (areToldApart(left, right, areApartInRatio)) return false
  return areMultiples(a, b, left.form.get(), right.form.get(), positive, valueAt)
}

const times = (a: Approximate, b: Approximate): Approximate => {
  const [left, right] = [sizeOf(a.re, a.im), sizeOf(b.re, b.im)]
  return {
    re: a.re * b.re - a.im * b.im,
    im: a.re * b.im + a.im * b.re,
    error: a.error * right + b.error * left + 2 ** -50 * left * right
  }
}
