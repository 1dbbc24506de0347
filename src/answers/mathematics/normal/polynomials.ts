/**
 * Quotients of polynomials in atoms, with whole numbers (complex ones) of any size before each product: what an expression is
 * when everything that can be multiplied out has been. Atoms are variables and what no arithmetic takes apart: pi, the root of
 * 2, sin x.
 */

import type { FunctionName } from "../Expression.ts"
import { bitsOf, greatestCommonDivisor, over, raised, type Rational, remainder, times } from "../rational.ts"
import { spend } from "../work.ts"

/** `name` tells it from all others; `height` is the size of the largest number inside it, in bits. */
export type Atom = { readonly name: string; readonly height: number } & (
  | { readonly kind: "variable" }
  | { readonly kind: "pi" }
  /** exp(exponent ln base), which takes any rational power. `exponent` null: 1, of a whole number. `turns`: 1 or -1, (-1)^n. */
  | { readonly kind: "power"; readonly base: Base; readonly exponent: Form | null; readonly turns?: true }
  /** What is raised to powers between 0 and 1. `odd`: by the real root of odd degree, where it is real. */
  | { readonly kind: "root"; readonly base: Form; readonly odd: boolean }
  /** A sum that is not multiplied out, for its power is large. */
  | { readonly kind: "sum"; readonly of: Form }
  /** `square`: what its square is, of an absolute value. */
  | { readonly kind: "call"; readonly function: FunctionName; readonly values: ReadonlyArray<Form>; readonly square?: Form }
)
export type Base = "e" | bigint | Form

interface Factor {
  readonly atom: Atom
  readonly power: Rational
}
export interface Term {
  readonly key: string
  readonly factors: ReadonlyArray<Factor>
  readonly re: bigint
  readonly im: bigint
}
export type Polynomial = ReadonlyMap<string, Term>

/** top / bottom; `bottom` is not zero as it is written. */
export interface Form {
  readonly top: Polynomial
  readonly bottom: Polynomial
}

/** Thrown where an expression has no such form, because it has no value or is too large. */
export class NoForm extends Error {}

/** More than these are not multiplied out. */
export const MOST_BITS = 20_000
const MOST_TERMS = 300

const SMALL = 2n ** 32n

const keyOf = (factors: ReadonlyArray<Factor>): string =>
  factors.map(({ atom, power: { top, bottom } }) => `${atom.name}^${top}${bottom === 1n ? "" : `/${bottom}`}`).join("*")

/** A product of atoms in order of their names, with a number before it. */
export const term = (re: bigint, im: bigint, factors: ReadonlyArray<Factor> = []): Term => ({
  key: keyOf(factors),
  factors,
  re,
  im
})

export const polynomial = (terms: ReadonlyArray<Term>): Polynomial => {
  const all = new Map<string, Term>()
  for (const one of terms) addTo(all, one)
  return all
}

const addTo = (all: Map<string, Term>, one: Term): void => {
  const before = all.get(one.key)
  const sum = before === undefined ? one : { ...one, re: before.re + one.re, im: before.im + one.im }
  if (sum.re === 0n && sum.im === 0n) all.delete(one.key)
  else all.set(one.key, sum)
  if (all.size > MOST_TERMS) throw new NoForm()
}

const ZERO: Polynomial = new Map()
export const ONE: Polynomial = polynomial([term(1n, 0n)])

const isOne = (a: Polynomial): boolean => a.size === 1 && a.get("")?.re === 1n && a.get("")!.im === 0n

export const addPolynomials = (a: Polynomial, b: Polynomial): Polynomial => {
  spend(3 + a.size + b.size)
  const all = new Map(a)
  for (const one of b.values()) addTo(all, one)
  return all
}

export const addRational = (a: Rational, b: Rational): Rational => {
  if (a.bottom === 1n && b.bottom === 1n) return { top: a.top + b.top, bottom: 1n }
  const [top, bottom] = [times(a.top, b.bottom) + times(b.top, a.bottom), times(a.bottom, b.bottom)]
  const divisor = divisorOf(top, bottom)
  return { top: top / divisor, bottom: bottom / divisor }
}

/** A common divisor: the greatest, unless that costs too much. */
export const divisorOf = (a: bigint, b: bigint): bigint => {
  const [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b]
  if (x === 1n || y === 1n) return 1n
  if (x === 0n) return y
  if (y === 0n) return x
  const bits = x < SMALL || y < SMALL ? 0 : Math.min(bitsOf(x), bitsOf(y))
  if (bits > MOST_OF_DIVISORS) return remainder(x, y) === 0n ? y : remainder(y, x) === 0n ? x : 1n
  spend(0.5 + bits * (0.8 + (bits / 3500) ** 2))
  return greatestCommonDivisor(x, y)
}
/** Of two numbers with more bits only one of them is looked for as their divisor. */
export const MOST_OF_DIVISORS = 1200

