/**
 * Whether two expressions have the same value wherever they have one. Exactly, where both are rational numbers; else in double
 * precision with bounds of error, at fixed points for the variables: two that differ by more than their errors at one point are
 * different, two that do not at any of them are equal. The points are the same on every machine and in every run.
 */

import { approximate, type Approximate, hasValue, type Point } from "./approximate.ts"
import { exactValue } from "./exact.ts"
import { type Expression, isSameTree, variablesOf } from "./Expression.ts"

/** Points that are looked at, and how many of them must have told something. */
const POINTS = 12
const LEAST_POINTS = 4

/** Bounds of error are first-order: this much beyond them is still theirs. */
const SLACK = 16
/** A value of which less than half of its digits are known tells nothing. */
const VAGUE = 1e-7

/** Values between 0.4 and 2.6 of either sign, from a linear congruence (Numerical Recipes); a name has its own at each point. */
const pointsFor = (names: ReadonlyArray<string>): ReadonlyArray<Point> => {
  let state = 12_345
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
  return Array.from({ length: POINTS }, () => {
    const point: Record<string, Approximate> = {}
    for (const name of names) point[name] = { re: (next() < 0.3 ? -1 : 1) * (0.4 + 2.2 * next()), im: 0, error: 0 }
    return point
  })
}

const distance = (a: Approximate, b: Approximate): number => Math.hypot(a.re - b.re, a.im - b.im)

const areApart = (a: Approximate, b: Approximate): boolean => distance(a, b) > SLACK * (a.error + b.error)

const isVague = ({ re, im, error }: Approximate): boolean => error > VAGUE && error > VAGUE * Math.hypot(re, im)

/** Equal values. */
export const equalExpressions = (a: Expression, b: Expression): boolean => {
  if (isSameTree(a, b)) return true
  const [left, right] = [infinityIn(a), infinityIn(b)]
  if (left !== null || right !== null) return left === right
  const [x, y] = [exactValue(a), exactValue(b)]
  if (x !== null && y !== null) return x.top === y.top && x.bottom === y.bottom
  return agreeAtPoints(a, b, areApart)
}

/** 1 or -1 where an expression is infinity or its opposite; null for every other. */
const infinityIn = (at: Expression): number | null => {
  if (at.kind === "constant" && at.name === "infinity") return 1
  if (at.kind !== "negative") return null
  const inside = infinityIn(at.of)
  return inside === null ? null : -inside
}

const agreeAtPoints = (a: Expression, b: Expression, differ: (x: Approximate, y: Approximate) => boolean): boolean => {
  const names = variablesOf(a, b)
  const points = names.length === 0 ? [{}] : pointsFor(names)
  let told = 0
  for (const point of points) {
    const [x, y] = [approximate(a, point), approximate(b, point)]
    // One that has a value where the other has none is another; at a single point that may be a gap that can be filled.
    if (!hasValue(x) || !hasValue(y) || isVague(x) || isVague(y)) continue
    if (differ(x, y)) return false
    told++
  }
  return told >= Math.min(LEAST_POINTS, points.length)
}

/**
 * Whether one expression is the other times a number other than zero: `2x - 4` and `x - 2`. `positive`: times a positive number.
 * What both are zero of is then the same.
 */
export const areProportional = (a: Expression, b: Expression, positive = false): boolean => {
  if (variablesOf(a, b).length === 0) return equalExpressions(a, b)
  let ratio: { readonly x: Approximate; readonly y: Approximate } | null = null
  return agreeAtPoints(a, b, (x, y) => {
    const isZero = (value: Approximate) => Math.hypot(value.re, value.im) <= SLACK * value.error
    if (isZero(x) || isZero(y)) return isZero(x) !== isZero(y)
    if (positive && x.re * y.re < 0) return true
    ratio ??= { x, y }
    // x / y = X / Y, multiplied out.
    return areApart(times(x, ratio.y), times(y, ratio.x))
  })
}

const times = (a: Approximate, b: Approximate): Approximate => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
  error:
    a.error * Math.hypot(b.re, b.im) +
    b.error * Math.hypot(a.re, a.im) +
    2 ** -50 * Math.hypot(a.re, a.im) * Math.hypot(b.re, b.im)
})
