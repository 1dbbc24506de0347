/**
 * Conditions with exceptions: `0 < x < 36, x \neq 9`, `x \neq 1, 2`, `\text{all real numbers except } 2` are what is left of an
 * interval without some points.
 */

import type { Answer } from "../Answer.ts"
import { exactOf } from "../mathematics/compare.ts"
import { type Expression, withVariable } from "../mathematics/Expression.ts"
import { spend } from "../mathematics/work.ts"
import { differenceOf } from "../unions.ts"
import { made } from "../units/quantities.ts"
import { ofUnknown } from "./assignments.ts"
import { tried } from "./chains.ts"

type Read = (text: string) => Answer

const JOINS = "(?:and|where|with|for|but)"
const BETWEEN = String.raw`(?:\s*(?:[,;(]|,?\s${JOINS}\s|\\(?:land|wedge)\s)\s*(?:${JOINS}\s+)?)`
const NOT = new RegExp(String.raw`^(?:([^]*[^\s,;(])${BETWEEN})?([A-Za-z])\s*\\neq\s*([^<>=]+?)\s*(\)?)$`)
const EXCEPT = new RegExp(
  String.raw`^([^]*[^\s,;(])\s*(?:[,;(]\s*|\s)(?:except|excluding|but\s+not|other\s+than|apart\s+from)\s+` +
    String.raw`(?:(?:for|at|when|where)\s+)?(?:([A-Za-z])\s*=\s*)?([^<>=]+?)\s*(\)?)$`
)
/** What is excepted stands first. */
const BEFORE = /^([A-Za-z]\s*\\neq\s*[^<>=,;]+?)\s*(?:[,;]|\s(?:and|with)\s)\s*((?=[^]*(?:[<>]|\\[lg]eq|\\in(?![A-Za-z])))[^]+)$/

export const exception = (text: string, whole: Read): Answer | null => {
  if (!/\\neq|except|exclud|but\s+not|than|apart/.test(text)) return null
  const said = text
    .replaceAll(/\\text\s*\{([^{}]*)\}/g, " $1 ")
    .replaceAll(/\s+/g, " ")
    .trim()
  const found = NOT.exec(said) ?? EXCEPT.exec(said) ?? NOT.exec(said.replace(BEFORE, "$2, $1"))
  if (found === null || isOnlyLeftOut(said)) return null
  spend(said.length)
  const [, from = "", name, points, closed] = found
  const several = points!.replaceAll(/\s*,?\s(?:and|or)\s(?:[A-Za-z]\s*\\neq\s)?\s*/g, ",")
  // `x \neq 2` alone is read as what it is.
  if (from === "" && !/,|\\pm/.test(several)) return null
  const isOpen = closed === ")" && !/\([^()]*$/.test(said.slice(0, said.length - points!.length - 1))
  const without = tried(`\\{${several}${isOpen ? ")" : ""}\\}`, whole)
  const all = tried(from === "" ? "(-\\infty,\\infty)" : from, whole)
  if (without !== null && all !== null && name !== undefined && isExceptedAnyway(all, name, without)) return made(all)
  if (without === null || all === null || (all.kind !== "sequence" && all.kind !== "union")) return null
  const of = all.kind === "sequence" ? all.of : unknownOf(all.parts)
  if (name !== undefined && of !== null && of !== name) return null
  const left = differenceOf(all, without)
  const unknown = of ?? name
  return left === null || unknown === undefined ? left : ofUnknown(left, unknown)
}

/** `\\frac{1}{x-3}, x \\neq 3`: a value with nothing where it is excepted, which one of two may leave unsaid. */
const isExceptedAnyway = (value: Answer, name: string, without: Answer): boolean =>
  value.kind === "value" &&
  without.kind === "set" &&
  without.items.every(
    (point) => point.kind === "value" && point.number !== null && dividesByZero(value.expression, name, point.expression)
  )

const dividesByZero = (at: Expression, name: string, point: Expression): boolean => {
  if (at.kind === "quotient" && exactOf(withVariable(at.right, name, point))?.top === 0n) return true
  if (at.kind === "negative") return dividesByZero(at.of, name, point)
  return "left" in at && (dividesByZero(at.left, name, point) || dividesByZero(at.right, name, point))
}

/** `x \\neq 1 and x \\neq 2` is a list of what it is not, and is read as such. */
const isOnlyLeftOut = (said: string): boolean => {
  const [first, ...others] = said.split("\\neq")
  const goesOn = /(?:,|and|or) [A-Za-z] *$/
  return others.length > 1 && /^[A-Za-z] *$/.test(first!) && others.slice(0, -1).every((part) => goesOn.test(part))
}

const unknownOf = (parts: ReadonlyArray<Answer>): string | null => {
  const [first] = parts
  return first?.kind === "sequence" ? first.of : null
}
