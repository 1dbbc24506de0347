/** Powers and roots of forms, under the conventions of `approximate.ts`: principal ones, and real ones of odd degree. */

import { bitsOf, floor, over, raised as numberRaised, type Rational, times as multiplied } from "../rational.ts"
import { factorsOf } from "./factors.ts"
import { absolute, evenPartOf, squareRootOf } from "./lengths.ts"
import {
  addForms,
  addRational,
  type Atom,
  type Base,
  contentOf,
  divideForms,
  divisorOf,
  type Form,
  form,
  heightOf,
  isTurned,
  MOST_BITS,
  multiplyForms,
  multiplyTerms,
  nameOf,
  negateForm,
  NoForm,
  NOTHING,
  ofAtom,
  ofRational,
  ofTerm,
  ONE,
  polynomial,
  type Polynomial,
  rationalOf,
  type Term,
  term,
  UNIT
} from "./polynomials.ts"
import { isWholeProduct } from "./real.ts"

export const I: Form = ofTerm(term(0n, 1n))
export const PI: Atom = { name: "pi", height: 0, kind: "pi" }

const whole = (n: bigint): Rational => ({ top: n, bottom: 1n })
const product = (a: Rational, b: Rational): Rational => {
  const [top, bottom] = [multiplied(a.top, b.top), multiplied(a.bottom, b.bottom)]
  const divisor = divisorOf(top, bottom)
  return divisor === 0n ? whole(0n) : { top: over(top, divisor), bottom: over(bottom, divisor) }
}
const opposite = ({ top, bottom }: Rational): Rational => ({ top: -top, bottom })

const powerAtom = (base: Base, exponent: Form | null): Atom => {
  const [of, height] =
    base === "e" ? ["e", 0] : typeof base === "bigint" ? [`${base}`, bitsOf(base)] : [`(${nameOf(base)})`, heightOf(base)]
  return {
    name: exponent === null ? of : `${of}{${nameOf(exponent)}}`,
    height: height + (exponent === null ? 0 : heightOf(exponent)),
    kind: "power",
    base,
    exponent,
    ...(base === "e" && exponent !== null && isHalfTurns(exponent) ? { turns: true as const } : {})
  }
}

/** i pi times letters that stand for whole numbers. */
const isHalfTurns = ({ top, bottom }: Form): boolean => {
  const [one, ...others] = top.values()
  if (bottom !== ONE || others.length > 0 || one === undefined || one.re !== 0n || one.im !== 1n) return false
  const letters = one.factors.filter(({ atom }) => atom.kind !== "pi")
  const hasPi =
    letters.length === one.factors.length - 1 &&
    one.factors.some(({ atom, power }) => atom.kind === "pi" && power.top === 1n && power.bottom === 1n)
  return hasPi && letters.length > 0 && isWholeProduct({ ...one, factors: letters })
}

/** A rational power of a whole number above one that is no power. */
const numberPower = (base: bigint, power: Rational): Form =>
  power.top < 0n ? divideForms(UNIT, numberPower(base, opposite(power))) : ofAtom(powerAtom(base, null), power)

const positivePower = ({ top, bottom }: Rational, power: Rational): Form =>
  [...factorsOf(top), ...factorsOf(bottom).map(([base, n]) => [base, -n] as const)].reduce(
    (all, [base, n]) => multiplyForms(all, numberPower(base, product(whole(n), power))),
    UNIT
  )

/** Powers of numbers above zero that a form is the product of, and nothing else; null where it is not. */
export const positiveIn = ({ top, bottom }: Form): ReadonlyArray<readonly [base: Base, power: Rational]> | null => {
  const found: Array<readonly [Base, Rational]> = []
  for (const [side, sign] of [
    [top, 1n],
    [bottom, -1n]
  ] as const) {
    const [one, ...others] = side.values()
    if (one === undefined || others.length > 0 || one.im !== 0n || one.re < 0n) return null
    for (const [base, n] of factorsOf(one.re)) found.push([base, whole(sign * n)])
    for (const { atom, power } of one.factors) {
      if (atom.kind !== "power" || atom.exponent !== null || typeof atom.base === "object") return null
      found.push([atom.base, product(whole(sign), power)])
    }
  }
  return found
}

const constantPower = (base: Base, power: Rational): Form =>
  typeof base === "bigint" ? numberPower(base, power) : ofAtom(powerAtom(base, null), power)

/** How many products a power is written out to. */
const MOST_WRITTEN = 60
const writtenOut = (terms: number, n: number): number => {
  let count = 1
  for (let i = 1; i < terms && count <= MOST_WRITTEN; i++) count = (count * (n + i)) / i
  return count
}

