/** An answer that a solution states in words, where nothing is run. */

import { answerText, numberIn, reading } from "../../answers/answers.ts"
import { lastBox } from "../../answers/boxed.ts"
import type { Extraction } from "../Format.ts"

/** The number of a text that stands alone, or `complaint` and how the text begins. */
export const statedNumber = (text: string, complaint: string): Extraction => {
  const value = numberIn(text) === null ? null : answerText(text)
  return value === null ? { value, error: `${complaint}: ${text.slice(0, 60)}`, steps: 0 } : { value, steps: 0 }
}

/**
 * The number that a box behind `end` states, where a line states one and the text goes on: what is said last counts, and a box
 * that is not finished takes back what the line says. Null where no box follows.
 */
export const boxedBehind = (completion: string, end: number): Extraction | null => {
  if (!completion.includes("\\boxed", end)) return null
  const box = lastBox(completion.slice(end))
  if (box === null) return null
  if (box.contents === null) return { value: null, error: unfinishedBox, steps: 0 }
  return statedNumber(box.contents, "the last \\boxed{} is not a number")
}

export const unfinishedBox = "the last \\boxed{} is not finished"

/** The same of any answer that can be read. */
export const statedAnswer = (text: string, complaint: string): Extraction => {
  const value = answerText(text)
  if (value !== null) return { value, steps: 0 }
  const found = reading(text)
  const why = "problem" in found ? ` ${found.problem}` : ""
  return { value, error: `${complaint}${why}: ${text.slice(0, 60)}`, steps: 0 }
}
