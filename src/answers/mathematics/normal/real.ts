/**
 * What is known to be real, and of that what is never below zero, by how it is written: squares and what stands beside them, sums
 * with what is bounded, a root beside what is smaller than it. Where nothing is known nothing is said.
 */

import type { FunctionName } from "../Expression.ts"
import { bitsOf } from "../rational.ts"
import { Once } from "../work.ts"
import { conjugateName, isComplexName, isRealName, isWholeLetter } from "./letters.ts"
import {
  addForms,
  type Atom,
  type Form,
  form,
  multiplyForms,
  multiplyTerms,
  negateForm,
  NoForm,
  ofRational,
  ONE,
  polynomial,
  type Polynomial,
  type Term,
  term,
  varies
} from "./polynomials.ts"

const isWholeAtom = (atom: Atom): boolean =>
  (atom.kind === "variable" && isWholeLetter(atom.name.slice(1))) || (atom.kind === "call" && atom.function === "floor")

/** A product of what is whole, without the number before it. */
export const isWholeProduct = ({ factors }: Term): boolean =>
  factors.every(({ atom, power }) => power.bottom === 1n && power.top > 0n && isWholeAtom(atom))

const OF_REAL: ReadonlySet<FunctionName> = new Set(["sin", "cos", "arctan", "gcd", "lcm", "factorial", "binomial", "max", "min"])

/** Of each atom and each sum once: a root asks it of what stands below it, and again to know whether that is below zero. */
const realAtoms = new WeakMap<Atom, Once<boolean>>()
const sums = new WeakMap<Polynomial, Once<boolean>>()
const asked = <A extends object>(known: WeakMap<A, Once<boolean>>, of: A, look: (of: A) => boolean): boolean => {
  let answer = known.get(of)
  if (answer === undefined) known.set(of, (answer = new Once(() => look(of))))
  return answer.get()
}

export const isRealAtom = (atom: Atom): boolean => (isSimple(atom) ? isRealHere(atom) : asked(realAtoms, atom, isRealHere))
/** Whether nothing inside has to be looked at. */
const isSimple = (atom: Atom): boolean =>
  atom.kind === "variable" ||
  atom.kind === "pi" ||
  (atom.kind === "call" && (atom.function === "abs" || atom.function === "floor"))

