/** What an expression is with all of it multiplied out: equal forms have equal values wherever they have one. */

import { exactValue } from "../exact.ts"
import type { Expression, FunctionName } from "../Expression.ts"
import { bitsOf, floor, over, productOfRange, type Rational, times } from "../rational.ts"
import { spend } from "../work.ts"
import { absolute } from "./lengths.ts"
import { isComplexName } from "./letters.ts"
import {
  addForms,
  addPolynomials,
  contentOf,
  divideForms,
  type Form,
  form,
  isTurned,
  MOST_BITS,
  multiplyForms,
  nameOf,
  negateForm,
  NoForm,
  NOTHING,
  ofAtom,
  ofRational,
  ofTerm,
  opaque,
  polynomial,
  type Polynomial,
  rationalOf,
  type Term,
  term,
  UNIT
} from "./polynomials.ts"
import { cosine, exponential, I, PI, positiveIn, quarterBefore, rootPower, wholePower } from "./powers.ts"
import { conjugate, isReal, isWholeProduct } from "./real.ts"
import { extreme, floorOf } from "./steps.ts"

/** Null where it has no value, or none that is worked out. */
export const normalForm = (at: Expression): Form | null => {
  try {
    return formOf(at)
  } catch (cause) {
    if (cause instanceof NoForm) return null
    throw cause
  }
}

const HALF: Rational = { top: 1n, bottom: 2n }

const formOf = (at: Expression): Form => {
  spend(2)
  switch (at.kind) {
    case "number":
      return ofRational(at.value)
    case "constant":
      return constantOf(at.name)
    case "variable":
      return ofAtom({ name: `$${at.name}`, height: 0, kind: "variable" })
    case "negative":
      return negateForm(formOf(at.of))
    case "call":
      if (at.name === "sqrt") return rootOf(at.values[0]!)
      return calledOn(at.name, flattened(at.name, at.values).map(formOf))
    case "power": {
      const exponent = formOf(at.right)
      if (at.left.kind === "constant" && at.left.name === "e") return exponential("e", exponent)
      const [base, number] = [formOf(at.left), rationalOf(exponent)]
      if (number === null) return exponential(base, exponent)
      return number.bottom === 1n ? wholePower(base, number.top) : rootPower(base, number)
    }
    default: {
      const [left, right] = [formOf(at.left), formOf(at.right)]
      switch (at.kind) {
        case "sum":
          return addForms(left, right)
        case "difference":
          return addForms(left, negateForm(right))
        case "product":
          return multiplyForms(left, right)
        case "quotient":
          return divideForms(left, right)
      }
    }
  }
}

/** A root of a power of a real sum as it is written, which is not multiplied out: `\sqrt{2(a+b)^3}`. */
const rootOf = (of: Expression): Form => {
  let [inside, outside] = [UNIT, UNIT]
  for (const { base, power } of factorsIn(of)) {
    const form = formOf(base)
    const isKept = power * power > 1n && form.top.size > 1 && isReal(form)
    if (isKept) outside = multiplyForms(outside, wholePower(absoluteOf(form), power / 2n))
    inside = multiplyForms(inside, wholePower(form, isKept ? power % 2n : power))
  }
  return multiplyForms(outside, rootPower(inside, HALF))
}

/** What is multiplied and divided by, each with its power, which is one for all that is no power. */
const factorsIn = (of: Expression): ReadonlyArray<{ readonly base: Expression; readonly power: bigint }> => {
  if (of.kind === "product") return [...factorsIn(of.left), ...factorsIn(of.right)]
  if (of.kind === "quotient")
    return [...factorsIn(of.left), ...factorsIn(of.right).map(({ base, power }) => ({ base, power: -power }))]
  if (of.kind !== "power" || of.right.kind !== "number" || of.right.value.bottom !== 1n || of.right.value.top < 1n)
    return [{ base: of, power: 1n }]
  return [{ base: of.left, power: of.right.value.top }]
}

/** The largest of some and of the largest of others is that of all. */
const flattened = (name: FunctionName, values: ReadonlyArray<Expression>): ReadonlyArray<Expression> =>
  name === "max" || name === "min"
    ? values.flatMap((value) => (value.kind === "call" && value.name === name ? flattened(name, value.values) : [value]))
    : values

