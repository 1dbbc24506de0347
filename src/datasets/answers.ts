/**
 * Answers of datasets as one text each, read by the rules that completions are graded by: `1,234.50` is `1234.5`, `$18` is
 * `18 dollar`, `51.0` is `51`, `\frac{6}{4}` is `3/2`. An answer that is no number stays as it was written; one that cannot be
 * read as well, so that whoever asks can be shown it.
 *
 * Works on the text, never through a float, so that a 20-digit integer keeps its digits.
 */

import { answerText } from "../answers/answers.ts"
import { unwrapped } from "../answers/plain-latex.ts"

/** The text of an answer, or null where there is none. */
export const canonicalAnswer = (answer: string | number | bigint | null): string | null => {
  if (answer === null) return null
  if (typeof answer === "bigint") return answer.toString()
  if (typeof answer === "number") return Number.isFinite(answer) ? answerText(String(answer)) : null
  const text = unwrapped(answer)
  return text === "" ? null : (answerText(text) ?? text)
}