/** The product of two products of atoms. Whole powers of numbers are put before it. */
export const multiplyTerms = (a: Term, b: Term): Term => {
  const height = Math.max(bitsOf(a.re), bitsOf(a.im)) + Math.max(bitsOf(b.re), bitsOf(b.im))
  if (height > 2 * MOST_BITS) throw new NoForm()
  spend(6 + (a.key.length + b.key.length) / 30)
  let [re, im] =
    a.im === 0n && b.im === 0n
      ? [times(a.re, b.re), 0n]
      : [times(a.re, b.re) - times(a.im, b.im), times(a.re, b.im) + times(a.im, b.re)]
  if (a.factors.length + b.factors.length === 0) return { key: "", factors: [], re, im }
  const factors: Array<Factor> = []
  for (let [i, j] = [0, 0]; i < a.factors.length || j < b.factors.length;) {
    const [left, right] = [a.factors[i], b.factors[j]]
    if (right === undefined || (left !== undefined && left.atom.name < right.atom.name)) {
      factors.push(left!)
      i++
    } else if (left === undefined || right.atom.name < left.atom.name) {
      factors.push(right)
      j++
    } else {
      const [power, carried] = carry(left.atom, addRational(left.power, right.power))
      if (power.top !== 0n) factors.push({ atom: left.atom, power })
      re = times(re, carried)
      im = times(im, carried)
      i++
      j++
    }
  }
  return term(re, im, factors)
}

/** Of what is 1 to the power of two. */
const evened = ({ top, bottom }: Rational): Rational => {
  const rest = ((top % (2n * bottom)) + 2n * bottom) % (2n * bottom)
  return rest % bottom === 0n ? { top: rest / bottom, bottom: 1n } : { top: rest, bottom }
}

/** The whole part of the power of a whole number, as a number; nothing for what is no such number, or too large. */
const carry = (atom: Atom, power: Rational): readonly [rest: Rational, number: bigint] => {
  if (atom.kind === "power" && atom.turns === true) return [evened(power), 1n]
  if (atom.kind !== "power" || typeof atom.base !== "bigint" || atom.exponent !== null) return [power, 1n]
  const whole = power.top / power.bottom
  if (whole <= 0n || BigInt(bitsOf(atom.base)) * whole > MOST_BITS) return [power, 1n]
  return [{ top: power.top - whole * power.bottom, bottom: power.bottom }, raised(atom.base, whole)]
}

const multiplyPolynomials = (a: Polynomial, b: Polynomial): Polynomial => {
  if (isOne(a)) return b
  if (isOne(b)) return a
  const all = new Map<string, Term>()
  for (const one of a.values()) for (const other of b.values()) addTo(all, multiplyTerms(one, other))
  return all
}

const divisorIn = (all: Polynomial, from: bigint): bigint => {
  let divisor = from
  for (const { re, im } of all.values()) {
    if (divisor === 1n) break
    divisor = divisorOf(divisorOf(divisor, re), im)
  }
  return divisor
}

export const scaled = (all: Polynomial, by: (n: bigint) => bigint): Polynomial =>
  new Map([...all].map(([key, one]) => [key, { ...one, re: by(one.re), im: by(one.im) }]))

/** In one of its forms: without a common factor of all numbers, with a number below it that is above zero. */
export const form = (above: Polynomial, under: Polynomial = ONE): Form => {
  let [top, bottom] = [whole(above), whole(under)]
  if (top.bottom !== ONE || bottom.bottom !== ONE)
    return form(multiplyPolynomials(top.top, bottom.bottom), multiplyPolynomials(bottom.top, top.bottom))
  if (bottom.top.size === 0) throw new NoForm()
  if (top.top.size === 0) return NOTHING
  if (isOne(bottom.top)) return { top: top.top, bottom: ONE }
  const [last, ...others] = bottom.top.values()
  if (others.length === 0) {
    const turned = conjugateOf(last!)
    if (turned !== null) {
      top = whole(multiplyPolynomials(top.top, polynomial([turned])))
      bottom = whole(polynomial([multiplyTerms(last!, turned)]))
    }
  }
  const first = [...bottom.top.keys()].reduce((a, b) => (a < b ? a : b))
  const lead = bottom.top.get(first)!
  const divisor = divisorIn(bottom.top, divisorIn(top.top, 0n))
  const by = lead.re < 0n || (lead.re === 0n && lead.im < 0n) ? -divisor : divisor
  if (by === 1n) return { top: top.top, bottom: isOne(bottom.top) ? ONE : bottom.top }
  const [t, b] = [scaled(top.top, (n) => over(n, by)), scaled(bottom.top, (n) => over(n, by))]
  return { top: t, bottom: isOne(b) ? ONE : b }
}

