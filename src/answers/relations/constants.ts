/**
 * Letters that are arbitrary by what they are: the constant that is added to an antiderivative, `x^2 + C`, those of a general
 * solution, `C_1e^x + C_2e^{-x}`, and the whole number of a solution that repeats, `\frac{\pi}{4} + k\pi`.
 */

import type { Answer } from "../Answer.ts"
import { addedIn, MOST_CONSTANTS } from "../families.ts"
import { type Expression, variablesOf } from "../mathematics/Expression.ts"
import type { OfKind } from "../same-kind.ts"

/** Arbitrary where it is added; the first also where all is linear in it. */
const ADDED = /^(?:[CcK]|[Cc]_\d)$/
const LINEAR = /^(?:C|[Cc]_\{?\d\}?)$/
const UNKNOWN = /^(?:[r-uw-z]|\\theta)$/
/** Beside others C may be a circumference, a charge or a capacity. */
const OF_FUNCTION = /^(?:[t-z]|\\theta)$/

/** A value, or an equation, with its arbitrary constants; as it is where it has none. */
export const withConstants = (of: OfKind<"value"> | OfKind<"relation">): Answer => {
  const sides = of.kind === "value" ? [of.expression] : [of.left, of.right]
  const names = [...new Set(sides.flatMap((side) => variablesOf(side)))]
  const letters = names.filter((name) => LINEAR.test(name))
  const others = names.filter((name) => !LINEAR.test(name))
  const isGeneral =
    letters.length > 0 &&
    letters.length <= MOST_CONSTANTS &&
    others.length > 0 &&
    others.every((name) => (letters.includes("C") ? OF_FUNCTION : UNKNOWN).test(name)) &&
    sides.every((side) => isLinear(side, letters))
  if (isGeneral) return { kind: "family", of, letters, over: "" }
  const added = sides.flatMap(constantIn)
  const isOnly = added.length === 1 && sides.filter((side) => variablesOf(side).includes(added[0]!)).length === 1
  return isOnly ? { kind: "family", of, letters: added, over: "" } : of.kind === "value" ? repeating(of) : of
}

/** The constant that is added to what is of one variable. */
const constantIn = (side: Expression): ReadonlyArray<string> => {
  if (side.kind !== "sum" && side.kind !== "difference") return []
  const names = variablesOf(side)
  const name = names.find((one) => ADDED.test(one))
  if (name === undefined || names.length !== 2 || !names.every((other) => other === name || UNKNOWN.test(other))) return []
  const isIt = (term: Expression) => term.kind === "variable" && term.name === name
  const places = addedIn(side).filter(isIt)
  return places.length === 1 && countOf(side, name) === 1 ? [name] : []
}

const countOf = (at: Expression, name: string): number => {
  if (at.kind === "variable" || at.kind === "constant") return at.name === name ? 1 : 0
  if (at.kind === "negative") return countOf(at.of, name)
  if (at.kind === "call") return at.values.reduce((sum, value) => sum + countOf(value, name), 0)
  return "left" in at ? countOf(at.left, name) + countOf(at.right, name) : 0
}

/** Whether no term has two of some letters in it, nor one in a power, below a line or in a function. */
const isLinear = (at: Expression, letters: ReadonlyArray<string>): boolean => {
  const has = (of: Expression) => letters.some((letter) => countOf(of, letter) > 0)
  switch (at.kind) {
    case "sum":
    case "difference":
      return isLinear(at.left, letters) && isLinear(at.right, letters)
    case "negative":
      return isLinear(at.of, letters)
    case "product":
      return has(at.left) ? !has(at.right) && isLinear(at.left, letters) : isLinear(at.right, letters)
    case "quotient":
      return !has(at.right) && isLinear(at.left, letters)
    default:
      return at.kind === "variable" || !has(at)
  }
}

/** `\frac{\pi}{4} + k\pi`: with any whole number; all else as it is. */
const repeating = (value: OfKind<"value">): Answer => {
  const { expression } = value
  if (expression.kind !== "sum" && expression.kind !== "difference") return value
  const [letter, other] = variablesOf(expression)
  if (letter === undefined || other !== undefined || !/^[klmn]$/.test(letter)) return value
  const [left, right] = [expression.left, expression.right]
  const [fixed, turning] = variablesOf(left).length === 0 ? [left, right] : [right, left]
  const isAngle = variablesOf(fixed).length === 0 && hasPi(fixed) && hasPi(turning)
  return isAngle ? { kind: "family", of: value, letters: [letter], over: "integers" } : value
}

const hasPi = (at: Expression): boolean => {
  if (at.kind === "constant") return at.name === "pi"
  if (at.kind === "negative") return hasPi(at.of)
  return "left" in at && (hasPi(at.left) || hasPi(at.right))
}