const constantOf = (name: string): Form => {
  if (name === "pi") return ofAtom(PI)
  if (name === "i") return I
  if (name === "e") return exponential("e", UNIT)
  throw new NoForm()
}

/** Of one of a value and its opposite. */
const odd = (name: FunctionName, of: Form): Form =>
  of.top.size === 0 ? NOTHING : isTurned(of) ? negateForm(opaque(name, [negateForm(of)])) : opaque(name, [of])
const even = (name: FunctionName, of: Form): Form => opaque(name, [of.top.size > 0 && isTurned(of) ? negateForm(of) : of])
const inOrder = (values: ReadonlyArray<Form>): ReadonlyArray<Form> =>
  values
    .map((value) => ({ value, name: nameOf(value) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ value }) => value)

/** Of more than these the largest stays as it is. */
const MOST_COMPARED = 4

/** A function of forms. */
export const calledOn = (name: FunctionName, values: ReadonlyArray<Form>): Form => {
  const [x, y] = values as [Form, Form]
  const numbers = values.map(rationalOf)
  switch (name) {
    case "sin":
      return sine(x)
    case "cos":
      return cosineOf(x)
    case "tan":
      return divideForms(sine(x), cosineOf(x))
    case "cot":
      return divideForms(cosineOf(x), sine(x))
    case "sec":
      return divideForms(UNIT, cosineOf(x))
    case "csc":
      return divideForms(UNIT, sine(x))
    case "arcsin":
    case "arctan":
      return odd(name, x)
    case "exp":
      return exponential("e", x)
    case "cis":
      return exponential("e", multiplyForms(I, x))
    case "sinh":
    case "cosh":
    case "tanh": {
      const [above, below] = [exponential("e", x), exponential("e", negateForm(x))]
      const [difference, sum] = [addForms(above, negateForm(below)), addForms(above, below)]
      return name === "tanh" ? divideForms(difference, sum) : multiplyForms(name === "sinh" ? difference : sum, ofRational(HALF))
    }
    case "arsinh":
      return logarithm(addForms(x, rootPower(addForms(multiplyForms(x, x), UNIT), HALF)))
    case "arcosh":
      return logarithm(addForms(x, rootPower(addForms(multiplyForms(x, x), negateForm(UNIT)), HALF)))
    case "artanh":
      return multiplyForms(logarithm(divideForms(addForms(UNIT, x), addForms(UNIT, negateForm(x)))), ofRational(HALF))
    case "ln":
      return logarithm(x)
    case "sqrt":
      return rootPower(x, HALF)
    case "abs":
      return absoluteOf(x)
    case "factorial":
      return factorial(x)
    case "binomial":
      return binomial(x, y)
    case "dot":
    case "cross":
      return productOfVectors(name, x, y)
    case "applied":
      return opaque(name, values)
  }
  if (numbers.every((value) => value !== null)) {
    const known = exactValue({ kind: "call", name, values: numbers.map((value) => ({ kind: "number", value })) })
    if (known !== null) return ofRational(known)
  }
  if (name === "floor") return floorOf(x)
  if (name === "ceiling") return ceilingOfLogarithm(x) ?? negateForm(floorOf(negateForm(x)))
  if ((name === "max" || name === "min") && values.length <= MOST_COMPARED && values.every(isReal))
    return inOrder(values).reduce((a, b) => extreme(a, b, name === "max" ? 1n : -1n))
  if (name === "lcm" && values.length === 2) return divideForms(multiplyForms(x, y), opaque("gcd", inOrder(values)))
  return opaque(name, inOrder(values))
}

/** The number before pi, where all is a multiple of it. */
const multipleOfPi = ({ top, bottom }: Form): Rational | null => {
  if (top.size === 0) return { top: 0n, bottom: 1n }
  const one = top.size === 1 ? top.get("pi^1") : undefined
  return one === undefined || one.im !== 0n ? null : rationalOf({ top: polynomial([term(one.re, 0n)]), bottom })
}

