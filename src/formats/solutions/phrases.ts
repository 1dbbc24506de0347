/**
 * How solutions of the built-in problems speak of an operation: one phrase per step kind, shared by the prose formats and by
 * comments in code, so that formats differ in where the arithmetic happens and not in their vocabulary.
 */

import { fill, templateWords } from "../../problems/clauses.ts"
import { valueOf } from "../../problems/operations.ts"
import type { Operand, Problem, Step } from "../../problems/Problem.ts"

const phrases: Readonly<Record<string, string>> = {
  gain: "{who} now has",
  lose: "{who} is left with",
  "box-contents": "the boxes hold",
  "box-total": "{who} now has",
  multiply: "the number becomes",
  share: "one part is",
  half: "half is",
  more: "{who} has",
  fewer: "{who} has",
  times: "{who} has",
  together: "together they have",
  price: "the cost is"
}

/** `Sue now has`. A kind that no clause produces has no phrase: a programming error. */
export const phraseOf = (step: Step): string => {
  const phrase = phrases[step.kind]
  if (phrase === undefined) throw new RangeError(`step kind ${step.kind} has no phrase in src/formats/solutions/phrases.ts`)
  return fill(phrase, { who: step.who })
}

/** Every word of the phrases. */
export const phraseWords: ReadonlyArray<string> = templateWords(Object.values(phrases))

/** `20 + 2 = 22`, with the values of earlier steps written out. */
export const equationOf = (step: Step): string => `${valueOf(step.left)} ${step.operator} ${valueOf(step.right)} = ${step.value}`

/** Python's operator: divisions of the grammar are exact and stay integers. */
export const pythonOperator = (step: Step): string => (step.operator === "/" ? "//" : step.operator)

/** Operators as prose and as Python write them. */
export const operatorWords = ["+", "-", "*", "/"] as const
export const pythonOperatorWords = ["+", "-", "*", "//"] as const

/**
 * Whether an operand is the quantity that the story opens with. A trace names it by value; the one constant on the left that is
 * something else is the number of boxes.
 */
export const isStart = (step: Step, operand: Operand): boolean =>
  operand === step.left && "constant" in operand && step.kind !== "box-contents"

/** A newline in built-in text is a word of its own: `newline` before column 0, `indent` before the body of a function. */
export const newline = "\n"
export const indent = "\n\t"

/** `Thus the answer is \boxed{ 17 } .` */
export const boxedSentence = (opening: "Thus" | "So", problem: Problem): string =>
  `${opening} the answer is \\boxed{ ${problem.answer} } .`
/** Every word of that sentence. */
export const boxedWords: ReadonlyArray<string> = ["Thus", "So", "the", "answer", "is", "\\boxed{", "}", "."]
