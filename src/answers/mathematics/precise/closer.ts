/**
 * A second look at what doubles cannot tell apart: exactly, where both have a normal form and what is left of their difference is
 * nothing, or only what is known to be independent; else with as many bits as it takes. Equal is what is shown to be.
 */

import type { Expression } from "../Expression.ts"
import { normalForm } from "../normal/normal-form.ts"
import {
  type Atom,
  crossDifference,
  divisorOf,
  type Form,
  MOST_OF_DIVISORS,
  multiplyForms,
  NoForm,
  ONE,
  polynomial,
  type Polynomial,
  type Term,
  term
} from "../normal/polynomials.ts"
import { bitsOf } from "../rational.ts"
import { spend } from "../work.ts"
import { holdsZero } from "./balls.ts"
import { byLeastFactorial } from "./factorials.ts"
import { hasPieces, isZeroByPieces, type Region, within } from "./pieces.ts"
import { POINTS, valueAt as pointAt } from "./points.ts"
import { type Place, valueOf } from "./zero.ts"

/** How many points must have told something; one where there are no variables. */
const ENOUGH = 4
const LEAST = 3

/** Null where it is none, or where that is too large. */
const tried = <A>(make: () => A): A | null => {
  try {
    return make()
  } catch (cause) {
    if (cause instanceof NoForm) return null
    throw cause
  }
}

/** A variable's name stands behind a sign that nothing else has. */
const varies = (atom: Atom): boolean => atom.name.includes("$")

/**
 * Whether no sum of products of these is zero but the one that is written so: variables, pi beside them, and roots of whole
 * numbers that have nothing in common and are no powers.
 */
const isIndependent = (of: Polynomial): boolean => {
  const bases = new Set<bigint>()
  for (const { factors } of of.values())
    for (const { atom, power } of factors) {
      if (atom.kind === "variable" || atom.kind === "pi") continue
      if (atom.kind !== "power" || typeof atom.base !== "bigint" || atom.exponent !== null || power.bottom === 1n) return false
      if (bitsOf(atom.base) > MOST_OF_DIVISORS) return false
      bases.add(atom.base)
    }
  const all = [...bases]
  return all.every((base, i) => all.slice(i + 1).every((other) => divisorOf(base, other) === 1n))
}

const isZeroExactly = (of: Polynomial): boolean | null => (of.size === 0 ? true : isIndependent(of) ? false : null)

const isZero = (of: Polynomial): boolean => {
  const exactly = isZeroExactly(of)
  if (exactly === true || (exactly !== null && !hasPieces(of))) return exactly
  const nearer = tried(() => byLeastFactorial(of))
  if (nearer !== null && nearer.size === 0) return true
  if (hasPieces(of)) return tried(() => isZeroByPieces(of, isZeroIn)) === true
  return isZeroIn(of, new Map())
}

/** Of what has no pieces, in a part of all numbers. */
const isZeroIn = (of: Polynomial, region: Region): boolean => {
  const exactly = isZeroExactly(of)
  if (exactly !== null) return exactly
  const names = variablesIn(of)
  if (names.length === 0) {
    const value = valueOf(of, nowhere)
    return value !== null && holdsZero(value)
  }
  let told = 0
  for (let point = 0; point < POINTS && told < ENOUGH; point++) {
    const value = valueOf(of, placeOf(names, point, region))
    if (value === null) continue
    if (!holdsZero(value)) return false
    told++
  }
  return told >= LEAST
}

/** Names of the variables in it and in what it is made of, sorted. */
const variablesIn = (of: Polynomial): ReadonlyArray<string> => {
  const names = new Set<string>()
  const seen = new Set<string>()
  const inForm = ({ top, bottom }: Form): void => {
    inPolynomial(top)
    inPolynomial(bottom)
  }
  const inPolynomial = (all: Polynomial): void => {
    for (const { factors } of all.values())
      for (const { atom } of factors) {
        if (seen.has(atom.name) || !varies(atom)) continue
        seen.add(atom.name)
        spend(1)
        if (atom.kind === "variable") names.add(atom.name.slice(1))
        else if (atom.kind === "call") atom.values.forEach(inForm)
        else if (atom.kind === "sum") inForm(atom.of)
        else if (atom.kind === "root") inForm(atom.base)
        else if (atom.kind === "power") {
          if (typeof atom.base === "object") inForm(atom.base)
          if (atom.exponent !== null) inForm(atom.exponent)
        }
      }
  }
  inPolynomial(of)
  return [...names].toSorted()
}

