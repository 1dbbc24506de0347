/**
 * Products of matrices by their letters, whose order counts. Letters are matrices where an answer has one of them inverted beside
 * others, or transposed, or two in both orders: `A^{-1}B`, `A^TA`, `AB - BA`. Then all is multiplied out, and each product of
 * several matrices is one variable that is named by them in their order.
 *
 * Inverses and transposes of products are those of their factors, turned round; a matrix cancels its inverse, and I is the
 * identity. The inverse of a sum is named by the sum.
 */

import { exactValue } from "../exact.ts"
import { type Expression, variablesOf } from "../Expression.ts"
import { spend } from "../work.ts"

/** What each product of matrices, by its factors in order, is multiplied by; "" for numbers and other letters. */
type Terms = ReadonlyMap<string, Expression>

const MATRIX = /^(?:[A-Z]|\\(?:Sigma|Lambda|Phi|Psi|Omega|Gamma|Theta|Delta|Pi|Xi))'*(?:_\w+)?$/
/** Beside transposes small letters of these are vectors. */
const VECTOR = /^[bu-z](?:_\w+)?$/
/** Dimensions of physics, which are no matrices: `MLT^{-2}`. */
const DIMENSIONS = /^[MLT]$/
const [MOST_TERMS, MOST_FACTORS, HIGHEST] = [40, 40, 6]
/** Between factors, and before what is done to one. */
const [NEXT, DONE] = [" ", "^"]
const ONE: Expression = { kind: "number", value: { top: 1n, bottom: 1n } }

/** Expressions of one answer with products of matrices in their order; as they are where it has none. */
export const withOrder = (...all: ReadonlyArray<Expression>): ReadonlyArray<Expression> => {
  const found: Found = { isTransposed: false, isInverted: false, pairs: new Set() }
  all.forEach((one) => look(one, found))
  const letters = new Set(all.flatMap((one) => variablesOf(one)).filter((name) => MATRIX.test(name) && name !== "T"))
  const areInverted = found.isInverted && letters.size > 1 && ![...letters].every((name) => DIMENSIONS.test(name))
  const areTurned = [...found.pairs].some((pair) => found.pairs.has(pair.split(NEXT).toReversed().join(NEXT)))
  if (!found.isTransposed && !areInverted && !areTurned) return all
  const isMatrix = (name: string) => MATRIX.test(name) || (found.isTransposed && VECTOR.test(name))
  const terms = all.map((one) => termsOf(one, isMatrix))
  return terms.every((one) => one !== null) ? terms.map(expressionOf) : all
}

interface Found {
  isTransposed: boolean
  isInverted: boolean
  /** Matrices side by side. */
  readonly pairs: Set<string>
}

const isT = (at: Expression): boolean => at.kind === "variable" && at.name === "T"
const isCapital = (at: Expression): boolean => variablesOf(at).some((name) => MATRIX.test(name))
const isInverse = (at: Expression): boolean => {
  const value = exactValue(at)
  return value !== null && value.top < 0n && value.bottom === 1n
}

const look = (at: Expression, found: Found): void => {
  spend(0.5)
  if (at.kind === "negative") look(at.of, found)
  else if (at.kind === "call") at.values.forEach((value) => look(value, found))
  else if ("left" in at) {
    const isNumber = at.kind === "power" && at.left.kind === "number"
    const isLetter = at.left.kind === "variable" && VECTOR.test(at.left.name)
    if (at.kind === "power" && isT(at.right) && !isNumber && (isCapital(at.left) || isLetter)) found.isTransposed = true
    if (at.kind === "power" && isInverse(at.right) && isCapital(at.left)) found.isInverted = true
    if (at.kind === "product") {
      const [left, right] = [endOf(at.left, "right"), endOf(at.right, "left")]
      if (left !== null && right !== null && left !== right) found.pairs.add(`${left}${NEXT}${right}`)
    }
    look(at.left, found)
    look(at.right, found)
  }
}

/** The matrix at one end of a product. */
const endOf = (at: Expression, side: "left" | "right"): string | null =>
  at.kind === "variable" ? (MATRIX.test(at.name) ? at.name : null) : at.kind === "product" ? endOf(at[side], side) : null

const scalar = (at: Expression): Terms => new Map([["", at]])

/** Null for what matrices are not read in: quotients of them, and what grows too large. */
const termsOf = (at: Expression, isMatrix: (name: string) => boolean): Terms | null => {
  spend(1)
  switch (at.kind) {
    case "number":
    case "constant":
      return scalar(at)
    case "variable":
      return at.name === "I" ? scalar(ONE) : isMatrix(at.name) ? new Map([[at.name, ONE]]) : scalar(at)
    case "negative": {
      const of = termsOf(at.of, isMatrix)
      return of && mapped(of, (factor) => ({ kind: "negative", of: factor }))
    }
    case "call": {
      const values = at.values.map((value) => termsOf(value, isMatrix))
      return values.every((value) => value !== null) ? scalar({ ...at, values: values.map(expressionOf) }) : null
    }
  }
  const left = termsOf(at.left, isMatrix)
  if (at.kind === "power" && left !== null && isT(at.right) && !isScalar(left)) return transposed(left)
  const right = termsOf(at.right, isMatrix)
  if (left === null || right === null) return null
  switch (at.kind) {
    case "sum":
      return sumOf(left, right)
    case "difference":
      return sumOf(
        left,
        mapped(right, (of) => ({ kind: "negative", of }))
      )
    case "product":
      return productOf(left, right)
    case "quotient":
      return isScalar(right) ? mapped(left, (of) => ({ kind: "quotient", left: of, right: expressionOf(right) })) : null
    case "power":
      return powerOf(left, at.right, right)
  }
}