const polynomialPower = (of: Polynomial, n: bigint): Form => {
  if (of.size === 0) return NOTHING
  const height = [...of.values()].reduce((most, { re, im }) => Math.max(most, bitsOf(re), bitsOf(im)), 0)
  if (of.size === 1) {
    const [one] = of.values()
    const atoms = one!.factors.reduce((all, { atom, power }) => multiplyForms(all, ofPower(atom, product(power, whole(n)))), UNIT)
    // The powers of i go round.
    const isUnit = one!.re === 0n && (one!.im === 1n || one!.im === -1n)
    if (one!.im !== 0n) return multiplyForms(atoms, repeated(ofTerm(term(one!.re, one!.im)), isUnit ? n % 4n : n))
    const size = one!.re < 0n ? -one!.re : one!.re
    const isSmall = size === 1n || BigInt(bitsOf(size)) * n <= MOST_BITS
    const number = isSmall ? ofRational(whole(numberRaised(size, size === 1n ? 1n : n))) : positivePower(whole(size), whole(n))
    const all = multiplyForms(atoms, number)
    return one!.re < 0n && n % 2n === 1n ? negateForm(all) : all
  }
  const base: Form = { top: of, bottom: ONE }
  if (n * BigInt(height + 1) <= 4096n && writtenOut(of.size, Number(n)) <= MOST_WRITTEN)
    return of.size === 2 ? ofTwo(of, n) : repeated(base, n)
  const [content, rest] = contentOf(base)
  const turned = isTurned(rest)
  const [sum, sign] = [turned ? negateForm(rest) : rest, turned && n % 2n === 1n]
  const atom: Atom = { name: `[${nameOf(sum)}]`, height: heightOf(sum), kind: "sum", of: sum }
  const all = multiplyForms(positivePower(content, whole(n)), ofAtom(atom, whole(n)))
  return sign ? negateForm(all) : all
}

/** A power of a sum of two, by the binomial theorem. */
const ofTwo = (of: Polynomial, n: bigint): Form => {
  const powers = [...of.values()].map((one) => {
    const all = [term(1n, 0n)]
    for (let k = 1n; k <= n; k++) all.push(multiplyTerms(all.at(-1)!, one))
    return all
  })
  let choices = 1n
  const terms = powers[0]!.map((left, k) => {
    const product = multiplyTerms(left, powers[1]![Number(n) - k]!)
    const all: Term = { ...product, re: multiplied(product.re, choices), im: multiplied(product.im, choices) }
    choices = over(multiplied(choices, n - BigInt(k)), BigInt(k + 1))
    return all
  })
  return form(polynomial(terms))
}

/** A power of an atom: of a root by what it is the root of, where that is whole. */
const ofPower = (atom: Atom, power: Rational): Form => {
  if (atom.kind !== "root") return ofAtom(atom, power)
  const times = floor(power).top
  const rest = addRational(power, whole(-times))
  const root = rest.top === 0n ? UNIT : ofAtom(atom, rest)
  return times === 0n ? root : multiplyForms(root, wholePower(atom.base, times))
}

const repeated = (base: Form, n: bigint): Form => {
  if (n > 4096n) throw new NoForm()
  let [result, square] = [UNIT, base]
  for (let rest = n; rest > 0n; rest /= 2n) {
    if (rest % 2n === 1n) result = multiplyForms(result, square)
    if (rest > 1n) square = multiplyForms(square, square)
  }
  return result
}

export const wholePower = (base: Form, n: bigint): Form => {
  if (n < 0n) return divideForms(UNIT, wholePower(base, -n))
  if (n === 0n && base.top.size === 0) throw new NoForm()
  if (n === 0n) return UNIT
  if (n === 1n) return base
  return divideForms(polynomialPower(base.top, n), polynomialPower(base.bottom, n))
}

/** A rational power that is not whole. `odd`: by the real root where the degree is odd. */
export const rootPower = (base: Form, power: Rational, odd = power.bottom % 2n === 1n): Form => {
  if (power.top < 0n) return divideForms(UNIT, rootPower(base, opposite(power), odd))
  if (base.top.size === 0) return NOTHING
  const number = rationalOf(base)
  if (number !== null) {
    if (number.top > 0n) return positivePower(number, power)
    const size = positivePower(opposite(number), power)
    if (!odd) return multiplyForms(size, turn(power))
    return power.top % 2n === 0n ? size : negateForm(size)
  }
  const positive = positiveIn(base)
  if (positive !== null) return positive.reduce((all, [of, n]) => multiplyForms(all, constantPower(of, product(n, power))), UNIT)
  const [content, rest] = contentOf(base)
  if (power.bottom % 2n === 0n) {
    const root = squareRootOf(rest)
    if (root !== null) return multiplyForms(positivePower(content, power), raised(absolute(root), product(power, whole(2n))))
    const even = power.bottom === 2n ? evenPartOf(rest) : null
    if (even !== null)
      return multiplyForms(
        multiplyForms(positivePower(content, power), wholePower(absolute(even[0]), power.top)),
        rootPower(even[1], power)
      )
  }
  const atom: Atom = { name: `${odd ? "o" : "r"}(${nameOf(rest)})`, height: heightOf(rest), kind: "root", base: rest, odd }
  return multiplyForms(positivePower(content, power), ofPower(atom, power))
}

