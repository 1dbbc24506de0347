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
import { holdsZero } from "./balls.ts"
import { type Place, valueOf } from "./zero.ts"

/** The places that are looked at, by their number. */
export type Places = (variable: string, point: number) => { readonly re: number; readonly im: number }

/** How many places must have told something, of how many; one where there are no variables. */
const POINTS = 16
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

const isZero = (of: Polynomial, places: Places): boolean => {
  const exactly = isZeroExactly(of)
  if (exactly !== null) return exactly
  if (![...of.values()].some(({ factors }) => factors.some(({ atom }) => varies(atom)))) {
    const value = valueOf(of, at(places, 0))
    return value !== null && holdsZero(value)
  }
  let told = 0
  for (let point = 0; point < POINTS && told < ENOUGH; point++) {
    const value = valueOf(of, at(places, point))
    if (value === null) continue
    if (!holdsZero(value)) return false
    told++
  }
  return told >= LEAST
}

const at =
  (places: Places, point: number): Place =>
  (variable) =>
    places(variable, point)

/** Whether two are equal as they stand; null where more has to be looked at. */
export const areEqualExactly = (a: Form | null, b: Form | null): boolean | null => {
  if (a === null || b === null) return false
  const difference = tried(() => crossDifference(a, b))
  return difference === null ? false : isZeroExactly(difference)
}

/** Whether two are equal. */
export const areEqual = (a: Form | null, b: Form | null, places: Places): boolean => {
  if (a === null || b === null) return false
  const difference = tried(() => crossDifference(a, b))
  return difference !== null && isZero(difference, places)
}

/** Below zero, zero or above zero as one is below, equal to or above another; null where that is not known. */
export const orderOf = (a: Form | null, b: Form | null, places: Places): number | null => {
  if (a === null || b === null) return null
  const difference = tried(() => crossDifference(a, b))
  if (difference === null) return null
  if (isZero(difference, places)) return 0
  return [difference, a.bottom, b.bottom].reduce<number | null>((sign, part) => {
    const own = signOf(part, places)
    return sign === null || own === null ? null : sign * own
  }, 1)
}

/** Null for what is not real, or not known from zero. */
const signOf = (of: Polynomial, places: Places): number | null => {
  if (of === ONE) return 1
  const value = valueOf(of, at(places, 0))
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
export const areMultiples = (
  a: Expression,
  b: Expression,
  x: Form | null,
  y: Form | null,
  positive: boolean,
  places: Places
): boolean => {
  if (x === null || y === null) return false
  if (x.top.size === 0 || y.top.size === 0) return isZero(x.top, places) && isZero(y.top, places)
  const [left, right] = [tried(() => over(x.top, y.bottom)), tried(() => over(y.top, x.bottom))]
  if (left === null || right === null) return false
  const [lefts, rights] = [byVariables(left), byVariables(right)]
  const shared = [...lefts.keys()].filter((key) => rights.has(key)).toSorted()[0]
  if (shared !== undefined) {
    const [p, q] = [lefts.get(shared)!, rights.get(shared)!]
    const difference = tried(() => crossDifference({ top: over(left, q), bottom: ONE }, { top: over(right, p), bottom: ONE }))
    const signs = [signOf(p, places), signOf(q, places)]
    const isRatio = positive ? signs[0] !== null && signs[0] === signs[1] : true
    if (difference !== null && isZero(difference, places)) return isRatio
    if (difference === null || isIndependent(difference)) return false
  } else if (isIndependent(left) && isIndependent(right)) return false
  // The ratio at one place is that at any other.
  const [c, d] = [normalForm(primed(a)), normalForm(primed(b))]
  const products = c === null || d === null ? null : tried(() => [multiplyForms(x, d), multiplyForms(y, c)] as const)
  return (
    products !== null &&
    areEqual(products[0], products[1], (variable, point) => {
      const isPrimed = variable.endsWith(PRIME)
      return places(isPrimed ? variable.slice(0, -PRIME.length) : variable, isPrimed ? (point + 5) % POINTS : point)
    })
  )
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
