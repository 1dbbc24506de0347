/**
 * Absolute values, floors, and what is made of them: roots of squares, ceilings, the largest and the smallest of several. |uv| is
 * |u||v| and |u|^2 is u^2; a whole number that is added comes out of a floor.
 */

import type { FunctionName } from "../Expression.ts"
import { bitsOf, over, type Rational, remainder, times } from "../rational.ts"
import { isVectorName } from "../vectors.ts"
import { rootBelow } from "./factors.ts"
import {
  addForms,
  addPolynomials,
  type Atom,
  contentOf,
  divideForms,
  type Form,
  form,
  heightOf,
  isTurned,
  multiplyForms,
  multiplyTerms,
  nameOf,
  negateForm,
  NOTHING,
  ofAtom,
  ofRational,
  ofTerm,
  ONE,
  polynomial,
  type Polynomial,
  rationalOf,
  scaled,
  type Term,
  term
} from "./polynomials.ts"

const UNIT: Form = { top: ONE, bottom: ONE }

/** A function of what it is of, and no more known of it. */
export const opaque = (name: FunctionName, values: ReadonlyArray<Form>): Form => ofAtom(atomOf(name, values))

const atomOf = (name: FunctionName, values: ReadonlyArray<Form>) => ({
  name: `\\${name}(${values.map(nameOf).join(";")})`,
  height: values.reduce((sum, value) => sum + heightOf(value), 0),
  kind: "call" as const,
  function: name,
  values
})

