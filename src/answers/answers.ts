/**
 * Answers as the tables hold them: one text each, in canonical form where it is a number (`17`, `-3`, `0.5`, `1/3`, `50%`,
 * `5 cm`), else as it was written, without marks round it. Two such texts are compared by what they mean (`equal.ts`).
 */

import type { Answer } from "./Answer.ts"
import { equalAnswers } from "./equal.ts"
import { variablesIn } from "./families.ts"
import { Unreadable } from "./mathematics/Expression.ts"
import { beginTurn, TooMuchWork } from "./mathematics/work.ts"
import { equalNumbers, isCanonical } from "./numbers.ts"
import { unwrapped } from "./plain-latex.ts"
import { readAnswer } from "./read-answer.ts"
import { areWords } from "./words.ts"

/** What an answer is, or why it is none: words that go on after its name, `lacks "}"`. */
export type Reading = { readonly answer: Answer } | { readonly problem: string }

/** Readings by text: references are read for each completion, and answers repeat. Bounded, and without it all is the same. */
const readings = new Map<string, Reading>()
const MOST_READINGS = 10_000

/** For reading an answer, and for comparing two: some two and a half milliseconds each. */
const MOST_STEPS = 30_000

export const reading = (text: string): Reading => {
  const known = readings.get(text)
  if (known !== undefined) return known
  if (readings.size >= MOST_READINGS) readings.clear()
  const found = readNow(text)
  readings.set(text, found)
  return found
}

const readNow = (text: string): Reading => {
  try {
    beginTurn(MOST_STEPS)
    const answer = readAnswer(text)
    return isProse(answer, text) ? { problem: "goes on in words" } : { answer }
  } catch (cause) {
    if (cause instanceof Unreadable || cause instanceof TooMuchWork) return { problem: cause.problem }
    throw cause
  }
}

/** `18 and then some`: bare words beside values are a sentence that goes on, and no member of a list. */
const isProse = (answer: Answer, text: string): boolean =>
  (answer.kind === "set" &&
    answer.written !== "braces" &&
    !text.includes("\\text") &&
    answer.items.some((item) => areWords(item) && !(item.kind === "words" && /^[ivx]+$/.test(item.text))) &&
    !answer.items.every(areWords)) ||
  (WORDS_IN_A_ROW.test(text) && variablesIn(answer).length > MOST_LETTERS)

/** Three words among numbers and signs; letters of words are no product of so many variables. */
const WORDS_IN_A_ROW = /(?<![\\{A-Za-z])[A-Za-z]{2,}\s[a-z]{2,}\s[a-z]{2,}(?![A-Za-z])/
const MOST_LETTERS = 7

/** Most answers are this already. */
const WHOLE = /^(?:0|-?[1-9]\d{0,30})$/

/** An answer that stands alone as one text, with its unit and its name; null where it cannot be read. */
export const answerText = (text: string): string | null => {
  if (WHOLE.test(text)) return text
  const found = reading(text)
  if ("problem" in found) return null
  return numberOf(found.answer, true) ?? unwrapped(text)
}

/** The number of an answer that is one, in whatever unit and however said, without its unit; null for every other answer. */
export const amountIn = (text: string): string | null => {
  if (WHOLE.test(text)) return text
  const found = reading(text)
  if ("problem" in found) return null
  const answer = oneOf(found.answer)
  return answer.kind === "value" ? answer.number : null
}

/**
 * The number that stands in a text, as the paper's verifier sees one: with a percent sign, or with a unit that says no more than
 * the number does; null for every other answer.
 */
export const numberIn = (text: string): string | null => {
  if (WHOLE.test(text)) return text
  const found = reading(text)
  return "problem" in found ? null : numberOf(found.answer, false)
}

/** What stands beside a value as all that a chain of equals says. */
const STATEMENTS: ReadonlySet<Answer["kind"]> = new Set(["named", "set", "relation"])

/** `x = y = 1` is 1 too. */
const oneOf = (answer: Answer): Answer =>
  answer.kind === "rounded" && STATEMENTS.has(answer.exact.kind) && !isOfOne(answer.exact) ? answer.as : answer

/** `\{1\}`, which is kept as it is written. */
const isOfOne = (answer: Answer): boolean => answer.kind === "set" && answer.members.length === 1

/** `withUnit`: with all that tells it from others. */
const numberOf = (found: Answer, withUnit: boolean): string | null => {
  const answer = oneOf(found)
  if (answer.kind !== "value" || answer.number === null) return null
  // Words are kept as they were written.
  if (withUnit ? answer.name !== null || answer.counted.length > 0 : !answer.plain) return null
  if (answer.unit === "%") return `${answer.number}%`
  return answer.unit === "" || !withUnit ? answer.number : `${answer.number} ${answer.unit}`
}

/** Whether two answers are the same. A text that cannot be read equals nothing but itself, nor does one that costs too much. */
export const isSameAnswer = (a: string, b: string): boolean => {
  if (a === b) return true
  const areNumbers = isCanonical(a) && isCanonical(b)
  const [left, right] = areNumbers ? [] : [reading(a), reading(b)]
  beginTurn(MOST_STEPS)
  try {
    if (left === undefined || right === undefined) return equalNumbers(a, b)
    if ("problem" in left || "problem" in right) return false
    // In one order, so that both ways round cost the same.
    return a < b ? equalAnswers(left.answer, right.answer) : equalAnswers(right.answer, left.answer)
  } catch (cause) {
    if (cause instanceof TooMuchWork) return false
    throw cause
  }
}
