/**
 * A second look at what doubles cannot tell apart: exactly, where both have a normal form and what is left of their difference is
 * nothing, or only what is known to be independent; else with as many bits as it takes. Equal is what is shown to be.
 */

import type { Expression } from "../Expression.ts"
import { normalForm } from "../normal/normal-form.ts"
import {
  atomsIn,
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
  term,
  varies
} from "../normal/polynomials.ts"
import { bitsOf } from "../rational.ts"
import { holdsZero } from "./balls.ts"
import { byLeastFactorial } from "./factorials.ts"
import { withFewerLengths } from "./lengths-alike.ts"
import { nowhereOf } from "./nowhere.ts"
import { hasPieces, hasResidues, isZeroByPieces, type Nowhere, type Region, within } from "./pieces.ts"
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

/** `sides`: the two whose difference it is, of real numbers. */
const isZero = (of: Polynomial, sides: readonly [Form, Form] | null = null): boolean => {
  const exactly = isZeroExactly(of)
  if (exactly === true || (exactly !== null && !hasPieces(of))) return exactly
  const nearer = tried(() => byLeastFactorial(of))
  if (nearer !== null && nearer.size === 0) return true
  if (!hasPieces(of)) return isZeroIn(of, new Map())
  const fewer = tried(() => withFewerLengths(of, (rest) => !hasPieces(rest) && isZeroIn(rest, new Map())))
  if (fewer !== null) return isZero(fewer, sides)
  const byPieces = (isNowhere: Nowhere) => tried(() => isZeroByPieces(of, isZeroIn, isNowhere)) === true
  const isNowhere = sides === null || hasResidues(of) ? null : nowhereOf(sides[0], sides[1])
  return (isNowhere !== null && byPieces(isNowhere)) || byPieces(() => false)
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
const variablesIn = (all: Polynomial): ReadonlyArray<string> =>
  [...atomsIn(all).values()].flatMap(({ kind, name }) => (kind === "variable" ? [name.slice(1)] : [])).toSorted()

const nowhere: Place = () => ({ re: 0, im: 0 })

const placeOf =
  (names: ReadonlyArray<string>, point: number, region: Region): Place =>
  (name) => {
    const value = pointAt(name, names, point, false, false)
    const interval = region.get(`$${name}`)
    return interval === undefined ? value : { ...value, re: within(interval, value.re) }
  }

/** Whether two are equal as they stand; null where more has to be looked at. */
export const areEqualExactly = (a: Form | null, b: Form | null): boolean | null => {
  if (a === null || b === null) return false
  const difference = tried(() => crossDifference(a, b))
  return difference === null ? false : isZeroExactly(difference)
}

/** Whether two are equal. `areReal`: nothing in either stands for complex numbers. */
export const areEqual = (a: Form | null, b: Form | null, areReal: boolean): boolean => {
  if (a === null || b === null) return false
  const difference = tried(() => crossDifference(a, b))
  return difference !== null && isZero(difference, areReal ? [a, b] : null)
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

/** `areReal`: nothing in either stands for complex numbers. `positive`: times a number above zero. */
interface Multiples {
  readonly areReal: boolean
  readonly positive: boolean
}

/** Whether one is the other times a number that is not zero. */
export const areMultiples = (
  a: Expression,
  b: Expression,
  x: Form | null,
  y: Form | null,
  { areReal, positive }: Multiples
): boolean => {
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
    if (difference !== null && isZero(difference, areReal ? [x, y] : null)) return isRatio
    if (difference === null || isIndependent(difference)) return false
  } else if (isIndependent(left) && isIndependent(right)) return false
  // The ratio at one place is that at any other.
  const [c, d] = [normalForm(primed(a)), normalForm(primed(b))]
  const products = c === null || d === null ? null : tried(() => [multiplyForms(x, d), multiplyForms(y, c)] as const)
  return products !== null && areEqual(products[0], products[1], areReal)
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
