/**
 * Whether a sum of products is zero, and its sign where it is not: to more bits than the numbers in it have and than the smallest
 * of what is added has beside the largest. Zero is what is nothing to within an error that is small beside all of that.
 */

import type { FunctionName } from "../Expression.ts"
import { type Atom, type Form, heightOf, ONE, type Polynomial } from "../normal/polynomials.ts"
import { isReal } from "../normal/real.ts"
import { bitsOf, type Rational } from "../rational.ts"
import { type Ball, exponentOf, holdsZero, magnitude, NoValue, ofWhole, shifted, ZERO } from "./balls.ts"
import { Elementary } from "./elementary.ts"

/** Real and imaginary part of each variable, as fractions of a power of two. */
export type Place = (variable: string) => { readonly re: number; readonly im: number }

/** Bits beyond what is in the numbers. */
const BEYOND = 128
/** More are not worked out. */
const MOST_BITS = 6000

/** The value at one place; 0 where it is zero; null where that is not known. */
export const valueOf = (of: Polynomial, place: Place): Ball | null => {
  let bits = BEYOND + 2 * heightOf({ top: of, bottom: ONE })
  for (let tries = 0; tries < 3; tries++) {
    if (bits > MOST_BITS) return null
    const look = new Look(bits, place)
    const value = look.tryPolynomial(of)
    if (value === null && look.spread < bits / 2) return null
    // A difference in direction only, at a place where a logarithm jumps, is none of values.
    if (value !== null && !holdsZero(value)) return look.jumps && magnitude(value.re) <= value.error ? null : value
    if (value?.error === 0n) return ZERO
    if (value !== null && look.spread + BEYOND / 2 <= bits - BEYOND / 4) {
      // Nothing, to as many bits as are beyond all that is known.
      const isSmall = bitsOf(value.error) + value.scale <= look.largest - (bits - BEYOND / 2 - look.spread)
      if (isSmall) return ZERO
    }
    bits = Math.max(bits * 2, bits + look.spread)
  }
  return null
}

/** Whether the value at one place is a real number; null where that is not known. */
export const isRealAt = (of: Form, place: Place): boolean | null => {
  const bits = BEYOND + 2 * heightOf(of)
  if (bits > MOST_BITS) return null
  const look = new Look(bits, place)
  const value = look.tryForm(of)
  return value === null && look.isNotReal ? false : value && value.im === 0n
}

/** What one is of another at a place, nearly, where that is a real number; null where it is not, or not known. */
export const ratioAt = (a: Form, b: Form, place: Place): number | null => {
  const look = new Look(BEYOND, place)
  const [top, bottom] = [look.tryForm(a), look.tryForm(b)]
  if (top === null || bottom === null || holdsZero(top) || holdsZero(bottom) || top.im !== 0n || bottom.im !== 0n) return null
  return (Number(top.re) / Number(bottom.re)) * 2 ** (top.scale - bottom.scale)
}

/** Thrown where bars stand round what has no real value, but is a real number where it has one. */
class NotReal extends NoValue {}

class Look {
  private readonly with: Elementary
  private readonly place: Place
  private readonly atoms = new Map<string, Ball>()
  private readonly turns = new Map<string, readonly [cosine: Ball, sine: Ball]>()
  /** By how many powers of two the smallest of what is added anywhere is below the largest. */
  spread = 0
  /** Whether a logarithm of what varies is taken of a number below zero, from where it may be taken to either side. */
  jumps = false
  /** Whether it has no value because something is not real that would have to be. */
  isNotReal = false
  /** The power of two above the largest that is added last. */
  largest = 0

  constructor(bits: number, place: Place) {
    this.with = new Elementary(bits)
    this.place = place
  }

  tryPolynomial(of: Polynomial): Ball | null {
    return this.tryForm({ top: of, bottom: ONE })
  }

  tryForm(of: Form): Ball | null {
    try {
      return this.form(of)
    } catch (cause) {
      if (!(cause instanceof NoValue)) throw cause
      this.isNotReal = cause instanceof NotReal
      return null
    }
  }