/** What makes of a product below a line a whole number and powers of what may be any number; null where it is that. */
const conjugateOf = ({ re, im, factors }: Term): Term | null => {
  const turned = factors.flatMap(({ atom, power }): ReadonlyArray<Factor> => {
    if (atom.kind !== "power") return []
    const isNumber = atom.exponent === null && typeof atom.base === "bigint"
    // Of a root of a number what is missing to the number, of all else its reciprocal.
    const inverse = { top: -power.top, bottom: power.bottom }
    if (!isNumber) return [{ atom, power: atom.turns === true ? evened(inverse) : inverse }]
    const missing = (power.top / power.bottom) * power.bottom - power.top + (power.bottom === 1n ? 0n : power.bottom)
    return missing === 0n ? [] : [{ atom, power: { top: missing, bottom: power.bottom } }]
  })
  return turned.length === 0 && im === 0n ? null : term(re, -im, turned)
}

/** How often what is under a root is in a power of it, and the square of an absolute value in one of that. */
const timesIn = (atom: Atom, power: Rational): bigint => {
  if (atom.kind === "root") return power.top < 0n ? 0n : power.top / power.bottom
  const isSquared = atom.kind === "call" && atom.square !== undefined && power.bottom === 1n && power.top > 1n
  return isSquared ? power.top / 2n : 0n
}

/** Roots to powers of one and more are what they are roots of, as often. */
const whole = (all: Polynomial): Form => {
  let isWhole = true
  for (const { factors } of all.values()) if (factors.some(({ atom, power }) => timesIn(atom, power) > 0n)) isWhole = false
  if (isWhole) return { top: all, bottom: ONE }
  let sum = NOTHING
  for (const one of all.values()) {
    const factors = one.factors.map(({ atom, power }) => {
      const often = timesIn(atom, power)
      const each = atom.kind === "root" ? power.bottom : 2n
      return { atom, often, power: { top: power.top - often * each, bottom: power.bottom } }
    })
    const rest = term(
      one.re,
      one.im,
      factors.filter(({ power }) => power.top !== 0n)
    )
    let product: Form = { top: polynomial([rest]), bottom: ONE }
    for (const { atom, often } of factors)
      for (let n = 0n; n < often; n++)
        product = multiplyForms(product, atom.kind === "root" ? atom.base : (atom as { readonly square: Form }).square)
    sum = addForms(sum, product)
  }
  return sum
}

export const NOTHING: Form = { top: ZERO, bottom: ONE }

export const ofTerm = (one: Term): Form => ({ top: polynomial([one]), bottom: ONE })
export const ofRational = ({ top, bottom }: Rational): Form =>
  top === 0n ? NOTHING : { top: polynomial([term(top, 0n)]), bottom: bottom === 1n ? ONE : polynomial([term(bottom, 0n)]) }
export const ofAtom = (atom: Atom, power: Rational = { top: 1n, bottom: 1n }): Form => {
  const [rest, number] = carry(atom, power)
  return ofTerm(term(number, 0n, rest.top === 0n ? [] : [{ atom, power: rest }]))
}

const isSame = (a: Polynomial, b: Polynomial): boolean => {
  if (a === b) return true
  if (a.size !== b.size) return false
  for (const [key, one] of a) {
    const other = b.get(key)
    if (other === undefined || other.re !== one.re || other.im !== one.im) return false
  }
  return true
}

export const addForms = (a: Form, b: Form): Form => {
  if (isSame(a.bottom, b.bottom)) return form(addPolynomials(a.top, b.top), a.bottom)
  return form(
    addPolynomials(multiplyPolynomials(a.top, b.bottom), multiplyPolynomials(b.top, a.bottom)),
    multiplyPolynomials(a.bottom, b.bottom)
  )
}
export const multiplyForms = (a: Form, b: Form): Form =>
  form(multiplyPolynomials(a.top, b.top), multiplyPolynomials(a.bottom, b.bottom))
export const divideForms = (a: Form, b: Form): Form =>
  form(multiplyPolynomials(a.top, b.bottom), multiplyPolynomials(a.bottom, b.top))
export const negateForm = ({ top, bottom }: Form): Form => ({ top: scaled(top, (n) => -n), bottom })