const nowhere: Place = () => ({ re: 0, im: 0 })

const placeOf =
  (names: ReadonlyArray<string>, point: number, region: Region): Place =>
  (name) => {
    const value = pointAt(name, names.indexOf(name), names.length, point, false, false)
    const interval = region.get(`$${name}`)
    return interval === undefined ? value : { ...value, re: within(interval, value.re) }
  }

/** Whether two are equal as they stand; null where more has to be looked at. */
export const areEqualExactly = (a: Form | null, b: Form | null): boolean | null => {
  if (a === null || b === null) return false
  const difference = tried(() => crossDifference(a, b))
  return difference === null ? false : isZeroExactly(difference)
}

/** Whether two are equal. */
export const areEqual = (a: Form | null, b: Form | null): boolean => {
  if (a === null || b === null) return false
  const difference = tried(() => crossDifference(a, b))
  return difference !== null && isZero(difference)
}

/** Below zero, zero or above zero as one is below, equal to or above another; null where that is not known. */
export const orderOf = (a: Form | null, b: Form | null): number | null => {
  if (a === null || b === null) return null
  const difference = tried(() => crossDifference(a, b))
  if (difference === null) return null
  if (isZero(difference)) return 0
  return [difference, a.bottom, b.bottom].reduce<number | null>((sign, part) => {
    const own = signOf(part)
    return sign === null || own === null ? null : sign * own
  }, 1)
}

/** Null for what is not real, or not known from zero. */
const signOf = (of: Polynomial): number | null => {
  if (of === ONE) return 1
  const value = valueOf(of, nowhere)
  return value === null || holdsZero(value) || value.im !== 0n ? null : value.re < 0n ? -1 : 1
}

/** Products by what varies in them, each with the rest of it. */
const byVariables = (of: Polynomial): ReadonlyMap<string, Polynomial> => {
  const groups = new Map<string, Array<Term>>()
  for (const { factors, re, im } of of.values()) {
    const { key } = term(
      1n,
      0n,
      factors.filter(({ atom }) => varies(atom))
    )
    const rest = term(
      re,
      im,
      factors.filter(({ atom }) => !varies(atom))
    )
    groups.set(key, [...(groups.get(key) ?? []), rest])
  }
  return new Map([...groups].map(([key, terms]) => [key, polynomial(terms)]))
}

/** Whether one is the other times a number that is not zero, or above it. */
export const areMultiples = (a: Expression, b: Expression, x: Form | null, y: Form | null, positive: boolean): boolean => {
  if (x === null || y === null) return false
  if (x.top.size === 0 || y.top.size === 0) return isZero(x.top) && isZero(y.top)
  const [left, right] = [tried(() => over(x.top, y.bottom)), tried(() => over(y.top, x.bottom))]
  if (left === null || right === null) return false
  const [lefts, rights] = [byVariables(left), byVariables(right)]
  const shared = [...lefts.keys()].filter((key) => rights.has(key)).toSorted()[0]
  if (shared !== undefined) {
    const [p, q] = [lefts.get(shared)!, rights.get(shared)!]
    const difference = tried(() => crossDifference({ top: over(left, q), bottom: ONE }, { top: over(right, p), bottom: ONE }))
    const signs = [signOf(p), signOf(q)]
    const isRatio = positive ? signs[0] !== null && signs[0] === signs[1] : true
    if (difference !== null && isZero(difference)) return isRatio
    if (difference === null || isIndependent(difference)) return false
  } else if (isIndependent(left) && isIndependent(right)) return false
  // The ratio at one place is that at any other.
  const [c, d] = [normalForm(primed(a)), normalForm(primed(b))]
  const products = c === null || d === null ? null : tried(() => [multiplyForms(x, d), multiplyForms(y, c)] as const)
  return products !== null && areEqual(products[0], products[1])
}

const over = (a: Polynomial, b: Polynomial): Polynomial => multiplyForms({ top: a, bottom: ONE }, { top: b, bottom: ONE }).top

/** The same of other variables. */
const PRIME = "#"
const primed = (of: Expression): Expression => {
  switch (of.kind) {
    case "number":
    case "constant":
      return of
    case "variable":
      return { kind: "variable", name: `${of.name}${PRIME}` }
    case "negative":
      return { kind: "negative", of: primed(of.of) }
    case "call":
      return { ...of, values: of.values.map(primed) }
    default:
      return { ...of, left: primed(of.left), right: primed(of.right) }
  }
}