  private polynomial(of: Polynomial): Ball {
    let sum = ZERO
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const { re, im, factors } of of.values()) {
      let product = this.with.fit(re, im, 0, 0n)
      for (const { atom, power } of factors) product = this.with.multiply(product, this.power(atom, power))
      sum = this.with.add(sum, product)
      if (holdsZero(product)) continue
      const exponent = exponentOf(product)
      least = Math.min(least, exponent)
      most = Math.max(most, exponent)
    }
    if (most > least) this.spread = Math.max(this.spread, most - least)
    this.largest = Number.isFinite(most) ? most : 0
    return sum
  }

  private form({ top, bottom }: Form): Ball {
    const above = this.polynomial(top)
    return bottom === ONE ? above : this.with.divide(above, this.polynomial(bottom))
  }

  private power(atom: Atom, power: Rational): Ball {
    const key = `${atom.name}^${power.top}/${power.bottom}`
    const known = this.atoms.get(key)
    if (known !== undefined) return known
    const value = this.powerNow(atom, power)
    this.atoms.set(key, value)
    return value
  }

  private powerNow(atom: Atom, power: Rational): Ball {
    if (power.bottom === 1n && (atom.kind !== "power" || (typeof atom.base === "bigint" && atom.exponent === null)))
      return this.with.power(atom.kind === "power" ? ofWhole(atom.base as bigint) : this.atom(atom), power.top)
    const exponent = this.with.rational(power)
    if (atom.kind === "power") {
      const all = atom.exponent === null ? exponent : this.with.multiply(exponent, this.form(atom.exponent))
      if (atom.base === "e") return this.with.exp(all)
      if (typeof atom.base !== "bigint") return this.with.raise(this.form(atom.base), all)
      if (atom.exponent === null && power.bottom === 2n) return this.with.power(this.with.sqrt(ofWhole(atom.base)), power.top)
      return this.with.raise(ofWhole(atom.base), all)
    }
    if (atom.kind !== "root") throw new NoValue()
    const base = this.form(atom.base)
    if (power.bottom === 2n) return this.with.power(this.with.sqrt(base), power.top)
    if (!atom.odd || base.im !== 0n || base.re > 0n) return this.with.raise(base, exponent)
    const size = this.with.raise(this.with.negate(base), exponent)
    return power.top % 2n === 0n ? size : this.with.negate(size)
  }

  private atom(atom: Atom): Ball {
    switch (atom.kind) {
      case "variable": {
        const { re, im } = this.place(atom.name.slice(1))
        return { re: BigInt(re * 2 ** EXACT), im: BigInt(im * 2 ** EXACT), scale: -EXACT, error: 0n }
      }
      case "pi":
        return this.with.pi()
      case "sum":
        return this.form(atom.of)
      case "call":
        if (atom.function === "ln" && atom.name.includes("$")) this.jumps ||= this.form(atom.values[0]!).re < 0n
        if (atom.function === "sin" || atom.function === "cos")
          return this.turned(atom.values[0]!, atom.name.slice(4), atom.function)
        return this.called(
          atom.function,
          atom.values.map((value) => this.form(value)),
          atom
        )
      default:
        throw new NoValue()
    }
  }

  /** Both at once, as most of what has one has the other. */
  private turned(of: Form, name: string, asked: "sin" | "cos"): Ball {
    const both = this.turns.get(name) ?? this.with.cosineAndSine(this.form(of))
    this.turns.set(name, both)
    return both[asked === "cos" ? 0 : 1]
  }

  private called(name: FunctionName, values: ReadonlyArray<Ball>, atom: Extract<Atom, { kind: "call" }>): Ball {
    const { with: all } = this
    const [x, y] = values as [Ball, Ball]
    switch (name) {
      case "ln":
        return all.log(x)
      case "abs":
        if (x.im !== 0n && isReal(atom.values[0]!)) throw new NotReal()
        return all.length(x)
      case "dot":
        return all.add(all.multiply(realOf(x), realOf(y)), all.multiply(imaginaryOf(x), imaginaryOf(y)))
      case "cross":
        return all.add(all.multiply(realOf(x), imaginaryOf(y)), all.negate(all.multiply(imaginaryOf(x), realOf(y))))
      case "factorial":
      case "binomial":
      case "gcd":
      case "lcm":
      case "applied":
        return this.standIn(name, values)
    }
    if (values.some(({ im }) => im !== 0n)) throw new NoValue()
    switch (name) {
      case "arcsin":
        return all.arcsin(x)
      case "arccos":
        return all.add(all.divide(all.pi(), ofWhole(2n)), all.negate(all.arcsin(x)))
      case "arctan":
        return all.realArctan(x)
      case "floor":
        return step(x)
      case "ceiling":
        return all.negate(step(all.negate(x)))
      case "max":
        return values.reduce((a, b) => (all.add(a, all.negate(b)).re >= 0n ? a : b))
      case "min":
        return values.reduce((a, b) => (all.add(a, all.negate(b)).re <= 0n ? a : b))
      default:
        throw new NoValue()
    }
  }

  /** Of what has no value here another function, that is the same where what it is of is, in whatever order. */
  private standIn(name: FunctionName, values: ReadonlyArray<Ball>): Ball {
    const { with: all } = this
    const inOrder =
      name === "binomial" || name === "applied" ? values.map((value, i) => all.multiply(value, ofWhole(BigInt(i + 2)))) : values
    const sines = (factor: bigint) =>
      inOrder
        .map((value) => all.cosineAndSine(all.multiply(value, all.rational({ top: factor, bottom: 10n })))[1])
        .reduce((a, b) => all.add(a, b))
    const [once, twice] = [sines(17n), sines(29n)]
    return all.add(ofWhole(name === "lcm" ? 11n : name === "gcd" ? 7n : 5n), all.add(once, all.multiply(twice, twice)))
  }
}

/** Doubles of places are fractions of this power of two. */
const EXACT = 60

const realOf = ({ re, scale, error }: Ball): Ball => ({ re, im: 0n, scale, error })
const imaginaryOf = ({ im, scale, error }: Ball): Ball => ({ re: im, im: 0n, scale, error })

/** The largest whole number that is not above it; the nearest, where that cannot be told from it. */
const step = ({ re, scale, error }: Ball): Ball => {
  if (scale >= 0 && error === 0n) return { re, im: 0n, scale, error }
  const [above, below] = [shifted(re + error, scale), shifted(re - error, scale)]
  if (above === below) return ofWhole(above)
  if (magnitude(shifted(error, scale + 40)) > 0n) throw new NoValue()
  return ofWhole(above)
}