/** Half turns in an angle, as many as letters for whole numbers say, and the rest of it; null where there are none. */
const halfTurnsIn = ({ top, bottom }: Form): readonly [turns: Form, rest: Form] | null => {
  const below = rationalOf({ top: bottom, bottom: UNIT.top })
  if (below === null) return null
  const isHalfTurn = ({ re, im, factors }: Term): boolean => {
    const letters = factors.filter(({ atom }) => atom.kind !== "pi")
    const hasPi = factors.some(({ atom, power }) => atom.kind === "pi" && power.top === 1n && power.bottom === 1n)
    return (
      hasPi && im === 0n && letters.length > 0 && re % below.top === 0n && isWholeProduct({ re, im, factors: letters, key: "" })
    )
  }
  const turns = [...top.values()].filter(isHalfTurn)
  if (turns.length === 0) return null
  const rest = [...top.values()].filter((one) => !isHalfTurn(one))
  return [form(polynomial(turns), bottom), form(polynomial(rest), bottom)]
}

const sine = (of: Form): Form => {
  const turned = halfTurnsIn(of)
  if (turned !== null) return multiplyForms(exponential("e", multiplyForms(I, turned[0])), sine(turned[1]))
  const part = multipleOfPi(of)
  return (part && cosine(quarterBefore(part))) ?? odd("sin", of)
}
const cosineOf = (of: Form): Form => {
  const turned = halfTurnsIn(of)
  if (turned !== null) return multiplyForms(exponential("e", multiplyForms(I, turned[0])), cosineOf(turned[1]))
  const part = multipleOfPi(of)
  return (part && cosine(part)) ?? even("cos", of)
}

const logarithm = (of: Form): Form => {
  if (of.top.size === 0) throw new NoForm()
  const positive = positiveIn(of)
  if (positive !== null)
    return positive.reduce((sum, [base, power]) => {
      const one = base === "e" ? UNIT : opaque("ln", [ofRational({ top: base as bigint, bottom: 1n })])
      return addForms(sum, multiplyForms(one, ofRational(power)))
    }, NOTHING)
  const number = rationalOf(of)
  if (number !== null) return addForms(logarithm(negateForm(of)), multiplyForms(I, ofAtom(PI)))
  const [content, rest] = contentOf(of)
  return addForms(logarithm(ofRational(content)), opaque("ln", [rest]))
}

/**
 * `\lceil\log_b m\rceil` is `\lfloor\log_b(m - 1)\rfloor + 1` for whole numbers b and m from 2 on. With j for the first,
 * b^(j - 1) < m <= b^j, and as all of these are whole, b^(j - 1) <= m - 1 < b^j, so that the logarithm of m - 1 is j - 1 and less
 * than one more. For m = 1 the second has no value. Null for what is no such logarithm.
 */
const ceilingOfLogarithm = ({ top, bottom }: Form): Form | null => {
  const [one, more] = top.values()
  const of = one !== undefined && more === undefined && one.re === 1n && one.im === 0n ? argumentOfLogarithm(one) : null
  const base = baseOf(bottom)
  if (of === null || base === null || rationalOf(of) !== null) return null
  const isWhole = [...of.top.values()].every((part) => part.im === 0n && isWholeProduct(part))
  if (!isWhole || rationalOf({ top: of.bottom, bottom: UNIT.top })?.top !== 1n) return null
  return addForms(floorOf(divideForms(logarithm(plus(of, -1n)), { top: bottom, bottom: UNIT.top })), UNIT)
}

/** Of what a product is the logarithm, but for the number before it; null where it is something else. */
const argumentOfLogarithm = ({ factors }: Term): Form | null => {
  const [factor, other] = factors
  const isLogarithm = factor?.atom.kind === "call" && factor.atom.function === "ln" && other === undefined
  return isLogarithm && factor.power.top === 1n && factor.power.bottom === 1n ? factor.atom.values[0]! : null
}

const LARGEST_BASE = 1000n

/** The whole number of which a sum is the logarithm, by its primes: that of 10 is those of 2 and 5; null for none. */
const baseOf = (sum: Form["top"]): bigint | null => {
  let base = 1n
  for (const one of sum.values()) {
    const of = argumentOfLogarithm(one)
    const prime = of && rationalOf(of)
    if (prime == null || prime.bottom !== 1n || prime.top < 2n || one.im !== 0n || one.re < 1n || one.re > 10n) return null
    base *= prime.top ** one.re
    if (base > LARGEST_BASE) return null
  }
  return base === 1n ? null : base
}

