/**
 * Solutions that repeat, `\frac{\pi}{4} + k\pi`: the letter of the whole number may be any. It is known by what is said of it, `k
 * \in \mathbb{Z}`, or by a multiple of pi that is added to an angle.
 */

import type { Answer } from "../Answer.ts"
import { type Expression, variablesOf, withVariable } from "../mathematics/Expression.ts"
import type { OfKind } from "../same-kind.ts"

type Read = (text: string) => Answer

const WHOLE_NUMBER = "[klmn]"
const WHERE = String.raw`(?:(?:where|with|for)\s+)?(?:(?:all|any|some)\s+)?`
const SAID = new RegExp(
  String.raw`^([^]*?[^\s,;])\s*(?:[,;(]|\s|(?=\\text))\s*(?:\\text\s*\{\s*${WHERE}\}\s*|${WHERE})` +
    String.raw`(?:(${WHOLE_NUMBER})\s*\\in\s*(?:\\mathbb\s*\{?\s*)?Z\s*\}?` +
    String.raw`|(?:\\text\s*\{\s*)?${WHERE}integers?\s*\}?\s*(${WHOLE_NUMBER})` +
    String.raw`|(${WHOLE_NUMBER})\s*(?:\\text\s*\{\s*)?\s*(?:is\s+)?any?\s+integer\s*\}?)\s*\)?$`
)

/** What is said of a whole number, taken off; null where nothing is. */
export const period = (text: string, whole: Read): Answer | null => {
  const found = /Z|integer/.test(text) ? SAID.exec(text) : null
  if (found === null) return null
  const letter = (found[2] ?? found[3] ?? found[4])!
  const answer = whole(found[1]!)
  const value = answer.kind === "rounded" ? answer.as : answer
  if (value.kind === "relation") {
    const exact: Answer = { ...value, left: withAny(value.left, letter), right: withAny(value.right, letter) }
    return { kind: "rounded", exact, as: value }
  }
  return value.kind === "value" && variablesOf(value.expression).includes(letter) ? repeated(value, letter) : answer
}

/** `\frac{\pi}{4} + k\pi`: both as it is written and with any whole number; all else as it is. */
export const repeating = (value: OfKind<"value">): Answer => {
  const { expression } = value
  if (expression.kind !== "sum" && expression.kind !== "difference") return value
  const [letter, other] = variablesOf(expression)
  if (letter === undefined || other !== undefined || !/^[klmn]$/.test(letter)) return value
  const [left, right] = [expression.left, expression.right]
  const [fixed, turning] = variablesOf(left).length === 0 ? [left, right] : [right, left]
  return variablesOf(fixed).length === 0 && hasPi(fixed) && hasPi(turning) ? repeated(value, letter) : value
}

const repeated = (value: OfKind<"value">, letter: string): Answer => ({
  kind: "rounded",
  exact: { ...value, expression: withAny(value.expression, letter) },
  as: value
})

const ANY: Expression = { kind: "variable", name: "\\mathbb{Z}" }
const withAny = (at: Expression, letter: string): Expression => withVariable(at, letter, ANY)

const hasPi = (at: Expression): boolean => {
  if (at.kind === "constant") return at.name === "pi"
  if (at.kind === "negative") return hasPi(at.of)
  return "left" in at && (hasPi(at.left) || hasPi(at.right))
}
