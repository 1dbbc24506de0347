/**
 * Products of vectors. A dot and a cross between two vectors are products of two kinds, and a cross changes its sign with the
 * order. Vectors have two parts where values are worked out (as a complex number has), which is enough to tell them apart.
 */

import type { Expression } from "./Expression.ts"

/** Whether a variable is a vector, by the mark over it; a hat makes one of the letters of base vectors only. */
export const isVectorName = (name: string): boolean => /^\\(?:vec |overrightarrow |hat [ijk]$)/.test(name)

export const isVector = (at: Expression): boolean => {
  switch (at.kind) {
    case "variable":
      return isVectorName(at.name)
    case "negative":
      return isVector(at.of)
    case "quotient":
      return isVector(at.left)
    case "sum":
    case "difference":
    case "product":
      return isVector(at.left) || isVector(at.right)
    case "call":
      return at.name === "cross"
    default:
      return false
  }
}

/** `isCross`: with the sign that is a cross between vectors. */
export const productOf = (left: Expression, right: Expression, isCross: boolean): Expression =>
  isVector(left) && isVector(right)
    ? { kind: "call", name: isCross ? "cross" : "dot", values: [left, right] }
    : { kind: "product", left, right }

/** The square of a vector, and of its length, is its product with itself. */
export const powerOf = (left: Expression, right: Expression): Expression => {
  if (right.kind !== "number" || right.value.top !== 2n || right.value.bottom !== 1n) return { kind: "power", left, right }
  const base = left.kind === "call" && left.name === "abs" ? left.values[0]! : left
  return isVector(base) ? productOf(base, base, false) : { kind: "power", left, right }
}
