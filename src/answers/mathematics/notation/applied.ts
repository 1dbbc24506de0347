/**
 * Values of functions that are known by a letter or a word only, `f(x + 1)`, `E[X^2]`, `\operatorname{erf}(x)`: each is known
 * by its name and by what it is of. And those that are more: ways to choose, factorials, zeta of even numbers.
 */

import { exactValue } from "../exact.ts"
import { type Expression, variablesOf } from "../Expression.ts"
import { isOperator, type Token } from "../tokens.ts"
import { shown } from "./cursor.ts"

const number = (top: bigint, bottom = 1n): Expression => ({ kind: "number", value: { top, bottom } })
const PI: Expression = { kind: "constant", name: "pi" }
const product = (left: Expression, right: Expression): Expression => ({ kind: "product", left, right })

/** What has no value without what it is of: words, and the signs of expectation and of probability, letters in other fonts. */
export const isOperated = (name: string): boolean => isOperator(name) || name === "E" || name === "P"

/** Of events, which are no expressions: `P(A \mid B)`. */
export const isOfEvents = (name: string): boolean => /^(?:Var|Cov|Pr|E|P)(?:_|$)/.test(name)

/** An event, known by how it is written. */
export const event = (tokens: ReadonlyArray<Token>): Expression => ({
  kind: "variable",
  name: `{${tokens.map((token) => shown(token)).join("")}}`
})

/** The value of a function that is called `name`, with what belongs to the name: `f`, `f''`, `f^-1`. */
export const applied = (name: string, values: ReadonlyArray<Expression>): Expression => {
  const [of, second, more] = values
  if (name === "C" && second !== undefined && more === undefined && areWhole(values))
    return { kind: "call", name: "binomial", values }
  const known = second === undefined && of !== undefined ? (SPECIAL[name]?.(of) ?? null) : null
  // `\Pr` and `P` are one name.
  const letter = name === "Pr" ? "P" : name
  return known ?? { kind: "call", name: "applied", values: [{ kind: "variable", name: `${letter}()` }, ...values] }
}

/** Numbers, and letters that stand for whole ones. */
const areWhole = (values: ReadonlyArray<Expression>): boolean =>
  values.every((value) => variablesOf(value).every((name) => /^[jkmnNr]$/.test(name)))

/** Half whole numbers beyond this are left as they are. */
const FARTHEST = 60n

/** (x - 1)!, of a half a part of the root of pi. */
const gamma = (of: Expression): Expression => {
  const x = exactValue(of)
  if (x === null || x.bottom !== 2n || x.top > FARTHEST || x.top < -FARTHEST)
    return { kind: "call", name: "factorial", values: [{ kind: "difference", left: of, right: number(1n) }] }
  let [above, below] = [1n, 1n]
  for (let top = 1n; top < x.top; top += 2n) [above, below] = [above * top, below * 2n]
  for (let top = x.top; top < 1n; top += 2n) [above, below] = [above * 2n, below * top]
  const root: Expression = { kind: "call", name: "sqrt", values: [PI] }
  return product(below < 0n ? number(-above, -below) : number(above, below), root)
}

/** Parts of powers of pi: of 2 a sixth of its square. */
const ZETA: Readonly<Record<string, bigint>> = { "2": 6n, "4": 90n, "6": 945n, "8": 9450n, "10": 93_555n }
const zeta = (of: Expression): Expression | null => {
  const x = exactValue(of)
  const part = x === null || x.bottom !== 1n ? undefined : ZETA[`${x.top}`]
  return part === undefined ? null : product(number(1n, part), { kind: "power", left: PI, right: of })
}

const SPECIAL: Readonly<Record<string, (of: Expression) => Expression | null>> = { "\\Gamma": gamma, "\\zeta": zeta }
