/**
 * Functions by all names that people give them, and their inverses: `\sec^{-1} x` and `\operatorname{arcsec} x` are no
 * reciprocals. What has no function of its own in an expression is made of one that has: a hyperbolic secant of a cosine.
 */

import { type Expression, type FunctionName, FUNCTIONS, Unreadable } from "../Expression.ts"

const OWN: ReadonlyMap<string, FunctionName> = new Map(FUNCTIONS.map((name) => [name, name]))
const ONE: Expression = { kind: "number", value: { top: 1n, bottom: 1n } }
const call = (name: FunctionName, of: Expression): Expression => ({ kind: "call", name, values: [of] })
const quotient = (left: Expression, right: Expression): Expression => ({ kind: "quotient", left, right })
const reciprocal = (of: Expression): Expression => quotient(ONE, of)
const quarterTurn = quotient({ kind: "constant", name: "pi" }, { kind: "number", value: { top: 2n, bottom: 1n } })

type Of = (of: Expression) => Expression

/** Inverses, by what they are inverses of. That of a cotangent is between nothing and pi, as in schools. */
const INVERSES: ReadonlyMap<string, Of> = new Map<string, Of>([
  ["sin", (x) => call("arcsin", x)],
  ["cos", (x) => call("arccos", x)],
  ["tan", (x) => call("arctan", x)],
  ["sec", (x) => call("arccos", reciprocal(x))],
  ["csc", (x) => call("arcsin", reciprocal(x))],
  ["cot", (x) => ({ kind: "difference", left: quarterTurn, right: call("arctan", x) })],
  ["sinh", (x) => call("arsinh", x)],
  ["cosh", (x) => call("arcosh", x)],
  ["tanh", (x) => call("artanh", x)],
  ["sech", (x) => call("arcosh", reciprocal(x))],
  ["csch", (x) => call("arsinh", reciprocal(x))],
  ["coth", (x) => call("artanh", reciprocal(x))],
  ["exp", (x) => call("ln", x)]
])

/** What is made of others. */
const MADE: ReadonlyMap<string, Of> = new Map<string, Of>([
  ["sech", (x) => reciprocal(call("cosh", x))],
  ["csch", (x) => reciprocal(call("sinh", x))],
  ["coth", (x) => reciprocal(call("tanh", x))]
])

const OTHER_NAMES: Readonly<Record<string, string>> = {
  tg: "tan",
  ctg: "cot",
  cotg: "cot",
  cosec: "csc",
  cosech: "csch",
  ceil: "ceiling"
}

/** `arcsin`, `arsinh`, `arcsinh`, `asinh`. */
const INVERSE = /^a(?:rc?)?((?:sin|cos|tan|sec|csc|cot)h?|tg|ctg)$/

const plainName = (name: string): string => (Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name]! : name)
const inverseIn = (name: string): Of | undefined => {
  const of = INVERSE.exec(name)?.[1]
  return of === undefined ? undefined : INVERSES.get(plainName(of))
}

/** Whether a name is that of a function, `log` and `lg` with it. */
export const isNamedFunction = (name: string): boolean =>
  name === "log" || name === "lg" || OWN.has(plainName(name)) || MADE.has(plainName(name)) || inverseIn(name) !== undefined

/** A function by any of its names, of its values. Throws `Unreadable`. */
export const functionOf = (name: string, values: ReadonlyArray<Expression>): Expression => {
  const plain = plainName(name)
  const [made, own] = [inverseIn(name) ?? MADE.get(plain), OWN.get(plain)]
  if (made !== undefined) return made(values[0]!)
  if (own === undefined) throw new Unreadable(`has \\${name}, which is not read`)
  return { kind: "call", name: own, values }
}

/** `\sin^{-1} x`. Throws `Unreadable` where it might as well be a reciprocal. */
export const inverseOf = (name: string, of: Expression): Expression => {
  const made = INVERSES.get(plainName(name))
  if (made === undefined) throw new Unreadable(`has \\${name}^{-1}, which is an inverse or a reciprocal`)
  return made(of)
}