/** Any rational power. */
export const raised = (base: Form, power: Rational): Form =>
  power.bottom === 1n ? wholePower(base, power.top) : rootPower(base, power)

/** exp(exponent ln base). */
export const exponential = (base: Form | "e", exponent: Form): Form => {
  if (base === "e") return ofBase("e", exponent)
  if (base.top.size === 0) throw new NoForm()
  const negative = rationalOf(base)
  if (negative !== null && negative.top < 0n)
    return multiplyForms(exponential(negateForm(base), exponent), ofBase("e", multiplyForms(exponent, turning())))
  const positive = positiveIn(base)
  if (positive !== null)
    return positive.reduce((all, [of, n]) => multiplyForms(all, ofBase(of, multiplyForms(exponent, ofRational(n)))), UNIT)
  const [content, rest] = contentOf(base)
  const scale = content.top === 1n && content.bottom === 1n ? UNIT : exponential(ofRational(content), exponent)
  return multiplyForms(scale, ofBase(rest, exponent))
}

const turning = (): Form => multiplyForms(I, ofAtom(PI))

/** A power for each product in its exponent, so that `2^{n+1}` is twice 2^n. */
const ofBase = (base: Base, exponent: Form): Form => {
  if (exponent.top.size === 0) return UNIT
  const below = rationalOf({ top: exponent.bottom, bottom: ONE })
  if (below === null) {
    const [content, rest] = contentOf(exponent)
    const turned = isTurned(rest)
    return ofAtom(powerAtom(base, turned ? negateForm(rest) : rest), turned ? opposite(content) : content)
  }
  let all = UNIT
  for (const { key, factors, re, im } of exponent.top.values()) {
    for (const [part, isImaginary] of [
      [re, false],
      [im, true]
    ] as const) {
      if (part === 0n) continue
      const power = product(whole(part), { top: 1n, bottom: below.top })
      all = multiplyForms(
        all,
        ofProduct(base, key, isImaginary, power, {
          top: polynomial([term(isImaginary ? 0n : 1n, isImaginary ? 1n : 0n, factors)]),
          bottom: ONE
        })
      )
    }
  }
  return all
}

const ofProduct = (base: Base, key: string, isImaginary: boolean, power: Rational, unit: Form): Form => {
  if (base === "e" && isImaginary && key === "pi^1") return turn(power)
  if (key !== "" || isImaginary) return ofAtom(powerAtom(base, unit), power)
  if (typeof base !== "object") return constantPower(base, power)
  const times = floor(power).top
  const rest = addRational(power, whole(-times))
  return multiplyForms(wholePower(base, times), rest.top === 0n ? UNIT : rootPower(base, rest, false))
}

/** Of a multiple of pi: null where it is no number that square roots of whole numbers make. */
export const cosine = ({ top, bottom }: Rational): Form | null => {
  if (12n % bottom !== 0n) return null
  const n = (((top * (12n / bottom)) % 24n) + 24n) % 24n
  const near = n > 12n ? 24n - n : n
  if (near > 6n) {
    const opposite = cosine({ top: 12n - near, bottom: 12n })
    return opposite && negateForm(opposite)
  }
  switch (near) {
    case 0n:
      return UNIT
    case 2n:
      return halfRoot(3n)
    case 3n:
      return halfRoot(2n)
    case 4n:
      return ofRational({ top: 1n, bottom: 2n })
    case 6n:
      return NOTHING
    default:
      return null
  }
}
export const quarterBefore = (of: Rational): Rational => addRational(of, { top: -1n, bottom: 2n })

const halfRoot = (of: bigint): Form =>
  multiplyForms(numberPower(of, { top: 1n, bottom: 2n }), ofRational({ top: 1n, bottom: 2n }))

/** exp(i pi power). */
const turn = (power: Rational): Form => {
  const [re, im] = [cosine(power), cosine(quarterBefore(power))]
  if (re !== null && im !== null) {
    const imaginary = multiplyForms(im, I)
    return re.top.size === 0 ? imaginary : im.top.size === 0 ? re : addForms(re, imaginary)
  }
  const quarters = floor(product(power, whole(2n))).top
  const rest = addRational(power, { top: -quarters, bottom: 2n })
  const unit = multiplyForms(I, ofAtom(PI))
  return multiplyForms(turn({ top: quarters, bottom: 2n }), ofAtom(powerAtom("e", unit), rest))
}