const isScalar = (terms: Terms): boolean => [...terms.keys()].every((word) => word === "")
const mapped = (terms: Terms, by: (factor: Expression) => Expression): Terms =>
  new Map([...terms].map(([word, factor]) => [word, by(factor)]))

const bounded = (terms: Terms): Terms | null =>
  terms.size > MOST_TERMS || [...terms.keys()].some((word) => word.split(NEXT).length > MOST_FACTORS) ? null : terms

const sumOf = (a: Terms, b: Terms): Terms | null => {
  const all = new Map(a)
  for (const [word, right] of b) {
    const left = all.get(word)
    all.set(word, left === undefined ? right : { kind: "sum", left, right })
  }
  return bounded(all)
}

const productOf = (a: Terms, b: Terms): Terms | null => {
  let all: Terms | null = new Map()
  for (const [first, left] of a)
    for (const [second, right] of b) {
      spend(2)
      const factor: Expression = left === ONE ? right : right === ONE ? left : { kind: "product", left, right }
      all = all && sumOf(all, new Map([[joined(first, second), factor]]))
    }
  return all
}

/** Side by side, without what cancels. */
const joined = (first: string, second: string): string => {
  const factors = first === "" ? [] : first.split(NEXT)
  for (const factor of second === "" ? [] : second.split(NEXT)) {
    if (factors.at(-1) === inverted(factor)) factors.pop()
    else factors.push(factor)
  }
  return factors.join(NEXT)
}

/** One factor with what is done to it, each done again undone: an inverse stands behind a transpose. */
const toggled = (factor: string, mark: string): string => {
  const [name, ...marks] = factor.split(DONE)
  const left = marks.includes(mark) ? marks.filter((one) => one !== mark) : [...marks, mark].toSorted().toReversed()
  return [name, ...left].join(DONE)
}
const inverted = (factor: string): string => toggled(factor, "-1")
const turned = (word: string, by: (factor: string) => string): string =>
  word === "" ? "" : word.split(NEXT).toReversed().map(by).join(NEXT)

const transposed = (terms: Terms): Terms =>
  new Map([...terms].map(([word, factor]) => [turned(word, (one) => toggled(one, "T")), factor]))

const powerOf = (base: Terms, written: Expression, exponent: Terms): Terms | null => {
  if (isScalar(base) && isScalar(exponent))
    return scalar({ kind: "power", left: expressionOf(base), right: expressionOf(exponent) })
  const value = isScalar(base) ? null : exactValue(written)
  const times = value !== null && value.bottom === 1n ? Number(value.top) : null
  if (times === null || Math.abs(times) > HIGHEST) return new Map([[named(base) + DONE + named(exponent), ONE]])
  const once = times < 0 ? inverseOf(base) : base
  let power: Terms | null = scalar(ONE)
  for (let i = 0; i < Math.abs(times); i++) power = power && productOf(power, once)
  return power
}

/** Of one product what its factors are inverted; of a sum what has its name, without a number before all of it. */
const inverseOf = (terms: Terms): Terms => {
  const [[word, factor] = ["", ONE], other] = sorted(terms)
  const under: Expression = factor === ONE ? ONE : { kind: "quotient", left: ONE, right: factor }
  if (other === undefined) return new Map([[turned(word, inverted), under]])
  const rest = mapped(terms, (left) => ({ kind: "quotient", left, right: factor }))
  return new Map([[inverted(named(rest)), under]])
}

const sorted = (terms: Terms): ReadonlyArray<readonly [string, Expression]> =>
  [...terms].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

/** The terms of a sum as one name, without blanks between its factors. */
const named = (terms: Terms): string =>
  `(${sorted(terms)
    .map(([word, factor]) => `${shapeOf(factor)}*${word.replaceAll(NEXT, ".").replaceAll(DONE, "'")}`)
    .join("+")})`

const shapeOf = (at: Expression): string => {
  const value = exactValue(at)
  if (value !== null) return `${value.top}/${value.bottom}`
  if (at.kind === "variable" || at.kind === "constant") return at.name.replaceAll(/[\s^]/g, "_")
  if (at.kind === "negative") return `-${shapeOf(at.of)}`
  if (at.kind === "call") return `${at.name}(${at.values.map(shapeOf).join(",")})`
  return "left" in at ? `(${shapeOf(at.left)}${at.kind}${shapeOf(at.right)})` : ""
}

/** Products of one matrix are what they would be without the others. */
const expressionOf = (terms: Terms): Expression =>
  sorted(terms)
    .map(([word, factor]): Expression => {
      const letters = lettersOf(word)
      return letters === null ? factor : factor === ONE ? letters : { kind: "product", left: factor, right: letters }
    })
    .reduce((left, right) => ({ kind: "sum", left, right }))

const lettersOf = (word: string): Expression | null => {
  if (word === "") return null
  const [name, mark, more] = word.split(DONE)
  if (word.includes(NEXT) || more !== undefined || word.startsWith("(")) return { kind: "variable", name: `\\matrices ${word}` }
  const left: Expression = { kind: "variable", name: name! }
  if (mark === undefined) return left
  const isTurned = mark === "T"
  const right: Expression = isTurned ? { kind: "variable", name: "T" } : { kind: "number", value: { top: -1n, bottom: 1n } }
  return mark === "-1" || isTurned ? { kind: "power", left, right } : { kind: "variable", name: `\\matrices ${word}` }
}
