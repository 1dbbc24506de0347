/**
 * Plain arithmetic text: `Facts : 3 + 4 = 7 . 12 / 4 = 3 . ...`. It plays the part of FineMath and Algebraic-Stack in the paper's
 * mixtures: it supplies the facts that worked solutions need, without a question or a format. Every equation is true and every
 * number is in 0..maximum.
 */

import { type Draws, draws } from "../random/philox.ts"
import { exactly } from "./operations.ts"

/** Text number `index` of the stream (maximum, seed); eight facts where `facts` does not say how many. */
export const arithmeticText = (
  options: { readonly maximum: number; readonly facts?: number },
  seed: number,
  index: number
): string => {
  const random = draws(seed, "arithmetic", index)
  const sentences = ["Facts :"]
  for (let fact = 0; fact < (options.facts ?? 8); fact++) sentences.push(equation(options.maximum, random))
  return sentences.join(" ")
}

/** One true equation; the four operators are equally frequent, whatever the maximum. */
const equation = (maximum: number, random: Draws): string => {
  const operator = random.pick(operators)
  for (;;) {
    const left = random.between(2, maximum)
    // Sums and differences reach over the whole range; factors and divisors are those of the clauses.
    const right = operator === "+" || operator === "-" ? random.between(2, maximum) : random.between(2, 9)
    const value = exactly(left, operator, right)
    if (value >= 0 && value <= maximum) return `${left} ${operator} ${right} = ${value} .`
  }
}

const operators = ["+", "-", "*", "/"] as const

/** The words of the text besides numbers. */
export const arithmeticWords: ReadonlyArray<string> = ["Facts", ":", ...operators, "=", "."]