/** What is zero where two forms are equal; what stands below it is left out. */
export const crossDifference = (a: Form, b: Form): Polynomial => {
  if (isSame(a.top, b.top) && isSame(a.bottom, b.bottom)) return ZERO
  return addForms(form(multiplyPolynomials(a.top, b.bottom)), negateForm(form(multiplyPolynomials(b.top, a.bottom)))).top
}

/** The number that a form is, if it is one. */
export const rationalOf = ({ top, bottom }: Form): Rational | null => {
  if (top.size === 0) return { top: 0n, bottom: 1n }
  const [t, b] = [top.get(""), bottom.get("")]
  return top.size === 1 && bottom.size === 1 && t !== undefined && b !== undefined && t.im === 0n && b.im === 0n
    ? { top: t.re, bottom: b.re }
    : null
}

/** The largest number above zero that all of a form is a multiple of, and what is left. */
export const contentOf = (of: Form): readonly [content: Rational, rest: Form] => {
  const inside = (all: Polynomial) => [...all.values()].reduce((n, { re, im }) => divisorOf(divisorOf(n, re), im), 0n)
  const [top, bottom] = [inside(of.top), inside(of.bottom)]
  return [
    { top, bottom },
    { top: scaled(of.top, (n) => over(n, top)), bottom: scaled(of.bottom, (n) => over(n, bottom)) }
  ]
}

/** Whether what comes first is below zero: of a form and its opposite it is so of one. */
export const isTurned = ({ top }: Form): boolean => {
  const first = [...top.values()].reduce((a, b) => (a.key < b.key ? a : b))
  return first.re < 0n || (first.re === 0n && first.im < 0n)
}

const nameOfPolynomial = (all: Polynomial): string =>
  [...all.keys()]
    .toSorted()
    .map((key) => {
      const { re, im } = all.get(key)!
      return `${re}${im === 0n ? "" : `,${im}`}${key === "" ? "" : `*${key}`}`
    })
    .join("+")

/** Equal for the same form; forms of one value may have several. */
export const nameOf = ({ top, bottom }: Form): string => {
  spend(2 + 2 * (top.size + bottom.size))
  const name = isOne(bottom) ? nameOfPolynomial(top) : `${nameOfPolynomial(top)}//${nameOfPolynomial(bottom)}`
  if (name.length > LONGEST_NAME) throw new NoForm()
  spend(name.length / 20)
  return name
}
const LONGEST_NAME = 20_000

const heightOfPolynomial = (all: Polynomial): number => {
  let height = 0
  for (const { re, im, factors } of all.values()) {
    height = Math.max(height, bitsOf(re), bitsOf(im))
    for (const { atom, power } of factors) height = Math.max(height, atom.height + bitsOf(power.top) + bitsOf(power.bottom))
  }
  return height
}

/** The largest number in a form, in bits. */
export const heightOf = ({ top, bottom }: Form): number => heightOfPolynomial(top) + heightOfPolynomial(bottom)

export const UNIT: Form = { top: ONE, bottom: ONE }

/** A function of what it is of, and no more known of it. */
export const opaque = (name: FunctionName, values: ReadonlyArray<Form>): Form => ofAtom(atomOf(name, values))

export const atomOf = (name: FunctionName, values: ReadonlyArray<Form>) => ({
  name: `\\${name}(${values.map(nameOf).join(";")})`,
  height: values.reduce((sum, value) => sum + heightOf(value), 0),
  kind: "call" as const,
  function: name,
  values
})

/** What an atom is made of. */
export const insideOf = (atom: Atom): ReadonlyArray<Form> => {
  switch (atom.kind) {
    case "variable":
    case "pi":
      return []
    case "sum":
      return [atom.of]
    case "root":
      return [atom.base]
    case "call":
      return atom.values
    case "power":
      return [...(typeof atom.base === "object" ? [atom.base] : []), ...(atom.exponent === null ? [] : [atom.exponent])]
  }
}

/** Whether anything in an atom varies: a variable's name stands behind a sign that nothing else has. */
export const varies = (atom: Atom): boolean => atom.name.includes("$")

/** All atoms that vary, with those inside them, each once. */
export const atomsIn = (...all: ReadonlyArray<Polynomial>): ReadonlyMap<string, Atom> => {
  const found = new Map<string, Atom>()
  const look = (of: Polynomial): void => {
    for (const { factors } of of.values())
      for (const { atom } of factors) {
        if (found.has(atom.name) || !varies(atom)) continue
        found.set(atom.name, atom)
        spend(1)
        for (const { top, bottom } of insideOf(atom)) {
          look(top)
          look(bottom)
        }
      }
  }
  all.forEach(look)
  return found
}
