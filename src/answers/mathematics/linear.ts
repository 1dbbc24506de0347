/** Expressions that are a number times a variable and what has no variables: `3 - 2x`, `\frac{x + 1}{2}`. */

import { exactValue } from "./exact.ts"
import { type Expression, variablesOf } from "./Expression.ts"
import { add, divide, multiply, negate, type Rational } from "./rational.ts"

/** slope x + rest */
interface Linear {
  readonly slope: Rational
  readonly rest: Expression
}

const NONE: Rational = { top: 0n, bottom: 1n }

/** Null where it is not of that kind. */
export const linearIn = (at: Expression, name: string): Linear | null => {
  switch (at.kind) {
    case "variable":
      return at.name === name ? { slope: { top: 1n, bottom: 1n }, rest: { kind: "number", value: NONE } } : null
    case "negative": {
      const of = linearIn(at.of, name)
      return of && { slope: negate(of.slope), rest: { kind: "negative", of: of.rest } }
    }
    case "sum":
    case "difference": {
      const [left, right] = [linearIn(at.left, name), linearIn(at.right, name)]
      const slope = left && right && add(left.slope, at.kind === "sum" ? right.slope : negate(right.slope))
      return slope && { slope, rest: { kind: at.kind, left: left!.rest, right: right!.rest } }
    }
    case "product":
    case "quotient": {
      const [left, right] = [linearIn(at.left, name), linearIn(at.right, name)]
      if (left === null || right === null) return null
      if (left.slope.top === 0n && right.slope.top === 0n) return { slope: NONE, rest: at }
      const [line, factor] = right.slope.top === 0n ? [left, exactValue(at.right)] : [right, exactValue(at.left)]
      if (factor === null || (at.kind === "quotient" && line === right)) return null
      const slope = at.kind === "product" ? multiply(line.slope, factor) : divide(line.slope, factor)
      return slope && { slope, rest: { kind: at.kind, left: line.rest, right: { kind: "number", value: factor } } }
    }
    default:
      return variablesOf(at).length === 0 ? { slope: NONE, rest: at } : null
  }
}
