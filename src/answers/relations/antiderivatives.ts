/**
 * Families of functions with a constant that is added, `x^2 + C`: the letter of the constant may be another, `x^2 + c`. It is
 * known by its letter, where the rest is of one variable.
 */

import type { Answer } from "../Answer.ts"
import { type Expression, variablesOf, withVariable } from "../mathematics/Expression.ts"
import type { OfKind } from "../same-kind.ts"

const CONSTANT = /^(?:[CcKk]|[Cc]_[01])$/
const UNKNOWN = /^(?:[r-uw-z]|\\theta)$/

/** A value as it is written and with any constant; as it is where none is added. */
export const withAnyConstant = (value: OfKind<"value">): Answer | null => {
  const { expression } = value
  if (expression.kind !== "sum" && expression.kind !== "difference") return null
  const names = variablesOf(expression)
  const name = names.find((name) => CONSTANT.test(name))
  if (name === undefined || names.length !== 2 || !names.every((other) => other === name || UNKNOWN.test(other))) return null
  const places = addedIn(expression).filter((term) => term.kind === "variable" && term.name === name)
  const rest = withVariable(expression, name, { kind: "number", value: { top: 0n, bottom: 1n } })
  if (places.length !== 1 || countOf(expression, name) !== 1 || variablesOf(rest).length !== 1) return null
  const called = (by: string): OfKind<"value"> => ({
    ...value,
    expression: withVariable(expression, name, { kind: "variable", name: by })
  })
  // A small k may be given: it is what C is, and no c.
  const exact: Answer = name === "k" ? called("C") : { kind: "rounded", exact: called(ANY), as: value }
  return { kind: "rounded", exact, as: value }
}

const ANY = "\\mathbb{C}"

/** What is added, and not taken away. */
const addedIn = (at: Expression): ReadonlyArray<Expression> =>
  at.kind === "sum" ? [...addedIn(at.left), ...addedIn(at.right)] : at.kind === "difference" ? addedIn(at.left) : [at]

const countOf = (at: Expression, name: string): number => {
  if (at.kind === "variable" || at.kind === "constant") return at.name === name ? 1 : 0
  if (at.kind === "negative") return countOf(at.of, name)
  if (at.kind === "call") return at.values.reduce((sum, value) => sum + countOf(value, name), 0)
  return "left" in at ? countOf(at.left, name) + countOf(at.right, name) : 0
}
