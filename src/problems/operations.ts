/** The arithmetic of a step: what operands stand for, and what operators give, with the two ways to divide. */

import type { Operand, Step } from "./Problem.ts"

/** The number an operand stands for. */
export const valueOf = (operand: Operand): number => ("constant" in operand ? operand.constant : operand.value)

/** `left operator right`; NaN where a division is not exact. What the grammar allows. */
export const exactly = (left: number, operator: Step["operator"], right: number): number =>
  operator === "/" && (right === 0 || left % right !== 0) ? Number.NaN : calculate(left, operator, right)

/** `left operator right`, a quotient rounded down as Python's `//` does it. */
export const wholly = (left: number, operator: Step["operator"], right: number): number =>
  Math.floor(calculate(left, operator, right))

/** Of integers, so that only a quotient is none. */
const calculate = (left: number, operator: Step["operator"], right: number): number => {
  switch (operator) {
    case "+":
      return left + right
    case "-":
      return left - right
    case "*":
      return left * right
    case "/":
      return left / right
  }
}