/** Letters that stand for whole numbers in a floor, in a power of a negative number and beside pi in a sine. */
export const isWholeLetter = (name: string): boolean => /^[jkmnN](?:['_]|$)/.test(name)

const isWholeAtom = (atom: Atom): boolean =>
  (atom.kind === "variable" && isWholeLetter(atom.name.slice(1))) || (atom.kind === "call" && atom.function === "floor")

/** A product of what is whole, without the number before it. */
export const isWholeProduct = ({ factors }: Term): boolean =>
  factors.every(({ atom, power }) => power.bottom === 1n && power.top > 0n && isWholeAtom(atom))

const OF_REAL: ReadonlySet<FunctionName> = new Set(["sin", "cos", "arctan", "gcd", "lcm", "factorial", "binomial", "max", "min"])

/** Looked at once for each atom: a root asks it of what stands below it, and again to know whether that is below zero. */
const isRealAtom = (atom: Atom): boolean => {
  const known = realAtoms.get(atom)
  if (known !== undefined) return known
  const real = isRealHere(atom)
  realAtoms.set(atom, real)
  return real
}
const realAtoms = new WeakMap<Atom, boolean>()

const isRealHere = (atom: Atom): boolean => {
  switch (atom.kind) {
    case "variable":
      return !isVectorName(atom.name.slice(1))
    case "pi":
      return true
    case "sum":
      return isReal(atom.of)
    case "power":
      return atom.turns === true || (typeof atom.base !== "object" && (atom.exponent === null || isReal(atom.exponent)))
    case "root":
      return isReal(atom.base) && (atom.odd || (isNeverBelow(atom.base.top) && isNeverBelow(atom.base.bottom)))
    case "call":
      return atom.function === "abs" || atom.function === "floor" || (OF_REAL.has(atom.function) && atom.values.every(isReal))
  }
}

/** Known to be real wherever variables are. */
export const isReal = ({ top, bottom }: Form): boolean => [top, bottom].every(areTermsReal)
const areTermsReal = (all: Polynomial): boolean =>
  [...all.values()].every(({ im, factors }) => im === 0n && factors.every(isRealFactor))
/** A part of a half turn is none. */
const isRealFactor = ({ atom, power }: Term["factors"][number]): boolean =>
  isRealAtom(atom) && (power.bottom === 1n || atom.kind !== "power" || atom.turns !== true)

/** Never below zero, whatever power it is raised to. */
const isPositiveAtom = (atom: Atom): boolean =>
  atom.kind === "pi" ||
  (atom.kind === "power" && atom.turns !== true && isRealAtom(atom)) ||
  (atom.kind === "root" && !atom.odd && isRealAtom(atom)) ||
  (atom.kind === "call" && atom.function === "abs")

/** A sum of squares and of what is never below zero. */
const isNeverBelow = (all: Polynomial): boolean =>
  [...all.values()].every(
    ({ re, im, factors }) =>
      im === 0n &&
      re > 0n &&
      factors.every(
        ({ atom, power }) => isPositiveAtom(atom) || (power.bottom === 1n && power.top % 2n === 0n && isRealAtom(atom))
      )
  )

/** What all products have in common, as a product, and what is left of each. */
const commonOf = (all: Polynomial): readonly [common: Term, rest: Polynomial] => {
  const [first, ...others] = [...all.values()]
  const shared = first!.factors.flatMap(({ atom, power }) => {
    let least: Rational = power
    for (const { factors } of others) {
      const other = factors.find((factor) => factor.atom.name === atom.name)
      if (other === undefined || other.power.bottom !== power.bottom) return []
      if (other.power.top < least.top) least = other.power
    }
    return least.top > 0n ? [{ atom, power: least }] : []
  })
  if (shared.length === 0) return [term(1n, 0n), all]
  const inverse = term(
    1n,
    0n,
    shared.map(({ atom, power }) => ({ atom, power: { top: -power.top, bottom: power.bottom } }))
  )
  return [term(1n, 0n, shared), polynomial([...all.values()].map((one) => multiplyTerms(one, inverse)))]
}

/** Of what is not zero as it is written. */
export const absolute = (of: Form): Form => {
  if (of.top.size === 0) return NOTHING
  const [content, rest] = contentOf(of)
  return multiplyForms(ofRational(content), divideForms(lengthOf(rest.top), lengthOf(rest.bottom)))
}

const lengthOf = (all: Polynomial): Form => {
  const [common, rest] = commonOf(all)
  return common.factors.reduce(
    (product, { atom, power }) => multiplyForms(product, lengthOfPower(atom, power)),
    lengthOfSum(rest)
  )
}

const lengthOfPower = (atom: Atom, power: Rational): Form => {
  if (isPositiveAtom(atom)) return ofAtom(atom, power)
  const [isWhole, isEven] = [power.bottom === 1n, power.top % 2n === 0n]
  if (!isWhole || !isRealAtom(atom)) return lengthAtom(ofAtom(atom, power))
  if (isEven) return ofAtom(atom, power)
  const once = lengthAtom(ofAtom(atom))
  return power.top === 1n ? once : multiplyForms(ofAtom(atom, { top: power.top - 1n, bottom: 1n }), once)
}

const lengthAtom = (of: Form): Form => {
  const positive = isTurned(of) ? negateForm(of) : of
  const atom = atomOf("abs", [positive])
  return ofAtom(isReal(positive) ? { ...atom, square: multiplyForms(positive, positive) } : atom)
}

const lengthOfSum = (all: Polynomial): Form => {
  if (isNeverBelow(all)) return { top: all, bottom: ONE }
  const opposite = scaled(all, (n) => -n)
  if (isNeverBelow(opposite)) return { top: opposite, bottom: ONE }
  const of: Form = { top: all, bottom: ONE }
  return (areTermsReal(all) ? lengthOfSquare(all) : null) ?? lengthAtom(of)
}

/** Of a square of one variable: what has no root is never zero, what has two is a product. */
const lengthOfSquare = (all: Polynomial): Form | null => {
  const terms = [...all.values()]
  const square = terms.find(
    ({ factors }) => factors.length === 1 && factors[0]!.power.top === 2n && factors[0]!.power.bottom === 1n
  )
  if (square === undefined || all.size > 3) return null
  const { atom } = square.factors[0]!
  const line = all.get(`${atom.name}^1`)
  const number = all.get("")
  if (atom.kind === "sum" || all.size !== 1 + (line === undefined ? 0 : 1) + (number === undefined ? 0 : 1)) return null
  const [a, b, c] = [square.re, line?.re ?? 0n, number?.re ?? 0n]
  if ([a, b, c].some((n) => bitsOf(n) > 500)) return null
  const under = times(b, b) - 4n * times(a, c)
  if (under < 0n) return { top: a < 0n ? scaled(all, (n) => -n) : all, bottom: ONE }
  const root = rootBelow(under, 2n)
  if (times(root, root) !== under) return null
  // 4 a (a x^2 + b x + c) = (2 a x + b + root) (2 a x + b - root).
  const lineOf = (n: bigint): Form => {
    const one = polynomial([
      term(2n * a, 0n, [{ atom, power: { top: 1n, bottom: 1n } }]),
      ...(b + n === 0n ? [] : [term(b + n, 0n)])
    ])
    return absolute({ top: one, bottom: ONE })
  }
  const size = a < 0n ? -a : a
  return divideForms(multiplyForms(lineOf(root), lineOf(-root)), ofRational({ top: 4n * size, bottom: 1n }))
}

/** A form whose square it is; null where none is found. Of what is real. */
export const squareRootOf = (of: Form): Form | null => {
  if (!isReal(of)) return null
  const [top, bottom] = [rootOfPolynomial(of.top), rootOfPolynomial(of.bottom)]
  return top === null || bottom === null ? null : form(top, bottom)
}

const LONGEST_ROOT = 10

const rootOfPolynomial = (all: Polynomial): Polynomial | null => {
  if (all === ONE) return ONE
  if (all.size > (LONGEST_ROOT * (LONGEST_ROOT + 1)) / 2) return null
  const names = [...new Set([...all.values()].flatMap(({ factors }) => factors.map(({ atom }) => atom.name)))].toSorted()
  const powerIn = ({ factors }: Term, name: string): bigint => factors.find(({ atom }) => atom.name === name)?.power.top ?? 0n
  if ([...all.values()].some(({ factors }) => factors.some(({ power }) => power.bottom !== 1n || power.top < 0n))) return null
  const leading = (some: Polynomial): Term =>
    [...some.values()].reduce((a, b) => {
      const name = names.find((one) => powerIn(a, one) !== powerIn(b, one))
      return name !== undefined && powerIn(b, name) > powerIn(a, name) ? b : a
    })
  const first = leading(all)
  if (first.re < 0n || first.factors.some(({ power }) => power.top % 2n !== 0n)) return null
  const number = rootBelow(first.re, 2n)
  if (times(number, number) !== first.re) return null
  const half = first.factors.map(({ atom, power }) => ({ atom, power: { top: power.top / 2n, bottom: 1n } }))
  const found = [term(number, 0n, half)]
  let rest = addPolynomials(all, polynomial([multiplyTerms({ ...found[0]!, re: -number }, found[0]!)]))
  while (rest.size > 0) {
    if (found.length >= LONGEST_ROOT) return null
    const next = leading(rest)
    if (remainder(next.re, 2n * number) !== 0n) return null
    const inverse = half.map(({ atom, power }) => ({ atom, power: { top: -power.top, bottom: 1n } }))
    const one = multiplyTerms({ ...next, re: over(next.re, 2n * number) }, term(1n, 0n, inverse))
    if (one.factors.some(({ power }) => power.top < 0n)) return null
    const doubled = { ...one, re: -2n * one.re }
    rest = addPolynomials(
      rest,
      polynomial([...found.map((before) => multiplyTerms(before, doubled)), multiplyTerms(one, { ...one, re: -one.re })])
    )
    found.push(one)
  }
  return polynomial(found)
}

/** The largest product whose square all of it is a multiple of, and what is left: of `x^3 y + x^2` the x, and x y + 1. */
export const evenPartOf = (of: Form): readonly [root: Form, rest: Form] | null => {
  const [top, bottom] = [evenPartIn(of.top), evenPartIn(of.bottom)]
  if (top === null && bottom === null) return null
  const [above, below] = [top ?? [ONE, of.top], bottom ?? [ONE, of.bottom]]
  return [form(above[0], below[0]), form(above[1], below[1])]
}

const evenPartIn = (all: Polynomial): readonly [root: Polynomial, rest: Polynomial] | null => {
  if (all === ONE) return null
  const [common] = commonOf(all)
  const even = common.factors.flatMap(({ atom, power }) =>
    power.bottom === 1n && power.top > 1n && isRealAtom(atom) ? [{ atom, power: { top: power.top / 2n, bottom: 1n } }] : []
  )
  if (even.length === 0) return null
  const inverse = term(
    1n,
    0n,
    even.map(({ atom, power }) => ({ atom, power: { top: -2n * power.top, bottom: 1n } }))
  )
  return [polynomial([term(1n, 0n, even)]), polynomial([...all.values()].map((one) => multiplyTerms(one, inverse)))]
}

export const floorOf = (of: Form): Form => {
  const below = rationalOf({ top: of.bottom, bottom: ONE })
  if (below === null || !isReal(of)) return opaque("floor", [of])
  const [out, left]: [Array<Term>, Array<Term>] = [[], []]
  for (const one of of.top.values()) {
    const rest = isWholeProduct(one) ? (remainder(one.re, below.top) + below.top) % below.top : one.re
    if (rest !== one.re) out.push({ ...one, re: over(one.re - rest, below.top) })
    if (rest !== 0n) left.push({ ...one, re: rest })
  }
  const [whole, part]: [Form, Form] = [{ top: polynomial(out), bottom: ONE }, form(polynomial(left), of.bottom)]
  return rationalOf(part) === null ? addForms(whole, opaque("floor", [part])) : whole
}

const HALF: Form = ofRational({ top: 1n, bottom: 2n })

/** The larger of two (`sign` 1) or the smaller. */
export const extreme = (a: Form, b: Form, sign: bigint): Form => {
  const distance = absolute(addForms(a, negateForm(b)))
  return multiplyForms(HALF, addForms(addForms(a, b), multiplyForms(ofTerm(term(sign, 0n)), distance)))
}
export { UNIT }
