/** Mathematical expressions as trees, and what keeps them small enough to be compared by anyone in no time. */

import type { Rational } from "./rational.ts"

export type Expression =
  | { readonly kind: "number"; readonly value: Rational }
  | { readonly kind: "constant"; readonly name: Constant }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "negative"; readonly of: Expression }
  | { readonly kind: Operation; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "call"; readonly name: FunctionName; readonly values: ReadonlyArray<Expression> }

export type Constant = "pi" | "e" | "i" | "infinity"
export type Operation = "sum" | "difference" | "product" | "quotient" | "power"

/** Functions of one value, by the names that LaTeX and people give them, and those of two. */
export const FUNCTIONS = [
  "sin",
  "cos",
  "tan",
  "cot",
  "sec",
  "csc",
  "arcsin",
  "arccos",
  "arctan",
  "sinh",
  "cosh",
  "tanh",
  "arsinh",
  "arcosh",
  "artanh",
  "ln",
  "exp",
  "cis",
  "abs",
  "sqrt",
  "floor",
  "ceiling",
  "factorial",
  "binomial",
  "gcd",
  "lcm",
  "max",
  "min"
] as const
/** With those that have no name in a text. `applied`: of which only a name is known, a variable, and what it is of. */
export type FunctionName = (typeof FUNCTIONS)[number] | "dot" | "cross" | "applied"

/** A text that is no expression of this kind; `problem` goes on after what it is said of: `ends too early`. */
export class Unreadable extends Error {
  readonly problem: string
  constructor(problem: string) {
    super(problem)
    this.problem = problem
  }
}

/** Names of the variables in an expression, sorted. */
export const variablesOf = (...expressions: ReadonlyArray<Expression>): ReadonlyArray<string> => {
  const names = new Set<string>()
  const look = (at: Expression): void => {
    if (at.kind === "variable") names.add(at.name)
    else if (at.kind === "negative") look(at.of)
    else if (at.kind === "call") at.values.forEach(look)
    else if ("left" in at) {
      look(at.left)
      look(at.right)
    }
  }
  expressions.forEach(look)
  return [...names].toSorted()
}

/** Whether two expressions are written in the same way. */
export const isSameTree = (a: Expression, b: Expression): boolean => {
  if (a.kind === "number") return b.kind === "number" && a.value.top === b.value.top && a.value.bottom === b.value.bottom
  if (a.kind === "constant" || a.kind === "variable") return b.kind === a.kind && a.name === b.name
  if (a.kind === "negative") return b.kind === "negative" && isSameTree(a.of, b.of)
  if (a.kind === "call")
    return (
      b.kind === "call" &&
      a.name === b.name &&
      a.values.length === b.values.length &&
      a.values.every((v, i) => isSameTree(v, b.values[i]!))
    )
  return "left" in b && a.kind === b.kind && isSameTree(a.left, b.left) && isSameTree(a.right, b.right)
}

/** An expression as it is written, but for the order in its sums and products. */
export const written = (at: Expression): string => {
  switch (at.kind) {
    case "number":
      return at.value.bottom === 1n ? `${at.value.top}` : `${at.value.top}/${at.value.bottom}`
    case "constant":
    case "variable":
      return at.name
    case "negative":
      return `-(${written(at.of)})`
    case "call":
      return `${at.name}(${at.values.map(written).join(";")})`
    case "sum":
    case "difference":
      return `(${addedIn(at).toSorted().join("+")})`
    case "product":
      return `(${multipliedIn(at).toSorted().join("*")})`
    default:
      return `${at.kind}(${written(at.left)};${written(at.right)})`
  }
}
const addedIn = (at: Expression): ReadonlyArray<string> => {
  if (at.kind === "sum") return [...addedIn(at.left), ...addedIn(at.right)]
  if (at.kind === "difference") return [...addedIn(at.left), `-(${written(at.right)})`]
  return [written(at)]
}
const multipliedIn = (at: Expression): ReadonlyArray<string> =>
  at.kind === "product" ? [...multipliedIn(at.left), ...multipliedIn(at.right)] : [written(at)]

const isWhole = (at: Expression): boolean => at.kind === "number" && at.value.bottom === 1n

/** `-1`. */
export const isMinusOne = (at: Expression): boolean =>
  at.kind === "negative" && at.of.kind === "number" && isWhole(at.of) && at.of.value.top === 1n

/** A fraction of whole numbers below one, which makes a mixed number of the whole number before it. */
export const isProper = (at: Expression): boolean =>
  at.kind === "quotient" &&
  at.left.kind === "number" &&
  at.right.kind === "number" &&
  isWhole(at.left) &&
  isWhole(at.right) &&
  at.left.value.top < at.right.value.top

/** A letter of a set or of a matrix. */
export const isCapital = (at: Expression): boolean => at.kind === "variable" && /^[A-Z]$/.test(at.name)

/** An expression with another in the place of a variable. */
export const withVariable = (at: Expression, name: string, by: Expression): Expression => {
  // In a sum `i` is no number.
  if (at.kind === "variable" || at.kind === "constant") return at.name === name ? by : at
  if (at.kind === "negative") return { kind: "negative", of: withVariable(at.of, name, by) }
  if (at.kind === "call") return { ...at, values: at.values.map((value) => withVariable(value, name, by)) }
  if (!("left" in at)) return at
  return { kind: at.kind, left: withVariable(at.left, name, by), right: withVariable(at.right, name, by) }
}
