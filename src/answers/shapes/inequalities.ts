/** Inequalities of one unknown that a division solves: `-2x > 6` is `x < -3`. */

import type { Answer } from "../Answer.ts"
import { type Expression, variablesOf } from "../mathematics/Expression.ts"
import { linearIn } from "../mathematics/linear.ts"
import { tryExpression } from "../mathematics/parse.ts"
import { bound } from "../relations.ts"
import { splitAt } from "../split.ts"
import { LOWER, UPPER } from "../unions.ts"

const isLetter = (at: Expression): boolean => at.kind === "variable"

/** An interval of the unknown; null where it stands alone already, or where it is not of that kind. */
export const solved = (text: string): Answer | null => {
  if (!/[<>]|\\[lg]eq/.test(text)) return null
  const { parts, separators } = splitAt(text, ["=", "<", ">", "\\leq", "\\geq", "\\neq"])
  const [sign] = separators
  if (parts.length !== 2 || sign === "=" || sign === "\\neq") return null
  const [left, right] = [tryExpression(parts[0]!), tryExpression(parts[1]!)]
  if (left === null || right === null) return null
  const [of, other] = variablesOf(left, right)
  if (of === undefined || other !== undefined || !/^[A-Za-z]$/.test(of)) return null
  if ((isLetter(left) || isLetter(right)) && variablesOf(left).length + variablesOf(right).length === 1) return null
  const line = linearIn({ kind: "difference", left, right }, of)
  if (line === null || line.slope.top === 0n) return null
  const slope: Expression = { kind: "number", value: line.slope }
  const end = bound({ kind: "quotient", left: { kind: "negative", of: line.rest }, right: slope })
  const isAbove = (sign === ">" || sign === "\\geq") === line.slope.top > 0n
  const isStrict = sign === "<" || sign === ">"
  return isAbove
    ? { kind: "sequence", open: isStrict ? "(" : "[", close: ")", items: [end, UPPER], of }
    : { kind: "sequence", open: "(", close: isStrict ? ")" : "]", items: [LOWER, end], of }
}
