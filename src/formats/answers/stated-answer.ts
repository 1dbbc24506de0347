/** An answer that a solution states in words, where nothing is run. */

import { answerText, numberIn, reading } from "../../answers/answers.ts"
import type { Extraction } from "../Format.ts"

/** The number of a text that stands alone, or `complaint` and how the text begins. */
export const statedNumber = (text: string, complaint: string): Extraction => {
  const value = numberIn(text) === null ? null : answerText(text)
  return value === null ? { value, error: `${complaint}: ${text.slice(0, 60)}`, steps: 0 } : { value, steps: 0 }
}

/** The same of any answer that can be read. */
export const statedAnswer = (text: string, complaint: string): Extraction => {
  const value = answerText(text)
  if (value !== null) return { value, steps: 0 }
  const found = reading(text)
  const why = "problem" in found ? ` ${found.problem}` : ""
  return { value, error: `${complaint}${why}: ${text.slice(0, 60)}`, steps: 0 }
}
