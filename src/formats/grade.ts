/**
 * A completion's format, answer and correctness.
 *
 * The format is what the text is written in, whatever the profile. The answer is the profile's: `corrected` asks only the
 * extractor of that format, `paper` goes through the branches of the authors' verifier (`paper-verifier.ts`). A completion is
 * correct where its answer and the gold answer are the same number (`equal.ts`). Nothing here depends on time or on earlier
 * calls.
 */

import * as Schema from "effect/Schema"

import { equalValues } from "./answers/equal.ts"
import { parseValue } from "./answers/number-text.ts"
import type { Format, Grade, Profile, Value, Verdict } from "./Format.ts"
import { paperVerdict } from "./paper-verifier.ts"
import { detectFormat, invalid } from "./registry.ts"
import { unclear } from "./solutions/sub-style.ts"

/** Grades a completion against a gold answer. Throws GoldUnreadable where that is no number. */
export const grade = (completion: string, gold: string, profile: Profile): Grade => {
  const format = detectFormat(completion)
  const verdict = profile === "paper" ? paperVerdict(completion) : correctedVerdict(completion, format)
  const { extraction } = verdict
  return {
    format: format?.name ?? invalid,
    subStyle: format?.subStyleOf(completion) ?? unclear,
    attempted: verdict.attempted,
    answered: extraction.value === null ? "none" : verdict.answered,
    answer: extraction.value,
    correct: extraction.value !== null && equalValues(extraction.value, goldValue(gold)),
    error: extraction.value === null ? extraction.error : null
  }
}

/**
 * A gold answer that is not a number: the problem cannot be graded.
 * @public
 */
export class GoldUnreadable extends Schema.TaggedError<GoldUnreadable>()("GoldUnreadable", { gold: Schema.String }) {
  readonly badInput = true
  override get message() {
    return (
      `The reference answer "${this.gold.slice(0, 80)}" is not a number, so that nothing can be graded against it. ` +
      "Normalise it where the dataset is loaded."
    )
  }
}

/** Why a reference answer can be no measure of an answer, or null where it can: said when data are read. */
export const gradable = (gold: string): string | null => (parseValue(gold) === null ? "is not a number" : null)

const goldValue = (gold: string): Value => {
  const value = parseValue(gold)
  if (value === null) throw new GoldUnreadable({ gold })
  return value
}

const correctedVerdict = (completion: string, format: Format | null): Verdict =>
  format === null
    ? { attempted: "none", answered: "none", extraction: { value: null, error: "no known format", steps: 0 } }
    : { attempted: format.name, answered: format.name, extraction: format.extract(completion) }
