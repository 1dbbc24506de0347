/**
 * Whether two expressions have the same value wherever they have one. Exactly, where both are rational numbers. Else a first
 * look in double precision with bounds of error, at fixed points for the variables: two that differ by more than their errors
 * at one point are different. Of two that do not, doubles say nothing: a second look (`precise/closer.ts`) decides, exactly
 * where it can. The points are the same on every machine and in every run.
 */

import { approximate, type Approximate, hasValue, type Point } from "./approximate.ts"
import { exactValue } from "./exact.ts"
import { type Expression, isSameTree, variablesOf } from "./Expression.ts"
import { isRealName, isWholeLetter, withComplexLetters } from "./normal/letters.ts"
import { normalForm } from "./normal/normal-form.ts"
import type { Form } from "./normal/polynomials.ts"
import { areEqual, areEqualExactly, areMultiples, orderOf } from "./precise/closer.ts"
import { POINTS, valueAt } from "./precise/points.ts"
import { compare, type Rational } from "./rational.ts"
import { Once, spend } from "./work.ts"

/** How many points are looked at first. */
const FEW = 4

/** Bounds of error are first-order: this much beyond them is still theirs. */
const SLACK = 16
/** A value of which less than half of its digits are known tells nothing. */
const VAGUE = 1e-7

/** What was worked out of an expression, so that each of many is worked out once, however many it is compared with. */
interface Known {
  readonly at: Expression
  readonly exact: Once<Rational | null>
  readonly form: Once<Form | null>
  readonly variables: ReadonlyArray<string>
  /** Whether letters for whole numbers are in it as such. */
  readonly isOfWhole: Once<boolean>
  /** Whether i, or what stands for complex numbers, is in it. */
  readonly isComplex: boolean
  /** Whether it is zero wherever it has a value. */
  readonly isNothing: Once<boolean>
  /** By the names of all variables, and by the number of the point. */
  readonly values: Map<string, Array<Once<Approximate> | undefined>>
}
const known = new WeakMap<Expression, Known>()

const knownOf = (written: Expression): Known => {
  const before = known.get(written)
  if (before !== undefined) return before
  const at = withComplexLetters(written)
  const now: Known = {
    at,
    exact: new Once(() => exactValue(at)),
    form: new Once(() => normalForm(at)),
    variables: variablesOf(at),
    isComplex: isComplex(at),
    isOfWhole: new Once(() => isOfWhole(at)),
    isNothing: new Once(() => equalExpressions(written, NOTHING)),
    values: new Map()
  }
  known.set(written, now)
  return now
}

/** What two are looked at with. */
interface Points {
  readonly names: ReadonlyArray<string>
  readonly key: string
  readonly areWhole: boolean
}

const pointsOf = (a: Known, b: Known): Points => {
  if (a.variables.length + b.variables.length === 0) return NONE
  const names = isAlike(a.variables, b.variables) ? a.variables : [...new Set([...a.variables, ...b.variables])].toSorted()
  const areWhole = [a.isOfWhole.get(), b.isOfWhole.get()].some(Boolean)
  return { names, key: `${areWhole ? "whole" : ""} ${names.join(" ")}`, areWhole }
}
const isAlike = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i])

const valueOf = (
  { at, exact, values, variables, isComplex }: Known,
  point: number,
  { names, key, areWhole }: Points
): Approximate => {
  let ofNames = values.get(key)
  if (ofNames === undefined) values.set(key, (ofNames = []))
  const before = ofNames[point]
  if (before !== undefined) return before.get()
  const now = new Once(() => {
    spend(2 * names.length)
    // What only exact arithmetic has a value of: `\gcd(4, 6)`, `\binom{3}{5}`.
    const known = variables.length === 0 ? exact.get() : null
    if (known !== null) return approximate({ kind: "number", value: known }, {})
    const values = names.map((name) => [
      name,
      { ...valueAt(name, names, point, true, areWhole && isWholeLetter(name)), error: 0 }
    ])
    return approximate(at, Object.fromEntries(values) satisfies Point, !isComplex && names.length > 0)
  })
  ofNames[point] = now
  return now.get()
}

const isConstant = (a: Known, b: Known): boolean => a.variables.length + b.variables.length === 0

const isComplex = (at: Expression): boolean => {
  if (at.kind === "constant") return at.name === "i"
  if (at.kind === "variable") return !isRealName(at.name)
  if (at.kind === "negative") return isComplex(at.of)
  if (at.kind === "call") return at.name === "cis" || at.values.some(isComplex)
  return "left" in at && (isComplex(at.left) || isComplex(at.right))
}

/** Of what has no variables. */
const NONE: Points = { names: [], key: "", areWhole: false }

