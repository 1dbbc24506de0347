/**
 * What letters stand for: real numbers, but z and w, which may be complex, and vectors. Some stand for whole numbers where that
 * matters. Which letters are complex is said of a whole expression, as z is a coordinate beside x and y.
 */

import { type Expression, type FunctionName, variablesOf } from "../Expression.ts"
import { isVectorName } from "../vectors.ts"

/** Letters that stand for whole numbers in a floor, in a power of a negative number and beside pi in a sine. */
export const isWholeLetter = (name: string): boolean => /^[jkmnN](?:['_]|$)/.test(name)

const COMPLEX = /^[zwZ](?:['_]|$)/
const CONJUGATE = /^\\(?:bar|overline) ([zwZ](?:['_].*)?)$/
const COORDINATE = /^[xy](?:['_]|$)/
/** Before the names of complex numbers and of their conjugates. */
const [NUMBER, OPPOSITE] = ["\\complex ", "\\conjugate "]

export const isComplexName = (name: string): boolean => name.startsWith(NUMBER) || name.startsWith(OPPOSITE)

export const isRealName = (name: string): boolean => !isComplexName(name) && !isVectorName(name)

/** What a complex number is the conjugate of, where its name is that of one. */
export const conjugatedName = (name: string): string | null =>
  name.startsWith(OPPOSITE) ? NUMBER + name.slice(OPPOSITE.length) : null

/** The name of the conjugate of a complex number. */
export const conjugateName = (name: string): string => conjugatedName(name) ?? OPPOSITE + name.slice(NUMBER.length)

/** Of these all values are real. */
const OF_REAL: ReadonlySet<FunctionName> = new Set(["floor", "ceiling", "max", "min", "gcd", "lcm", "factorial", "binomial"])

const has = (at: Expression, wanted: (part: Expression) => boolean): boolean => {
  if (wanted(at)) return true
  if (at.kind === "negative") return has(at.of, wanted)
  if (at.kind === "call") return at.values.some((value) => has(value, wanted))
  return "left" in at && (has(at.left, wanted) || has(at.right, wanted))
}

/** The same with letters for complex numbers named as such: z and w, but beside x or y without an i, or in a floor or maximum. */
export const withComplexLetters = (at: Expression): Expression => {
  const names = variablesOf(at)
  if (!names.some((name) => COMPLEX.test(name) || CONJUGATE.test(name))) return at
  const isOfReal = has(at, (part) => part.kind === "call" && OF_REAL.has(part.name))
  const hasI = has(at, (part) => part.kind === "constant" && part.name === "i")
  return isOfReal || (names.some((name) => COORDINATE.test(name)) && !hasI) ? at : renamed(at)
}

const renamed = (at: Expression): Expression => {
  if (at.kind === "variable") {
    const conjugate = CONJUGATE.exec(at.name)?.[1]
    if (conjugate !== undefined) return { kind: "variable", name: OPPOSITE + conjugate }
    return COMPLEX.test(at.name) ? { kind: "variable", name: NUMBER + at.name } : at
  }
  if (at.kind === "negative") return { kind: "negative", of: renamed(at.of) }
  if (at.kind === "call") return { ...at, values: at.values.map(renamed) }
  return "left" in at ? { ...at, left: renamed(at.left), right: renamed(at.right) } : at
}
