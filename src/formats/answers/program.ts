/** The answer of a program that has been run. */

import { numericAnswer, type Outcome } from "../../python/evaluate.ts"
import type { Extraction } from "../Format.ts"

/** An answer from a program that has been run: its value where that is a number, otherwise what went wrong and on which line. */
export const fromOutcome = (outcome: Outcome): Extraction => {
  if (!outcome.ok) {
    const { kind, message, line } = outcome.error
    return { value: null, error: `${kind}: ${message}${line === null ? "" : `, line ${line}`}`, steps: outcome.steps }
  }
  const value = numericAnswer(outcome)
  return value === null
    ? { value: null, error: `the program's value is not a number: ${outcome.repr.slice(0, 60)}`, steps: outcome.steps }
    : { value, steps: outcome.steps }
}
