/**
 * Absolute values and roots of squares. |uv| is |u||v| and |u|^2 is u^2, or the product of u and its conjugate; of what is never
 * below zero it is that.
 */

import { bitsOf, over, type Rational, remainder, times } from "../rational.ts"
import { rootBelow } from "./factors.ts"
import {
  addPolynomials,
  type Atom,
  atomOf,
  contentOf,
  divideForms,
  type Form,
  form,
  multiplyForms,
  multiplyTerms,
  NOTHING,
  ofAtom,
  ofRational,
  ONE,
  polynomial,
  type Polynomial,
  scaled,
  type Term,
  term
} from "./polynomials.ts"
import { areTermsReal, conjugate, isNeverBelow, isPositiveAtom, isReal, isRealAtom } from "./real.ts"
import { repeatedIn } from "./repeated.ts"

/** What all products have in common, as a product, and what is left of each. */
export const commonOf = (all: Polynomial): readonly [common: Term, rest: Polynomial] => {
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
  if (power.bottom !== 1n) return ofAtom(lengthAtom(ofAtom(atom, power)))
  if (power.top % 2n === 0n && isRealAtom(atom)) return ofAtom(atom, power)
  return form(polynomial([term(1n, 0n, [{ atom: lengthAtom(ofAtom(atom)), power }])]))
}

/** Of numbers that differ in their direction only, by quarter turns, one. */
const turned = ({ top, bottom }: Form): Form => {
  const first = [...top.values()].reduce((a, b) => (a.key < b.key ? a : b))
  if (first.re > 0n && first.im >= 0n) return { top, bottom }
  const quarter = ({ re, im, ...one }: Term): Term => ({ ...one, re: -im, im: re })
  return turned({ top: new Map([...top].map(([key, one]) => [key, quarter(one)])), bottom })
}

const lengthAtom = (of: Form): Atom => {
  const positive = turned(of)
  const atom = atomOf("abs", [positive])
  const other = isReal(positive) ? positive : conjugate(positive)
  return other === null ? atom : { ...atom, square: multiplyForms(positive, other) }
}

const lengthOfSum = (all: Polynomial): Form => {
  if (isNeverBelow(all)) return { top: all, bottom: ONE }
  const opposite = scaled(all, (n) => -n)
  if (isNeverBelow(opposite)) return { top: opposite, bottom: ONE }
  const of: Form = { top: all, bottom: ONE }
  return (areTermsReal(all) ? lengthOfSquare(all) : null) ?? ofAtom(lengthAtom(of))
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
  if ([...all.values()].some(({ factors }) => factors.some(({ power }) => power.bottom !== 1n))) return null
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
  const [common, others] = commonOf(all)
  const even = common.factors.flatMap(({ atom, power }) =>
    power.bottom === 1n && power.top > 1n && isRealAtom(atom) ? [{ atom, power: { top: power.top / 2n, bottom: 1n } }] : []
  )
  const found = others.size > 1 && areTermsReal(others) ? squareIn(others) : null
  if (even.length === 0 && found === null) return null
  const inverse = even.map(({ atom, power }) => ({ atom, power: { top: -2n * power.top, bottom: 1n } }))
  const single = multiplyTerms(common, term(1n, 0n, inverse))
  const [root, rest] = found ?? [ONE, others]
  const times = (of: Polynomial, by: Term): Polynomial => polynomial([...of.values()].map((one) => multiplyTerms(one, by)))
  return [times(root, term(1n, 0n, even)), times(rest, single)]
}

/** A square in what has no products in common. */
const squareIn = (all: Polynomial): readonly [root: Polynomial, rest: Polynomial] | null => {
  const root = rootOfPolynomial(all) ?? rootInRoots(all)
  return root === null ? repeatedIn(all) : [root, ONE]
}

/** Of `x - 2\sqrt x + 1`, a square in the root of a variable. */
const rootInRoots = (all: Polynomial): Polynomial | null => {
  const factors = [...all.values()].flatMap((one) => one.factors)
  const root = factors.find(({ atom }) => atom.kind === "root" && variableUnder(atom) !== null)?.atom
  const variable = root === undefined ? null : variableUnder(root)
  if (root === undefined || variable === null) return null
  const mapped = (some: Polynomial, by: (one: Factor) => ReadonlyArray<Factor>): Polynomial =>
    polynomial([...some.values()].map(({ re, im, factors }) => term(re, im, factors.flatMap(by))))
  const found = rootOfPolynomial(
    mapped(all, ({ atom, power: { top, bottom } }) => {
      if (atom.name === root.name) return [{ atom, power: bottom === 2n ? { top, bottom: 1n } : { top: 2n * top, bottom } }]
      return [atom.name === variable.name ? { atom: root, power: { top: 2n * top, bottom } } : { atom, power: { top, bottom } }]
    })
  )
  return (
    found &&
    mapped(found, (one) => {
      if (one.atom.name !== root.name) return [one]
      const { top } = one.power
      return [
        ...(top > 1n ? [{ atom: variable, power: { top: top / 2n, bottom: 1n } }] : []),
        ...(top % 2n === 1n ? [{ atom: root, power: { top: 1n, bottom: 2n } }] : [])
      ]
    })
  )
}

type Factor = Term["factors"][number]

/** The variable of which it is the root; null for other roots. */
const variableUnder = (root: Atom): Atom | null => {
  if (root.kind !== "root" || root.odd || root.base.top.size !== 1) return null
  const [[only], [under]] = [[...root.base.top.values()], [...root.base.bottom.values()]]
  if (root.base.bottom.size !== 1 || under!.factors.length > 0 || under!.re !== 1n) return null
  const [factor, other] = only!.factors
  const isPlain =
    only!.re === 1n && only!.im === 0n && other === undefined && factor?.power.top === 1n && factor.power.bottom === 1n
  return isPlain && factor?.atom.kind === "variable" ? factor.atom : null
}