const isRealHere = (atom: Atom): boolean => {
  switch (atom.kind) {
    case "variable":
      return isRealName(atom.name.slice(1))
    case "pi":
      return true
    case "sum":
      return isReal(atom.of)
    case "power":
      return atom.turns === true || (typeof atom.base !== "object" && (atom.exponent === null || isReal(atom.exponent)))
    case "root":
      return isReal(atom.base) && (atom.odd || varies(atom) || isFormNeverBelow(atom.base))
    case "call":
      if (atom.function === "abs" || atom.function === "floor") return true
      if (!atom.values.every(isReal)) return false
      // The values of a wave function are complex.
      if (atom.function === "applied") return !/^\\applied\(1\*\$\\[Pp]si/.test(atom.name)
      return OF_REAL.has(atom.function) || (atom.function === "ln" && (varies(atom) || isFormNeverBelow(atom.values[0]!)))
  }
}

/** Known to be real wherever variables are, and where roots and logarithms of them have values. */
export const isReal = ({ top, bottom }: Form): boolean => [top, bottom].every(areTermsReal)
export const areTermsReal = (all: Polynomial): boolean =>
  [...all.values()].every(({ im, factors }) => im === 0n && factors.every(isRealFactor))
/** A part of a half turn is none. */
const isRealFactor = ({ atom, power }: Term["factors"][number]): boolean =>
  isRealAtom(atom) && (power.bottom === 1n || atom.kind !== "power" || atom.turns !== true)

/** Never below zero, whatever power it is raised to. */
export const isPositiveAtom = (atom: Atom): boolean =>
  atom.kind === "pi" ||
  (atom.kind === "power" && atom.turns !== true && isRealAtom(atom)) ||
  (atom.kind === "root" && !atom.odd && isRealAtom(atom)) ||
  (atom.kind === "call" && atom.function === "abs")

const isPositiveTerm = ({ re, im, factors }: Term): boolean =>
  im === 0n &&
  re > 0n &&
  factors.every(({ atom, power }) => isPositiveAtom(atom) || (power.bottom === 1n && power.top % 2n === 0n && isRealAtom(atom)))

/** Between -1 and 1: products of sines, cosines and powers of -1. */
const isBoundedTerm = ({ im, factors }: Term): boolean =>
  im === 0n &&
  factors.every(
    ({ atom, power }) =>
      power.bottom === 1n &&
      power.top > 0n &&
      isRealAtom(atom) &&
      ((atom.kind === "call" && (atom.function === "sin" || atom.function === "cos")) ||
        (atom.kind === "power" && atom.turns === true))
  )

/** How often what is shown of one sum may be asked of another that it follows from, and how long these may be. */
const DEEPEST = 3
const LONGEST = 12

export const isNeverBelow = (all: Polynomial): boolean =>
  [...all.values()].every(isPositiveTerm) || asked(sums, all, (of) => isNeverBelowAt(of, 0))
const isFormNeverBelow = ({ top, bottom }: Form): boolean => isNeverBelow(top) && isNeverBelow(bottom)

const isNeverBelowAt = (all: Polynomial, depth: number): boolean => {
  const terms = [...all.values()]
  const doubtful = terms.filter((one) => !isPositiveTerm(one))
  if (doubtful.length === 0) return true
  if (terms.length === 1 || !areTermsReal(all)) return false
  const size = doubtful.reduce((sum, { re }) => sum + (re < 0n ? -re : re), 0n)
  if (doubtful.every(isBoundedTerm) && (all.get("")?.re ?? 0n) >= size) return true
  if (depth >= DEEPEST || terms.length > LONGEST || terms.some(({ re }) => bitsOf(re) > MOST_BITS)) return false
  try {
    return isRootAbove(all, depth) || isSquareAbove(all, depth)
  } catch (cause) {
    if (cause instanceof NoForm) return false
    throw cause
  }
}
/** Of longer numbers nothing is shown. */
const MOST_BITS = 500

const isShown = ({ top, bottom }: Form, depth: number): boolean =>
  isNeverBelowAt(top, depth + 1) && isNeverBelowAt(bottom, depth + 1)

/** `\sqrt{q} + p` where q - p^2 is never below zero, as the root then is not smaller than p on either side. */
const isRootAbove = (all: Polynomial, depth: number): boolean =>
  [...all.values()].some((one) => {
    const roots = one.factors.filter(({ atom, power }) => atom.kind === "root" && !atom.odd && power.top * 2n === power.bottom)
    if (one.re < 0n || roots.length !== 1) return false
    const rest = form(polynomial([...all.values()].filter((other) => other !== one)))
    const root: Form = { top: polynomial([one]), bottom: ONE }
    const square = addForms(multiplyForms(root, root), negateForm(multiplyForms(rest, rest)))
    return isPositiveTerm({ ...one, factors: one.factors.filter((factor) => factor !== roots[0]) }) && isShown(square, depth)
  })

/** `a v^2 + b v + c` where a, c and 4ac - b^2 are never below zero. */
const isSquareAbove = (all: Polynomial, depth: number): boolean => {
  const terms = [...all.values()]
  const squared = terms.flatMap(({ factors }) =>
    factors.filter(({ power }) => power.top === 2n && power.bottom === 1n).map(({ atom }) => atom)
  )
  return squared.some((atom) => {
    const parts: [Array<Term>, Array<Term>, Array<Term>] = [[], [], []]
    for (const one of terms) {
      const own = one.factors.find((factor) => factor.atom.name === atom.name)
      const power = own?.power ?? { top: 0n, bottom: 1n }
      if (power.bottom !== 1n || power.top < 0n || power.top > 2n) return false
      parts[Number(power.top)]!.push(
        term(
          one.re,
          one.im,
          one.factors.filter((factor) => factor !== own)
        )
      )
    }
    const [c, b, a] = parts.map((part) => form(polynomial(part)))
    if (!isShown(a!, depth) || !isShown(c!, depth)) return false
    const product = multiplyForms(ofRational({ top: 4n, bottom: 1n }), multiplyForms(a!, c!))
    return isShown(addForms(product, negateForm(multiplyForms(b!, b!))), depth)
  })
}

/** With the opposite sign of what is imaginary in it; null where that is not known. */
export const conjugate = ({ top, bottom }: Form): Form | null => {
  const [above, below] = [conjugated(top), conjugated(bottom)]
  return above === null || below === null ? null : form(above, below)
}

const conjugated = (all: Polynomial): Polynomial | null => {
  const terms: Array<Term> = []
  for (const { re, im, factors } of all.values()) {
    let one: Term | null = term(re, -im)
    for (const { atom, power } of factors) {
      const other = conjugateFactor({ atom, power })
      one = one === null || other === null ? null : multiplyTerms(one, term(1n, 0n, [other]))
    }
    if (one === null) return null
    terms.push(one)
  }
  return polynomial(terms)
}

const conjugateFactor = (factor: Term["factors"][number]): Term["factors"][number] | null => {
  const { atom, power } = factor
  if (isRealFactor(factor)) return factor
  if (atom.kind === "variable" && isComplexName(atom.name.slice(1)) && power.bottom === 1n)
    return { atom: { ...atom, name: `$${conjugateName(atom.name.slice(1))}` }, power }
  if (atom.kind === "power" && atom.turns === true) return { atom, power: { ...power, top: 2n * power.bottom - power.top } }
  return isTurn(atom) ? { atom, power: { ...power, top: -power.top } } : null
}

/** A number of the length one: a power of what is above zero to i times a real number. */
const isTurn = (atom: Atom): boolean =>
  atom.kind === "power" &&
  typeof atom.base !== "object" &&
  atom.exponent !== null &&
  [...atom.exponent.top.values()].every(({ re }) => re === 0n) &&
  isReal({ top: scaledByI(atom.exponent.top), bottom: atom.exponent.bottom })

const scaledByI = (all: Polynomial): Polynomial =>
  new Map([...all].map(([key, one]) => [key, { ...one, re: -one.im, im: one.re }]))