const absoluteOf = (of: Form): Form => {
  const number = rationalOf(of)
  if (number !== null) return number.top < 0n ? negateForm(of) : of
  if (positiveIn(of) !== null) return of
  const [one, ...others] = of.top.values()
  if (others.length === 0 && one!.im !== 0n) {
    const square = { top: times(one!.re, one!.re) + times(one!.im, one!.im), bottom: 1n }
    const rest = form(polynomial([{ ...one!, re: 1n, im: 0n }]), of.bottom)
    return multiplyForms(rootPower(ofRational(square), HALF), absoluteOf(rest))
  }
  // Of a sum of a real and an imaginary part: the root of the sum of their squares.
  const other = isReal(of) || [of.top, of.bottom].some(hasComplexLetter) ? null : conjugate(of)
  return other === null ? absolute(of) : rootPower(multiplyForms(of, other), HALF)
}
const hasComplexLetter = (all: Polynomial): boolean =>
  [...all.values()].some(({ factors }) =>
    factors.some(({ atom }) => atom.kind === "variable" && isComplexName(atom.name.slice(1)))
  )

/** Factorials of more than this are not worked out. */
const MOST_FACTORS = 2000n
/** How far one is from another that it is written by. */
const MOST_SHIFTS = 30n

/** Of what stands in a sum with a whole number by the one without it: `(n+1)!` is (n + 1) n!. */
const factorial = (of: Form): Form => {
  const number = rationalOf(of)
  if (number !== null && number.bottom === 1n) {
    if (number.top < 0n) throw new NoForm()
    return number.top > MOST_FACTORS ? opaque("factorial", [of]) : ofRational({ top: productOfRange(1n, number.top), bottom: 1n })
  }
  const below = rationalOf({ top: of.bottom, bottom: UNIT.top })
  const constant = of.top.get("")
  const shift = below === null || constant === undefined ? 0n : floor({ top: constant.re, bottom: below.top }).top
  if (shift === 0n || shift > MOST_SHIFTS || shift < -MOST_SHIFTS) return opaque("factorial", [of])
  const base = plus(of, -shift)
  let all = opaque("factorial", [base])
  for (let n = 1n; n <= shift; n++) all = multiplyForms(all, plus(base, n))
  for (let n = 0n; n > shift; n--) all = divideForms(all, plus(base, n))
  return all
}

const plus = (of: Form, n: bigint): Form =>
  form(addPolynomials(of.top, multiplyForms({ top: of.bottom, bottom: UNIT.top }, ofTerm(term(n, 0n))).top), of.bottom)

const binomial = (n: Form, k: Form): Form => {
  const [x, y] = [rationalOf(n), rationalOf(k)]
  if (x?.bottom === 1n && y?.bottom === 1n) {
    if (x.top < 0n || y.top < 0n) throw new NoForm()
    if (y.top > x.top) return NOTHING
    const few = y.top * 2n > x.top ? x.top - y.top : y.top
    const isWorkedOut = few <= MOST_SHIFTS || x.top <= MOST_FACTORS
    if (bitsOf(x.top) * Number(few) > 2 * MOST_BITS || !isWorkedOut)
      return divideForms(factorial(n), multiplyForms(factorial(k), factorial(addForms(n, negateForm(k)))))
    return ofRational({ top: over(productOfRange(x.top - few + 1n, x.top), productOfRange(1n, few)), bottom: 1n })
  }
  // Of a few it is a polynomial, whatever they are chosen from: n(n - 1)/2.
  if (y?.bottom === 1n && y.top >= 0n && y.top <= MOST_SHIFTS) {
    let all = ofRational({ top: 1n, bottom: productOfRange(1n, y.top) })
    for (let i = 0n; i < y.top; i++) all = multiplyForms(all, plus(n, -i))
    return all
  }
  return divideForms(factorial(n), multiplyForms(factorial(k), factorial(addForms(n, negateForm(k)))))
}

const productOfVectors = (name: "dot" | "cross", x: Form, y: Form): Form => {
  if (x.top.size === 0 || y.top.size === 0) return NOTHING
  const [[left, a], [right, b]] = [contentOf(x), contentOf(y)]
  if (name === "cross" && nameOf(a) === nameOf(b)) return NOTHING
  const [first, second] = inOrder([a, b]) as [Form, Form]
  const all = multiplyForms(ofRational(left), multiplyForms(ofRational(right), opaque(name, [first, second])))
  return name === "cross" && first !== a ? negateForm(all) : all
}