/**
 * Whether letters that stand for whole numbers are in it where that matters: in a floor, in a power of a negative number or of i,
 * beside pi in an angle.
 */
const isOfWhole = (at: Expression): boolean => {
  spend(0.5)
  const hasLetter = (of: Expression) => variablesOf(of).some(isWholeLetter)
  switch (at.kind) {
    case "number":
    case "constant":
    case "variable":
      return false
    case "negative":
      return isOfWhole(at.of)
    case "call":
      if (STEPS.has(at.name) && at.values.some(hasLetter)) return true
      if (ANGLES.has(at.name) && at.values.some((value) => hasLetter(value) && hasPi(value))) return true
      return at.values.some(isOfWhole)
    case "power": {
      const base = exactValue(at.left)
      if (((base !== null && base.top < 0n) || hasPi(at.right)) && hasLetter(at.right)) return true
    }
  }
  return isOfWhole(at.left) || isOfWhole(at.right)
}
const STEPS: ReadonlySet<string> = new Set(["floor", "ceiling"])
const ANGLES: ReadonlySet<string> = new Set(["sin", "cos", "tan", "cot", "sec", "csc", "cis", "exp"])

const hasPi = (at: Expression): boolean => {
  if (at.kind === "constant") return at.name === "pi"
  if (at.kind === "negative") return hasPi(at.of)
  if (at.kind === "call") return at.values.some(hasPi)
  return "left" in at && (hasPi(at.left) || hasPi(at.right))
}

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
  // Two that are no real numbers at a point of real ones have no value there: `\sqrt{a/b}` and `\sqrt a/\sqrt b`.
  const differ =
    x.isComplex || y.isComplex
      ? areApart
      : (a: Approximate, b: Approximate) => (a.im === 0 || b.im === 0 || isConstant(x, y)) && areApart(a, b)
  if (areToldApart(x, y, differ, 0, FEW)) return false
  const exactly = areEqualExactly(x.form.get(), y.form.get())
  return exactly ?? (!areToldApart(x, y, differ, FEW) && areEqual(x.form.get(), y.form.get(), !x.isComplex && !y.isComplex))
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
  const [p, q] = [valueOf(x, 0, NONE), valueOf(y, 0, NONE)]
  const isReal = (value: Approximate) => hasValue(value) && !isVague(value) && Math.abs(value.im) <= SLACK * value.error
  if (isReal(p) && isReal(q) && areApart(p, q)) return p.re - q.re
  return orderOf(x.form.get(), y.form.get())
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
  const all = pointsOf(a, b)
  for (let point = first; point < points; point++) {
    spend(2)
    const [x, y] = [valueOf(a, point, all), valueOf(b, point, all)]
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
  // Nothing is that only to nothing.
  const [isNothing, isOther] = [left.isNothing.get(), right.isNothing.get()]
  if (isNothing || isOther) return isNothing && isOther
  const areReal = !left.isComplex && !right.isComplex
  let ratio: { readonly x: Approximate; readonly y: Approximate } | null = null
  const areApartInRatio = (x: Approximate, y: Approximate): boolean => {
    const isZero = (value: Approximate) => sizeOf(value.re, value.im) <= SLACK * value.error
    // What is nearly zero, one of them or both, tells nothing of a ratio.
    if (isZero(x) || isZero(y) || (areReal && x.im !== 0 && y.im !== 0)) return false
    if (positive && x.re * y.re < 0) return true
    ratio ??= { x, y }
    // x / y = X / Y, multiplied out.
    return areApart(times(x, ratio.y), times(y, ratio.x))
  }
  if (areToldApart(left, right, areApartInRatio)) return false
  return areMultiples(left.at, right.at, left.form.get(), right.form.get(), { areReal, positive })
}

/** Whether an expression has one value wherever it has one, as far as points tell: an equation of it and zero says nothing. */
export const isConstantAnywhere = (at: Expression): boolean => {
  const of = knownOf(at)
  if (of.variables.length === 0) return true
  const all = pointsOf(of, of)
  let first: Approximate | null = null
  for (let point = 0; point < POINTS; point++) {
    spend(2)
    const value = valueOf(of, point, all)
    if (!hasValue(value) || isVague(value)) continue
    if (first !== null && areApart(first, value)) return false
    first ??= value
  }
  return first !== null
}

const NOTHING: Expression = { kind: "number", value: { top: 0n, bottom: 1n } }

const times = (a: Approximate, b: Approximate): Approximate => {
  const [left, right] = [sizeOf(a.re, a.im), sizeOf(b.re, b.im)]
  return {
    re: a.re * b.re - a.im * b.im,
    im: a.re * b.im + a.im * b.re,
    error: a.error * right + b.error * left + 2 ** -50 * left * right
  }
}
